//! Images in projects: an image is seen, changed and removed through its project.

use cytomine_model::{
    AbstractImage, AbstractImageId, Action, EntityKind, ImageInstance, ImageInstanceId, May, Page, Project,
    ProjectId, SliceInstance, SliceInstanceId, Sort, Thing, UserId, permission,
};
pub use cytomine_store::image_instance::ImageFilter;
use cytomine_store::{self as store, Read};

use crate::access::{Met, ProjectAccess, Unasked};
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, abstract_image, access, name};

/// What a client says about an image in a project; on an edit, absent fields keep their value.
#[derive(Clone, Debug, Default)]
pub struct InstanceFields {
    /// Own name; `Some(None)` falls back to the original one.
    pub instance_filename: Option<Option<String>>,
    /// Micrometres per pixel; `Some(None)` falls back to the base value.
    pub physical_size_x: Option<Option<f64>>,
    /// Micrometres per pixel.
    pub physical_size_y: Option<Option<f64>>,
    /// Micrometres between planes.
    pub physical_size_z: Option<Option<f64>>,
    /// Frames per second.
    pub fps: Option<Option<f64>>,
    /// Nominal magnification.
    pub magnification: Option<Option<i32>>,
}

/// An image, and what the actor may learn of it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The image.
    pub image: ImageInstance,
    /// Names may be shown; false in a blind project for those who do not manage it (rest-api 3.4).
    pub names: bool,
    /// What the actor may do with it.
    pub may: May,
}

impl Seen {
    /// An image of a project, as the actor meets that.
    fn of(met: Met, image: ImageInstance) -> Self {
        let names =
            !image.project_blind || permission::allowed(Action::SeeNames, met.standing, met.mode, false);
        Self { names, may: met.may(Thing::Image, Some(image.user)), image }
    }
}

/// An image that the actor may see; its annotations are not counted.
///
/// # Errors
/// When there is none, or the actor is no member of its project.
pub async fn get(system: &System, actor: &Actor, id: ImageInstanceId) -> Result<ImageInstance, DomainError> {
    Ok(with_access(&system.db, actor, id).await?.0)
}

/// As [`get`], with its annotations counted, and whether its names may be shown.
///
/// # Errors
/// As [`get`].
pub async fn see(system: &System, actor: &Actor, id: ImageInstanceId) -> Result<Seen, DomainError> {
    let (_, access) = with_access(&system.db, actor, id).await?;
    Ok(Seen::of(access.met(), counted(&system.db, id).await?))
}

async fn counted(ex: impl Read, id: ImageInstanceId) -> Result<ImageInstance, DomainError> {
    let image = access::counted(ex, id, Unasked::Reached).await?;
    image.ok_or_else(|| DomainError::not_found("ImageInstance", id))
}

/// Whether the actor sees names of images in the project.
pub fn names_shown(access: &ProjectAccess) -> bool {
    !access.project.blind_mode || access.allows(Action::SeeNames, None)
}

/// An image that the actor may see, its annotations not counted, with what the actor may do in its project.
///
/// # Errors
/// When there is none, or the actor is no member of its project.
pub async fn with_access(
    mut ex: impl Read,
    actor: &Actor,
    id: ImageInstanceId,
) -> Result<(ImageInstance, ProjectAccess), DomainError> {
    let image = access::unasked::<ImageInstance>(&mut ex, id, Unasked::AskedNext).await?;
    let image = image.ok_or_else(|| DomainError::not_found("ImageInstance", id))?;
    let access = access::project(&mut ex, actor, image.project).await?;
    Ok((image, access))
}

/// A page of the images of a project, and how many there are; the filter's `project` and `blind` are set here.
///
/// # Errors
/// When the actor may not see the project.
pub async fn list_of_project(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    mut filter: ImageFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Project, Vec<Seen>, i64), DomainError> {
    let access = access::project(&system.db, actor, project).await?;
    let met = access.met();
    filter.project = Some(project);
    filter.blind = access.project.blind_mode;
    let (images, total) = store::image_instance::list(&system.db, actor.scope(), &filter, sort, page).await?;
    Ok((access.project, images.into_iter().map(|image| Seen::of(met, image)).collect(), total))
}

