//! Projects: what people do with them.

use cytomine_model::{
    Action, EditionMode, EntityKind, May, Member, OntologyId, Page, Project, ProjectId, ProjectRole, Sort,
    Thing, UserId,
};
pub use cytomine_store::project::{Overview, ProjectFilter};
use cytomine_store::{self as store, Read};

use crate::access::{Met, Unasked};
use crate::member::seats;
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, member, name, ontology};

/// What a client says about a project; on an edit, absent fields keep their value.
#[derive(Clone, Debug, Default)]
pub struct ProjectFields {
    /// Name.
    pub name: Option<String>,
    /// Vocabulary; `Some(None)` takes it away.
    pub ontology: Option<Option<OntologyId>>,
    /// Hides image names.
    pub blind_mode: Option<bool>,
    /// The interface offers downloads.
    pub are_images_downloadable: Option<bool>,
    /// Closed for work.
    pub is_closed: Option<bool>,
    /// Only managers edit.
    pub is_read_only: Option<bool>,
    /// Contributors edit only their own.
    pub is_restricted: Option<bool>,
    /// Contributors do not see each other's layers.
    pub hide_users_layers: Option<bool>,
    /// Contributors do not see the managers' layers.
    pub hide_admins_layers: Option<bool>,
    /// Members; replaces the list on an edit.
    pub users: Option<Vec<UserId>>,
    /// Managers; replaces the list on an edit.
    pub admins: Option<Vec<UserId>>,
    /// A change of the ontology may remove the term links of annotations.
    pub force_ontology_update: bool,
}

/// A project that the actor may see.
///
/// # Errors
/// When there is none, or the actor is no member.
pub async fn get(system: &System, actor: &Actor, id: ProjectId) -> Result<Project, DomainError> {
    access::project(&system.db, actor, id).await?;
    counted(&system.db, id).await
}

async fn counted(ex: impl Read, id: ProjectId) -> Result<Project, DomainError> {
    access::counted(ex, id, Unasked::Reached).await?.ok_or_else(|| DomainError::not_found("Project", id))
}

/// A page of the projects that the actor sees, and how many there are.
pub async fn list(
    system: &System,
    actor: &Actor,
    filter: &ProjectFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Project>, i64), DomainError> {
    if let Some(user) = filter.member {
        access::require_on(actor, Action::SeeWork, Some(user))?;
    }
    Ok(store::project::list(&system.db, actor.scope(), filter, sort, page).await?)
}

/// What lists show of these projects beside them: members, last activity, the actor's role.
pub async fn overviews(
    system: &System,
    actor: &Actor,
    projects: &[Project],
) -> Result<Vec<Overview>, DomainError> {
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    Ok(store::project::overviews(&system.db, actor.id(), &ids).await?)
}

/// What the actor may do with each of these projects, which may be deleted.
pub async fn may(system: &System, actor: &Actor, projects: &[Project]) -> Result<Vec<May>, DomainError> {
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    let met = access::standings(&system.db, actor, &ids).await?;
    let may = |project: &Project| match met.get(&project.id) {
        Some(met) => Met { mode: project.mode, ..*met }.may(Thing::Project, None),
        None => May::nothing(Thing::Project),
    };
    Ok(projects.iter().map(may).collect())
}

/// Makes a project; the actor becomes its manager and representative.
///
/// # Errors
/// When the actor is a guest, the name is missing or taken, or the ontology may not be read.
pub async fn create(
    system: &System,
    actor: &Actor,
    fields: ProjectFields,
) -> Result<Outcome<Project>, DomainError> {
    let Outcome { entity: id, done } = bulk::create(system, actor, fields).await?;
    Ok(Outcome { entity: get(system, actor, id).await?, done })
}

impl New for ProjectFields {
    type Made = ProjectId;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(ProjectId, String), DomainError> {
        let fields = &self;
        access::require(actor, Action::CreateProject)?;
        let mut project = Project {
            id: ProjectId(unit.id().await?),
            name: String::new(),
            ontology: None,
            ontology_name: None,
            blind_mode: false,
            are_images_downloadable: false,
            is_closed: false,
            mode: EditionMode::Classic,
            hide_users_layers: false,
            hide_admins_layers: false,
            number_of_images: 0,
            number_of_annotations: 0,
            created: unit.now,
            updated: None,
        };
        apply(&mut project, fields)?;
        if let Some(ontology) = project.ontology {
            ontology::readable(&mut unit.tx, actor, ontology).await?;
        }
        let taken = format!("A project named {} exists already; choose another name", project.name);
        store::table::insert(&mut unit.tx, &project).await.map_err(DomainError::duplicate(taken))?;

        let (id, user) = (project.id, actor.id());
        let maker = Member { project: id, user, role: ProjectRole::Manager, is_representative: true };
        store::project::put_member(&mut unit.tx, maker, unit.now).await?;
        member::replace(unit, actor, id, fields.users.as_deref(), fields.admins.as_deref()).await?;
        unit.rights_changed();
        unit.added(EntityKind::Project, &[project.id.0]);
        unit.in_project(project.id);
        let message = format!("Project {} added", project.name);
        Ok((project.id, message))
    }
}

