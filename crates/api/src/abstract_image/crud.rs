//! Reading, registering, changing, deleting abstract images.

use axum::Json;
use axum::extract::State;
use cytomine_domain::Actor;
use cytomine_domain::abstract_image::{self, AbstractImageFilter};
use cytomine_model::{AbstractImageId, Direction, ProjectId};

use super::wire::{AbstractImage, AbstractImageBody, ListedImage};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::conditions::{Fields, conditions};
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Asked, Batch, Body, Filters, Path};
use crate::state::ApiState;

/// The fields that images can be filtered by.
#[derive(Debug)]
pub(super) struct ImageKeys;

impl Fields for ImageKeys {
    const FIELDS: &'static [&'static str] = &[
        "originalFilename",
        "name",
        "contentType",
        "id",
        "width",
        "height",
        "magnification",
        "physicalSizeX",
        "physicalSizeY",
        "created",
        "user",
        "storage",
    ];
}

crate::keys! {
    /// What a list of images tells of a project.
    pub(super) struct Holder {
        /// Tells of each image whether this project holds it
        project: Id,
    }
}

type Page = Result<Json<Collection<ListedImage>>, ApiError>;

/// GET `abstractimage`: those in the caller's storages; `project` tells which of them it holds.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    paging: Paging,
    filters: Filters<ImageKeys>,
    Asked(holder): Asked<Holder>,
) -> Page {
    page(&state, &actor, (paging, filters, holder), &base, false).await
}

/// GET `abstractimage/unused`: those of them that are in no project.
pub(super) async fn unused(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    paging: Paging,
    filters: Filters<ImageKeys>,
    Asked(holder): Asked<Holder>,
) -> Page {
    page(&state, &actor, (paging, filters, holder), &base, true).await
}

async fn page(
    state: &ApiState,
    actor: &Actor,
    (paging, filters, holder): (Paging, Filters<ImageKeys>, Holder),
    base: &str,
    unused: bool,
) -> Page {
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let filter = AbstractImageFilter { uploaded_file: None, unused, conditions: conditions(&filters.list) };
    let (images, total) =
        abstract_image::list(&state.system, actor, &filter, sort.as_ref(), paging.page()).await?;
    let held = match holder.project.of(ProjectId) {
        Some(project) => Some(abstract_image::in_project(&state.system, actor, &images, project).await?),
        None => None,
    };
    let item = |image| ListedImage {
        image: AbstractImage::of(image, base),
        in_project: held.as_ref().map(|held| held.contains(&image.id)),
    };
    Ok(Json(Collection::new(images.iter().map(item).collect(), &paging, total.unsigned_abs())))
}

/// GET `abstractimage/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<AbstractImage>, ApiError> {
    let image = abstract_image::get(&state.system, &actor, id).await?;
    Ok(Json(AbstractImage::of(&image, &base)))
}

/// POST `abstractimage`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    body: Batch<AbstractImageBody>,
) -> Result<Created<AbstractImage>, CommandError> {
    let read = |body: AbstractImageBody| Ok(body.fields());
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = abstract_image::create(&state.system, &actor, new).await?;
        let object = AbstractImage::of(&outcome.entity, &base);
        Ok(answer::command(outcome.done, outcome.entity.id.0, object))
    })
    .await
}

/// PUT `abstractimage/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AbstractImageId>,
    Body(body): Body<AbstractImageBody>,
) -> Command<AbstractImage> {
    let outcome = abstract_image::update(&state.system, &actor, id, body.fields()).await?;
    Ok(answer::command(outcome.done, id.0, AbstractImage::of(&outcome.entity, &base)))
}

/// DELETE `abstractimage/{id}`: 403 with `projectNames` and `imageNames` while projects use it.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AbstractImageId>,
) -> Command<AbstractImage> {
    let outcome = abstract_image::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, AbstractImage::of(&outcome.entity, &base)))
}
