//! Changing and deleting annotations.

use cytomine_model::{
    Action, Annotation, AnnotationId, AnnotationTerm, AnnotationTermId, EntityKind, TermId,
};
use cytomine_store::{self as store, annotation::Columns};

use super::prepare::{Prepared, prepare};
use super::read::{location, view, with_access};
use super::{AnnotationFields, AnnotationView, Canvas, aside, create};
use crate::access::ProjectAccess;
use crate::{Actor, DomainError, Done, Outcome, System, Unit, access};

/// Changes an annotation: its shape and place are replaced, its terms where they are given.
///
/// # Errors
/// When the actor may not, shape or place are missing or wrong, or a term is not of the project's vocabulary.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: AnnotationId,
    fields: AnnotationFields,
) -> Result<Outcome<AnnotationView>, DomainError> {
    let (seen, access) = with_access(&system.db, actor, id).await?;
    access.require(Action::EditAnnotation, Some(seen.user))?;
    let (canvas, slice) = target(system, &seen, &fields).await?;
    let text = location(&seen)?;
    let unchanged = canvas.image == seen.image
        && !fields.fill
        && fields.thinning.is_none()
        && fields.location.as_deref() == Some(text.as_str());
    let prepared = if unchanged {
        None
    } else {
        let size = create::size(&canvas);
        let AnnotationFields { location, fill, thinning, .. } = fields.clone();
        Some(aside(move || prepare(location.as_deref(), size, fill, thinning)).await??)
    };

    let mut unit = system.begin_on(actor, EntityKind::Annotation, id.0).await?;
    let (before, access) = with_access(&mut unit.tx, actor, id).await?;
    access.require(Action::EditAnnotation, Some(before.user))?;
    let mut after = Annotation {
        image: canvas.image,
        project: canvas.project,
        slice,
        updated: Some(unit.now),
        ..before.clone()
    };
    let access = if canvas.project == before.project {
        access
    } else {
        let access = access::project(&mut unit.tx, actor, canvas.project).await?;
        access.require(Action::CreateAnnotation, Some(actor.id()))?;
        access
    };
    if let Some(user) = fields.user
        && user != before.user
    {
        access.require(Action::CreateAnnotationForOther, Some(user))?;
        if user != actor.id() {
            create::require_author(&mut unit.tx, canvas.project, user).await?;
        }
        after.user = user;
    }
    if let Some(prepared) = prepared {
        reshape(&mut after, prepared);
    }
    store::table::update(&mut unit.tx, &before, &after).await?;
    unit.edited(&before, &after);
    if let Some(terms) = &fields.terms {
        replace_terms(&mut unit, actor, &access, id, terms).await?;
    }
    unit.in_project(after.project);
    let done =
        unit.commit(system, format!("Annotation {id} edited on image {}", canvas.instance_filename)).await?;
    Ok(Outcome { entity: view(&system.db, access.met(), after).await?, done })
}

/// The image and plane that an edit names.
async fn target(
    system: &System,
    seen: &Annotation,
    fields: &AnnotationFields,
) -> Result<(Canvas, cytomine_model::SliceInstanceId), DomainError> {
    let (image, slice) = match (fields.slice, fields.image) {
        (Some(slice), named) => {
            let planes = store::annotation::canvas::planes(&system.db, &[slice]).await?;
            let plane = planes.first().ok_or_else(|| DomainError::not_found("SliceInstance", slice))?;
            if named.is_some_and(|named| named != plane.image) {
                return Err(DomainError::invalid(format!(
                    "The plane {slice} is not of the image named: give `slice` or `image` alone"
                )));
            }
            (plane.image, Some(slice))
        }
        (None, Some(image)) if image == seen.image => (image, Some(seen.slice)),
        (None, Some(image)) => {
            let slice = store::slice_instance::reference_of(&system.db, image).await?;
            (image, slice.map(|slice| slice.id))
        }
        (None, None) => {
            return Err(DomainError::invalid("An annotation needs a place: give `image` or `slice`"));
        }
    };
    let canvas = store::annotation::canvas::canvases(&system.db, &[image]).await?.pop();
    let canvas = canvas.ok_or_else(|| DomainError::not_found("ImageInstance", image))?;
    let slice = slice.ok_or_else(|| {
        DomainError::invalid(format!("The image {image} has no plane to draw on: give it one first"))
    })?;
    Ok((canvas, slice))
}

