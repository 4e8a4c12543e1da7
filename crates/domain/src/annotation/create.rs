//! Making annotations, one or many.

use std::collections::{HashMap, HashSet};

use cytomine_model::{Action, AnnotationId, ImageInstanceId, ProjectId, SliceInstanceId, TermId, UserId};
use cytomine_store::{self as store, Tx};

use super::prepare::{Size, prepare};
use super::write::{Ready, Spot, distinct, write};
use super::{AnnotationView, Canvas, NewAnnotation, aside};
use crate::access::ProjectAccess;
use crate::{Actor, DomainError, Done, Outcome, System, access};

/// What became of a list of new annotations.
#[derive(Debug)]
pub struct Bulk {
    /// Those that were made.
    pub added: Vec<AnnotationId>,
    /// Those that were refused.
    pub refused: Vec<Refusal>,
    /// The one command that made them; none where there was nothing to make.
    pub done: Option<Done>,
}

/// An element of a list that was refused.
#[derive(Debug)]
pub struct Refusal {
    /// Its place in the list, from 0.
    pub place: usize,
    /// Why.
    pub error: DomainError,
}

/// Makes one annotation.
///
/// # Errors
/// When image or plane are missing, the actor may not draw there (or not in another's name), the location is no
/// valid shape or lies outside of the image, or a term is not of the project's vocabulary.
pub async fn create(
    system: &System,
    actor: &Actor,
    new: NewAnnotation,
) -> Result<Outcome<AnnotationView>, DomainError> {
    let mut bulk = create_many(system, actor, vec![new]).await?;
    if let Some(Refusal { error, .. }) = bulk.refused.pop() {
        return Err(error);
    }
    let (Some(done), Some(id)) = (bulk.done, bulk.added.pop()) else {
        return Err(DomainError::invalid("There is nothing to add"));
    };
    Ok(Outcome { entity: super::get(system, actor, id).await?, done })
}

/// Makes many annotations: each is checked by itself, the good ones are written as one step that undo takes back as a
/// whole. They are there all at once, or not at all.
///
/// # Errors
/// Only what concerns all of them, such as the database being out of reach. What is wrong with one stands in
/// [`Bulk::refused`].
pub async fn create_many(
    system: &System,
    actor: &Actor,
    list: Vec<NewAnnotation>,
) -> Result<Bulk, DomainError> {
    let mut bulk = Bulk { added: Vec::new(), refused: Vec::new(), done: None };
    let grounds = Grounds::look_up(system, actor, &list).await?;
    let mut wanted = Vec::with_capacity(list.len());
    for (place, new) in list.into_iter().enumerate() {
        match grounds.spot(actor, &new) {
            Ok(spot) => wanted.push((place, new, spot)),
            Err(error) => bulk.refused.push(Refusal { place, error }),
        }
    }
    let prepared = aside(move || {
        let shaped = |(place, new, spot): (usize, NewAnnotation, Spot)| {
            let shape = prepare(new.location.as_deref(), spot.size, false, new.thinning);
            (place, new, spot, shape)
        };
        wanted.into_iter().map(shaped).collect::<Vec<_>>()
    })
    .await?;
    let mut ready = Vec::with_capacity(prepared.len());
    for (place, new, spot, shape) in prepared {
        match shape {
            Ok(shape) => ready.push(Ready { new, spot, shape }),
            Err(error) => bulk.refused.push(Refusal { place, error }),
        }
    }
    bulk.refused.sort_by_key(|refusal| refusal.place);
    if !ready.is_empty() {
        let (added, done) = write(system, actor, &grounds.canvases, ready).await?;
        (bulk.added, bulk.done) = (added, Some(done));
    }
    Ok(bulk)
}

/// Everything that the elements of a list name, looked up once each.
#[derive(Debug, Default)]
struct Grounds {
    slices: HashMap<SliceInstanceId, ImageInstanceId>,
    references: HashMap<ImageInstanceId, SliceInstanceId>,
    canvases: HashMap<ImageInstanceId, Canvas>,
    projects: HashMap<ProjectId, Result<ProjectAccess, String>>,
    users: HashSet<UserId>,
    /// Who may be named as author, by project; filled where somebody is named.
    members: HashMap<ProjectId, HashSet<UserId>>,
    terms: HashMap<ProjectId, HashSet<TermId>>,
}