/// A page of the images in all projects of the actor (or of those that the filter asks for).
pub async fn list(
    system: &System,
    actor: &Actor,
    filter: &ImageFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Seen>, i64), DomainError> {
    if let Some(user) = filter.member {
        access::require_on(actor, Action::SeeWork, Some(user))?;
    }
    let (images, total) = store::image_instance::list(&system.db, actor.scope(), filter, sort, page).await?;
    let mut projects: Vec<ProjectId> = images.iter().map(|image| image.project).collect();
    projects.sort_unstable();
    projects.dedup();
    let met = access::standings(&system.db, actor, &projects).await?;
    // A project that went meanwhile took its images along.
    let seen = |image: ImageInstance| met.get(&image.project).map(|met| Seen::of(*met, image));
    Ok((images.into_iter().filter_map(seen).collect(), total))
}

/// The images that stand for an abstract image, in the actor's projects.
///
/// # Errors
/// When the actor may not see the abstract image.
pub async fn list_of_image(
    system: &System,
    actor: &Actor,
    base: AbstractImageId,
) -> Result<Vec<Seen>, DomainError> {
    abstract_image::get(system, actor, base).await?;
    let filter = ImageFilter { base: Some(base), ..ImageFilter::default() };
    Ok(list(system, actor, &filter, None, Page::default()).await?.0)
}

/// The neighbour of an image by date of creation: the one made just before it (`older`), or just after.
///
/// # Errors
/// When the actor may not see the image.
pub async fn neighbour(
    system: &System,
    actor: &Actor,
    id: ImageInstanceId,
    older: bool,
) -> Result<Option<Seen>, DomainError> {
    let (image, access) = with_access(&system.db, actor, id).await?;
    let neighbour = store::image_instance::neighbour(&system.db, &image, older).await?;
    Ok(neighbour.map(|image| Seen::of(access.met(), image)))
}

/// Adds an image to a project, with its planes and properties.
///
/// # Errors
/// When the actor may not add images or may not see the image, or the project holds it already.
pub async fn create(
    system: &System,
    actor: &Actor,
    base: AbstractImageId,
    project: ProjectId,
) -> Result<Outcome<Seen>, DomainError> {
    let Outcome { entity: id, done } = bulk::create(system, actor, NewInstance { base, project }).await?;
    let entity = see(system, actor, id).await?;
    Ok(Outcome { entity, done })
}

/// An image to be added to a project.
#[derive(Clone, Copy, Debug)]
pub struct NewInstance {
    /// Which.
    pub base: AbstractImageId,
    /// Where.
    pub project: ProjectId,
}

impl New for NewInstance {
    type Made = ImageInstanceId;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(ImageInstanceId, String), DomainError> {
        let access = access::project(&mut unit.tx, actor, self.project).await?;
        access.require(Action::AddImage, None)?;
        let base: AbstractImage = access::get(&mut unit.tx, actor, self.base, Deed::See).await?;
        let id = add(unit, actor.id(), &base, &access.project).await?;
        unit.in_project(self.project);
        Ok((id, format!("Image {} added to project {}", base.original_filename, access.project.name)))
    }
}

/// Writes an image into a project with its planes and properties, and notes them in the unit. Rights are the
/// caller's question.
pub(crate) async fn add(
    unit: &mut Unit,
    user: UserId,
    base: &AbstractImage,
    project: &Project,
) -> Result<ImageInstanceId, DomainError> {
    let slices = store::abstract_slice::of_image(&mut unit.tx, base.id).await?;
    let ids = unit.ids(1 + slices.len()).await?;
    let id = ImageInstanceId(ids[0]);
    let image = ImageInstance {
        id,
        base: base.clone(),
        project: project.id,
        project_blind: project.blind_mode,
        project_name: project.name.clone(),
        user,
        instance_filename: None,
        physical_size_x: None,
        physical_size_y: None,
        physical_size_z: None,
        fps: None,
        magnification: None,
        review_start: None,
        review_stop: None,
        review_user: None,
        number_of_annotations: 0,
        created: unit.now,
        updated: None,
    };
    let taken = format!("The project {} holds the image {} already", project.name, base.original_filename);
    store::table::insert(&mut unit.tx, &image).await.map_err(DomainError::duplicate(taken))?;
    unit.added(EntityKind::ImageInstance, &ids[..1]);
    let slice = |(base, slice_id): (_, &i64)| SliceInstance {
        id: SliceInstanceId(*slice_id),
        project: project.id,
        image: id,
        base,
        created: unit.now,
        updated: None,
    };
    let slices: Vec<SliceInstance> = slices.into_iter().zip(&ids[1..]).map(slice).collect();
    store::table::insert_many(&mut unit.tx, &slices).await?;
    if ids.len() > 1 {
        unit.added(EntityKind::SliceInstance, &ids[1..]);
    }
    crate::property::copy(unit, (EntityKind::AbstractImage, base.id.0), (EntityKind::ImageInstance, id.0))
        .await?;
    unit.rights_changed();
    Ok(id)
}

