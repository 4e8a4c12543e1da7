//! Writing annotations that were checked and prepared: a few in one transaction, a long bulk in many short ones.

use std::collections::{HashMap, HashSet};

use cytomine_model::command::id_ranges;
use cytomine_model::{
    Action, Annotation, AnnotationId, AnnotationTerm, AnnotationTermId, EntityKind, ImageInstanceId, Millis,
    ProjectId, SliceInstanceId, TermId, UserId,
};
use cytomine_store::{self as store, change};
use tokio::time::Instant;

use super::create::{check_terms, require_author};
use super::prepare::{Prepared, Size};
use super::{Canvas, NewAnnotation};
use crate::long_bulk::{self, Pace, Pending};
use crate::{Actor, DomainError, Done, System, Unit, access, property};

/// From this number on, ids follow the cells instead of the list, so that neighbours on the image are neighbours
/// in the table.
const CELL_ORDER_FROM: usize = 256;

/// Where one annotation goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub project: ProjectId,
    pub image: ImageInstanceId,
    pub slice: SliceInstanceId,
    pub size: Option<Size>,
    pub user: UserId,
}

/// An annotation that can be written.
#[derive(Debug)]
pub(super) struct Ready {
    pub new: NewAnnotation,
    pub spot: Spot,
    pub shape: Prepared,
}

/// Each of them once, in their order.
pub(super) fn distinct<T: Copy + Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    items.filter(|item| seen.insert(*item)).collect()
}

/// Writes at least one annotation, as one command.
pub(super) async fn write(
    system: &System,
    actor: &Actor,
    canvases: &HashMap<ImageInstanceId, Canvas>,
    mut ready: Vec<Ready>,
) -> Result<(Vec<AnnotationId>, Done), DomainError> {
    if ready.len() >= CELL_ORDER_FROM {
        ready.sort_by_cached_key(|ready| {
            let key = cytomine_geometry::cell_key(&ready.shape.stored.bounds);
            (ready.spot.image, key.level, key.cell)
        });
    }
    let named = Named::by(actor, &ready);
    if ready.len() as u64 > long_bulk::LONG {
        return write_long(system, actor, &named, ready).await;
    }
    let mut unit = system.begin(actor).await?;
    named.still_there(&mut unit, actor).await?;
    let ids = unit.ids(ready.len()).await?;
    let message = match (ids.as_slice(), named.images.as_slice()) {
        ([id], [image]) => {
            let name = canvases.get(image).map_or("", |canvas| canvas.instance_filename.as_str());
            format!("Annotation {id} added on image {name}")
        }
        _ => added(ids.len()),
    };
    let rows = Rows::of(&ids, ready, actor, unit.now);
    let links = rows.insert(&mut unit).await?;
    let done = named.commit(system, unit, &ids, &links, message).await?;
    Ok((ids.into_iter().map(AnnotationId).collect(), done))
}

fn added(count: usize) -> String {
    format!("{count} annotations added")
}

/// A long bulk: nobody sees any of it before all is there, and whoever draws meanwhile waits for one part of it.
async fn write_long(
    system: &System,
    actor: &Actor,
    named: &Named,
    ready: Vec<Ready>,
) -> Result<(Vec<AnnotationId>, Done), DomainError> {
    let mut unit = system.begin(actor).await?;
    named.still_there(&mut unit, actor).await?;
    let ids = store::pending::reserve(&mut unit.tx, ready.len()).await?;
    let hidden = unit.begin_bulk(&id_ranges(&ids)).await?;
    unit.finish(system).await?;
    match write_parts(system, actor, named, hidden, &ids, ready).await {
        Ok(done) => Ok((ids.into_iter().map(AnnotationId).collect(), done)),
        Err(error) => {
            long_bulk::clear_up(system, hidden).await;
            Err(error)
        }
    }
}

async fn write_parts(
    system: &System,
    actor: &Actor,
    named: &Named,
    hidden: Pending,
    ids: &[i64],
    ready: Vec<Ready>,
) -> Result<Done, DomainError> {
    let places = places(&ready);
    let (mut links, mut pace) = (Vec::new(), Pace::new());
    let (mut rest, mut ready) = (ids, ready.into_iter());
    while !rest.is_empty() {
        let (part, later) = rest.split_at(pace.rows().min(rest.len()));
        let rows = Rows::of(part, ready.by_ref().take(part.len()), actor, hidden.alive);
        let mut unit = system.begin(actor).await?;
        let begun = Instant::now();
        long_bulk::goes_on(&mut unit.tx, hidden, unit.now).await?;
        unit.now = hidden.alive;
        links.extend(rows.insert(&mut unit).await?);
        unit.finish(system).await?;
        pace.rest(begun).await;
        rest = later;
    }
    let mut unit = system.begin(actor).await?;
    unit.now = hidden.alive;
    named.still_there(&mut unit, actor).await?;
    unit.end_bulk(hidden).await?;
    unit.places = Some(places);
    named.commit(system, unit, ids, &links, added(ids.len())).await
}

/// Where they lie, for those who are told.
fn places(ready: &[Ready]) -> Vec<change::Spot> {
    let mut boxes: HashMap<(ProjectId, SliceInstanceId, UserId), [f64; 4]> = HashMap::new();
    for Ready { spot, shape, .. } in ready {
        let around = &shape.stored.bounds;
        let [min_x, min_y, max_x, max_y] = boxes.entry((spot.project, spot.slice, spot.user)).or_insert([
            around.min_x,
            around.min_y,
            around.max_x,
            around.max_y,
        ]);
        (*min_x, *min_y) = (min_x.min(around.min_x), min_y.min(around.min_y));
        (*max_x, *max_y) = (max_x.max(around.max_x), max_y.max(around.max_y));
    }
    let spot = |((project, slice, user), bounds)| change::Spot {
        project,
        slice: Some(slice),
        layers: vec![user],
        bounds,
    };
    change::joined(boxes.into_iter().map(spot).collect())
}