impl Grounds {
    async fn look_up(system: &System, actor: &Actor, list: &[NewAnnotation]) -> Result<Self, DomainError> {
        let db = &system.db;
        let mut grounds = Self::default();
        let slices = distinct(list.iter().filter_map(|new| new.slice));
        for plane in store::annotation::canvas::planes(db, &slices).await? {
            grounds.slices.insert(plane.slice, plane.image);
        }
        let alone = distinct(list.iter().filter(|new| new.slice.is_none()).filter_map(|new| new.image));
        let images = distinct(alone.iter().copied().chain(grounds.slices.values().copied()));
        for canvas in store::annotation::canvas::canvases(db, &images).await? {
            grounds.canvases.insert(canvas.image, canvas);
        }
        for image in alone {
            if let Some(slice) = store::slice_instance::reference_of(db, image).await? {
                grounds.references.insert(image, slice.id);
            }
        }
        let terms = distinct(list.iter().flat_map(|new| new.terms.iter().copied()));
        for project in distinct(grounds.canvases.values().map(|canvas| canvas.project)) {
            // Whoever may not see the project is refused element by element.
            let access = match access::project(db, actor, project).await {
                Ok(access) => Ok(access),
                Err(error) if error.kind == cytomine_model::ErrorKind::Forbidden => Err(error.message),
                Err(error) => return Err(error),
            };
            if let Ok(ProjectAccess { project: entity, .. }) = &access
                && let Some(ontology) = entity.ontology
                && !terms.is_empty()
            {
                let known = store::annotation_term::terms_in(db, ontology, &terms).await?;
                grounds.terms.insert(project, known.into_iter().collect());
            }
            grounds.projects.insert(project, access);
        }
        let users = distinct(list.iter().filter_map(|new| new.user).filter(|user| *user != actor.id()));
        if !users.is_empty() {
            let people = store::annotation::canvas::people(db, &users).await?;
            grounds.users = people.into_iter().map(|person| person.user).collect();
            for project in grounds.projects.keys() {
                let members = store::project::members(db, *project).await?;
                grounds.members.insert(*project, members.into_iter().map(|member| member.user).collect());
            }
        }
        Ok(grounds)
    }

    fn spot(&self, actor: &Actor, new: &NewAnnotation) -> Result<Spot, DomainError> {
        let (image, slice) = match (new.slice, new.image) {
            (Some(slice), named) => {
                let image = self.slices.get(&slice).copied();
                let image = image.ok_or_else(|| DomainError::not_found("SliceInstance", slice))?;
                if named.is_some_and(|named| named != image) {
                    return Err(DomainError::invalid(format!(
                        "The plane {slice} is not of the image named: give `slice` or `image` alone"
                    )));
                }
                (image, Some(slice))
            }
            (None, Some(image)) => (image, self.references.get(&image).copied()),
            (None, None) => {
                return Err(DomainError::invalid("An annotation needs a place: give `image` or `slice`"));
            }
        };
        let canvas =
            self.canvases.get(&image).ok_or_else(|| DomainError::not_found("ImageInstance", image))?;
        let access = match self.projects.get(&canvas.project) {
            Some(Ok(access)) => access,
            Some(Err(message)) => return Err(DomainError::forbidden(message.clone())),
            None => return Err(DomainError::not_found("Project", canvas.project)),
        };
        let slice = slice.ok_or_else(|| {
            DomainError::invalid(format!("The image {image} has no plane to draw on: give it one first"))
        })?;
        let user = new.user.unwrap_or(actor.id());
        access.require(Action::CreateAnnotation, Some(user))?;
        if user != actor.id() {
            access.require(Action::CreateAnnotationForOther, Some(user))?;
            if !self.users.contains(&user) {
                return Err(DomainError::not_found("User", user));
            }
            if self.members.get(&canvas.project).is_none_or(|members| !members.contains(&user)) {
                return Err(no_member(user));
            }
        }
        check_terms(access, self.terms.get(&canvas.project), &new.terms)?;
        Ok(Spot { project: canvas.project, image, slice, size: size(canvas), user })
    }
}

/// Refuses somebody as author who is no member of the project.
pub(crate) async fn require_author(tx: &mut Tx, project: ProjectId, user: UserId) -> Result<(), DomainError> {
    match store::project::member_of(tx, project, user).await? {
        Some(_) => Ok(()),
        None => Err(no_member(user)),
    }
}

fn no_member(user: UserId) -> DomainError {
    DomainError::invalid(format!("The user {user} is no member of the project"))
}

/// Refuses terms that are not of the project's vocabulary.
pub(crate) fn check_terms(
    access: &ProjectAccess,
    known: Option<&HashSet<TermId>>,
    terms: &[TermId],
) -> Result<(), DomainError> {
    let Some(stranger) = terms.iter().find(|term| known.is_none_or(|known| !known.contains(term))) else {
        return Ok(());
    };
    let name = &access.project.name;
    Err(DomainError::invalid(match &access.project.ontology_name {
        None => format!("The project {name} has no ontology, so its annotations have no terms"),
        Some(ontology) => {
            format!("There is no term {stranger} in {ontology}, the ontology of the project {name}")
        }
    }))
}

/// Width and height, once known.
pub(super) fn size(canvas: &Canvas) -> Option<Size> {
    Some((canvas.width?, canvas.height?))
}
