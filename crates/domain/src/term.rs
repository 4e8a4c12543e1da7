//! Terms of ontologies and the relations between them.

use cytomine_model::{
    EntityKind, Ontology, OntologyId, ProjectId, Relation, RelationId, RelationTerm, RelationTermId, Term,
    TermId,
};
use cytomine_store::{self as store, Read};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, name, ontology};

/// What a client says about a term; on an edit, absent fields keep their value.
#[derive(Clone, Debug, Default)]
pub struct TermFields {
    /// Name.
    pub name: Option<String>,
    /// Colour as `#RRGGBB`.
    pub color: Option<String>,
    /// Free text.
    pub comment: Option<String>,
    /// The term above it, on creation.
    pub parent: Option<TermId>,
}

/// Colour of a term whose maker named none.
const DEFAULT_COLOR: &str = "#AAAAAA";

/// A term of an ontology that the actor may read.
///
/// # Errors
/// When there is none, or no right.
pub async fn get(system: &System, actor: &Actor, id: TermId) -> Result<Term, DomainError> {
    access::get(&system.db, actor, id, Deed::See).await
}

/// All terms that the actor may read.
pub async fn list(system: &System, actor: &Actor) -> Result<Vec<Term>, DomainError> {
    Ok(store::term::list(&system.db, actor.scope()).await?)
}

/// The terms of an ontology.
///
/// # Errors
/// When there is none, or no right.
pub async fn of_ontology(system: &System, actor: &Actor, id: OntologyId) -> Result<Vec<Term>, DomainError> {
    ontology::readable(&system.db, actor, id).await?;
    Ok(store::term::of_ontology(&system.db, id).await?)
}

/// The terms of a project's ontology; none where it has no ontology.
///
/// # Errors
/// When there is no such project, or the actor is no member.
pub async fn of_project(system: &System, actor: &Actor, id: ProjectId) -> Result<Vec<Term>, DomainError> {
    let access = access::project(&system.db, actor, id).await?;
    match access.project.ontology {
        Some(ontology) => Ok(store::term::of_ontology(&system.db, ontology).await?),
        None => Ok(Vec::new()),
    }
}

/// Makes a term, below another where `parent` is given.
///
/// # Errors
/// When there is no right, the name is missing or taken, or the colour is none.
pub async fn create(
    system: &System,
    actor: &Actor,
    ontology: OntologyId,
    fields: TermFields,
) -> Result<Outcome<Term>, DomainError> {
    bulk::create(system, actor, NewTerm { ontology, fields }).await
}

/// A term to be made, below another where the fields name a `parent`.
#[derive(Clone, Debug)]
pub struct NewTerm {
    /// Where.
    pub ontology: OntologyId,
    /// What the client says.
    pub fields: TermFields,
}

impl New for NewTerm {
    type Made = Term;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(Term, String), DomainError> {
        let Self { ontology, fields } = self;
        access::get::<Ontology>(&mut unit.tx, actor, ontology, Deed::Edit).await?;
        let mut term = Term {
            id: TermId(unit.id().await?),
            ontology,
            name: String::new(),
            color: DEFAULT_COLOR.to_owned(),
            comment: None,
            parent: fields.parent,
            created: unit.now,
            updated: None,
        };
        apply(&mut term, fields)?;
        store::table::insert(&mut unit.tx, &term).await.map_err(taken(&term))?;
        unit.added(EntityKind::Term, &[term.id.0]);
        if let Some(parent) = term.parent {
            let above = access::unasked::<Term>(&mut unit.tx, parent, Unasked::Reached).await?;
            if above.is_none_or(|above| above.ontology != ontology) {
                return Err(DomainError::invalid(format!(
                    "The parent term {parent} is not in the same ontology"
                )));
            }
            let link = RelationTerm {
                id: RelationTermId(unit.id().await?),
                relation: parent_of(&mut unit.tx).await?.id,
                term1: parent,
                term2: term.id,
                created: unit.now,
                updated: None,
            };
            store::table::insert(&mut unit.tx, &link).await?;
            unit.added(EntityKind::RelationTerm, &[link.id.0]);
        }
        let message = format!("Term {} added", term.name);
        Ok((term, message))
    }
}

/// Changes a term.
///
/// # Errors
/// When there is no right, the name is taken, or the colour is none.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: TermId,
    fields: TermFields,
) -> Result<Outcome<Term>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Term, id.0).await?;
    let before: Term = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
    let mut term = Term { updated: Some(unit.now), ..before.clone() };
    apply(&mut term, fields)?;
    store::table::update(&mut unit.tx, &before, &term).await.map_err(taken(&term))?;
    unit.edited(&before, &term);
    let done = unit.commit(system, format!("Term {} edited", term.name)).await?;
    Ok(Outcome { entity: term, done })
}

/// Deletes a term with its relations and its links to annotations.
///
/// # Errors
/// When there is no right.
pub async fn delete(system: &System, actor: &Actor, id: TermId) -> Result<Outcome<Term>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let term: Term = access::get(&mut unit.tx, actor, id, Deed::Delete).await?;
    unit.deleted(EntityKind::Term, &[id.0]).await?;
    let done = unit.commit(system, format!("Term {} deleted", term.name)).await?;
    Ok(Outcome { entity: term, done })
}

/// The kinds of relation there are.
pub async fn relations(system: &System) -> Result<Vec<Relation>, DomainError> {
    Ok(store::term::relations(&system.db).await?)
}