/// Changes a project.
///
/// # Errors
/// When the actor is no manager, or the name is taken.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: ProjectId,
    fields: ProjectFields,
) -> Result<Outcome<Project>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Project, id.0).await?;
    let access = access::project(&mut unit.tx, actor, id).await?;
    access.require(Action::EditProject, None)?;
    let before = access.project;
    let mut project = before.clone();
    apply(&mut project, &fields)?;
    if project.ontology != before.ontology {
        change_ontology(&mut unit, actor, &before, &project, fields.force_ontology_update).await?;
    }
    let seats = seats::now(&mut unit, id).await?;
    member::replace(&mut unit, actor, id, fields.users.as_deref(), fields.admins.as_deref()).await?;
    project.updated = Some(unit.now);
    let taken = format!("A project named {} exists already; choose another name", project.name);
    store::table::update(&mut unit.tx, &before, &project).await.map_err(DomainError::duplicate(taken))?;
    unit.rights_changed();
    unit.edited(&before, &project);
    seats::note(&mut unit, id, &seats).await?;
    unit.in_project(id);
    let message = format!("Project {} edited", project.name);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: get(system, actor, id).await?, done })
}

/// Deletes a project with its images and annotations.
///
/// # Errors
/// When the actor is no manager.
pub async fn delete(system: &System, actor: &Actor, id: ProjectId) -> Result<Outcome<Project>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let access = access::project(&mut unit.tx, actor, id).await?;
    access.require(Action::DeleteProject, None)?;
    let entity = counted(&mut unit.tx, id).await?;
    unit.deleted(EntityKind::Project, &[id.0]).await?;
    unit.rights_changed();
    unit.in_project(id);
    let message = format!("Project {} deleted", access.project.name);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity, done })
}

/// Links to terms of the old ontology stand in the way of a new one, unless the client forces it (rest-api 4.11).
async fn change_ontology(
    unit: &mut Unit,
    actor: &Actor,
    before: &Project,
    after: &Project,
    force: bool,
) -> Result<(), DomainError> {
    if let Some(ontology) = after.ontology {
        ontology::readable(&mut unit.tx, actor, ontology).await?;
    }
    let links = store::project::term_links(&mut unit.tx, before.id).await?;
    if links.is_empty() {
        return Ok(());
    }
    if !force {
        let message = "Annotations of this project use terms of its ontology: remove these links, or send \
             `forceOntologyUpdate` to have them removed";
        return Err(DomainError::conflict(message)
            .with_value("userAssociatedTermsCount", links.len())
            .with_value("reviewedAssociatedTermsCount", 0));
    }
    unit.deleted(EntityKind::AnnotationTerm, &links).await?;
    Ok(())
}

impl Noun for Project {
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let (edit, describe, delete) = (Action::EditProject, Action::DescribeProject, Action::DeleteProject);
        let action = deed.action(delete, edit, describe, delete);
        access::meet(ex, actor, self.clone()).await?.reach(action, None)
    }
}

fn apply(project: &mut Project, fields: &ProjectFields) -> Result<(), DomainError> {
    if let Some(name) = &fields.name {
        project.name = name.trim().to_owned();
    }
    if project.name.is_empty() {
        return Err(DomainError::invalid("A project needs a name: give `name`"));
    }
    name::readable("name", &project.name)?;
    if let Some(ontology) = fields.ontology {
        project.ontology = ontology;
    }
    for (value, field) in [
        (fields.blind_mode, &mut project.blind_mode),
        (fields.are_images_downloadable, &mut project.are_images_downloadable),
        (fields.is_closed, &mut project.is_closed),
        (fields.hide_users_layers, &mut project.hide_users_layers),
        (fields.hide_admins_layers, &mut project.hide_admins_layers),
    ] {
        if let Some(value) = value {
            *field = value;
        }
    }
    if fields.is_read_only.is_some() || fields.is_restricted.is_some() {
        let read_only = fields.is_read_only.unwrap_or(project.mode == EditionMode::ReadOnly);
        let restricted = fields.is_restricted.unwrap_or(project.mode == EditionMode::Restricted);
        project.mode = EditionMode::from_flags(read_only, restricted);
    }
    Ok(())
}
