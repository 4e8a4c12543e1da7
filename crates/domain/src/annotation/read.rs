//! Reading single annotations and counts.

use cytomine_geometry::{Shape, decode, wkt_of};
use cytomine_model::{Action, Annotation, AnnotationId, ProjectId, SliceInstanceId, Thing};
use cytomine_store::change::Spot;
use cytomine_store::{self as store, Read};

use super::{AnnotationShape, AnnotationView, CountFilter, Layer, damaged, terms_of};
use crate::access::{Met, ProjectAccess, Unasked};
use crate::noun::{Deed, Noun, Reach};
use crate::{Actor, DomainError, System, access, image_instance};

/// An annotation that the actor may see, with its project.
pub(crate) async fn with_access(
    mut ex: impl Read,
    actor: &Actor,
    id: AnnotationId,
) -> Result<(Annotation, ProjectAccess), DomainError> {
    let annotation = access::unasked::<Annotation>(&mut ex, id, Unasked::AskedNext).await?;
    let annotation = annotation.ok_or_else(|| DomainError::not_found("Annotation", id))?;
    let access = access::project(&mut ex, actor, annotation.project).await?;
    Ok((annotation, access))
}

impl Noun for Annotation {
    const BEARS_RIGHTS: bool = false;

    fn spot(&self) -> Option<Spot> {
        Some(Spot {
            project: self.project,
            slice: Some(self.slice),
            layers: vec![self.user],
            bounds: [self.min_x, self.min_y, self.max_x, self.max_y],
        })
    }

    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let edit = Action::EditAnnotation;
        access::project(ex, actor, self.project)
            .await?
            .reach(deed.action(edit, edit, Action::DescribeAnnotation, edit), Some(self.user))
    }
}

/// An annotation that the actor may see.
///
/// # Errors
/// When there is none, or the actor is no member of its project.
pub async fn get(system: &System, actor: &Actor, id: AnnotationId) -> Result<AnnotationView, DomainError> {
    let (annotation, access) = with_access(&system.db, actor, id).await?;
    view(&system.db, access.met(), annotation).await
}

/// What an answer says of an annotation that the caller holds already, deleted or not.
pub async fn describe(
    system: &System,
    actor: &Actor,
    annotation: Annotation,
) -> Result<AnnotationView, DomainError> {
    let project = annotation.project;
    let met = access::standings(&system.db, actor, &[project]).await?;
    let met = met.get(&project).ok_or_else(|| DomainError::not_found("Project", project))?;
    view(&system.db, *met, annotation).await
}

/// What an answer says of an annotation in a project that the actor meets so; rights are the caller's question.
pub(super) async fn view(
    mut ex: impl Read,
    met: Met,
    annotation: Annotation,
) -> Result<AnnotationView, DomainError> {
    let links = store::annotation_term::of_annotations(&mut ex, &[annotation.id]).await?;
    let canvases = store::annotation::canvas::canvases(&mut ex, &[annotation.image]).await?;
    Ok(AnnotationView {
        location: location(&annotation)?,
        terms: terms_of(&links),
        pixel_size_x: canvases.first().and_then(|canvas| canvas.pixel_size_x),
        may: met.may(Thing::Annotation, Some(annotation.user)),
        annotation,
    })
}

pub(super) fn location(annotation: &Annotation) -> Result<String, DomainError> {
    let text = wkt_of(&annotation.geometry, annotation.wkt.as_deref());
    text.map(std::borrow::Cow::into_owned).map_err(|error| damaged(annotation.id, &error))
}

pub(super) fn shape(id: AnnotationId, blob: &[u8], wkt: Option<&str>) -> Result<Shape, DomainError> {
    wkt.map_or_else(|| decode(blob), Shape::from_wkt).map_err(|error| damaged(id, &error))
}

/// The shape of an annotation and the image it lies on, for pictures of it.
///
/// # Errors
/// As [`get`].
pub async fn shape_of(
    system: &System,
    actor: &Actor,
    id: AnnotationId,
) -> Result<AnnotationShape, DomainError> {
    let (annotation, _) = with_access(&system.db, actor, id).await?;
    let image = image_instance::get(system, actor, annotation.image).await?;
    let links = store::annotation_term::of_annotations(&system.db, &[id]).await?;
    Ok(AnnotationShape {
        id,
        shape: shape(id, &annotation.geometry, annotation.wkt.as_deref())?,
        slice: annotation.slice,
        image,
        terms: terms_of(&links),
    })
}

/// How many annotations there are: in a project that the actor sees, or by a user in all of these.
///
/// # Errors
/// When the actor may not see the project, or not count what that user did.
pub async fn count(system: &System, actor: &Actor, filter: CountFilter) -> Result<i64, DomainError> {
    countable(system, actor, filter).await?;
    Ok(store::annotation::search::count(&system.db, actor.scope(), filter).await?)
}

/// As [`count`], of reviewed annotations, of which there are none.
///
/// # Errors
/// As [`count`].
pub async fn count_reviewed(system: &System, actor: &Actor, filter: CountFilter) -> Result<i64, DomainError> {
    countable(system, actor, filter).await?;
    Ok(0)
}

async fn countable(system: &System, actor: &Actor, filter: CountFilter) -> Result<(), DomainError> {
    match (filter.project, filter.user) {
        (Some(project), user) => {
            let access = access::project(&system.db, actor, project).await?;
            user.map_or(Ok(()), |user| access.require(Action::CountWork, Some(user)))
        }
        (None, user) => access::require_on(actor, Action::SeeWork, user),
    }
}

/// The layers of a plane with their counts, by user, and the plane's project.
///
/// # Errors
/// When there is no such plane, or the actor may not see it.
pub async fn layers(
    system: &System,
    actor: &Actor,
    slice: SliceInstanceId,
) -> Result<(ProjectId, Vec<Layer>), DomainError> {
    let (_, image) = crate::slice_instance::get(system, actor, slice).await?;
    let layers = store::annotation::read::layers(&system.db, actor.scope(), image.id, slice).await?;
    Ok((image.project, layers))
}
