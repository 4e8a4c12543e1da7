//! Uploaded files as entities: seen through the own storage or a project that shows an image of them, changed and
//! deleted by the owner of the storage. How bytes come in is in [`intake`](crate::intake).

use std::collections::HashMap;
use std::ops::Range;
use std::time::SystemTime;

use bytes::Bytes;

use cytomine_model::{
    AbstractImage, AbstractImageId, Action, CommandId, EntityKind, ErrorKind, Page, ProjectId, Sort,
    StorageId, UploadStatus, UploadedFile, UploadedFileId, UserId,
};
use cytomine_store::blobs::Reader;
pub use cytomine_store::uploaded_file::UploadedFileFilter;
use cytomine_store::{self as store, BlobError, BlobKey, Read, Tx};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, name, storage};

/// What a client says about an uploaded file; on an edit, absent fields keep their value.
#[derive(Clone, Debug, Default)]
pub struct FileFields {
    /// Who uploaded it.
    pub user: Option<UserId>,
    /// Where it belongs.
    pub storage: Option<StorageId>,
    /// The file it was made from.
    pub parent: Option<UploadedFileId>,
    /// A word for where it lies; never opens anything.
    pub filename: Option<String>,
    /// Name given by the user.
    pub original_filename: Option<String>,
    /// Extension.
    pub ext: Option<String>,
    /// Identifier of the format.
    pub content_type: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
    /// How far it got.
    pub status: Option<i32>,
    /// Projects that the image shall be added to.
    pub projects: Option<Vec<ProjectId>>,
}

impl From<BlobError> for DomainError {
    fn from(error: BlobError) -> Self {
        let kind = match error {
            BlobError::Missing(_) | BlobError::Key(_) => ErrorKind::NotFound,
            _ => ErrorKind::Unavailable,
        };
        Self::new(kind, error.to_string())
    }
}

/// A file that the actor may see.
///
/// # Errors
/// When there is none, or it is neither in an own storage nor behind an image of a project of the actor.
pub async fn get(system: &System, actor: &Actor, id: UploadedFileId) -> Result<UploadedFile, DomainError> {
    access::get(&system.db, actor, id, Deed::See).await
}

/// A page of the files in the actor's storages, and how many there are.
pub async fn list(
    system: &System,
    actor: &Actor,
    filter: &UploadedFileFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<UploadedFile>, i64), DomainError> {
    Ok(store::uploaded_file::list(&system.db, actor.scope(), filter, sort, page).await?)
}

/// The image made from each of these files, where there is one. Rights are those on the files.
pub async fn images(
    system: &System,
    files: &[UploadedFile],
) -> Result<HashMap<UploadedFileId, AbstractImageId>, DomainError> {
    let ids: Vec<UploadedFileId> = files.iter().map(|file| file.id).collect();
    Ok(store::uploaded_file::images_of(&system.db, &ids).await?.into_iter().collect())
}

impl Noun for UploadedFile {
    /// Who sees an image of a file sees the file; the rest is for the owner of its storage, and administrators.
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let owner = storage::owner(&mut *ex, self.storage).await?;
        if deed != Deed::See {
            access::require_on(actor, Action::EditSlide, owner)?;
            return Ok(Reach::OUTSIDE);
        }
        let role = store::uploaded_file::role_through_projects(ex, self.id, actor.id()).await?;
        if access::shares(actor, Action::SeeSlide, access::standing_through(actor, role), owner) {
            return Ok(Reach::OUTSIDE);
        }
        Err(DomainError::forbidden("This file is in none of your storages and projects; ask its owner"))
    }

    /// A file that was made from another goes with that one; images of them that a project uses are in the way.
    async fn free(tx: &mut Tx, ids: &[UploadedFileId], command: CommandId) -> Result<(), DomainError> {
        let files = with_descendants(tx, ids).await?;
        for id in ids {
            let file = access::unasked::<Self>(&mut *tx, *id, Unasked::Reached).await?;
            if let Some(parent) = file.and_then(|file| file.parent).filter(|parent| !ids.contains(parent)) {
                return Err(DomainError::forbidden(format!(
                    "This file was made from the file {parent}: delete that one, and this goes with it"
                )));
            }
        }
        let images = store::abstract_image::of_files(&mut *tx, &files).await?;
        AbstractImage::free(tx, &images, command).await
    }
}

