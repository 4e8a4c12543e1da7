//! Planes of images in projects.

use cytomine_model::{
    AbstractSlice, AbstractSliceId, Action, EntityKind, ErrorKind, ImageInstance, ImageInstanceId,
    SliceInstance, SliceInstanceId,
};
use cytomine_store::{self as store, Read};

use crate::access::{ProjectAccess, Unasked};
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, image_instance};

/// A plane that the actor may see, with its image.
///
/// # Errors
/// When there is none, or the actor may not see its project.
pub async fn get(
    system: &System,
    actor: &Actor,
    id: SliceInstanceId,
) -> Result<(SliceInstance, ImageInstance), DomainError> {
    let slice = access::unasked::<SliceInstance>(&system.db, id, Unasked::AskedNext).await?;
    let slice = slice.ok_or_else(|| DomainError::not_found("SliceInstance", id))?;
    let image = image_instance::get(system, actor, slice.image).await?;
    Ok((slice, image))
}

/// The planes of an image by time, z, channel.
///
/// # Errors
/// When the actor may not see the image.
pub async fn list(
    system: &System,
    actor: &Actor,
    image: ImageInstanceId,
) -> Result<(Vec<SliceInstance>, ImageInstance), DomainError> {
    let image = image_instance::get(system, actor, image).await?;
    Ok((store::slice_instance::of_image(&system.db, image.id).await?, image))
}

/// The reference plane of an image (rest-api 4.8).
///
/// # Errors
/// When the actor may not see the image, or it has no plane.
pub async fn reference(
    system: &System,
    actor: &Actor,
    image: ImageInstanceId,
) -> Result<(SliceInstance, ImageInstance), DomainError> {
    let (slices, image) = list(system, actor, image).await?;
    let slice = store::slice_instance::reference(&slices).cloned();
    let slice = slice.ok_or_else(|| {
        DomainError::new(
            ErrorKind::NotFound,
            format!("SliceInstance not found: the image {} has no plane; register one", image.id),
        )
    })?;
    Ok((slice, image))
}

/// The plane of an image at a channel, z and time.
///
/// # Errors
/// When the actor may not see the image, or there is no such plane.
pub async fn at(
    system: &System,
    actor: &Actor,
    image: ImageInstanceId,
    (channel, z_stack, time): (i32, i32, i32),
) -> Result<(SliceInstance, ImageInstance), DomainError> {
    let (slices, image) = list(system, actor, image).await?;
    let slice = slices
        .into_iter()
        .find(|slice| (slice.base.channel, slice.base.z_stack, slice.base.time) == (channel, z_stack, time));
    let slice = slice.ok_or_else(|| {
        DomainError::not_found("SliceInstance", format!("{channel}, zStack={z_stack}, time={time}"))
    })?;
    Ok((slice, image))
}

/// Adds a plane to an image in a project.
///
/// # Errors
/// When the actor may not, the plane is of another image, or the image has it already.
pub async fn create(
    system: &System,
    actor: &Actor,
    image: ImageInstanceId,
    base: AbstractSliceId,
) -> Result<Outcome<(SliceInstance, ImageInstance)>, DomainError> {
    bulk::create(system, actor, NewSlice { image, base }).await
}

/// A plane to be added to an image in a project.
#[derive(Clone, Copy, Debug)]
pub struct NewSlice {
    /// Where.
    pub image: ImageInstanceId,
    /// Which.
    pub base: AbstractSliceId,
}

impl New for NewSlice {
    type Made = (SliceInstance, ImageInstance);

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(Self::Made, String), DomainError> {
        let (image, access) = image_instance::with_access(&mut unit.tx, actor, self.image).await?;
        access.require(Action::AddImage, None)?;
        let slice = SliceInstance {
            id: SliceInstanceId(unit.id().await?),
            project: image.project,
            image: image.id,
            base: plane_of(unit, &image, self.base).await?,
            created: unit.now,
            updated: None,
        };
        store::table::insert(&mut unit.tx, &slice)
            .await
            .map_err(DomainError::duplicate(format!("The image {} has this plane already", image.id)))?;
        unit.added(EntityKind::SliceInstance, &[slice.id.0]);
        let message = told(unit, &slice, &image, "added");
        Ok(((slice, image), message))
    }
}

/// Notes what follows from a change of a plane; gives what people read of it.
fn told(unit: &mut Unit, slice: &SliceInstance, image: &ImageInstance, verb: &str) -> String {
    unit.rights_changed();
    unit.in_project(image.project);
    format!("Plane {} of image {} {verb}", slice.id, image.id)
}

/// Lets a plane stand for another one of the same abstract image.
///
/// # Errors
/// As [`create`].
pub async fn update(
    system: &System,
    actor: &Actor,
    id: SliceInstanceId,
    base: Option<AbstractSliceId>,
) -> Result<Outcome<(SliceInstance, ImageInstance)>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::SliceInstance, id.0).await?;
    let (before, image, access) = found(&mut unit, actor, id).await?;
    access.require(Action::EditImage, Some(image.user))?;
    let mut slice = before.clone();
    if let Some(base) = base.filter(|base| *base != before.base.id) {
        slice.base = plane_of(&mut unit, &image, base).await?;
    }
    slice.updated = Some(unit.now);
    store::table::update(&mut unit.tx, &before, &slice)
        .await
        .map_err(DomainError::duplicate(format!("The image {} has this plane already", image.id)))?;
    unit.edited(&before, &slice);
    finish(system, unit, slice, image, "edited").await
}

/// Removes a plane, with its annotations.
///
/// # Errors
/// When the actor may not.
pub async fn delete(
    system: &System,
    actor: &Actor,
    id: SliceInstanceId,
) -> Result<Outcome<(SliceInstance, ImageInstance)>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let (slice, image, access) = found(&mut unit, actor, id).await?;
    access.require(Action::DeleteImage, Some(image.user))?;
    unit.deleted(EntityKind::SliceInstance, &[id.0]).await?;
    finish(system, unit, slice, image, "deleted").await
}

async fn found(
    unit: &mut Unit,
    actor: &Actor,
    id: SliceInstanceId,
) -> Result<(SliceInstance, ImageInstance, ProjectAccess), DomainError> {
    let slice = access::unasked::<SliceInstance>(&mut unit.tx, id, Unasked::AskedNext).await?;
    let slice = slice.ok_or_else(|| DomainError::not_found("SliceInstance", id))?;
    let (image, access) = image_instance::with_access(&mut unit.tx, actor, slice.image).await?;
    Ok((slice, image, access))
}

async fn plane_of(
    unit: &mut Unit,
    image: &ImageInstance,
    id: AbstractSliceId,
) -> Result<AbstractSlice, DomainError> {
    let base = access::unasked::<AbstractSlice>(&mut unit.tx, id, Unasked::AskedNext).await?;
    base.filter(|base| base.image == image.base.id).ok_or_else(|| {
        DomainError::invalid(format!(
            "The plane {id} is not one of the image {}: choose one of its own",
            image.id
        ))
    })
}

async fn finish(
    system: &System,
    mut unit: Unit,
    slice: SliceInstance,
    image: ImageInstance,
    verb: &str,
) -> Result<Outcome<(SliceInstance, ImageInstance)>, DomainError> {
    let message = told(&mut unit, &slice, &image, verb);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: (slice, image), done })
}

impl Noun for SliceInstance {
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let (image, access) = image_instance::with_access(ex, actor, self.image).await?;
        let action =
            deed.action(Action::AddImage, Action::EditImage, Action::DescribeImage, Action::DeleteImage);
        access.reach(action, Some(image.user))
    }
}
