//! Searching: ids first, from indexes and bounds; shapes are compared only where bounds leave it open; rows are
//! read in chunks as they are written to the client.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use cytomine_geometry::{Bounds, Shape, wkt_of};
use cytomine_model::{
    AnnotationId, AnnotationTerm, ImageInstanceId, May, Millis, ProjectId, SliceInstanceId, TermId, Thing,
    UserId,
};
use cytomine_store::annotation::{AnnotationFilter, Columns, Found, canvas, read, search as index};
use cytomine_store::{self as store};

use super::read::shape;
use super::{AnnotationRow, Canvas, Person, Plane, TermFilter, aside, damaged};
use crate::access::Met;
use crate::{Actor, DomainError, System, access, image_instance};

/// Shapes compared at a time.
const COMPARED: usize = 2_000;

/// Where to search.
#[derive(Clone, Debug)]
pub enum Place {
    /// A whole project.
    Project(ProjectId),
    /// Images of one project.
    Images(Vec<ImageInstanceId>),
    /// Planes of images of one project.
    Slices(Vec<SliceInstanceId>),
}

/// What annotations must touch.
#[derive(Clone, Debug)]
pub enum Region {
    /// A box.
    Box(Bounds),
    /// A shape.
    Shape(Shape),
}

/// What annotations must lie near to.
#[derive(Clone, Debug)]
pub struct Near {
    /// From where.
    pub shape: Shape,
    /// How far at most, in pixels.
    pub distance: f64,
}

/// What is searched.
#[derive(Clone, Debug)]
pub struct Search {
    /// Where.
    pub place: Place,
    /// By whom; an empty list finds nothing.
    pub users: Option<Vec<UserId>>,
    /// With which terms.
    pub terms: TermFilter,
    /// Touching this.
    pub region: Option<Region>,
    /// Near to this.
    pub near: Option<Near>,
    /// Not this one.
    pub excluded: Option<AnnotationId>,
    /// Made at this moment or later.
    pub after: Option<Millis>,
    /// Made at this moment or earlier.
    pub before: Option<Millis>,
}

impl Search {
    /// Everything at a place.
    pub fn all_of(place: Place) -> Self {
        Self {
            place,
            users: None,
            terms: TermFilter::default(),
            region: None,
            near: None,
            excluded: None,
            after: None,
            before: None,
        }
    }
}

/// What a search found, newest first. Made only by [`search`], so that whoever holds it may read these rows.
#[derive(Clone, Debug)]
pub struct Listing {
    ids: Vec<AnnotationId>,
    names: bool,
    met: Met,
}

impl Listing {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Only the part from `offset`, of at most `max`; 0 means all.
    #[must_use]
    pub fn page(mut self, offset: usize, max: usize) -> Self {
        self.ids.drain(..offset.min(self.ids.len()));
        if max > 0 {
            self.ids.truncate(max);
        }
        self
    }

    /// The ids.
    pub fn ids(&self) -> &[AnnotationId] {
        &self.ids
    }
}

/// Searches in what the actor may see.
///
/// # Errors
/// When the place does not exist, is empty, spans several projects, or the actor may not see it; when a term or the
/// one user named does not exist.
pub async fn search(system: &System, actor: &Actor, search: &Search) -> Result<Listing, DomainError> {
    let (project, images, slices) = locate(system, &search.place).await?;
    let access = access::project(&system.db, actor, project).await?;
    known_terms(system, search).await?;
    if let Some([user]) = search.users.as_deref()
        && canvas::people(&system.db, &[*user]).await?.is_empty()
    {
        return Err(DomainError::not_found("User", user));
    }
    let filter = AnnotationFilter {
        images,
        slices,
        users: search.users.clone(),
        terms: search.terms.clone(),
        region: bounds(search),
        excluded: search.excluded,
        after: search.after,
        before: search.before,
        ..AnnotationFilter::of_project(project)
    };
    let found = index::ids(&system.db, actor.scope(), &filter).await?;
    let ids = if search.region.is_some() || search.near.is_some() {
        compare(system, search, &found).await?
    } else {
        found.into_iter().map(|found| found.id).collect()
    };
    Ok(Listing { ids, names: image_instance::names_shown(&access), met: access.met() })
}