/// The relation `parent`.
pub async fn parent_relation(system: &System) -> Result<Relation, DomainError> {
    parent_of(&system.db).await
}

async fn parent_of(ex: impl Read) -> Result<Relation, DomainError> {
    let relations = store::term::relations(ex).await?;
    relations
        .into_iter()
        .find(|relation| relation.name == "parent")
        .ok_or_else(|| DomainError::not_found("Relation", "parent"))
}

/// The relation of that kind between two terms that the actor may read.
///
/// # Errors
/// When there is none, or no right.
pub async fn relation_between(
    system: &System,
    actor: &Actor,
    relation: RelationId,
    term1: TermId,
    term2: TermId,
) -> Result<RelationTerm, DomainError> {
    get(system, actor, term1).await?;
    store::term::relation_term_between(&system.db, relation, term1, term2)
        .await?
        .ok_or_else(|| DomainError::not_found("RelationTerm", format!("{term1}, term2={term2}")))
}

/// All relations that a term takes part in; `id` may also be that of one relation.
///
/// # Errors
/// When there is neither, or no right.
pub async fn relations_of(
    system: &System,
    actor: &Actor,
    id: TermId,
) -> Result<Vec<RelationTerm>, DomainError> {
    if let Some(link) =
        access::unasked::<RelationTerm>(&system.db, RelationTermId(id.0), Unasked::AskedNext).await?
    {
        link.may(&mut &system.db, actor, Deed::See).await?;
        return Ok(vec![link]);
    }
    get(system, actor, id).await?;
    Ok(store::term::relations_of(&system.db, id).await?)
}

/// Relates two terms of one ontology; the first is the parent.
///
/// # Errors
/// When there is no right, they are of different ontologies, or the relation exists.
pub async fn relate(
    system: &System,
    actor: &Actor,
    relation: RelationId,
    term1: TermId,
    term2: TermId,
) -> Result<Outcome<RelationTerm>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let mut ontologies = Vec::with_capacity(2);
    for id in [term1, term2] {
        let term: Term = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
        ontologies.push(term.ontology);
    }
    if term1 == term2 || ontologies[0] != ontologies[1] {
        return Err(DomainError::invalid("A relation needs two different terms of the same ontology"));
    }
    let link = RelationTerm {
        id: RelationTermId(unit.id().await?),
        relation,
        term1,
        term2,
        created: unit.now,
        updated: None,
    };
    store::table::insert(&mut unit.tx, &link)
        .await
        .map_err(DomainError::duplicate("These terms are related in this way already"))?;
    unit.added(EntityKind::RelationTerm, &[link.id.0]);
    let done = unit.commit(system, format!("Relation between terms {term1} and {term2} added")).await?;
    Ok(Outcome { entity: link, done })
}

/// Ends a relation.
///
/// # Errors
/// When there is none, or no right.
pub async fn unrelate(
    system: &System,
    actor: &Actor,
    relation: RelationId,
    term1: TermId,
    term2: TermId,
) -> Result<Outcome<RelationTerm>, DomainError> {
    let link = relation_between(system, actor, relation, term1, term2).await?;
    let mut unit = system.begin(actor).await?;
    access::get::<RelationTerm>(&mut unit.tx, actor, link.id, Deed::Delete).await?;
    unit.deleted(EntityKind::RelationTerm, &[link.id.0]).await?;
    let done = unit.commit(system, format!("Relation between terms {term1} and {term2} deleted")).await?;
    Ok(Outcome { entity: link, done })
}

impl Noun for Term {
    const BEARS_RIGHTS: bool = false;

    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        Ok(access::reach::<Ontology>(ex, actor, self.ontology, part(deed)).await?.1)
    }
}

impl Noun for RelationTerm {
    const BEARS_RIGHTS: bool = false;

    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        Ok(access::reach::<Term>(ex, actor, self.term1, part(deed)).await?.1)
    }
}

/// What a deed on a part is on the whole.
fn part(deed: Deed) -> Deed {
    if deed == Deed::See { Deed::See } else { Deed::Edit }
}

fn apply(term: &mut Term, fields: TermFields) -> Result<(), DomainError> {
    if let Some(name) = fields.name {
        term.name = name.trim().to_owned();
    }
    if term.name.is_empty() {
        return Err(DomainError::invalid("A term needs a name: give `name`"));
    }
    name::readable("name", &term.name)?;
    if let Some(color) = fields.color.filter(|color| !color.trim().is_empty()) {
        term.color = valid_color(&color)?;
    }
    if let Some(comment) = fields.comment {
        term.comment = Some(comment).filter(|comment| !comment.is_empty());
    }
    Ok(())
}

/// `#RRGGBB` or `#RGB`, kept as the client wrote it.
fn valid_color(color: &str) -> Result<String, DomainError> {
    let color = color.trim();
    let digits = color.strip_prefix('#').unwrap_or_default();
    if matches!(digits.len(), 3 | 6) && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(color.to_owned());
    }
    Err(DomainError::invalid(format!("`{color}` is no colour: write it as #RRGGBB, e.g. #2E8B57")))
}

fn taken(term: &Term) -> impl FnOnce(store::StoreError) -> DomainError + use<> {
    DomainError::duplicate(format!(
        "The ontology has a term named {} already; choose another name",
        term.name
    ))
}
