//! Lists of images: of a project, of a user, of where one is used.

use axum::Json;
use axum::extract::State;
use cytomine_domain::image_instance::{self, ImageFilter};
use cytomine_model::{AbstractImageId, Direction, ImageInstanceId, ProjectId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{ImageInstance, InstanceName, InstanceOfUser, ListedInstance, Tree};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::conditions::{Fields, conditions};
use crate::dialect::collection::Collection;
use crate::dialect::filters::{Filter, Operator};
use crate::dialect::ids::parse_ids;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::extract::{Asked, Filters, Path};
use crate::state::ApiState;

/// The fields that images of projects can be filtered by.
#[derive(Debug)]
pub(super) struct InstanceKeys;

impl Fields for InstanceKeys {
    const FIELDS: &'static [&'static str] = &[
        "name",
        "instanceFilename",
        "originalFilename",
        "blindedName",
        "contentType",
        "id",
        "baseImage",
        "user",
        "width",
        "height",
        "magnification",
        "physicalSizeX",
        "physicalSizeY",
        "numberOfAnnotations",
        "reviewStart",
        "reviewStop",
        "created",
        "include",
    ];
}

crate::keys! {
    /// How a list of a project's images is told.
    pub(super) struct Form {
        /// One node of a tree instead of a list
        tree: Flag,
        /// Only ids and names
        light: Flag,
        /// Tell when each was last changed
        with_last_activity: Flag,
    }
}

/// The images of a project, in the form that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Listing {
    /// As they are.
    #[schema(value_type = ListedInstances)]
    Whole(Collection<ListedInstance>),
    /// By name.
    #[schema(value_type = InstanceNames)]
    Names(Collection<InstanceName>),
    /// As a tree.
    Tree(Tree),
}

/// A list of images; names the collection for the schema.
type ListedInstances = Collection<ListedInstance>;
/// A list of names; names the collection for the schema.
type InstanceNames = Collection<InstanceName>;

/// GET `project/{id}/imageinstance`: `light` gives ids and names, `tree` one node, `withLastActivity` when each was
/// last changed.
pub(super) async fn of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    paging: Paging,
    filters: Filters<InstanceKeys>,
    Asked(form): Asked<Form>,
    Path(id): Path<ProjectId>,
) -> Result<Json<Listing>, ApiError> {
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let filter = filter(filters.list)?;
    let listed =
        image_instance::list_of_project(&state.system, &actor, id, filter, sort.as_ref(), paging.page());
    let (project, images, total) = listed.await?;
    if form.tree.is_on() {
        return Ok(Json(Listing::Tree(Tree::of(&project, &images, total))));
    }
    let total = total.unsigned_abs();
    if form.light.is_on() {
        let names = images.iter().map(|seen| InstanceName::of(seen, project.blind_mode)).collect();
        return Ok(Json(Listing::Names(Collection::new(names, &paging, total))));
    }
    let activity = form.with_last_activity.is_on();
    let items = images
        .iter()
        .map(|seen| ListedInstance {
            image: ImageInstance::of(seen, &base),
            last_activity: activity.then(|| seen.image.updated.unwrap_or(seen.image.created).0),
        })
        .collect();
    Ok(Json(Listing::Whole(Collection::new(items, &paging, total))))
}

/// GET `user/{id}/imageinstance`: the images of all projects of a user.
pub(super) async fn of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    paging: Paging,
    filters: Filters<InstanceKeys>,
    Path(id): Path<UserId>,
) -> Result<Json<Collection<ImageInstance>>, ApiError> {
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let filter = ImageFilter { member: Some(id), ..filter(filters.list)? };
    let (images, total) =
        image_instance::list(&state.system, &actor, &filter, sort.as_ref(), paging.page()).await?;
    let items = images.iter().map(|seen| ImageInstance::of(seen, &base)).collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `user/{id}/imageinstance/light`: ids and names of the caller's own images, whatever id is given.
pub(super) async fn light_of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
    filters: Filters<InstanceKeys>,
    Path(_): Path<UserId>,
) -> Result<Json<Collection<InstanceOfUser>>, ApiError> {
    let filter = ImageFilter { member: Some(actor.id()), ..filter(filters.list)? };
    let (images, total) = image_instance::list(&state.system, &actor, &filter, None, paging.page()).await?;
    let items = images.iter().map(InstanceOfUser::of).collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

fn filter(filters: Vec<Filter>) -> Result<ImageFilter, ApiError> {
    let (include, rest): (Vec<Filter>, Vec<Filter>) =
        filters.into_iter().partition(|filter| filter.field == "include");
    let mut filter = ImageFilter { conditions: conditions(&rest), ..ImageFilter::default() };
    for wanted in include.iter().filter(|wanted| wanted.op == Operator::In) {
        filter.include = parse_ids("include[in]", &wanted.value)?.into_iter().map(ImageInstanceId).collect();
    }
    Ok(filter)
}

/// GET `abstractimage/{id}/imageinstance`: where it is used, in the caller's projects.
pub(super) async fn of_abstract_image(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    paging: Paging,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<Collection<ImageInstance>>, ApiError> {
    let images = image_instance::list_of_image(&state.system, &actor, id).await?;
    let items = images.iter().map(|image| ImageInstance::of(image, &base)).collect();
    Ok(Json(Collection::sliced(items, &paging)))
}
