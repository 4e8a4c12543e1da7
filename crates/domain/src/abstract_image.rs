//! Abstract images and their planes: images as the platform holds them, seen through the storage of their file or
//! through a project that contains them.

use cytomine_model::{
    AbstractImage, AbstractImageId, AbstractSlice, AbstractSliceId, Action, CommandId, EntityKind, Millis,
    Page, ProjectId, Sort, UploadedFile, UploadedFileId, User,
};
pub use cytomine_store::abstract_image::AbstractImageFilter;
use cytomine_store::{self as store, Read, Tx};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, name, uploaded_file};

/// What a client says about an abstract image; on an edit, absent fields keep their value.
#[derive(Clone, Debug, Default)]
pub struct ImageFields {
    /// The file it was made from.
    pub uploaded_file: Option<UploadedFileId>,
    /// Name.
    pub original_filename: Option<String>,
    /// Pixels at level 0.
    pub width: Option<i32>,
    /// Pixels at level 0.
    pub height: Option<i32>,
    /// z planes.
    pub depth: Option<i32>,
    /// Time points.
    pub duration: Option<i32>,
    /// Stored channels.
    pub channels: Option<i32>,
    /// Samples per pixel of a stored channel.
    pub sample_per_pixel: Option<i32>,
    /// Bits per sample.
    pub bit_per_sample: Option<i32>,
    /// Micrometres per pixel; `Some(None)` takes it away.
    pub physical_size_x: Option<Option<f64>>,
    /// Micrometres per pixel.
    pub physical_size_y: Option<Option<f64>>,
    /// Micrometres between planes.
    pub physical_size_z: Option<Option<f64>>,
    /// Frames per second.
    pub fps: Option<Option<f64>>,
    /// Nominal magnification.
    pub magnification: Option<Option<i32>>,
    /// Name of the colour space.
    pub colorspace: Option<Option<String>>,
}

/// An abstract image that the actor may see.
///
/// # Errors
/// When there is none, or it lies neither in an own storage nor in a project of the actor.
pub async fn get(system: &System, actor: &Actor, id: AbstractImageId) -> Result<AbstractImage, DomainError> {
    access::get(&system.db, actor, id, Deed::See).await
}

impl Noun for AbstractImage {
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let owner = store::abstract_image::owner(&mut *ex, self.id).await?;
        let role = store::abstract_image::role_through_projects(ex, self.id, actor.id()).await?;
        if !access::shares(actor, Action::SeeSlide, access::standing_through(actor, role), owner) {
            return Err(DomainError::forbidden(
                "This image is in none of your storages and projects; ask its owner to add it to a project of yours",
            ));
        }
        if deed != Deed::See {
            access::require_on(actor, Action::EditSlide, owner)?;
        }
        Ok(Reach::OUTSIDE)
    }

    /// An image in a project that stands for one of them is in the way.
    async fn free(tx: &mut Tx, ids: &[AbstractImageId], _: CommandId) -> Result<(), DomainError> {
        let uses = store::abstract_image::uses(tx, ids).await?;
        if uses.is_empty() {
            return Ok(());
        }
        let projects: Vec<String> = uses.iter().map(|(_, project, _)| project.clone()).collect();
        let names: Vec<String> = uses.into_iter().map(|(_, _, image)| image).collect();
        let text = format!(
            "The image is used in {}: remove it from there first",
            projects.iter().map(|name| format!("project {name}")).collect::<Vec<_>>().join(", ")
        );
        Err(DomainError::conflict(text).with_value("projectNames", projects).with_value("imageNames", names))
    }
}

/// A page of the abstract images in the actor's storages, and how many there are.
pub async fn list(
    system: &System,
    actor: &Actor,
    filter: &AbstractImageFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<AbstractImage>, i64), DomainError> {
    Ok(store::abstract_image::list(&system.db, actor.scope(), filter, sort, page).await?)
}