type Located = (ProjectId, Option<Vec<ImageInstanceId>>, Option<Vec<SliceInstanceId>>);

async fn locate(system: &System, place: &Place) -> Result<Located, DomainError> {
    let (images, slices) = match place {
        Place::Project(project) => return Ok((*project, None, None)),
        Place::Images(images) => (distinct(images.iter().copied()), None),
        Place::Slices(slices) => {
            let planes = canvas::planes(&system.db, slices).await?;
            if let Some(missing) =
                slices.iter().find(|slice| planes.iter().all(|plane| plane.slice != **slice))
            {
                return Err(DomainError::not_found("SliceInstance", missing));
            }
            (distinct(planes.iter().map(|plane| plane.image)), Some(slices.clone()))
        }
    };
    let canvases = canvas::canvases(&system.db, &images).await?;
    if let Some(missing) = images.iter().find(|image| canvases.iter().all(|canvas| canvas.image != **image)) {
        return Err(DomainError::not_found("ImageInstance", missing));
    }
    let Some(first) = canvases.first() else {
        return Err(DomainError::not_found("ImageInstance", "[]"));
    };
    if canvases.iter().any(|canvas| canvas.project != first.project) {
        return Err(DomainError::invalid(
            "The images are of several projects: search each project by itself",
        ));
    }
    Ok((first.project, Some(images), slices))
}

async fn known_terms(system: &System, search: &Search) -> Result<(), DomainError> {
    if let Some([term]) = search.terms.terms.as_deref()
        && access::unasked::<cytomine_model::Term>(&system.db, *term, access::Unasked::Reached)
            .await?
            .is_none()
    {
        return Err(DomainError::not_found("Term", term));
    }
    Ok(())
}

/// The box that the bounds of every match meet.
fn bounds(search: &Search) -> Option<Bounds> {
    let region = search.region.as_ref().map(|region| match region {
        Region::Box(bounds) => *bounds,
        Region::Shape(shape) => shape.bounds(),
    });
    region.or_else(|| search.near.as_ref().map(|near| near.shape.bounds().expand(near.distance)))
}

/// Keeps those whose shapes meet what bounds alone could not tell.
async fn compare(
    system: &System,
    search: &Search,
    found: &[Found],
) -> Result<Vec<AnnotationId>, DomainError> {
    // Bounds inside of a box settle it; of a shape they do not.
    let settled = |found: &Found| {
        found.inside && search.near.is_none() && matches!(search.region, Some(Region::Box(_)))
    };
    let open: Vec<AnnotationId> =
        found.iter().filter(|found| !settled(found)).map(|found| found.id).collect();
    let test = Arc::new((search.region.clone(), search.near.clone()));
    let mut met: HashSet<AnnotationId> = HashSet::new();
    for chunk in open.chunks(COMPARED) {
        let rows = read::rows(&system.db, chunk, Columns { shape: true, ..Columns::default() }).await?;
        let test = Arc::clone(&test);
        let touching = aside(move || {
            rows.iter().filter_map(|row| meets(row, &test).transpose()).collect::<Result<Vec<_>, _>>()
        });
        met.extend(touching.await??);
    }
    let kept = |found: &&Found| settled(found) || met.contains(&found.id);
    Ok(found.iter().filter(kept).map(|found| found.id).collect())
}

fn meets(
    row: &AnnotationRow,
    (region, near): &(Option<Region>, Option<Near>),
) -> Result<Option<AnnotationId>, DomainError> {
    let Some(columns) = &row.shape else { return Ok(None) };
    let shape = shape(row.id, &columns.blob, columns.wkt.as_deref())?;
    let touches = match region {
        None => true,
        Some(Region::Box(bounds)) => shape.intersects_bounds(bounds),
        Some(Region::Shape(other)) => shape.intersects(other),
    };
    let close = near.as_ref().is_none_or(|near| shape.distance(&near.shape) <= near.distance);
    Ok((touches && close).then_some(row.id))
}

