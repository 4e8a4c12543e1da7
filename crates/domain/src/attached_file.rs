//! Files attached to entities. As with slides, a row is written after its bytes are safe under their key; bytes that no row
//! names go with the next sweep.

use cytomine_model::{AttachedFile, AttachedFileId, Millis};
use cytomine_store::BlobKey;
use cytomine_store::blobs::Sealed;

use crate::hanging::{Hanging, Subject, Which};
use crate::unit::bulk::Bulk;
use crate::uploaded_file::{Download, stored};
use crate::{Actor, DomainError, Outcome, System, hanging, intake, name};

/// Largest file, in bytes.
pub const LARGEST: u64 = 1 << 30;

/// Longest name and longest key, in characters.
const LONGEST: usize = 255;

/// What is said of a file whose bytes are in place.
#[derive(Clone, Debug)]
pub struct Stored {
    name: String,
    key: Option<String>,
    blob: BlobKey,
    size: u64,
    sha256: String,
}

impl Hanging for AttachedFile {
    type Fields = Stored;

    fn begin(id: AttachedFileId, (kind, entity): Subject, created: Millis) -> Self {
        let [filename, blob, sha256] = [const { String::new() }; 3];
        Self { id, kind, entity, filename, key: None, blob, size: 0, sha256, created, updated: None }
    }

    fn subject(&self) -> Subject {
        (self.kind, self.entity)
    }

    fn moments(&self) -> (Millis, Option<Millis>) {
        (self.created, self.updated)
    }

    fn words(&self) -> String {
        format!("File {}", self.filename)
    }

    fn fill(&mut self, stored: Stored, _: Option<Millis>) -> Result<(), DomainError> {
        let too_long = |text: &str| text.chars().count() > LONGEST;
        if too_long(&stored.name) || stored.key.as_deref().is_some_and(too_long) {
            return Err(DomainError::invalid("Name and key of a file have 255 characters at most"));
        }
        name::readable("filename", &stored.name)?;
        (self.filename, self.key) = (stored.name, stored.key);
        (self.blob, self.sha256) = (stored.blob.to_string(), stored.sha256);
        self.size = i64::try_from(stored.size).unwrap_or(i64::MAX);
        Ok(())
    }
}

/// Attaches a file whose bytes have arrived; `key` is what clients know it by. When this returns, it survives a crash.
///
/// # Errors
/// When there is no such entity, no right, or name or key are too long; the bytes are gone then.
pub async fn attach(
    system: &System,
    actor: &Actor,
    on: Option<Subject>,
    (name, key): (String, Option<String>),
    sealed: Sealed,
) -> Result<Outcome<AttachedFile>, DomainError> {
    hanging::authorize(system, actor, on).await?;
    let blob = BlobKey::new(&name);
    let stored = Stored { name, key, blob: blob.clone(), size: sealed.size, sha256: sealed.sha256.clone() };
    system.blobs.publish(sealed, &blob).await?;
    let made = hanging::create_many(system, actor, vec![(on, stored)]).await.and_then(Bulk::one);
    intake::give_back(system, &blob, &made).await;
    made
}

/// The bytes of a file that the actor may see.
///
/// # Errors
/// When there is none, no right, or its bytes are lost.
pub async fn download(system: &System, actor: &Actor, which: Which) -> Result<Download, DomainError> {
    let file: AttachedFile = hanging::get(system, actor, which).await?;
    stored(system, &file.blob, file.filename, file.sha256).await
}
