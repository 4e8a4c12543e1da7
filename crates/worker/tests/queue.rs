//! Jobs end well, badly, or after a crash; on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use cytomine_domain::conversion::{self, Ended, Work};
use cytomine_domain::intake::{self, Received, Request};
use cytomine_domain::job::{self, Lease};
use cytomine_domain::{Actor, account, sweep, uploaded_file};
use cytomine_model::{GlobalRole, Job, JobState, UploadedFileId};
use cytomine_store::{Blobs, Db};
use cytomine_testkit::{App, TestWorker, both, sample};

/// A picture that is no pyramid; cut short, it fails while it is converted.
fn png(whole: bool) -> Vec<u8> {
    let mut bytes = sample::png(600, 500);
    if !whole {
        bytes.truncate(bytes.len() / 2);
    }
    bytes
}

async fn alice(app: &App) -> Actor {
    app.account("alice", GlobalRole::User).await;
    account::actor_for_command_line(&app.system, "alice").await.unwrap()
}

async fn uploaded(app: &App, actor: &Actor, bytes: &[u8]) -> Received {
    let intake = intake::authorize(&app.system, actor, Request::default()).await.unwrap();
    let mut staged = intake::stage(&app.system).await.unwrap();
    staged.write(bytes).await.unwrap();
    intake::register(&app.system, actor, &intake, "a.png", staged.seal().await.unwrap()).await.unwrap()
}

async fn ended(app: &App, received: &Received) -> Job {
    let id = received.job.expect("a picture needs a conversion");
    tokio::time::timeout(Duration::from_secs(60), job::wait(&app.system, id)).await.unwrap().unwrap();
    job::get(&app.system, id).await.unwrap().unwrap()
}

/// Takes the job that a worker would take, as another process of it.
async fn take(app: &App) -> Option<Lease> {
    Lease::take(&app.system, &cytomine_worker::jobs::queues()).await.unwrap()
}

fn slides(app: &App) -> usize {
    std::fs::read_dir(app.data().join("slides")).unwrap().count()
}

async fn status(app: &App, actor: &Actor, id: UploadedFileId) -> (i32, Option<String>) {
    let file = uploaded_file::get(&app.system, actor, id).await.unwrap();
    (file.status, file.error)
}

