//! The job that turns an uploaded image into a pyramid that tiles can be read from.
//!
//! It may be run again at any moment, even while another process still runs it: the pyramid is written to a staged
//! file and moved to a key of its own, and rows change (and name that key) only if the file still waits for its
//! conversion. Whoever comes second removes what it made.

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cytomine_model::{
    Action, ErrorKind, GlobalRole, Project, UploadStatus, UploadedFile, UploadedFileId, User,
};
use cytomine_slide::{Limits, Parts, Region, Slide, SlideError, SlideInfo, convert};
use cytomine_store::blobs::Sealed;
use cytomine_store::{self as store, BlobError, BlobKey, Blobs, Tx};
use serde::{Deserialize, Serialize};

use crate::access::{self, Unasked};
use crate::deploy::{self, Deployment};
use crate::job::{self, Attempt, Job, Watcher};
use crate::{Actor, DomainError, Proof, System, slides};

pub use crate::job::Ended;

/// Arguments of the job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The file as it was uploaded.
    pub file: UploadedFileId,
    /// The uploader administered: they need not be a member of the projects, as long as they can administer.
    pub trusted: bool,
    /// Properties that the image gets.
    pub properties: Vec<(String, String)>,
}

impl Job for Work {
    const NAME: &'static str = "convert";
    const QUEUE: &'static str = job::SLIDES;

    async fn run(&self, system: &System, attempt: Attempt) -> Result<Ended, DomainError> {
        run(system, self, attempt.cancel, attempt.watcher).await
    }

    async fn give_up(&self, system: &System, cause: &str) -> Result<(), DomainError> {
        fail(system, self, cause).await.map(|_| ())
    }
}

/// Runs the job. `cancel` calls it off, `watcher` is told how far it is.
///
/// # Errors
/// When disk or database fail: then it is worth another attempt.
pub async fn run(
    system: &System,
    work: &Work,
    cancel: Arc<AtomicBool>,
    watcher: Option<Watcher>,
) -> Result<Ended, DomainError> {
    let Some((file, child)) = waiting(system, work.file).await? else { return Ok(Ended::Done) };
    let source: BlobKey = file.filename.parse()?;
    let target = BlobKey::converted(&file.original_filename);
    system.blobs.require_room(u64::try_from(file.size).unwrap_or(0))?;
    let (blobs, parts) = (system.blobs.clone(), slides::parts(system.blobs.open(&source).await?));
    let written = tokio::task::spawn_blocking(move || {
        pyramid(&blobs, &parts, &mut |done, total| {
            if let Some(watcher) = &watcher {
                watcher(done, total);
            }
            !cancel.load(Ordering::Relaxed)
        })
    })
    .await;
    let (sealed, info) = match written {
        Ok(Ok(written)) => written,
        Ok(Err(Failure::Blob(cause))) => return Err(cause.into()),
        Ok(Err(Failure::Slide(SlideError::Cancelled))) => return Ok(Ended::Cancelled),
        Ok(Err(Failure::Slide(cause))) if cause.is_content() => {
            return fail(system, work, &cause.to_string()).await;
        }
        Ok(Err(Failure::Slide(cause))) => {
            return Err(DomainError::new(cytomine_model::ErrorKind::Unavailable, cause.to_string()));
        }
        Err(cause) => {
            tracing::error!(%cause, file = %file.id, "a conversion broke off");
            return fail(system, work, "damaged in a way that converting it failed; export the file again")
                .await;
        }
    };
    let child = UploadedFile {
        filename: target.to_string(),
        size: i64::try_from(sealed.size).unwrap_or(i64::MAX),
        sha256: Some(sealed.sha256.clone()),
        content_type: info.format.as_str().to_owned(),
        status: UploadStatus::Converted.code(),
        ..child
    };
    system.blobs.publish(sealed, &target).await?;
    // After an error the rows may name the bytes all the same, when only the answer of the database was lost.
    if !finish(system, work, &file, child, &info).await?
        && let Err(cause) = system.blobs.delete(&target).await
    {
        tracing::warn!(%cause, "a pyramid that nobody needs stays until the next sweep");
    }
    Ok(Ended::Done)
}

/// Frees conversions whose worker died, before their leases run out. For a process that has the data directory to
/// itself: nobody else can be reading the files in it.
pub async fn take_back(system: &System) -> Result<(), DomainError> {
    for job in store::job::running(&system.db).await? {
        if job.kind != Work::NAME {
            continue;
        }
        let Ok(work) = job::arguments::<Work>(&job) else { continue };
        let file = access::unasked::<UploadedFile>(&system.db, work.file, Unasked::System).await?;
        let key = file.and_then(|file| file.filename.parse::<BlobKey>().ok());
        let here = match key {
            Some(key) => system.blobs.exists(&key).await?,
            None => false,
        };
        if here {
            let mut tx = system.db.begin().await?;
            store::job::expire(&mut tx, job.id).await?;
            tx.commit().await?;
            tracing::info!(job = %job.id, "a conversion that broke off begins again");
        }
    }
    Ok(())
}

/// The file and the row of its pyramid, if it still waits for one.
async fn waiting(
    system: &System,
    id: UploadedFileId,
) -> Result<Option<(UploadedFile, UploadedFile)>, DomainError> {
    let converting = UploadStatus::Converting.code();
    let file = access::unasked::<UploadedFile>(&system.db, id, Unasked::System).await?;
    let file = file.filter(|file| file.status == converting);
    let Some(file) = file else { return Ok(None) };
    let children = store::uploaded_file::children(&system.db, id).await?;
    Ok(children.into_iter().find(|child| child.status == converting).map(|child| (file, child)))
}

