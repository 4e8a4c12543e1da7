//! Annotations: what people do with them.
//!
//! Plan: geometry is prepared ([`prepare`]) before a unit of work begins, so that the one writer of SQLite never
//! waits for a plane sweep; [`create`] makes one or a hundred thousand of them one step; [`search`] answers ids
//! first and rows in chunks. Rights come from the project; the annotation's owner counts in restricted projects.

mod create;
mod edit;
mod prepare;
mod read;
mod search;
mod shape;
mod write;

use cytomine_model::{
    Annotation, AnnotationId, AnnotationTerm, ImageInstance, ImageInstanceId, May, SliceInstanceId, TermId,
    UserId,
};
pub use cytomine_store::annotation::canvas::{Canvas, Person, Plane};
pub use cytomine_store::annotation::read::{AnnotationRow, Layer};
pub use cytomine_store::annotation::search::{CountFilter, TermFilter};

use crate::DomainError;

pub use create::{Bulk, Refusal, create, create_many};
pub(crate) use create::{check_terms, require_author};
pub use edit::{delete, delete_many, update};
pub use prepare::Thinning;
pub(crate) use read::with_access;
pub use read::{count, count_reviewed, describe, get, layers, shape_of};
pub use search::{Listed, Listing, Near, Place, Region, Search, Wanted, rows, search, users_by_term};
pub use shape::{Reshaped, fill, simplified, simplify};

/// What a client says about a new annotation.
#[derive(Clone, Debug, Default)]
pub struct NewAnnotation {
    /// WKT, level 0 pixels, y up.
    pub location: Option<String>,
    /// The image; without a plane its reference plane is meant.
    pub image: Option<ImageInstanceId>,
    /// The plane.
    pub slice: Option<SliceInstanceId>,
    /// In whose name; the actor's by default.
    pub user: Option<UserId>,
    /// Terms to link, in the actor's name.
    pub terms: Vec<TermId>,
    /// Keys and values to add.
    pub properties: Vec<(String, String)>,
    /// Whether to thin the outline out.
    pub thinning: Option<Thinning>,
}

/// What a client says about an annotation that exists; place and shape are needed, the rest keeps its value.
#[derive(Clone, Debug, Default)]
pub struct AnnotationFields {
    /// WKT, level 0 pixels, y up.
    pub location: Option<String>,
    /// The image.
    pub image: Option<ImageInstanceId>,
    /// The plane; on the same image the old one by default.
    pub slice: Option<SliceInstanceId>,
    /// A new owner.
    pub user: Option<UserId>,
    /// Replaces the links; absent, they stay as they are.
    pub terms: Option<Vec<TermId>>,
    /// Fills the holes of the outline.
    pub fill: bool,
    /// Whether to thin the outline out.
    pub thinning: Option<Thinning>,
}

/// An annotation with what an answer says of it beside its row.
#[derive(Clone, Debug)]
pub struct AnnotationView {
    /// The annotation.
    pub annotation: Annotation,
    /// Its location as WKT.
    pub location: String,
    /// The terms linked with it, each once, in the order they were set.
    pub terms: Vec<TermId>,
    /// Micrometres per pixel, once known.
    pub pixel_size_x: Option<f64>,
    /// What the actor may do with it.
    pub may: May,
}

/// The shape of an annotation on its image, for pictures of it.
#[derive(Clone, Debug)]
pub struct AnnotationShape {
    /// The annotation.
    pub id: AnnotationId,
    /// The shape at full precision, level 0 pixels, y up.
    pub shape: cytomine_geometry::Shape,
    /// The plane it lies on.
    pub slice: SliceInstanceId,
    /// The image.
    pub image: ImageInstance,
    /// Terms linked with it.
    pub terms: Vec<TermId>,
}

/// The terms of links, each once, in the order of the links.
pub fn terms_of(links: &[AnnotationTerm]) -> Vec<TermId> {
    let mut terms = Vec::new();
    for link in links {
        if !terms.contains(&link.term) {
            terms.push(link.term);
        }
    }
    terms
}

/// Runs work that may keep a core busy, such as reading a bulk or mending its shapes, where it delays nobody.
///
/// # Errors
/// When the work panics.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DomainError> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| {
        DomainError::new(
            cytomine_model::ErrorKind::Internal,
            format!("Work on annotations ended early: {cause}"),
        )
    })
}

fn damaged(id: AnnotationId, error: &cytomine_geometry::GeometryError) -> DomainError {
    DomainError::new(cytomine_model::ErrorKind::Internal, format!("Annotation {id}: {error}"))
}