/// What annotations name, each once.
#[derive(Debug)]
struct Named {
    projects: Vec<ProjectId>,
    images: Vec<ImageInstanceId>,
    /// Others in whose name they are, with the project.
    users: Vec<(ProjectId, UserId)>,
    terms: Vec<(ProjectId, TermId)>,
}

impl Named {
    fn by(actor: &Actor, ready: &[Ready]) -> Self {
        let spots = || ready.iter().map(|ready| ready.spot);
        let terms = |ready: &Ready| {
            let project = ready.spot.project;
            ready.new.terms.iter().map(move |term| (project, *term)).collect::<Vec<_>>()
        };
        Self {
            projects: distinct(spots().map(|spot| spot.project)),
            images: distinct(spots().map(|spot| spot.image)),
            users: distinct(
                spots().filter(|spot| spot.user != actor.id()).map(|spot| (spot.project, spot.user)),
            ),
            terms: distinct(ready.iter().flat_map(terms)),
        }
    }

    /// Looks again, now that nobody else writes: rights, images, people and terms may have gone while shapes were
    /// prepared, or while a long bulk was written.
    async fn still_there(&self, unit: &mut Unit, actor: &Actor) -> Result<(), DomainError> {
        for project in &self.projects {
            let access = access::project(&mut unit.tx, actor, *project).await?;
            access.require(Action::CreateAnnotation, Some(actor.id()))?;
            for (_, user) in self.users.iter().filter(|(of, _)| of == project) {
                access.require(Action::CreateAnnotationForOther, Some(*user))?;
                require_author(&mut unit.tx, *project, *user).await?;
            }
            let terms: Vec<TermId> =
                self.terms.iter().filter(|(of, _)| of == project).map(|(_, term)| *term).collect();
            let known = match access.project.ontology {
                Some(ontology) if !terms.is_empty() => {
                    store::annotation_term::terms_in(&mut unit.tx, ontology, &terms).await?
                }
                _ => Vec::new(),
            };
            check_terms(&access, Some(&known.into_iter().collect()), &terms)?;
        }
        let living = store::annotation::canvas::canvases(&mut unit.tx, &self.images).await?;
        for image in &self.images {
            if living.iter().all(|canvas| canvas.image != *image) {
                return Err(DomainError::not_found("ImageInstance", image));
            }
        }
        let users = distinct(self.users.iter().map(|(_, user)| *user));
        let people = store::annotation::canvas::people(&mut unit.tx, &users).await?;
        match users.iter().find(|user| people.iter().all(|person| person.user != **user)) {
            Some(gone) => Err(DomainError::not_found("User", gone)),
            None => Ok(()),
        }
    }

    async fn commit(
        &self,
        system: &System,
        mut unit: Unit,
        ids: &[i64],
        links: &[i64],
        message: String,
    ) -> Result<Done, DomainError> {
        unit.added(EntityKind::Annotation, ids);
        if !links.is_empty() {
            unit.added(EntityKind::AnnotationTerm, links);
        }
        if let Some(project) = self.projects.first() {
            unit.in_project(*project);
        }
        unit.commit(system, message).await
    }
}

/// Rows of annotations and of what comes along with them.
#[derive(Debug)]
struct Rows {
    annotations: Vec<Annotation>,
    links: Vec<AnnotationTerm>,
    properties: Vec<(i64, String, String)>,
}

impl Rows {
    fn of(ids: &[i64], ready: impl IntoIterator<Item = Ready>, actor: &Actor, now: Millis) -> Self {
        let mut rows =
            Self { annotations: Vec::with_capacity(ids.len()), links: Vec::new(), properties: Vec::new() };
        for (id, Ready { new, spot, shape }) in ids.iter().zip(ready) {
            let annotation = row(AnnotationId(*id), spot, shape, now);
            for term in distinct(new.terms.into_iter()) {
                rows.links.push(AnnotationTerm {
                    id: AnnotationTermId(0),
                    annotation: annotation.id,
                    term,
                    user: actor.id(),
                    created: now,
                    updated: None,
                });
            }
            rows.properties.extend(new.properties.into_iter().map(|(key, value)| (*id, key, value)));
            rows.annotations.push(annotation);
        }
        rows
    }

    /// Writes them, and tells the ids of the links.
    async fn insert(mut self, unit: &mut Unit) -> Result<Vec<i64>, DomainError> {
        store::annotation::insert_many(&mut unit.tx, &self.annotations).await?;
        let mut ids = Vec::new();
        if !self.links.is_empty() {
            ids = unit.ids(self.links.len()).await?;
            for (link, id) in self.links.iter_mut().zip(&ids) {
                link.id = AnnotationTermId(*id);
            }
            store::table::insert_many(&mut unit.tx, &self.links).await?;
        }
        property::insert_all(unit, EntityKind::Annotation, &self.properties).await?;
        Ok(ids)
    }
}

fn row(id: AnnotationId, spot: Spot, shape: Prepared, now: Millis) -> Annotation {
    let Prepared { stored, compression } = shape;
    Annotation {
        id,
        image: spot.image,
        slice: spot.slice,
        project: spot.project,
        user: spot.user,
        geometry: stored.blob,
        wkt: stored.wkt,
        min_x: stored.bounds.min_x,
        min_y: stored.bounds.min_y,
        max_x: stored.bounds.max_x,
        max_y: stored.bounds.max_y,
        area: stored.area,
        perimeter: stored.perimeter,
        centroid_x: stored.centroid.0,
        centroid_y: stored.centroid.1,
        geometry_compression: compression,
        created: now,
        updated: None,
    }
}
