//! Vocabularies, and what a user is to one.
//!
//! Rights on an ontology are not stored: its creator has them, and the members of living projects that use it.

use std::collections::HashMap;

use cytomine_model::{Direction, Ontology, OntologyId, Page, ProjectId, ProjectRole, Scope, UserId};

use crate::table::Order;
use crate::{Read, Statement, StoreError, sql, table};

table! {
    Ontology as "o";
    columns {
        id = Stay "id",
        name = Change "name",
        user = Stay "user_id",
        created = Stay "created",
        updated = Change "updated",
    }
}

fn push_scope(scope: Scope, statement: &mut Statement) {
    if let Scope::User(user) = scope {
        statement.push(" AND (o.user_id = ").push_value(user);
        statement.push(
            " OR EXISTS (SELECT 1 FROM project p JOIN project_member m ON m.project_id = p.id \
             WHERE p.ontology_id = o.id AND p.deleted_by IS NULL AND m.user_id = ",
        );
        statement.push_value(user).push("))");
    }
}

/// A page of the ontologies in scope, newest first, and how many there are in all.
pub async fn list(ex: impl Read, scope: Scope, page: Page) -> Result<(Vec<Ontology>, i64), StoreError> {
    let filter = |statement: &mut Statement| push_scope(scope, statement);
    let order = Order { sort: None, default: ("o.created", Direction::Descending) };
    table::page(ex, filter, &[], order, page).await
}

/// The highest role that a user has in living projects that use the ontology.
pub async fn role_through_projects(
    mut ex: impl Read,
    id: OntologyId,
    user: UserId,
) -> Result<Option<ProjectRole>, StoreError> {
    let statement = sql("SELECT m.role FROM project p JOIN project_member m ON m.project_id = p.id \
         WHERE p.ontology_id = $1 AND p.deleted_by IS NULL AND m.user_id = $2 \
         ORDER BY CASE WHEN m.role = 'manager' THEN 0 ELSE 1 END LIMIT 1")
    .bind(id)
    .bind(user);
    ex.first(statement).await?.map(|row| row.parsed("role", ProjectRole::parse)).transpose()
}

/// The highest role that a user has in living projects that use each of these ontologies; none of them, left out.
pub async fn roles_through_projects(
    mut ex: impl Read,
    ids: &[OntologyId],
    user: UserId,
) -> Result<HashMap<OntologyId, ProjectRole>, StoreError> {
    let statement = sql("SELECT DISTINCT p.ontology_id, m.role FROM project p \
         JOIN project_member m ON m.project_id = p.id \
         WHERE p.ontology_id = ANY($1) AND p.deleted_by IS NULL AND m.user_id = $2")
    .bind(ids)
    .bind(user);
    let mut roles: HashMap<OntologyId, ProjectRole> = HashMap::new();
    for row in ex.rows(statement).await? {
        let role = row.parsed("role", ProjectRole::parse)?;
        let known = roles.entry(row.id("ontology_id")?).or_insert(role);
        *known = role.max(*known);
    }
    Ok(roles)
}

/// Ids and names of the living projects in scope that use these ontologies, each with its ontology.
pub async fn projects(
    mut ex: impl Read,
    scope: Scope,
    ontologies: &[OntologyId],
) -> Result<Vec<(OntologyId, ProjectId, String)>, StoreError> {
    let mut statement = sql("SELECT p.ontology_id, p.id, p.name FROM project p \
         WHERE p.deleted_by IS NULL AND p.ontology_id = ANY($1)")
    .bind(ontologies);
    if let Scope::User(user) = scope {
        statement
            .push(" AND EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = p.id AND m.user_id = ");
        statement.push_value(user).push(")");
    }
    statement.push(" ORDER BY lower(p.name) COLLATE \"C\", p.id");
    let rows = ex.rows(statement).await?;
    rows.iter().map(|row| Ok((row.id("ontology_id")?, row.id("id")?, row.get("name")?))).collect()
}

/// Ids of everyone with rights on the ontology: its creator and the members of living projects that use it.
pub async fn users(mut ex: impl Read, id: OntologyId) -> Result<Vec<UserId>, StoreError> {
    let statement = sql("SELECT user_id FROM ontology WHERE id = $1 AND deleted_by IS NULL \
         UNION SELECT m.user_id FROM project p JOIN project_member m ON m.project_id = p.id \
         WHERE p.ontology_id = $1 AND p.deleted_by IS NULL ORDER BY user_id")
    .bind(id);
    ex.rows(statement).await?.iter().map(|row| row.id("user_id")).collect()
}