/// Which of these images a project holds.
///
/// # Errors
/// When the actor may not see the project.
pub async fn in_project(
    system: &System,
    actor: &Actor,
    images: &[AbstractImage],
    project: ProjectId,
) -> Result<Vec<AbstractImageId>, DomainError> {
    access::project(&system.db, actor, project).await?;
    let ids: Vec<AbstractImageId> = images.iter().map(|image| image.id).collect();
    Ok(store::abstract_image::in_project(&system.db, &ids, project).await?)
}

/// The image made from an uploaded file, if there is one.
///
/// # Errors
/// When the actor may not see the file.
pub async fn of_file(
    system: &System,
    actor: &Actor,
    file: UploadedFileId,
) -> Result<AbstractImage, DomainError> {
    uploaded_file::get(system, actor, file).await?;
    let none = || DomainError::not_found("AbstractImage", format!("uploadedFile {file}"));
    let images = store::abstract_image::of_files(&system.db, &[file]).await?;
    let id = images.first().ok_or_else(none)?;
    access::unasked(&system.db, *id, Unasked::Reached).await?.ok_or_else(none)
}

/// Registers an image. It has pixels when an image made by this server from the same file has them: what a client
/// says can never point at bytes.
///
/// # Errors
/// When the actor is a guest, or the file is not theirs.
pub async fn create(
    system: &System,
    actor: &Actor,
    fields: ImageFields,
) -> Result<Outcome<AbstractImage>, DomainError> {
    let Outcome { entity: image, done } = bulk::create(system, actor, fields).await?;
    let id = image.id;
    let image = access::unasked(&system.db, id, Unasked::Reached).await?.unwrap_or(image);
    Ok(Outcome { entity: image, done })
}

impl New for ImageFields {
    type Made = AbstractImage;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(AbstractImage, String), DomainError> {
        access::require(actor, Action::Upload)?;
        let file = self.uploaded_file.ok_or_else(|| {
            DomainError::invalid("An abstract image needs the file it is made from: give `uploadedFile`")
        })?;
        let upload: UploadedFile = access::get(&mut unit.tx, actor, file, Deed::Edit).await?;
        let slide_file = store::abstract_image::slide_file_of(&mut unit.tx, file).await?;
        let mut image = blank(AbstractImageId(unit.id().await?), unit.now);
        image.uploaded_file = Some(file);
        image.original_filename = upload.original_filename;
        apply(&mut image, &self)?;
        store::table::insert(&mut unit.tx, &image).await?;
        store::abstract_image::set_slide_file(&mut unit.tx, image.id, slide_file).await?;
        unit.added(EntityKind::AbstractImage, &[image.id.0]);
        let message = format!("Image {} added", image.original_filename);
        Ok((image, message))
    }
}

/// Changes an image.
///
/// # Errors
/// When the file of the image is not the actor's.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: AbstractImageId,
    fields: ImageFields,
) -> Result<Outcome<AbstractImage>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::AbstractImage, id.0).await?;
    let before: AbstractImage = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
    let mut image = before.clone();
    apply(&mut image, &fields)?;
    image.updated = Some(unit.now);
    store::table::update(&mut unit.tx, &before, &image).await?;
    unit.edited(&before, &image);
    let message = format!("Image {} edited", image.original_filename);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: image, done })
}

/// Deletes an image that no project uses, with its planes.
///
/// # Errors
/// When a project uses it: kind conflict, with the names of projects and images.
pub async fn delete(
    system: &System,
    actor: &Actor,
    id: AbstractImageId,
) -> Result<Outcome<AbstractImage>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let image: AbstractImage = access::get(&mut unit.tx, actor, id, Deed::Delete).await?;
    unit.free::<AbstractImage>(&[id]).await?;
    unit.deleted(EntityKind::AbstractImage, &[id.0]).await?;
    unit.rights_changed();
    let message = format!("Image {} deleted", image.original_filename);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: image, done })
}

