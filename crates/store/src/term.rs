//! Terms and the relations between them.

use cytomine_model::{OntologyId, Relation, RelationId, RelationTerm, RelationTermId, Scope, Term, TermId};

use crate::{Executor, Row, StoreError, sql};

const COLUMNS: &str = "SELECT t.id, t.ontology_id, t.name, t.color, t.comment, t.created, t.updated, \
(SELECT min(r.term1_id) FROM relation_term r JOIN relation k ON k.id = r.relation_id AND k.name = 'parent' \
WHERE r.term2_id = t.id AND r.deleted_by IS NULL) AS parent_id FROM term t WHERE t.deleted_by IS NULL";

const RELATION_COLUMNS: &str = "SELECT id, relation_id, term1_id, term2_id, created, updated FROM relation_term WHERE deleted_by IS NULL";

fn term(row: &Row) -> Result<Term, StoreError> {
    Ok(Term {
        id: row.id("id")?,
        ontology: row.id("ontology_id")?,
        name: row.get("name")?,
        color: row.get("color")?,
        comment: row.get("comment")?,
        parent: row.opt_id("parent_id")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

fn relation_term(row: &Row) -> Result<RelationTerm, StoreError> {
    Ok(RelationTerm {
        id: row.id("id")?,
        relation: row.id("relation_id")?,
        term1: row.id("term1_id")?,
        term2: row.id("term2_id")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

/// A term by id; whether the actor may see it is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: TermId) -> Result<Option<Term>, StoreError> {
    ex.first(sql(format!("{COLUMNS} AND t.id = $1")).bind(id)).await?.as_ref().map(term).transpose()
}

/// The terms of an ontology, in the order they were made.
///
/// # Errors
/// When the database refuses.
pub async fn of_ontology(ex: impl Executor, id: OntologyId) -> Result<Vec<Term>, StoreError> {
    of_ontologies(ex, &[id]).await
}

/// The terms of these ontologies, in the order they were made.
///
/// # Errors
/// When the database refuses.
pub async fn of_ontologies(mut ex: impl Executor, ids: &[OntologyId]) -> Result<Vec<Term>, StoreError> {
    let statement = sql(format!("{COLUMNS} AND t.ontology_id = ANY($1) ORDER BY t.id")).bind(ids);
    ex.rows(statement).await?.iter().map(term).collect()
}

/// All terms of the ontologies in scope, in the order they were made.
///
/// # Errors
/// When the database refuses.
pub async fn list(mut ex: impl Executor, scope: Scope) -> Result<Vec<Term>, StoreError> {
    let mut statement = sql(COLUMNS);
    if let Scope::User(user) = scope {
        statement
            .push(" AND t.ontology_id IN (SELECT o.id FROM ontology o WHERE o.user_id = ")
            .push_value(user);
        statement.push(
            " UNION SELECT p.ontology_id FROM project p JOIN project_member m ON m.project_id = p.id \
             WHERE p.deleted_by IS NULL AND m.user_id = ",
        );
        statement.push_value(user).push(")");
    }
    statement.push(" ORDER BY t.id");
    ex.rows(statement).await?.iter().map(term).collect()
}

/// Writes a new term.
///
/// # Errors
/// [`StoreError::Duplicate`] when a living term of the ontology bears the name.
pub async fn insert(mut ex: impl Executor, term: &Term) -> Result<(), StoreError> {
    let statement = sql(
        "INSERT INTO term (id, ontology_id, name, color, comment, created) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(term.id)
    .bind(term.ontology)
    .bind(&term.name)
    .bind(&term.color)
    .bind(term.comment.clone())
    .bind(term.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes name, colour and comment of a term.
///
/// # Errors
/// [`StoreError::Duplicate`] when another living term of the ontology bears the name.
pub async fn update(mut ex: impl Executor, term: &Term) -> Result<(), StoreError> {
    let statement = sql("UPDATE term SET name = $2, color = $3, comment = $4, updated = $5 \
         WHERE id = $1 AND deleted_by IS NULL")
    .bind(term.id)
    .bind(&term.name)
    .bind(&term.color)
    .bind(term.comment.clone())
    .bind(term.updated);
    ex.execute(statement).await.map(|_| ())
}

/// The kinds of relation there are.
///
/// # Errors
/// When the database refuses.
pub async fn relations(mut ex: impl Executor) -> Result<Vec<Relation>, StoreError> {
    let rows = ex.rows(sql("SELECT id, name FROM relation ORDER BY id")).await?;
    rows.iter().map(|row| Ok(Relation { id: row.id("id")?, name: row.get("name")? })).collect()
}

/// A relation of two terms by id.
///
/// # Errors
/// When the database refuses.
pub async fn relation_term_by_id(
    mut ex: impl Executor,
    id: RelationTermId,
) -> Result<Option<RelationTerm>, StoreError> {
    let statement = sql(format!("{RELATION_COLUMNS} AND id = $1")).bind(id);
    ex.first(statement).await?.as_ref().map(relation_term).transpose()
}

/// The relation of that kind between two terms.
///
/// # Errors
/// When the database refuses.
pub async fn relation_term_between(
    mut ex: impl Executor,
    relation: RelationId,
    term1: TermId,
    term2: TermId,
) -> Result<Option<RelationTerm>, StoreError> {
    let statement =
        sql(format!("{RELATION_COLUMNS} AND relation_id = $1 AND term1_id = $2 AND term2_id = $3"))
            .bind(relation)
            .bind(term1)
            .bind(term2);
    ex.first(statement).await?.as_ref().map(relation_term).transpose()
}

/// All relations that a term takes part in.
///
/// # Errors
/// When the database refuses.
pub async fn relations_of(mut ex: impl Executor, term: TermId) -> Result<Vec<RelationTerm>, StoreError> {
    let statement =
        sql(format!("{RELATION_COLUMNS} AND (term1_id = $1 OR term2_id = $1) ORDER BY id")).bind(term);
    ex.rows(statement).await?.iter().map(relation_term).collect()
}

/// Writes a new relation of two terms.
///
/// # Errors
/// [`StoreError::Duplicate`] when it exists already.
pub async fn insert_relation_term(mut ex: impl Executor, link: &RelationTerm) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO relation_term (id, relation_id, term1_id, term2_id, created) \
         VALUES ($1, $2, $3, $4, $5)")
    .bind(link.id)
    .bind(link.relation)
    .bind(link.term1)
    .bind(link.term2)
    .bind(link.created);
    ex.execute(statement).await.map(|_| ())
}
