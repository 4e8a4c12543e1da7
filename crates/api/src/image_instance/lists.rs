//! Lists of images: of a project, of a user.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::instance::{self, ImageFilter, Seen};
use cytomine_model::{Direction, ImageInstanceId, Project, ProjectId, UserId};
use serde_json::{Value, json};

use super::json::{image_instance, shown_name};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::conditions::conditions;
use crate::dialect::collection::Collection;
use crate::dialect::ids::parse_ids;
use crate::dialect::paging::Paging;
use crate::dialect::query::Query;
use crate::error::ApiError;
use crate::request::Params;
use crate::state::ApiState;

/// GET `project/{id}/imageinstance`: `light` gives ids and names, `tree` one node, `withLastActivity` when each was
/// last changed.
pub(super) async fn of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
    Path(id): Path<ProjectId>,
) -> Result<Json<Value>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let listed =
        instance::list_of_project(&state.system, &actor, id, filter(&query)?, sort.as_ref(), paging.page());
    let (project, images, total) = listed.await?;
    if query.flag("tree")? {
        return Ok(Json(tree(&project, &images, total)));
    }
    let (light, activity) = (query.flag("light")?, query.flag("withLastActivity")?);
    let items: Vec<Value> = images
        .iter()
        .map(|seen| {
            if light {
                return json!({
                    "id": seen.image.id,
                    "instanceFilename": shown_name(seen),
                    "blindedName": project.blind_mode.then(|| seen.image.base.id.to_string()),
                });
            }
            let mut object = image_instance(seen, &base);
            if activity {
                object["lastActivity"] = json!(seen.image.updated.unwrap_or(seen.image.created));
            }
            object
        })
        .collect();
    Ok(Json(json!(Collection::new(items, &paging, total.unsigned_abs()))))
}

/// GET `user/{id}/imageinstance`: the images of all projects of a user.
pub(super) async fn of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
    Path(id): Path<UserId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    if id != actor.id() {
        actor.require_admin()?;
    }
    let paging = Paging::from_query(&query)?;
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let filter = ImageFilter { member: Some(id), ..filter(&query)? };
    let (images, total) =
        instance::list(&state.system, &actor, &filter, sort.as_ref(), paging.page()).await?;
    let items = images.iter().map(|seen| image_instance(seen, &base)).collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `user/{id}/imageinstance/light`: ids and names of the caller's own images, whatever id is given.
pub(super) async fn light_of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
    Path(_): Path<UserId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let filter = ImageFilter { member: Some(actor.id()), ..filter(&query)? };
    let (images, total) = instance::list(&state.system, &actor, &filter, None, paging.page()).await?;
    let items = images
        .iter()
        .map(|seen| {
            json!({
                "id": seen.image.id,
                "project": seen.image.project,
                "projectName": seen.image.project_name,
                "blindedName": seen.image.project_blind.then(|| seen.image.base.id.to_string()),
                "instanceFilename": shown_name(seen),
            })
        })
        .collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

fn filter(query: &Query) -> Result<ImageFilter, ApiError> {
    let mut filter = ImageFilter::default();
    for condition in conditions(query) {
        if condition.field != "include" {
            filter.conditions.push(condition);
        }
    }
    if let Some(ids) = query.filled("include[in]") {
        filter.include = parse_ids("include[in]", ids)?.into_iter().map(ImageInstanceId).collect();
    }
    Ok(filter)
}

fn tree(project: &Project, images: &[Seen], total: i64) -> Value {
    let children: Vec<Value> = images
        .iter()
        .map(|seen| {
            let id = seen.image.id;
            json!({ "id": id, "key": id, "title": shown_name(seen), "isFolder": false, "children": [] })
        })
        .collect();
    json!({
        "isFolder": true,
        "hideCheckbox": true,
        "name": project.name,
        "title": project.name,
        "key": project.id,
        "id": project.id,
        "children": children,
        "size": total,
    })
}
