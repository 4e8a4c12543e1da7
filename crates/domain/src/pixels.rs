//! Where the pixels of an image lie, for whoever may see them.
//!
//! A tile that is passed through takes 30 us, one SQL look-up 95 us; so both answers (where, and whether this user
//! may) are kept for [`RIGHTS_LIFETIME`](crate::system::RIGHTS_LIFETIME), and dropped when rights change.

pub mod frame;
pub mod picture;

pub use crate::pixel_source::{PixelSource, PixelTarget, Planes};

use std::sync::Arc;

use cytomine_model::{
    AbstractImage, AbstractImageId, AbstractSlice, ErrorKind, ImageInstance, ImageInstanceId, ProjectId,
    SliceInstance,
};
use cytomine_slide::Plane;
use cytomine_store::{self as store, BlobKey};

use crate::access::{Deed, Unasked};
use crate::pixel_source::PixelRight;
use crate::{Actor, DomainError, System, access};

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
    if let Some(source) = system.pixel_sources.get(&target) {
        let right = right_kept(system, actor, target, source.project, source.abstract_image).await?;
        return Ok(PixelAccess { source, names: right.names });
    }
    let found = find(system, target).await?;
    // Before anything is told of the pixels, their absence too.
    let right = right_kept(system, actor, target, found.project, found.base.id).await?;
    let source = Arc::new(located(system, found).await?);
    system.pixel_sources.insert(target, Arc::clone(&source));
    Ok(PixelAccess { source, names: right.names })
}

async fn right_kept(
    system: &System,
    actor: &Actor,
    target: PixelTarget,
    project: Option<ProjectId>,
    image: AbstractImageId,
) -> Result<PixelRight, DomainError> {
    // An administrator whose session has closed is another key.
    let key = (actor.id(), actor.admin_by_now, target);
    if let Some(right) = system.image_rights.get(&key) {
        return Ok(right);
    }
    let right = right(system, actor, project, image).await?;
    system.image_rights.insert(key, right);
    Ok(right)
}

async fn right(
    system: &System,
    actor: &Actor,
    project: Option<ProjectId>,
    image: AbstractImageId,
) -> Result<PixelRight, DomainError> {
    match project {
        Some(project) => {
            let access = access::project(&system.db, actor, project).await?;
            Ok(PixelRight { names: crate::image_instance::names_shown(&access) })
        }
        None => {
            access::get::<AbstractImage>(&system.db, actor, image, Deed::See).await?;
            Ok(PixelRight { names: true })
        }
    }
}

/// What was asked for, as the database has it; nobody's rights were asked yet.
struct Found {
    image: Option<ImageInstanceId>,
    project: Option<ProjectId>,
    base: AbstractImage,
    /// Channel, z, time of the plane, where one was asked for.
    plane: Option<(i32, i32, i32)>,
}

async fn find(system: &System, target: PixelTarget) -> Result<Found, DomainError> {
    let db = &system.db;
    let instance = async |id: ImageInstanceId| {
        let image = access::unasked::<ImageInstance>(db, id, Unasked::AskedNext).await?;
        image.ok_or_else(|| DomainError::not_found("ImageInstance", id))
    };
    let abstract_image = async |id: AbstractImageId| {
        let image = access::unasked::<AbstractImage>(db, id, Unasked::AskedNext).await?;
        image.ok_or_else(|| DomainError::not_found("AbstractImage", id))
    };
    let place = |slice: &AbstractSlice| Some((slice.channel, slice.z_stack, slice.time));
    Ok(match target {
        PixelTarget::Image(id) => {
            let image = instance(id).await?;
            Found { image: Some(image.id), project: Some(image.project), base: image.base, plane: None }
        }
        PixelTarget::Slice(id) => {
            let slice = access::unasked::<SliceInstance>(db, id, Unasked::AskedNext).await?;
            let slice = slice.ok_or_else(|| DomainError::not_found("SliceInstance", id))?;
            let (image, plane) = (instance(slice.image).await?, place(&slice.base));
            Found { image: Some(image.id), project: Some(image.project), base: image.base, plane }
        }
        PixelTarget::AbstractImage(id) => {
            Found { image: None, project: None, base: abstract_image(id).await?, plane: None }
        }
        PixelTarget::AbstractSlice(id) => {
            let slice = access::unasked::<AbstractSlice>(db, id, Unasked::AskedNext).await?;
            let slice = slice.ok_or_else(|| DomainError::not_found("AbstractSlice", id))?;
            let base = abstract_image(slice.image).await?;
            Found { image: None, project: None, base, plane: place(&slice) }
        }
    })
}

async fn located(system: &System, found: Found) -> Result<PixelSource, DomainError> {
    let none = || {
        DomainError::new(
            ErrorKind::Unprocessable,
            "This image has no pixels on this server: it was registered without a file; upload the file",
        )
    };
    let Found { image, project, base, plane } = found;
    let key: BlobKey = base.path.as_deref().ok_or_else(none)?.parse().map_err(|_| none())?;
    let size = |side: Option<i32>| side.and_then(|side| u32::try_from(side).ok()).ok_or_else(none);
    let count = |count: i32| u32::try_from(count).unwrap_or(1).max(1);
    let (width, height) = (size(base.width)?, size(base.height)?);
    let shown = match plane {
        Some(plane) => plane_at(plane),
        None if (base.channels, base.depth, base.duration) == (1, 1, 1) => Plane::default(),
        None => reference(system, image, base.id).await?,
    };
    Ok(PixelSource {
        image,
        project,
        abstract_image: base.id,
        content_id: base.content_id.clone().ok_or_else(none)?,
        key,
        width,
        height,
        planes: Planes { shown, depth: count(base.depth), duration: count(base.duration) },
    })
}

/// The plane that stands for an image: that of the project, where it is in one.
async fn reference(
    system: &System,
    image: Option<ImageInstanceId>,
    base: AbstractImageId,
) -> Result<Plane, DomainError> {
    let places: Vec<(i32, i32, i32)> = match image {
        Some(image) => {
            let slices = store::slice_instance::of_image(&system.db, image).await?;
            let slice = store::slice_instance::reference(&slices).map(|slice| &slice.base);
            slice.map(|slice| (slice.channel, slice.z_stack, slice.time)).into_iter().collect()
        }
        None => {
            let slices = store::abstract_slice::of_image(&system.db, base).await?;
            slices.iter().map(|slice| (slice.channel, slice.z_stack, slice.time)).collect()
        }
    };
    Ok(places.get(places.len() / 2).copied().map(plane_at).unwrap_or_default())
}

fn plane_at((channel, z_stack, time): (i32, i32, i32)) -> Plane {
    // What is registered with a negative number is no plane of any slide.
    let index = |number: i32| u32::try_from(number).unwrap_or(u32::MAX);
    Plane { c: index(channel), z: index(z_stack), t: index(time) }
}