pub(super) fn reshape(annotation: &mut Annotation, prepared: Prepared) {
    let Prepared { stored, compression } = prepared;
    annotation.min_x = stored.bounds.min_x;
    annotation.min_y = stored.bounds.min_y;
    annotation.max_x = stored.bounds.max_x;
    annotation.max_y = stored.bounds.max_y;
    annotation.geometry = stored.blob;
    annotation.wkt = stored.wkt;
    annotation.area = stored.area;
    annotation.perimeter = stored.perimeter;
    (annotation.centroid_x, annotation.centroid_y) = stored.centroid;
    annotation.geometry_compression = compression;
}

/// Removes links with other terms, whoever set them, and adds the missing ones in the actor's name.
async fn replace_terms(
    unit: &mut Unit,
    actor: &Actor,
    access: &ProjectAccess,
    id: AnnotationId,
    terms: &[TermId],
) -> Result<(), DomainError> {
    let known = match access.project.ontology {
        Some(ontology) if !terms.is_empty() => {
            store::annotation_term::terms_in(&mut unit.tx, ontology, terms).await?.into_iter().collect()
        }
        _ => std::collections::HashSet::new(),
    };
    create::check_terms(access, Some(&known), terms)?;
    let links = store::annotation_term::of_annotations(&mut unit.tx, &[id]).await?;
    let gone: Vec<i64> =
        links.iter().filter(|link| !terms.contains(&link.term)).map(|link| link.id.0).collect();
    if !gone.is_empty() {
        unit.deleted(EntityKind::AnnotationTerm, &gone).await?;
    }
    let mut fresh: Vec<AnnotationTerm> = Vec::new();
    for term in terms {
        let linked = links.iter().chain(&fresh).any(|link| link.term == *term);
        if !linked {
            let id_of_link = AnnotationTermId(unit.id().await?);
            fresh.push(AnnotationTerm {
                id: id_of_link,
                annotation: id,
                term: *term,
                user: actor.id(),
                created: unit.now,
                updated: None,
            });
        }
    }
    if !fresh.is_empty() {
        store::table::insert_many(&mut unit.tx, &fresh).await?;
        let ids: Vec<i64> = fresh.iter().map(|link| link.id.0).collect();
        unit.added(EntityKind::AnnotationTerm, &ids);
    }
    Ok(())
}

/// Deletes an annotation with its term links. Links of other users need no further right: whoever may edit the
/// annotation may remove any of its links (rest-api 3.5), and nobody else gets here.
///
/// # Errors
/// When there is none, or the actor may not.
pub async fn delete(
    system: &System,
    actor: &Actor,
    id: AnnotationId,
) -> Result<Outcome<AnnotationView>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let (annotation, access) = with_access(&mut unit.tx, actor, id).await?;
    access.require(Action::EditAnnotation, Some(annotation.user))?;
    let entity = view(&mut unit.tx, access.met(), annotation).await?;
    unit.deleted(EntityKind::Annotation, &[id.0]).await?;
    unit.in_project(entity.annotation.project);
    let done = unit.commit(system, format!("Annotation {id} deleted")).await?;
    Ok(Outcome { entity, done })
}

/// Deletes many annotations as one step.
///
/// # Errors
/// When one of them does not exist, or the actor may not delete one of them; then all stay.
pub async fn delete_many(system: &System, actor: &Actor, ids: &[AnnotationId]) -> Result<Done, DomainError> {
    let mut unit = system.begin(actor).await?;
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let rows = store::annotation::read::rows(&mut unit.tx, &sorted, Columns::default()).await?;
    if let Some(missing) = sorted.iter().find(|id| rows.binary_search_by_key(*id, |row| row.id).is_err()) {
        return Err(DomainError::not_found("Annotation", missing));
    }
    let mut accesses: Vec<ProjectAccess> = Vec::new();
    for row in &rows {
        let known = accesses.iter().position(|access| access.project.id == row.project);
        let place = match known {
            Some(place) => place,
            None => {
                accesses.push(access::project(&mut unit.tx, actor, row.project).await?);
                accesses.len() - 1
            }
        };
        accesses[place].require(Action::EditAnnotation, Some(row.user))?;
    }
    let Some(first) = rows.first() else {
        return Err(DomainError::invalid("There is nothing to delete: name at least one annotation"));
    };
    let ids: Vec<i64> = sorted.iter().map(|id| id.0).collect();
    unit.deleted(EntityKind::Annotation, &ids).await?;
    unit.in_project(first.project);
    unit.commit(system, format!("{} annotations deleted", ids.len())).await
}
