//! Ontologies: what people do with them.
//!
//! Rights come from having made one, or from the projects that use it: members read, managers change.

use std::collections::HashMap;

use cytomine_model::{
    Action, CommandId, EditionMode, EntityKind, May, Ontology, OntologyId, Page, ProjectId, Scope, Term,
    Thing, UserId,
};
use cytomine_store::{self as store, Read, Tx};

use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, name};

/// An ontology with its terms and the projects that the actor sees using it.
#[derive(Clone, Debug)]
pub struct OntologyTree {
    /// The ontology.
    pub ontology: Ontology,
    /// Its terms, in the order they were made.
    pub terms: Vec<Term>,
    /// Projects that use it.
    pub projects: Vec<(ProjectId, String)>,
    /// What the actor may do with it.
    pub may: May,
}

impl Noun for Ontology {
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let role = store::ontology::role_through_projects(ex, self.id, actor.id()).await?;
        let standing = access::standing_through(actor, role);
        let allows = |action| access::shares(actor, action, standing, Some(self.user));
        if !allows(Action::SeeOntology) {
            return Err(DomainError::forbidden(
                "You may not see this ontology: ask a manager of a project that uses it",
            ));
        }
        if deed == Deed::See || allows(Action::EditOntology) {
            return Ok(Reach::OUTSIDE);
        }
        let name = &self.name;
        Err(DomainError::forbidden(format!(
            "Only its creator and managers of projects that use it change {name}"
        )))
    }

    async fn free(tx: &mut Tx, ids: &[OntologyId], _: CommandId) -> Result<(), DomainError> {
        let using = store::ontology::projects(tx, Scope::Everything, ids).await?;
        if using.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = using.into_iter().map(|(_, _, name)| name).collect();
        let message = format!("Projects use this ontology; give them another first: {}", names.join(", "));
        Err(DomainError::conflict(message).with_value("projectNames", names))
    }
}

/// Looks up an ontology that the actor may read.
///
/// # Errors
/// When there is none, or no right.
pub(crate) async fn readable(ex: impl Read, actor: &Actor, id: OntologyId) -> Result<Ontology, DomainError> {
    access::get(ex, actor, id, Deed::See).await
}

/// An ontology with its terms.
///
/// # Errors
/// When there is none, or no right.
pub async fn get(system: &System, actor: &Actor, id: OntologyId) -> Result<OntologyTree, DomainError> {
    let ontology = readable(&system.db, actor, id).await?;
    tree(system, actor, ontology).await
}

async fn tree(system: &System, actor: &Actor, ontology: Ontology) -> Result<OntologyTree, DomainError> {
    let id = ontology.id;
    let trees = trees(system, actor, vec![ontology]).await?;
    trees.into_iter().next().ok_or_else(|| DomainError::not_found("Ontology", id))
}

/// A page of the ontologies that the actor may read, and how many there are.
pub async fn list(system: &System, actor: &Actor, page: Page) -> Result<(Vec<Ontology>, i64), DomainError> {
    Ok(store::ontology::list(&system.db, actor.scope(), page).await?)
}

/// Ontologies of [`list`] with their terms and projects.
pub async fn trees(
    system: &System,
    actor: &Actor,
    ontologies: Vec<Ontology>,
) -> Result<Vec<OntologyTree>, DomainError> {
    let ids: Vec<OntologyId> = ontologies.iter().map(|ontology| ontology.id).collect();
    let mut terms: HashMap<OntologyId, Vec<Term>> = HashMap::new();
    for term in store::term::of_ontologies(&system.db, &ids).await? {
        terms.entry(term.ontology).or_default().push(term);
    }
    let mut projects: HashMap<OntologyId, Vec<(ProjectId, String)>> = HashMap::new();
    for (ontology, project, name) in store::ontology::projects(&system.db, actor.scope(), &ids).await? {
        projects.entry(ontology).or_default().push((project, name));
    }
    let roles = store::ontology::roles_through_projects(&system.db, &ids, actor.id()).await?;
    let may = |ontology: &Ontology| {
        let standing = access::standing_through(actor, roles.get(&ontology.id).copied());
        May::of(Thing::Ontology, standing, EditionMode::Classic, ontology.user == actor.id())
    };
    Ok(ontologies
        .into_iter()
        .map(|ontology| OntologyTree {
            may: may(&ontology),
            terms: terms.remove(&ontology.id).unwrap_or_default(),
            projects: projects.remove(&ontology.id).unwrap_or_default(),
            ontology,
        })
        .collect())
}