/// These files and all that were made from them.
async fn with_descendants(tx: &mut Tx, ids: &[UploadedFileId]) -> Result<Vec<UploadedFileId>, DomainError> {
    let mut files = ids.to_vec();
    let mut next = 0;
    while next < files.len() {
        let children = store::uploaded_file::children(&mut *tx, files[next]).await?;
        files.extend(children.iter().map(|child| child.id).filter(|child| !ids.contains(child)));
        next += 1;
    }
    Ok(files)
}

/// Registers a file whose bytes this server does not hold, as Cytomine's own image servers do.
///
/// # Errors
/// When the actor is a guest, the storage is not theirs, or a name is missing.
pub async fn create(
    system: &System,
    actor: &Actor,
    fields: FileFields,
) -> Result<Outcome<UploadedFile>, DomainError> {
    bulk::create(system, actor, fields).await
}

impl New for FileFields {
    type Made = UploadedFile;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(UploadedFile, String), DomainError> {
        access::require(actor, Action::Upload)?;
        let storage = self
            .storage
            .ok_or_else(|| DomainError::invalid("An uploaded file needs its storage: give `storage`"))?;
        storage::fillable(&mut unit.tx, actor, storage).await?;
        let user = self.user.unwrap_or(actor.id());
        if user != actor.id() {
            access::require(actor, Action::GiveAway)?;
        }
        let name = self.original_filename.clone().or_else(|| self.filename.clone());
        let name = name.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
            DomainError::invalid("An uploaded file needs a name: give `originalFilename` or `filename`")
        })?;
        name::readable("originalFilename", &name)?;
        if let Some(parent) = self.parent {
            access::get::<UploadedFile>(&mut unit.tx, actor, parent, Deed::Edit).await?;
        }
        let mut file = UploadedFile {
            id: UploadedFileId(unit.id().await?),
            user,
            storage,
            parent: self.parent,
            filename: self.filename.clone().unwrap_or_else(|| name.clone()),
            original_filename: name,
            ext: String::new(),
            content_type: String::new(),
            size: 0,
            status: UploadStatus::Uploaded.code(),
            error: None,
            sha256: None,
            projects: Vec::new(),
            created: unit.now,
            updated: None,
        };
        apply(&mut file, &self, false)?;
        store::table::insert(&mut unit.tx, &file).await?;
        unit.added(EntityKind::UploadedFile, &[file.id.0]);
        let message = format!("File {} added", file.original_filename);
        Ok((file, message))
    }
}

/// Changes a file. Where this server holds its bytes, what follows from them (place, size, format, status) stays.
///
/// # Errors
/// When the file or the new storage is not the actor's.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: UploadedFileId,
    fields: FileFields,
) -> Result<Outcome<UploadedFile>, DomainError> {
    access::require(actor, Action::Upload)?;
    let mut unit = system.begin_on(actor, EntityKind::UploadedFile, id.0).await?;
    let before: UploadedFile = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
    let mut file = before.clone();
    if let Some(storage) = fields.storage.filter(|storage| *storage != before.storage) {
        storage::fillable(&mut unit.tx, actor, storage).await?;
        file.storage = storage;
        unit.rights_changed();
    }
    apply(&mut file, &fields, before.is_ours())?;
    // Of what is not ours the projects are but numbers, and nothing is added to them.
    if before.is_ours() {
        may_fill(&mut unit.tx, actor, &before.projects, &file.projects).await?;
    }
    file.updated = Some(unit.now);
    store::table::update(&mut unit.tx, &before, &file).await?;
    unit.edited(&before, &file);
    let message = format!("File {} edited", file.original_filename);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: file, done })
}

/// Fails unless the actor may add images to the projects that were not named before.
async fn may_fill(
    tx: &mut Tx,
    actor: &Actor,
    before: &[ProjectId],
    projects: &[ProjectId],
) -> Result<(), DomainError> {
    for project in projects.iter().filter(|project| !before.contains(project)) {
        access::project(&mut *tx, actor, *project).await?.require(Action::AddImage, None)?;
    }
    Ok(())
}

