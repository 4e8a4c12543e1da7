//! Where the pixels of an image lie, for whoever may see them.
//!
//! A tile that is passed through takes 30 us, one SQL look-up 95 us; so both answers (where, and whether this user
//! may) are kept for [`RIGHTS_LIFETIME`](crate::system::RIGHTS_LIFETIME), and dropped when rights change.

pub mod frame;
pub mod look;
pub mod picture;

use std::path::PathBuf;
use std::sync::Arc;

use cytomine_model::{
    AbstractImage, AbstractImageId, AbstractSliceId, Action, ErrorKind, ImageInstanceId, ProjectId,
    SliceInstanceId,
};
use cytomine_store::{self as store, BlobKey};

use crate::{Actor, DomainError, System, access};

/// What pixels are asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelTarget {
    /// An image in a project.
    Image(ImageInstanceId),
    /// A plane of one.
    Slice(SliceInstanceId),
    /// An image independent of projects.
    AbstractImage(AbstractImageId),
    /// A plane of one.
    AbstractSlice(AbstractSliceId),
}

/// Where pixels lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelSource {
    /// The image in a project, where one was asked for.
    pub image: Option<ImageInstanceId>,
    /// Its project.
    pub project: Option<ProjectId>,
    /// The image as the platform holds it.
    pub abstract_image: AbstractImageId,
    /// Key of the bytes.
    pub key: BlobKey,
    /// File that holds them, for positioned reads.
    pub path: PathBuf,
    /// Short hash of the bytes: what cache addresses carry.
    pub content_id: String,
    /// Pixels at level 0.
    pub width: u32,
    /// Pixels at level 0.
    pub height: u32,
}

/// What a user may see of it. Made once per user and image, kept for some seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PixelRight {
    names: bool,
}

/// Pixels that the actor may see.
#[derive(Clone, Debug)]
pub struct PixelAccess {
    /// Where they lie.
    pub source: Arc<PixelSource>,
    /// The actor may see what names the patient or the slide: the label and the metadata. False in a blind project
    /// for those who do not manage it.
    pub names: bool,
}

/// Looks up pixels; without a query of the database when the same user asked for the same lately.
///
/// # Errors
/// When there is no such image, the actor may not see it, or it has no pixels (kind unprocessable).
pub async fn of(system: &System, actor: &Actor, target: PixelTarget) -> Result<PixelAccess, DomainError> {
    let source = match system.pixel_sources.get(&target) {
        Some(source) => source,
        None => {
            let source = Arc::new(find(system, actor, target).await?);
            system.pixel_sources.insert(target, Arc::clone(&source));
            source
        }
    };
    // An administrator whose session has closed is another key.
    let key = (actor.id(), actor.admin_by_now, target);
    let right = match system.image_rights.get(&key) {
        Some(right) => right,
        None => {
            let right = right(system, actor, &source).await?;
            system.image_rights.insert(key, right);
            right
        }
    };
    Ok(PixelAccess { source, names: right.names })
}

async fn right(system: &System, actor: &Actor, source: &PixelSource) -> Result<PixelRight, DomainError> {
    match source.project {
        Some(project) => {
            let access = access::project(&system.db, actor, project).await?;
            let names = !access.project.blind_mode || access.allows(Action::EditProject, None);
            Ok(PixelRight { names })
        }
        None => {
            crate::image::require_visible(&system.db, actor, source.abstract_image).await?;
            Ok(PixelRight { names: true })
        }
    }
}

async fn find(system: &System, actor: &Actor, target: PixelTarget) -> Result<PixelSource, DomainError> {
    let db = &system.db;
    let (image, project, base) = match target {
        PixelTarget::Image(id) => {
            let image = crate::instance::get(system, actor, id).await?;
            (Some(image.id), Some(image.project), image.base)
        }
        PixelTarget::Slice(id) => {
            let slice = store::slice_instance::by_id(db, id).await?;
            let slice = slice.ok_or_else(|| DomainError::not_found("SliceInstance", id))?;
            let image = crate::instance::get(system, actor, slice.image).await?;
            (Some(image.id), Some(image.project), image.base)
        }
        PixelTarget::AbstractImage(id) => (None, None, crate::image::get(system, actor, id).await?),
        PixelTarget::AbstractSlice(id) => {
            let slice = store::abstract_slice::by_id(db, id).await?;
            let slice = slice.ok_or_else(|| DomainError::not_found("AbstractSlice", id))?;
            (None, None, crate::image::get(system, actor, slice.image).await?)
        }
    };
    located(system, image, project, &base)
}

fn located(
    system: &System,
    image: Option<ImageInstanceId>,
    project: Option<ProjectId>,
    base: &AbstractImage,
) -> Result<PixelSource, DomainError> {
    let none = || {
        DomainError::new(
            ErrorKind::Unprocessable,
            "This image has no pixels on this server: it was registered without a file; upload the file",
        )
    };
    let key: BlobKey = base.path.as_deref().ok_or_else(none)?.parse().map_err(|_| none())?;
    let size = |side: Option<i32>| side.and_then(|side| u32::try_from(side).ok()).ok_or_else(none);
    Ok(PixelSource {
        image,
        project,
        abstract_image: base.id,
        path: system.blobs.path(&key),
        content_id: base.content_id.clone().ok_or_else(none)?,
        key,
        width: size(base.width)?,
        height: size(base.height)?,
    })
}
