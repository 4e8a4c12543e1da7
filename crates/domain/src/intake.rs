//! How files come in, by upload or by import: rights first, then bytes, then a look into them, then rows.
//!
//! Nothing is written to the database before the bytes are safe under their key, so a crash leaves at most bytes
//! that no row names, which [`sweep`](crate::sweep) removes. A file that is no slide is refused before it gets a key.
//! A native pyramid becomes an image in the same transaction as its row; anything else gets its row, the row of the
//! pyramid to be made, and a job.

use cytomine_model::{
    AbstractImage, Action, EntityKind, ErrorKind, JobId, Project, ProjectId, Storage, StorageId,
    UploadStatus, UploadedFile, UploadedFileId,
};
use cytomine_slide::{FormatId, Limits, Slide, SlideError, SlideInfo};
pub use cytomine_store::blobs::{Sealed, Staged};
use cytomine_store::{self as store, BlobKey};

use crate::deploy::{self, Deployment};
use crate::image_instance::Seen;
use crate::{Actor, DomainError, Done, System, access, conversion, name, slides, storage};

/// What an upload asks for, besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Where the file belongs; the actor's own storage where absent.
    pub storage: Option<StorageId>,
    /// Projects that the image is added to.
    pub projects: Vec<ProjectId>,
    /// Properties that the image gets.
    pub properties: Vec<(String, String)>,
    /// Bytes that the client announced, if it did.
    pub size: Option<u64>,
}

/// An upload that the actor may make.
#[derive(Clone, Debug)]
pub struct Intake {
    storage: Storage,
    projects: Vec<ProjectId>,
    properties: Vec<(String, String)>,
}

/// A file that was taken in.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its row.
    pub file: UploadedFile,
    /// The command.
    pub done: Done,
    /// The conversion that runs before there is an image.
    pub job: Option<JobId>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its row.
    pub file: UploadedFile,
    /// The image made from it.
    pub image: Option<AbstractImage>,
    /// That image in projects.
    pub instances: Vec<Seen>,
}

/// Checks what can be checked before the body is read.
///
/// # Errors
/// When the actor is a guest, the storage is not theirs, they may not add images to one of the projects, or the disk
/// is too full for the file.
pub async fn authorize(system: &System, actor: &Actor, request: Request) -> Result<Intake, DomainError> {
    access::require(actor, Action::Upload)?;
    let storage = match request.storage {
        Some(id) => storage::fillable(&system.db, actor, id).await?,
        None => storage::personal(system, actor.id(), &actor.user.username).await?,
    };
    let mut projects = request.projects;
    projects.sort_unstable();
    projects.dedup();
    for project in &projects {
        access::project(&system.db, actor, *project).await?.require(Action::AddImage, None)?;
    }
    system.blobs.require_room(request.size.unwrap_or(0))?;
    Ok(Intake { storage, projects, properties: request.properties })
}

/// Begins to take bytes.
///
/// # Errors
/// When the disk is full.
pub async fn stage(system: &System) -> Result<Staged, DomainError> {
    Ok(system.blobs.stage().await?)
}

/// Takes in a file whose bytes have arrived. When this returns, the file survives a crash.
///
/// # Errors
/// Kind invalid when it is no slide, naming the file, the reason and what to do; the bytes are then gone, and there
/// is no row. Otherwise as [`authorize`], since rights may have changed during the upload.
pub async fn register(
    system: &System,
    actor: &Actor,
    intake: &Intake,
    name: &str,
    sealed: Sealed,
) -> Result<Received, DomainError> {
    name::readable("filename", name)?;
    let (sealed, info) = inspect(sealed, name).await?;
    let (size, sha256) = (sealed.size, sealed.sha256.clone());
    let key = BlobKey::new(name);
    system.blobs.publish(sealed, &key).await?;
    let received = record(system, actor, intake, Arrived { name, key: &key, size, sha256, info }).await;
    give_back(system, &key, &received).await;
    received
}

/// Removes published bytes whose row was refused. When the database failed, only its answer may be lost and the row be
/// there: then the sweeper decides.
pub(crate) async fn give_back<T>(system: &System, key: &BlobKey, made: &Result<T, DomainError>) {
    if made.as_ref().is_err_and(|cause| !cause.is_ours())
        && let Err(cause) = system.blobs.delete(key).await
    {
        tracing::warn!(%key, %cause, "bytes of a refused upload stay until the next sweep");
    }
}

struct Arrived<'a> {
    name: &'a str,
    key: &'a BlobKey,
    size: u64,
    sha256: String,
    info: SlideInfo,
}