/// Makes the image; false when the file no longer waits for it.
async fn finish(
    system: &System,
    work: &Work,
    file: &UploadedFile,
    mut child: UploadedFile,
    info: &SlideInfo,
) -> Result<bool, DomainError> {
    let mut unit = system.begin_as(file.user).await?;
    let (from, to) = (UploadStatus::Converting.code(), UploadStatus::Deployed.code());
    if !store::uploaded_file::advance(&mut unit.tx, file.id, from, to, unit.now).await? {
        // Somebody else was quicker, or the file was deleted meanwhile.
        return Ok(false);
    }
    child.updated = Some(unit.now);
    if let Some(before) = access::unasked::<UploadedFile>(&mut unit.tx, child.id, Unasked::System).await? {
        store::table::update(&mut unit.tx, &before, &child).await?;
    }
    let projects = open_to(&mut unit.tx, work, file).await?;
    let deployment = Deployment { file, slide_file: child.id, info, properties: &work.properties };
    deploy::deploy(&mut unit, &deployment, &projects).await?;
    // No command: undo goes back over what a user did, not over what the system did meanwhile.
    unit.finish(system).await?;
    Ok(true)
}

/// Those of the projects that the file was uploaded for into which its uploader may still put it, by the rights of now.
async fn open_to(tx: &mut Tx, work: &Work, file: &UploadedFile) -> Result<Vec<Project>, DomainError> {
    let mut projects: Vec<Project> = Vec::new();
    let user = access::unasked::<User>(&mut *tx, file.user, Unasked::System).await?;
    let Some(user) = user.filter(|user| user.enabled) else { return Ok(projects) };
    let role = store::user::highest_role(&mut *tx, user.id).await?;
    // The session may have closed since; who administered then and could open it now is trusted.
    let admin_by_now = role == GlobalRole::SuperAdmin || (work.trusted && role == GlobalRole::Admin);
    let actor = Actor { user, role, admin_by_now, proof: Proof::System };
    for id in &file.projects {
        match access::project(&mut *tx, &actor, *id).await {
            Ok(access) if access.allows(Action::AddImage, None) => projects.push(access.project),
            Err(error) if !matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
                return Err(error);
            }
            _ => {
                tracing::info!(project = %id, file = %file.id, "the uploader may no longer add to this project");
            }
        }
    }
    Ok(projects)
}

/// Gives a conversion up: the rows keep the status and the cause, the bytes go.
pub async fn fail(system: &System, work: &Work, cause: &str) -> Result<Ended, DomainError> {
    let Some((file, child)) = waiting(system, work.file).await? else { return Ok(Ended::Done) };
    let text = format!("{}: {cause}", file.original_filename);
    let mut unit = system.begin_as(file.user).await?;
    let (from, to) = (UploadStatus::Converting.code(), UploadStatus::ErrorConversion.code());
    let now = unit.now;
    if !store::uploaded_file::advance(&mut unit.tx, file.id, from, to, now).await? {
        return Ok(Ended::Done);
    }
    for id in [file.id, child.id] {
        store::uploaded_file::set_status(&mut unit.tx, id, to, Some(&text), now).await?;
    }
    unit.finish(system).await?;
    // No attempt leaves bytes under a key of its own, so the original alone goes, and only if no other row names it.
    let keys: Vec<BlobKey> = file.filename.parse().into_iter().collect();
    for key in store::uploaded_file::unneeded(&system.db, &keys).await? {
        if let Err(cause) = system.blobs.delete(&key).await {
            tracing::warn!(%key, %cause, "bytes of a failed conversion stay until the next sweep");
        }
    }
    Ok(Ended::Failed(text))
}

enum Failure {
    Slide(SlideError),
    Blob(BlobError),
}

impl From<BlobError> for Failure {
    fn from(error: BlobError) -> Self {
        Self::Blob(error)
    }
}

impl From<SlideError> for Failure {
    fn from(error: SlideError) -> Self {
        Self::Slide(error)
    }
}

/// Longer side of the picture in pixels that shows whether a pyramid is good.
const THUMBNAIL: f64 = 256.0;

/// Writes the pyramid, and opens it to see that it can be read.
fn pyramid(
    blobs: &Blobs,
    source: &Parts,
    watch: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(Sealed, SlideInfo), Failure> {
    let limits = Limits::default();
    let original = Slide::open(source.clone(), &limits)?.info().clone();
    let sealed = blobs.stage_blocking()?.fill(|file| {
        let mut buffered = BufWriter::with_capacity(1 << 20, file);
        convert(source, &mut buffered, &limits, &mut |done, total| watch(done, total))?;
        buffered.flush().map_err(|cause| BlobError::Io { action: "write a converted slide", cause })?;
        Ok::<(), Failure>(())
    })?;
    let slide = Slide::open(slides::parts(sealed.reader()?), &limits)?;
    // A pyramid that cannot be shown is none.
    let (width, height) = (slide.info().width, slide.info().height);
    let shrink = f64::from(width.max(height)).max(THUMBNAIL) / THUMBNAIL;
    let side = |side: u32| (f64::from(side) / shrink).round().max(1.0) as u32;
    slide.pixels(Region::new(0, 0, width, height, side(width), side(height)))?;
    let mut info = slide.info().clone();
    // What the pyramid does not carry is taken from the original.
    info.physical_size_x = info.physical_size_x.or(original.physical_size_x);
    info.physical_size_y = info.physical_size_y.or(original.physical_size_y);
    info.magnification = info.magnification.or(original.magnification);
    Ok((sealed, info))
}