/// An image about which nothing is known yet.
pub(crate) fn blank(id: AbstractImageId, now: Millis) -> AbstractImage {
    AbstractImage {
        id,
        uploaded_file: None,
        original_filename: String::new(),
        content_type: String::new(),
        path: None,
        content_id: None,
        width: None,
        height: None,
        depth: 1,
        duration: 1,
        channels: 1,
        sample_per_pixel: 1,
        bit_per_sample: 8,
        physical_size_x: None,
        physical_size_y: None,
        physical_size_z: None,
        fps: None,
        magnification: None,
        colorspace: None,
        user: None,
        created: now,
        updated: None,
    }
}

fn apply(image: &mut AbstractImage, fields: &ImageFields) -> Result<(), DomainError> {
    if let Some(name) = &fields.original_filename {
        name::readable("originalFilename", name)?;
        image.original_filename.clone_from(name);
    }
    for (name, value, field) in
        [("width", fields.width, &mut image.width), ("height", fields.height, &mut image.height)]
    {
        if let Some(value) = value {
            if value < 1 {
                return Err(DomainError::invalid(format!("`{name}` is {value}: give pixels, at least 1")));
            }
            // The size of an image with pixels is what its file says.
            if image.path.is_none() {
                *field = Some(value);
            }
        }
    }
    for (name, value, field) in [
        ("depth", fields.depth, &mut image.depth),
        ("duration", fields.duration, &mut image.duration),
        ("channels", fields.channels, &mut image.channels),
        ("samplePerPixel", fields.sample_per_pixel, &mut image.sample_per_pixel),
        ("bitPerSample", fields.bit_per_sample, &mut image.bit_per_sample),
    ] {
        if let Some(value) = value {
            if value < 1 {
                return Err(DomainError::invalid(format!("`{name}` is {value}: give a count, at least 1")));
            }
            *field = value;
        }
    }
    for (value, field) in [
        (fields.physical_size_x, &mut image.physical_size_x),
        (fields.physical_size_y, &mut image.physical_size_y),
        (fields.physical_size_z, &mut image.physical_size_z),
        (fields.fps, &mut image.fps),
    ] {
        if let Some(value) = value {
            *field = value;
        }
    }
    if let Some(value) = fields.magnification {
        image.magnification = value;
    }
    if let Some(value) = &fields.colorspace {
        image.colorspace.clone_from(value);
    }
    Ok(())
}

/// A plane that the actor may see, with its image.
///
/// # Errors
/// When there is none, or the actor may not see its image.
pub async fn slice(
    system: &System,
    actor: &Actor,
    id: AbstractSliceId,
) -> Result<(AbstractSlice, AbstractImage), DomainError> {
    let slice: AbstractSlice = access::get(&system.db, actor, id, Deed::See).await?;
    let image = get(system, actor, slice.image).await?;
    Ok((slice, image))
}

/// The planes of an image, by time, z, channel.
///
/// # Errors
/// When the actor may not see the image.
pub async fn slices(
    system: &System,
    actor: &Actor,
    id: AbstractImageId,
) -> Result<(Vec<AbstractSlice>, AbstractImage), DomainError> {
    let image = get(system, actor, id).await?;
    Ok((store::abstract_slice::of_image(&system.db, id).await?, image))
}

/// The file an image was made from, as it was uploaded.
///
/// # Errors
/// When the actor may not see the image, or this server does not hold the bytes.
pub async fn download(
    system: &System,
    actor: &Actor,
    id: AbstractImageId,
) -> Result<uploaded_file::Download, DomainError> {
    let image = get(system, actor, id).await?;
    uploaded_file::original(system, image.uploaded_file).await
}

/// Who uploaded an image.
///
/// # Errors
/// When the actor may not see the image, or nobody is known to have uploaded it.
pub async fn uploader(system: &System, actor: &Actor, id: AbstractImageId) -> Result<User, DomainError> {
    let image = get(system, actor, id).await?;
    let none = || DomainError::not_found("User", format!("uploader of image {id}"));
    let user = image.user.ok_or_else(none)?;
    access::unasked(&system.db, user, Unasked::Reached).await?.ok_or_else(none)
}