/// Deletes a file with the files and images made from it, none of which a project may use.
///
/// # Errors
/// When the file is not the actor's, was made from another one, or a project uses an image of it: kind conflict,
/// with the names of projects and images.
pub async fn delete(
    system: &System,
    actor: &Actor,
    id: UploadedFileId,
) -> Result<Outcome<UploadedFile>, DomainError> {
    access::require(actor, Action::Upload)?;
    let mut unit = system.begin(actor).await?;
    let file: UploadedFile = access::get(&mut unit.tx, actor, id, Deed::Delete).await?;
    unit.free::<UploadedFile>(&[id]).await?;
    let files = with_descendants(&mut unit.tx, &[id]).await?;
    // Named one by one: a cascade along the parents reaches one generation only.
    let ids: Vec<i64> = files.iter().map(|id| id.0).collect();
    unit.deleted(EntityKind::UploadedFile, &ids).await?;
    unit.rights_changed();
    let message = format!("File {} deleted", file.original_filename);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: file, done })
}

/// Bytes to be sent to somebody who may have them.
#[derive(Clone, Debug)]
pub struct Download {
    reader: Reader,
    /// Name for the receiver.
    pub name: String,
    /// Strong validator: the bytes' hash.
    pub sha256: String,
}

impl Download {
    /// How many bytes.
    pub fn size(&self) -> u64 {
        self.reader.len()
    }

    /// When they were written.
    pub fn modified(&self) -> SystemTime {
        self.reader.modified()
    }

    /// Some of them.
    ///
    /// # Errors
    /// When they cannot be read, or are beyond the end.
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes, DomainError> {
        let read = self.reader.read(std::slice::from_ref(&range)).await?;
        Ok(read.into_iter().next().unwrap_or_default())
    }
}

/// The bytes of a file.
///
/// # Errors
/// When the actor may not see the file, or this server does not hold its bytes.
pub async fn download(system: &System, actor: &Actor, id: UploadedFileId) -> Result<Download, DomainError> {
    let file = get(system, actor, id).await?;
    bytes_of(system, &file).await
}

/// The file that an image was made from, as it was uploaded.
///
/// # Errors
/// As [`download`]; who may see the image is the caller's question.
pub(crate) async fn original(system: &System, id: Option<UploadedFileId>) -> Result<Download, DomainError> {
    let file = match id {
        Some(id) => access::unasked(&system.db, id, Unasked::Reached).await?,
        None => None,
    };
    bytes_of(system, &file.ok_or_else(gone)?).await
}

async fn bytes_of(system: &System, file: &UploadedFile) -> Result<Download, DomainError> {
    let sha256 = file.sha256.clone().ok_or_else(gone)?;
    stored(system, &file.filename, file.original_filename.clone(), sha256).await
}

/// The bytes under a key; who may have them is the caller's question.
pub(crate) async fn stored(
    system: &System,
    key: &str,
    name: String,
    sha256: String,
) -> Result<Download, DomainError> {
    let key: BlobKey = key.parse()?;
    let reader = match system.blobs.open(&key).await {
        Err(BlobError::Missing(_)) => return Err(gone()),
        opened => opened?,
    };
    Ok(Download { reader, name, sha256 })
}

fn gone() -> DomainError {
    DomainError::new(
        ErrorKind::NotFound,
        "This server does not hold the bytes of this file: its import failed, or it was registered without them",
    )
}

/// Sets what a client may say of a file: this is the list. Of what is ours (`held`) place, format, size and status are
/// the system's; clients send them back as they read them.
fn apply(file: &mut UploadedFile, fields: &FileFields, held: bool) -> Result<(), DomainError> {
    if let Some(name) = &fields.original_filename {
        if name.trim().is_empty() {
            return Err(DomainError::invalid("`originalFilename` is empty: give a name"));
        }
        name::readable("originalFilename", name)?;
        file.original_filename.clone_from(name);
    }
    if let Some(projects) = &fields.projects {
        file.projects.clone_from(projects);
    }
    if let Some(ext) = &fields.ext {
        file.ext.clone_from(ext);
    }
    if held {
        return Ok(());
    }
    if let Some(name) = &fields.filename {
        file.filename.clone_from(name);
    }
    if let Some(format) = &fields.content_type {
        file.content_type.clone_from(format);
    }
    if let Some(size) = fields.size {
        file.size = size.max(0);
    }
    if let Some(status) = fields.status {
        file.status = status;
    }
    Ok(())
}