/// What rows of a listing show beside ids and dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Location as WKT.
    pub location: bool,
    /// Area, perimeter, centre.
    pub measures: bool,
    /// Term links.
    pub terms: bool,
    /// Names of the image.
    pub image: bool,
    /// Channel, z plane, time.
    pub plane: bool,
    /// Who drew it.
    pub person: bool,
}

/// One row of a listing.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Ids, dates, measures.
    pub row: AnnotationRow,
    /// WKT and the tolerance it was simplified with.
    pub location: Option<(String, f64)>,
    /// Term links, in the order they were set.
    pub links: Vec<AnnotationTerm>,
    /// The image, where names or measures are wanted.
    pub canvas: Option<Arc<Canvas>>,
    /// The actor may see names of images.
    pub names: bool,
    /// The plane.
    pub plane: Option<Plane>,
    /// Who drew it.
    pub person: Option<Arc<Person>>,
    /// What the actor may do with it.
    pub may: May,
}

/// Reads the rows of a part of a listing; `from` and `count` are places in it.
pub async fn rows(
    system: &System,
    listing: &Listing,
    from: usize,
    count: usize,
    wanted: Wanted,
) -> Result<Vec<Listed>, DomainError> {
    let db = &system.db;
    let ids: Vec<AnnotationId> = listing.ids.iter().skip(from).take(count).copied().collect();
    let columns = Columns { shape: wanted.location, measures: wanted.measures };
    let read = read::rows(db, &ids, columns).await?;
    let mut links: HashMap<AnnotationId, Vec<AnnotationTerm>> = HashMap::new();
    if wanted.terms {
        for link in store::annotation_term::of_annotations(db, &ids).await? {
            links.entry(link.annotation).or_default().push(link);
        }
    }
    let (mut canvases, mut planes, mut people) = (HashMap::new(), HashMap::new(), HashMap::new());
    if wanted.image || wanted.measures {
        let images = distinct(read.iter().map(|row| row.image));
        for canvas in canvas::canvases(db, &images).await? {
            canvases.insert(canvas.image, Arc::new(canvas));
        }
    }
    if wanted.plane {
        let slices = distinct(read.iter().map(|row| row.slice));
        for plane in canvas::planes(db, &slices).await? {
            planes.insert(plane.slice, plane);
        }
    }
    if wanted.person {
        let users = distinct(read.iter().map(|row| row.user));
        for person in canvas::people(db, &users).await? {
            people.insert(person.user, Arc::new(person));
        }
    }
    let listed = |mut row: AnnotationRow| {
        let location = match row.shape.take() {
            None => None,
            Some(shape) => {
                let text = wkt_of(&shape.blob, shape.wkt.as_deref());
                let text = text.map_err(|error| damaged(row.id, &error))?;
                Some((text.into_owned(), shape.compression))
            }
        };
        Ok(Listed {
            location,
            links: links.remove(&row.id).unwrap_or_default(),
            canvas: canvases.get(&row.image).cloned(),
            names: listing.names,
            plane: planes.get(&row.slice).copied(),
            person: people.get(&row.user).cloned(),
            may: listing.met.may(Thing::Annotation, Some(row.user)),
            row,
        })
    };
    read.into_iter().map(listed).collect()
}

/// Links by term, in the order of the links: the first link of the term, and everybody who set it.
pub fn users_by_term(links: &[AnnotationTerm]) -> Vec<(&AnnotationTerm, Vec<UserId>)> {
    let mut terms: Vec<(TermId, &AnnotationTerm, Vec<UserId>)> = Vec::new();
    for link in links {
        match terms.iter_mut().find(|(term, ..)| *term == link.term) {
            Some((_, _, users)) => users.push(link.user),
            None => terms.push((link.term, link, vec![link.user])),
        }
    }
    terms.into_iter().map(|(_, link, users)| (link, users)).collect()
}

fn distinct<T: Copy + Eq + Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    items.filter(|item| seen.insert(*item)).collect()
}
