//! Planes of abstract images, as clients register them.

use std::collections::HashMap;

use cytomine_model::{
    AbstractImage, AbstractImageId, AbstractSlice, AbstractSliceId, Action, CommandId, EntityKind,
    UploadedFile, UploadedFileId,
};
use cytomine_store::{self as store, Read, Tx};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, uploaded_file};

/// What a client says about a plane; on an edit, absent fields keep their value.
#[derive(Clone, Debug, Default)]
pub struct SliceFields {
    /// Its image.
    pub image: Option<AbstractImageId>,
    /// File that holds it.
    pub uploaded_file: Option<UploadedFileId>,
    /// Channel, from 0.
    pub channel: Option<i32>,
    /// z plane, from 0.
    pub z_stack: Option<i32>,
    /// Time point, from 0.
    pub time: Option<i32>,
    /// Name of the channel.
    pub channel_name: Option<Option<String>>,
    /// Colour of the channel as `#RRGGBB`.
    pub channel_color: Option<Option<String>>,
    /// Name of the z plane.
    pub z_name: Option<Option<String>>,
}

/// Planes that an uploaded file holds, each with its image.
///
/// # Errors
/// When the actor may not see the file.
pub async fn of_file(
    system: &System,
    actor: &Actor,
    file: UploadedFileId,
) -> Result<Vec<(AbstractSlice, AbstractImage)>, DomainError> {
    uploaded_file::get(system, actor, file).await?;
    let mut images: HashMap<AbstractImageId, AbstractImage> = HashMap::new();
    let mut planes = Vec::new();
    for slice in store::abstract_slice::of_file(&system.db, file).await? {
        if !images.contains_key(&slice.image)
            && let Some(image) =
                access::unasked::<AbstractImage>(&system.db, slice.image, Unasked::Reached).await?
        {
            images.insert(image.id, image);
        }
        if let Some(image) = images.get(&slice.image) {
            planes.push((slice, image.clone()));
        }
    }
    Ok(planes)
}

/// Registers a plane.
///
/// # Errors
/// When the image is not the actor's, or has this plane already.
pub async fn create(
    system: &System,
    actor: &Actor,
    fields: SliceFields,
) -> Result<Outcome<AbstractSlice>, DomainError> {
    bulk::create(system, actor, fields).await
}

impl New for SliceFields {
    type Made = AbstractSlice;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(AbstractSlice, String), DomainError> {
        access::require(actor, Action::Upload)?;
        let image =
            self.image.ok_or_else(|| DomainError::invalid("A plane needs its image: give `image`"))?;
        let owner: AbstractImage = access::get(&mut unit.tx, actor, image, Deed::Edit).await?;
        let mut slice = AbstractSlice {
            id: AbstractSliceId(unit.id().await?),
            image,
            uploaded_file: owner.uploaded_file,
            channel: 0,
            z_stack: 0,
            time: 0,
            channel_name: None,
            channel_color: None,
            z_name: None,
            created: unit.now,
            updated: None,
        };
        if let Some(file) = self.uploaded_file {
            access::get::<UploadedFile>(&mut unit.tx, actor, file, Deed::Edit).await?;
            slice.uploaded_file = Some(file);
        }
        apply(&mut slice, &self)?;
        store::table::insert(&mut unit.tx, &slice).await.map_err(DomainError::duplicate(taken(&slice)))?;
        unit.added(EntityKind::AbstractSlice, &[slice.id.0]);
        let message = format!("Plane of image {} added", owner.original_filename);
        Ok((slice, message))
    }
}

/// Changes a plane.
///
/// # Errors
/// When the image is not the actor's, or has this plane already.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: AbstractSliceId,
    fields: SliceFields,
) -> Result<Outcome<AbstractSlice>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::AbstractSlice, id.0).await?;
    let (before, owner) = owned(&mut unit, actor, id, Deed::Edit).await?;
    let mut slice = before.clone();
    apply(&mut slice, &fields)?;
    slice.updated = Some(unit.now);
    store::table::update(&mut unit.tx, &before, &slice)
        .await
        .map_err(DomainError::duplicate(taken(&slice)))?;
    unit.edited(&before, &slice);
    let message = format!("Plane of image {} edited", owner.original_filename);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: slice, done })
}

/// Deletes a plane of an image that no project uses.
///
/// # Errors
/// When the image is not the actor's, or a project uses it.
pub async fn delete(
    system: &System,
    actor: &Actor,
    id: AbstractSliceId,
) -> Result<Outcome<AbstractSlice>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let (slice, owner) = owned(&mut unit, actor, id, Deed::Delete).await?;
    unit.free::<AbstractSlice>(&[id]).await?;
    unit.deleted(EntityKind::AbstractSlice, &[id.0]).await?;
    unit.rights_changed();
    let message = format!("Plane of image {} deleted", owner.original_filename);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: slice, done })
}

async fn owned(
    unit: &mut Unit,
    actor: &Actor,
    id: AbstractSliceId,
    deed: Deed,
) -> Result<(AbstractSlice, AbstractImage), DomainError> {
    let slice: AbstractSlice = access::get(&mut unit.tx, actor, id, deed).await?;
    let image = access::unasked(&mut unit.tx, slice.image, Unasked::Reached).await?;
    Ok((slice, image.ok_or_else(|| DomainError::not_found("AbstractSlice", id))?))
}

impl Noun for AbstractSlice {
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let deed = if deed == Deed::See { Deed::See } else { Deed::Edit };
        Ok(access::reach::<AbstractImage>(ex, actor, self.image, deed).await?.1)
    }

    async fn free(tx: &mut Tx, ids: &[AbstractSliceId], command: CommandId) -> Result<(), DomainError> {
        for id in ids {
            if let Some(slice) = access::unasked::<Self>(&mut *tx, *id, Unasked::Reached).await? {
                AbstractImage::free(tx, &[slice.image], command).await?;
            }
        }
        Ok(())
    }
}

fn taken(slice: &AbstractSlice) -> String {
    format!(
        "The image has a plane at channel {}, z {}, time {} already",
        slice.channel, slice.z_stack, slice.time
    )
}

fn apply(slice: &mut AbstractSlice, fields: &SliceFields) -> Result<(), DomainError> {
    for (name, value, field) in [
        ("channel", fields.channel, &mut slice.channel),
        ("zStack", fields.z_stack, &mut slice.z_stack),
        ("time", fields.time, &mut slice.time),
    ] {
        if let Some(value) = value {
            if value < 0 {
                return Err(DomainError::invalid(format!("`{name}` is {value}: planes count from 0")));
            }
            *field = value;
        }
    }
    for (value, field) in [
        (&fields.channel_name, &mut slice.channel_name),
        (&fields.channel_color, &mut slice.channel_color),
        (&fields.z_name, &mut slice.z_name),
    ] {
        if let Some(value) = value {
            field.clone_from(value);
        }
    }
    Ok(())
}
