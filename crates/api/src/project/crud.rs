//! Reading, making, changing, deleting projects.

use axum::Json;
use axum::extract::State;
use cytomine_domain::Actor;
use cytomine_domain::project::{self, ProjectFilter};
use cytomine_model::{self as model, Direction, OntologyId, ProjectId, UserId};

use super::wire::{Extras, ListedProject, Project, ProjectBody};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::conditions::Fields;
use crate::dialect::collection::Collection;
use crate::dialect::filters::Operator;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Asked, Batch, Body, Filters, Path};
use crate::state::ApiState;

/// The fields that projects can be filtered by.
#[derive(Debug)]
pub(super) struct Names;

impl Fields for Names {
    const FIELDS: &'static [&'static str] = &["name"];
}

/// A project with what the caller may do with it.
async fn shown(state: &ApiState, actor: &Actor, project: &model::Project) -> Result<Project, ApiError> {
    let may = project::may(&state.system, actor, std::slice::from_ref(project)).await?;
    Ok(Project::of(project, may.first().copied()))
}

type Page = Result<Json<Collection<ListedProject>>, ApiError>;

/// GET `project/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Result<Json<Project>, ApiError> {
    let project = project::get(&state.system, &actor, id).await?;
    Ok(Json(shown(&state, &actor, &project).await?))
}

/// GET `project`: the projects that the caller sees.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
    names: Filters<Names>,
    Asked(extras): Asked<Extras>,
) -> Page {
    page(&state, &actor, (paging, names, extras), ProjectFilter::default()).await
}

/// GET `user/{id}/project`: those of them that a user is a member of.
pub(super) async fn list_of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(user): Path<UserId>,
    paging: Paging,
    names: Filters<Names>,
    Asked(extras): Asked<Extras>,
) -> Page {
    let filter = ProjectFilter { member: Some(user), ..ProjectFilter::default() };
    page(&state, &actor, (paging, names, extras), filter).await
}

/// GET `ontology/{id}/project`: those of them that use an ontology.
pub(super) async fn list_of_ontology(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(ontology): Path<OntologyId>,
    paging: Paging,
    names: Filters<Names>,
    Asked(extras): Asked<Extras>,
) -> Page {
    let filter = ProjectFilter { ontology: Some(ontology), ..ProjectFilter::default() };
    page(&state, &actor, (paging, names, extras), filter).await
}

async fn page(
    state: &ApiState,
    actor: &Actor,
    (paging, names, extras): (Paging, Filters<Names>, Extras),
    mut filter: ProjectFilter,
) -> Page {
    for wanted in names.list {
        if wanted.field == "name" && matches!(wanted.op, Operator::ILike | Operator::Like) {
            filter.name = Some(wanted.value);
        }
    }
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let (projects, total) =
        project::list(&state.system, actor, &filter, sort.as_ref(), paging.page()).await?;
    let may = project::may(&state.system, actor, &projects).await?;
    let mut items: Vec<ListedProject> =
        projects.iter().zip(may).map(|(project, may)| ListedProject::of(project, may)).collect();
    let wanted = (
        extras.with_members_count.is_on(),
        extras.with_last_activity.is_on(),
        extras.with_current_user_roles.is_on(),
    );
    if wanted != (false, false, false) {
        let overviews = project::overviews(&state.system, actor, &projects).await?;
        for (item, project) in items.iter_mut().zip(&projects) {
            if let Some(overview) = overviews.iter().find(|overview| overview.project == project.id) {
                item.add(overview, wanted);
            }
        }
    }
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// POST `project`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<ProjectBody>,
) -> Result<Created<Project>, CommandError> {
    let read = |body: ProjectBody| Ok(body.fields());
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = project::create(&state.system, &actor, new).await?;
        Ok(answer::command(outcome.done, outcome.entity.id.0, shown(&state, &actor, &outcome.entity).await?))
    })
    .await
}

/// PUT `project/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Body(body): Body<ProjectBody>,
) -> Command<Project> {
    let outcome = project::update(&state.system, &actor, id, body.fields()).await?;
    Ok(answer::command(outcome.done, id.0, shown(&state, &actor, &outcome.entity).await?))
}

/// DELETE `project/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Command<Project> {
    let outcome = project::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, shown(&state, &actor, &outcome.entity).await?))
}