#[tokio::test]
async fn a_job_that_a_dead_worker_held_is_taken_again() {
    both(|app| async move {
        let actor = alice(&app).await;
        let received = uploaded(&app, &actor, &png(true)).await;
        // Somebody takes the job and dies.
        let taken = take(&app).await.unwrap();
        assert_eq!(Some(taken.job.id), received.job);
        assert!(take(&app).await.is_none(), "the lease holds");
        let worker = TestWorker::start(&app);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(job::get(&app.system, taken.job.id).await.unwrap().unwrap().attempts, 1);
        app.clock.advance(job::LEASE + Duration::from_secs(1));
        let job = ended(&app, &received).await;
        assert_eq!((job.state, job.attempts, job.error), (JobState::Done, 2, None));
        assert!(!taken.renew(&app.system).await.unwrap());
        let outcome = intake::outcome(&app.system, &actor, received.file.id).await.unwrap();
        assert_eq!((outcome.file.status, outcome.image.unwrap().width), (100, Some(600)));
        assert_eq!(slides(&app), 2, "the picture and its pyramid");
        worker.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_start_frees_what_a_dead_process_held_without_waiting_for_its_lease() {
    both(|app| async move {
        let actor = alice(&app).await;
        let received = uploaded(&app, &actor, &png(true)).await;
        assert!(take(&app).await.is_some());
        // Another process has the data directory open: the job may be its.
        let other = Blobs::open_disk(app.data()).unwrap();
        sweep::at_start(&app.system).await.unwrap();
        assert!(take(&app).await.is_none());
        drop(other);
        sweep::at_start(&app.system).await.unwrap();
        let taken = take(&app).await.unwrap().job;
        assert_eq!((Some(taken.id), taken.attempts), (received.job, 2));
    })
    .await;
}

#[tokio::test]
async fn running_a_conversion_again_changes_nothing() {
    both(|app| async move {
        let actor = alice(&app).await;
        let received = uploaded(&app, &actor, &png(true)).await;
        let work = Work { file: received.file.id, trusted: false, properties: Vec::new() };
        let run = || conversion::run(&app.system, &work, Arc::new(AtomicBool::new(false)), None);
        let (first, second) = tokio::join!(run(), run());
        assert_eq!((first.unwrap(), second.unwrap()), (Ended::Done, Ended::Done));
        assert_eq!(run().await.unwrap(), Ended::Done);
        let images = uploaded_file::images(&app.system, std::slice::from_ref(&received.file)).await.unwrap();
        assert_eq!(images.len(), 1);
        let filter = cytomine_domain::abstract_image::AbstractImageFilter::default();
        let listed =
            cytomine_domain::abstract_image::list(&app.system, &actor, &filter, None, Default::default())
                .await
                .unwrap();
        assert_eq!(listed.1, 1, "two that ran at a time made one image");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_converted_keeps_its_row_and_loses_its_bytes() {
    both(|app| async move {
        let actor = alice(&app).await;
        let received = uploaded(&app, &actor, &png(false)).await;
        let _worker = TestWorker::start(&app);
        let job = ended(&app, &received).await;
        assert_eq!((job.state, job.attempts), (JobState::Failed, 1), "the bytes do not get better");
        let (status, error) = status(&app, &actor, received.file.id).await;
        assert_eq!(status, 31);
        assert!(error.unwrap().starts_with("a.png: "));
        for _ in 0..100 {
            if slides(&app) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(slides(&app), 0);
        assert!(uploaded_file::download(&app.system, &actor, received.file.id).await.is_err());
        uploaded_file::delete(&app.system, &actor, received.file.id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_job_that_breaks_off_each_time_is_given_up() {
    both(|app| async move {
        let actor = alice(&app).await;
        let received = uploaded(&app, &actor, &png(true)).await;
        for _ in 0..job::ATTEMPTS {
            assert!(take(&app).await.is_some());
            app.clock.advance(job::LEASE + Duration::from_secs(1));
        }
        let _worker = TestWorker::start(&app);
        let job = ended(&app, &received).await;
        assert_eq!(job.state, JobState::Failed);
        assert!(job.error.as_ref().unwrap().starts_with("gave up after 3 attempts"), "{job:?}");
        assert_eq!(status(&app, &actor, received.file.id).await.0, 31);
    })
    .await;
}

#[tokio::test]
async fn a_called_off_job_goes_back_as_if_it_had_not_been_tried() {
    both(|app| async move {
        let actor = alice(&app).await;
        let received = uploaded(&app, &actor, &png(true)).await;
        let work = Work { file: received.file.id, trusted: false, properties: Vec::new() };
        let called_off = conversion::run(&app.system, &work, Arc::new(AtomicBool::new(true)), None).await;
        assert_eq!(called_off.unwrap(), Ended::Cancelled);
        let taken = take(&app).await.unwrap();
        let id = taken.job.id;
        assert!(taken.end(&app.system, &Ended::Cancelled).await.unwrap());
        let again = job::get(&app.system, id).await.unwrap().unwrap();
        assert_eq!((again.state, again.attempts), (JobState::Queued, 0));
        assert_eq!(status(&app, &actor, received.file.id).await.0, 30);
    })
    .await;
}

#[tokio::test]
async fn a_sweep_at_the_start_removes_what_a_crash_left() {
    both(|app| async move {
        let actor = alice(&app).await;
        uploaded(&app, &actor, &png(true)).await;
        let left = app.data().join("slides/upload-left");
        std::fs::create_dir(&left).unwrap();
        std::fs::write(left.join("a.svs"), b"x").unwrap();
        std::fs::write(app.data().join("staging/half"), b"x").unwrap();
        // The clock of the tests stands long before the files' own dates, so they are young.
        assert_eq!(sweep::regularly(&app.system).await.unwrap(), sweep::Swept::default());
        let swept = sweep::at_start(&app.system).await.unwrap();
        assert_eq!(swept, sweep::Swept { staged: 1, stored: 1 });
        assert_eq!(slides(&app), 1);
        // Another process on the same directory may be about to write its row.
        let other = Blobs::open_disk(app.data()).unwrap();
        std::fs::create_dir(&left).unwrap();
        std::fs::write(left.join("a.svs"), b"x").unwrap();
        assert_eq!(sweep::at_start(&app.system).await.unwrap(), sweep::Swept::default());
        drop(other);
    })
    .await;
}

#[tokio::test]
async fn a_lock_of_the_disk_alone_is_not_believed_where_the_database_knows_of_others() {
    let Some((app, database)) = App::pg().await else { return };
    // A process on another machine, whose lock of the shared folder is not seen here.
    let other = Db::open_pg(&database.url, None).await.unwrap();
    std::fs::write(app.data().join("staging/under-way"), b"x").unwrap();
    assert_eq!(sweep::at_start(&app.system).await.unwrap(), sweep::Swept::default());
    other.close().await;
    let swept = sweep::at_start(&app.system).await.unwrap();
    assert_eq!(swept, sweep::Swept { staged: 1, stored: 0 });
    app.system.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_conversion_that_runs_twice_at_once_leaves_one_pyramid() {
    both(|app| async move {
        let actor = alice(&app).await;
        let received = uploaded(&app, &actor, &png(true)).await;
        let job = job::get(&app.system, received.job.unwrap()).await.unwrap().unwrap();
        let work: Work = job::arguments(&job).unwrap();
        let replica = app.replica();
        let calm = || Arc::new(AtomicBool::new(false));
        let (here, there) = tokio::join!(
            conversion::run(&app.system, &work, calm(), None),
            conversion::run(&replica.system, &work, calm(), None),
        );
        assert_eq!((here.unwrap(), there.unwrap()), (Ended::Done, Ended::Done));
        assert_eq!(slides(&app), 2, "the picture and one pyramid");
        assert_eq!(
            sweep::at_start(&app.system).await.unwrap(),
            sweep::Swept::default(),
            "which its row names"
        );
    })
    .await;
}
