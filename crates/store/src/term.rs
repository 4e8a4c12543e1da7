//! Terms and the relations between them.

use cytomine_model::{EntityKind, OntologyId, Relation, RelationId, RelationTerm, Scope, Term, TermId};

use crate::table::Hang;
use crate::{Read, StoreError, sql, table};

table! {
    Term as "t";
    hangs { Hang::Column(EntityKind::Ontology, "ontology_id") }
    columns {
        id = Stay "id",
        ontology = Stay "ontology_id",
        name = Change "name",
        color = Change "color",
        comment = Change "comment",
        created = Stay "created",
        updated = Change "updated",
    }
    shown {
        parent = "(SELECT min(r.term1_id) FROM relation_term r JOIN relation k ON k.id = r.relation_id \
                  AND k.name = 'parent' WHERE r.term2_id = t.id AND r.deleted_by IS NULL)",
    }
}

table! {
    RelationTerm as "r";
    hangs { Hang::Column(EntityKind::Term, "term1_id"), Hang::Column(EntityKind::Term, "term2_id") }
    columns {
        id = Stay "id",
        relation = Stay "relation_id",
        term1 = Stay "term1_id",
        term2 = Stay "term2_id",
        created = Stay "created",
        updated = Change "updated",
    }
}

/// The terms of an ontology, in the order they were made.
pub async fn of_ontology(ex: impl Read, id: OntologyId) -> Result<Vec<Term>, StoreError> {
    of_ontologies(ex, &[id]).await
}

/// The terms of these ontologies, in the order they were made.
pub async fn of_ontologies(ex: impl Read, ids: &[OntologyId]) -> Result<Vec<Term>, StoreError> {
    let mut statement = table::living::<Term>();
    statement.push(" AND t.ontology_id = ANY(").push_value(ids).push(") ORDER BY t.id");
    table::all(ex, statement).await
}

/// All terms of the ontologies in scope, in the order they were made.
pub async fn list(ex: impl Read, scope: Scope) -> Result<Vec<Term>, StoreError> {
    let mut statement = table::living::<Term>();
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
    table::all(ex, statement).await
}

/// The kinds of relation there are.
pub async fn relations(mut ex: impl Read) -> Result<Vec<Relation>, StoreError> {
    let rows = ex.rows(sql("SELECT id, name FROM relation ORDER BY id")).await?;
    rows.iter().map(|row| Ok(Relation { id: row.id("id")?, name: row.get("name")? })).collect()
}

/// The relation of that kind between two terms.
pub async fn relation_term_between(
    ex: impl Read,
    relation: RelationId,
    term1: TermId,
    term2: TermId,
) -> Result<Option<RelationTerm>, StoreError> {
    let mut statement = table::living::<RelationTerm>();
    statement.push(" AND r.relation_id = ").push_value(relation);
    statement.push(" AND r.term1_id = ").push_value(term1).push(" AND r.term2_id = ").push_value(term2);
    table::first(ex, statement).await
}

/// All relations that a term takes part in.
pub async fn relations_of(ex: impl Read, term: TermId) -> Result<Vec<RelationTerm>, StoreError> {
    let mut statement = table::living::<RelationTerm>();
    statement.push(" AND (r.term1_id = ").push_value(term);
    statement.push(" OR r.term2_id = ").push_value(term).push(") ORDER BY r.id");
    table::all(ex, statement).await
}
