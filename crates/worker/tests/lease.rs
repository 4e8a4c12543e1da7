//! Leases: who may end a job, when one is tried again, and who is told of its end; on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::future::{pending, ready};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cytomine_domain::job::{self, Attempt, Ended, Job, Lease, MAIN};
use cytomine_domain::{DomainError, System};
use cytomine_model::{ErrorKind, JobId, JobState, UserId};
use cytomine_testkit::{App, both};
use serde::{Deserialize, Serialize};

/// Ends as it is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Told {
    /// The disk is full each time; that it was given up is written there.
    Fails(PathBuf),
    /// Runs until it is called off.
    Runs,
}

impl Job for Told {
    const NAME: &'static str = "told";
    const PRIORITY: i32 = 7;

    async fn run(&self, _: &System, attempt: Attempt) -> Result<Ended, DomainError> {
        if matches!(self, Self::Fails(_)) {
            return Err(DomainError::new(ErrorKind::Unavailable, "the disk is full"));
        }
        while !attempt.cancel.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Ended::Cancelled)
    }

    async fn give_up(&self, _: &System, cause: &str) -> Result<(), DomainError> {
        if let Self::Fails(note) = self {
            std::fs::write(note, cause).unwrap();
        }
        Ok(())
    }
}

async fn queue(app: &App, told: Told) -> JobId {
    let mut unit = app.system.begin_as(UserId(0)).await.unwrap();
    let id = unit.enqueue(&told).await.unwrap();
    unit.finish(&app.system).await.unwrap();
    id
}

async fn take(app: &App) -> Option<Lease> {
    Lease::take(&app.system, &[MAIN]).await.unwrap()
}

async fn row(app: &App, id: JobId) -> cytomine_model::Job {
    job::get(&app.system, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_cannot_end_the_job() {
    both(|app| async move {
        let id = queue(&app, Told::Runs).await;
        let other = app.replica();
        let [first, late, later] =
            [take(&app).await.unwrap(), take_again(&other).await, take_again(&app).await];
        assert_eq!((later.job.id, later.job.attempts), (id, 3));
        assert!(!first.end(&app.system, &Ended::Failed("too late".to_owned())).await.unwrap());
        assert!(!late.put_off(&other.system, "too late").await.unwrap());
        assert!(later.renew(&app.system).await.unwrap(), "nothing of that touched the job");
        let job = row(&app, id).await;
        assert_eq!((job.state, job.attempts, job.error), (JobState::Running, 3, None));
        assert!(later.end(&app.system, &Ended::Done).await.unwrap());
        assert_eq!(row(&app, id).await.state, JobState::Done);
    })
    .await;
}

/// Takes the job once its lease has run out.
async fn take_again(app: &App) -> Lease {
    app.clock.advance(job::LEASE + Duration::from_millis(1));
    take(app).await.unwrap()
}

#[tokio::test]
async fn what_fails_is_tried_after_growing_delays_and_then_given_up() {
    both(|app| async move {
        let note = app.data().join("given-up");
        let id = queue(&app, Told::Fails(note.clone())).await;
        for attempt in 1..job::ATTEMPTS {
            take(&app).await.unwrap().work::<Told>(&app.system, pending()).await;
            let job = row(&app, id).await;
            assert_eq!((job.state, job.attempts), (JobState::Queued, attempt));
            assert_eq!(job.error.as_deref(), Some("the disk is full"));
            let wait = job::delay(attempt);
            app.clock.advance(wait - Duration::from_millis(1));
            assert!(take(&app).await.is_none(), "{wait:?} have not passed");
            app.clock.advance(Duration::from_millis(1));
        }
        take(&app).await.unwrap().work::<Told>(&app.system, pending()).await;
        let job = row(&app, id).await;
        assert_eq!((job.state, job.attempts), (JobState::Failed, job::ATTEMPTS));
        assert_eq!(job.error.unwrap(), "gave up after 3 attempts: the disk is full");
        assert_eq!(std::fs::read_to_string(note).unwrap(), "gave up after 3 attempts: the disk is full");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_called_off_waits_again_and_bears_the_marks_of_its_kind() {
    both(|app| async move {
        let id = queue(&app, Told::Runs).await;
        take(&app).await.unwrap().work::<Told>(&app.system, ready(())).await;
        let job = row(&app, id).await;
        assert_eq!((job.state, job.attempts, job.error), (JobState::Queued, 0, None));
        assert_eq!((job.kind.as_str(), job.queue.as_str(), job.priority), ("told", MAIN, 7));
    })
    .await;
}

#[tokio::test]
async fn whoever_waits_is_told_by_this_process_and_finds_out_about_others() {
    both(|app| async move {
        let other = app.replica();
        for system in [&app.system, &other.system] {
            let id = queue(&app, Told::Runs).await;
            let lease = take(&app).await.unwrap();
            let end = async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                lease.end(system, &Ended::Done).await.unwrap();
            };
            let both = async { tokio::join!(job::wait(&app.system, id), end) };
            let (waited, ()) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
            waited.unwrap();
        }
    })
    .await;
}