/// Changes an image in a project.
///
/// # Errors
/// When the actor may not.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: ImageInstanceId,
    fields: InstanceFields,
) -> Result<Outcome<Seen>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::ImageInstance, id.0).await?;
    let (before, access) = with_access(&mut unit.tx, actor, id).await?;
    access.require(Action::EditImage, Some(before.user))?;
    let mut image = before.clone();
    if let Some(name) = fields.instance_filename {
        // Clients send back what they were shown: the original name, in a blind project a number or nothing.
        let blinded = access.project.blind_mode
            && (!names_shown(&access) || name.as_deref() == Some(&image.base.id.to_string()));
        let name = name.filter(|name| !name.trim().is_empty());
        name::readable("instanceFilename", name.as_deref().unwrap_or_default())?;
        let inherited =
            image.instance_filename.is_none() && name.as_ref() == Some(&image.base.original_filename);
        if !blinded && !inherited {
            image.instance_filename = name;
        }
    }
    let base = &image.base;
    for (value, base, field) in [
        (fields.physical_size_x, base.physical_size_x, &mut image.physical_size_x),
        (fields.physical_size_y, base.physical_size_y, &mut image.physical_size_y),
        (fields.physical_size_z, base.physical_size_z, &mut image.physical_size_z),
        (fields.fps, base.fps, &mut image.fps),
    ] {
        if let Some(value) = value {
            *field = value.filter(|value| *value > 0.0 && Some(*value) != base);
        }
    }
    if let Some(value) = fields.magnification {
        image.magnification = value.filter(|value| *value > 0 && Some(*value) != base.magnification);
    }
    image.updated = Some(unit.now);
    store::table::update(&mut unit.tx, &before, &image).await?;
    unit.edited(&before, &image);
    unit.in_project(access.project.id);
    let message = format!("Image {id} edited in project {}", access.project.name);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: see(system, actor, id).await?, done })
}

/// Removes an image from its project, with its annotations.
///
/// # Errors
/// When the actor may not.
pub async fn delete(
    system: &System,
    actor: &Actor,
    id: ImageInstanceId,
) -> Result<Outcome<Seen>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let (image, access) = with_access(&mut unit.tx, actor, id).await?;
    access.require(Action::DeleteImage, Some(image.user))?;
    let image = counted(&mut unit.tx, image.id).await?;
    unit.deleted(EntityKind::ImageInstance, &[id.0]).await?;
    unit.rights_changed();
    unit.in_project(access.project.id);
    let message = format!("Image {id} removed from project {}", access.project.name);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: Seen::of(access.met(), image), done })
}

/// The file an image was made from, as it was uploaded; its name stands in for the instance's in a blind project.
///
/// # Errors
/// When the actor may not see the image, or this server does not hold the bytes.
pub async fn download(
    system: &System,
    actor: &Actor,
    id: ImageInstanceId,
) -> Result<crate::uploaded_file::Download, DomainError> {
    let Seen { image, names, .. } = see(system, actor, id).await?;
    let mut download = crate::uploaded_file::original(system, image.base.uploaded_file).await?;
    if !names {
        download.name = image.base.id.to_string();
    }
    Ok(download)
}

impl Noun for ImageInstance {
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let action =
            deed.action(Action::AddImage, Action::EditImage, Action::DescribeImage, Action::DeleteImage);
        access::project(ex, actor, self.project).await?.reach(action, Some(self.user))
    }
}