async fn record(
    system: &System,
    actor: &Actor,
    intake: &Intake,
    arrived: Arrived<'_>,
) -> Result<Received, DomainError> {
    let Arrived { name, key, size, sha256, info } = arrived;
    let mut unit = system.begin(actor).await?;
    storage::fillable(&mut unit.tx, actor, intake.storage.id).await?;
    let mut projects: Vec<Project> = Vec::with_capacity(intake.projects.len());
    for id in &intake.projects {
        let access = access::project(&mut unit.tx, actor, *id).await?;
        access.require(Action::AddImage, None)?;
        projects.push(access.project);
    }
    let status = if info.needs_conversion { UploadStatus::Converting } else { UploadStatus::Deployed };
    let mut file = UploadedFile {
        id: UploadedFileId(unit.id().await?),
        user: actor.id(),
        storage: intake.storage.id,
        parent: None,
        filename: key.to_string(),
        original_filename: name.to_owned(),
        ext: extension(name),
        content_type: info.format.as_str().to_owned(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        status: status.code(),
        error: None,
        sha256: Some(sha256),
        projects: intake.projects.clone(),
        created: unit.now,
        updated: None,
    };
    store::table::insert(&mut unit.tx, &file).await?;
    unit.added(EntityKind::UploadedFile, &[file.id.0]);
    let job = if info.needs_conversion {
        let child = UploadedFile {
            id: UploadedFileId(unit.id().await?),
            parent: Some(file.id),
            filename: BlobKey::converted(name).to_string(),
            content_type: FormatId::PyrTiff.as_str().to_owned(),
            ext: "tif".to_owned(),
            size: 0,
            sha256: None,
            ..file.clone()
        };
        store::table::insert(&mut unit.tx, &child).await?;
        unit.added(EntityKind::UploadedFile, &[child.id.0]);
        let work = conversion::Work {
            file: file.id,
            trusted: actor.admin_by_now,
            properties: intake.properties.clone(),
        };
        Some(unit.enqueue(&work).await?)
    } else {
        let deployment =
            Deployment { file: &file, slide_file: file.id, info: &info, properties: &intake.properties };
        deploy::deploy(&mut unit, &deployment, &projects).await?;
        None
    };
    if let [project] = &projects[..] {
        unit.in_project(project.id);
    }
    let done = unit.commit(system, format!("File {name} uploaded")).await?;
    file.updated = None;
    Ok(Received { file, done, job })
}

/// Looks into staged bytes on a thread of its own.
async fn inspect(sealed: Sealed, name: &str) -> Result<(Sealed, SlideInfo), DomainError> {
    let looked = tokio::task::spawn_blocking(move || {
        let info = sealed.reader().map(|reader| {
            Slide::open(slides::parts(reader), &Limits::default()).map(|slide| slide.info().clone())
        });
        (sealed, info)
    })
    .await;
    match looked {
        Ok((sealed, Ok(Ok(info)))) => Ok((sealed, info)),
        Ok((_, Ok(Err(cause)))) => Err(refused(name, &cause)),
        Ok((_, Err(cause))) => Err(cause.into()),
        Err(cause) => {
            tracing::error!(%cause, name, "looking into an upload failed");
            Err(DomainError::invalid(format!(
                "{name}: damaged in a way that reading it failed; export or copy the file again from its source"
            )))
        }
    }
}

fn refused(name: &str, cause: &SlideError) -> DomainError {
    let kind = if cause.is_content() { ErrorKind::Invalid } else { ErrorKind::Unavailable };
    DomainError::new(kind, format!("{name}: {cause}"))
}

fn extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 16 => ending.to_lowercase(),
        _ => String::new(),
    }
}

/// What became of a file that the actor uploaded.
///
/// # Errors
/// When the actor may not see it.
pub async fn outcome(system: &System, actor: &Actor, id: UploadedFileId) -> Result<Outcome, DomainError> {
    let file = crate::uploaded_file::get(system, actor, id).await?;
    let image: Option<AbstractImage> = match store::uploaded_file::images_of(&system.db, &[id]).await?.first()
    {
        Some((_, image)) => access::unasked(&system.db, *image, access::Unasked::Reached).await?,
        None => None,
    };
    let instances = match &image {
        Some(image) => crate::image_instance::list_of_image(system, actor, image.id).await?,
        None => Vec::new(),
    };
    Ok(Outcome { file, image, instances })
}

#[cfg(test)]
mod tests {
    use super::extension;

    #[test]
    fn endings_are_lower_case_words() {
        assert_eq!(extension("A.SVS"), "svs");
        assert_eq!(extension("a.ome.tif"), "tif");
        assert_eq!(extension(".hidden"), "");
        assert_eq!(extension("none"), "");
    }
}