/// Everyone with rights on the ontology.
///
/// # Errors
/// When there is none, or no right.
pub async fn users(system: &System, actor: &Actor, id: OntologyId) -> Result<Vec<UserId>, DomainError> {
    readable(&system.db, actor, id).await?;
    Ok(store::ontology::users(&system.db, id).await?)
}

/// Makes an ontology.
///
/// # Errors
/// When the actor is a guest, or the name is missing or taken.
pub async fn create(
    system: &System,
    actor: &Actor,
    name: &str,
) -> Result<Outcome<OntologyTree>, DomainError> {
    let Outcome { entity, done } = bulk::create(system, actor, NewOntology(name.to_owned())).await?;
    Ok(Outcome { entity: tree(system, actor, entity).await?, done })
}

/// An ontology to be made: its name.
#[derive(Clone, Debug)]
pub struct NewOntology(pub String);

impl New for NewOntology {
    type Made = Ontology;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(Ontology, String), DomainError> {
        access::require(actor, Action::CreateOntology)?;
        let ontology = Ontology {
            id: OntologyId(unit.id().await?),
            name: valid_name(&self.0)?,
            user: actor.id(),
            created: unit.now,
            updated: None,
        };
        store::table::insert(&mut unit.tx, &ontology).await.map_err(taken(&ontology))?;
        unit.added(EntityKind::Ontology, &[ontology.id.0]);
        let message = format!("Ontology {} added", ontology.name);
        Ok((ontology, message))
    }
}

/// Renames an ontology.
///
/// # Errors
/// When there is no right, or the name is taken.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: OntologyId,
    name: &str,
) -> Result<Outcome<OntologyTree>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Ontology, id.0).await?;
    let before: Ontology = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
    let ontology = Ontology { name: valid_name(name)?, updated: Some(unit.now), ..before.clone() };
    store::table::update(&mut unit.tx, &before, &ontology).await.map_err(taken(&ontology))?;
    unit.edited(&before, &ontology);
    let done = unit.commit(system, format!("Ontology {} edited", ontology.name)).await?;
    Ok(Outcome { entity: tree(system, actor, ontology).await?, done })
}

/// Deletes an ontology with its terms.
///
/// # Errors
/// When there is no right, or a project uses it.
pub async fn delete(
    system: &System,
    actor: &Actor,
    id: OntologyId,
) -> Result<Outcome<OntologyTree>, DomainError> {
    let entity = get(system, actor, id).await?;
    let mut unit = system.begin(actor).await?;
    access::get::<Ontology>(&mut unit.tx, actor, id, Deed::Delete).await?;
    unit.free::<Ontology>(&[id]).await?;
    unit.deleted(EntityKind::Ontology, &[id.0]).await?;
    let done = unit.commit(system, format!("Ontology {} deleted", entity.ontology.name)).await?;
    Ok(Outcome { entity, done })
}

fn valid_name(name: &str) -> Result<String, DomainError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(DomainError::invalid("An ontology needs a name: give `name`"));
    }
    name::readable("name", name)?;
    Ok(name.to_owned())
}

fn taken(ontology: &Ontology) -> impl FnOnce(store::StoreError) -> DomainError + use<> {
    DomainError::duplicate(format!("An ontology named {} exists already; choose another name", ontology.name))
}
