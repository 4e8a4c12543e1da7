//! Vocabularies, and what a user is to one.
//!
//! Rights on an ontology are not stored: its creator has them, and the members of living projects that use it.

use cytomine_model::{Ontology, OntologyId, Page, ProjectId, ProjectRole, Scope, UserId};

use crate::{Executor, Row, Statement, StoreError, sql};

const COLUMNS: &str =
    "SELECT o.id, o.name, o.user_id, o.created, o.updated FROM ontology o WHERE o.deleted_by IS NULL";

fn ontology(row: &Row) -> Result<Ontology, StoreError> {
    Ok(Ontology {
        id: row.id("id")?,
        name: row.get("name")?,
        user: row.id("user_id")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
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

/// An ontology by id; whether the actor may see it is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: OntologyId) -> Result<Option<Ontology>, StoreError> {
    ex.first(sql(format!("{COLUMNS} AND o.id = $1")).bind(id)).await?.as_ref().map(ontology).transpose()
}

/// A page of the ontologies in scope, newest first, and how many there are in all.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    mut ex: impl Executor,
    scope: Scope,
    page: Page,
) -> Result<(Vec<Ontology>, i64), StoreError> {
    let mut count = sql("SELECT count(*) AS n FROM ontology o WHERE o.deleted_by IS NULL");
    push_scope(scope, &mut count);
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
    let mut statement = sql(COLUMNS);
    push_scope(scope, &mut statement);
    statement.push(" ORDER BY o.created DESC, o.id DESC").push_page(page);
    let ontologies = ex.rows(statement).await?.iter().map(ontology).collect::<Result<_, _>>()?;
    Ok((ontologies, total))
}

/// The highest role that a user has in living projects that use the ontology.
///
/// # Errors
/// When the database refuses.
pub async fn role_through_projects(
    mut ex: impl Executor,
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

/// Ids and names of the living projects in scope that use these ontologies, each with its ontology.
///
/// # Errors
/// When the database refuses.
pub async fn projects(
    mut ex: impl Executor,
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
///
/// # Errors
/// When the database refuses.
pub async fn users(mut ex: impl Executor, id: OntologyId) -> Result<Vec<UserId>, StoreError> {
    let statement = sql("SELECT user_id FROM ontology WHERE id = $1 AND deleted_by IS NULL \
         UNION SELECT m.user_id FROM project p JOIN project_member m ON m.project_id = p.id \
         WHERE p.ontology_id = $1 AND p.deleted_by IS NULL ORDER BY user_id")
    .bind(id);
    ex.rows(statement).await?.iter().map(|row| row.id("user_id")).collect()
}

/// Writes a new ontology.
///
/// # Errors
/// [`StoreError::Duplicate`] when a living ontology bears the name.
pub async fn insert(mut ex: impl Executor, ontology: &Ontology) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO ontology (id, name, user_id, created) VALUES ($1, $2, $3, $4)")
        .bind(ontology.id)
        .bind(&ontology.name)
        .bind(ontology.user)
        .bind(ontology.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes the name of an ontology.
///
/// # Errors
/// [`StoreError::Duplicate`] when another living ontology bears the name.
pub async fn update(mut ex: impl Executor, ontology: &Ontology) -> Result<(), StoreError> {
    let statement = sql("UPDATE ontology SET name = $2, updated = $3 WHERE id = $1 AND deleted_by IS NULL")
        .bind(ontology.id)
        .bind(&ontology.name)
        .bind(ontology.updated);
    ex.execute(statement).await.map(|_| ())
}
