//! Storages: the places that uploads belong to.

use cytomine_model::{Direction, Page, Scope, Sort, Storage, StorageId, UserId};

use crate::{Executor, Row, Statement, StoreError, sql};

const COLUMNS: &str =
    "SELECT s.id, s.name, s.user_id, s.created, s.updated FROM storage s WHERE s.deleted_by IS NULL";

fn storage(row: &Row) -> Result<Storage, StoreError> {
    Ok(Storage {
        id: row.id("id")?,
        name: row.get("name")?,
        user: row.id("user_id")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

/// A storage by id; whether the actor may see it is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: StorageId) -> Result<Option<Storage>, StoreError> {
    ex.first(sql(format!("{COLUMNS} AND s.id = $1")).bind(id)).await?.as_ref().map(storage).transpose()
}

/// The oldest storage of a user: the one that uploads go to by themselves.
///
/// # Errors
/// When the database refuses.
pub async fn first_of(mut ex: impl Executor, user: UserId) -> Result<Option<Storage>, StoreError> {
    let statement = sql(format!("{COLUMNS} AND s.user_id = $1 ORDER BY s.id LIMIT 1")).bind(user);
    ex.first(statement).await?.as_ref().map(storage).transpose()
}

/// A page of the storages in scope, and how many there are in all.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    mut ex: impl Executor,
    scope: Scope,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Storage>, i64), StoreError> {
    let push = |statement: &mut Statement| {
        if let Scope::User(user) = scope {
            statement.push(" AND s.user_id = ").push_value(user);
        }
    };
    let mut count = sql("SELECT count(*) AS n FROM storage s WHERE s.deleted_by IS NULL");
    push(&mut count);
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
    let mut statement = sql(COLUMNS);
    push(&mut statement);
    let (order, direction) = sort.map_or(("s.created", Direction::Descending), |sort| {
        (if sort.field == "name" { "lower(s.name) COLLATE \"C\"" } else { "s.created" }, sort.direction)
    });
    let word = if direction == Direction::Ascending { "ASC" } else { "DESC" };
    statement.push(&format!(" ORDER BY {order} {word}, s.id {word}")).push_page(page);
    let storages = ex.rows(statement).await?.iter().map(storage).collect::<Result<_, _>>()?;
    Ok((storages, total))
}

/// Writes a new storage.
///
/// # Errors
/// [`StoreError::Dangling`] when there is no such user.
pub async fn insert(mut ex: impl Executor, storage: &Storage) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO storage (id, name, user_id, created) VALUES ($1, $2, $3, $4)")
        .bind(storage.id)
        .bind(&storage.name)
        .bind(storage.user)
        .bind(storage.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes every stored field of a storage.
///
/// # Errors
/// [`StoreError::Dangling`] when there is no such user.
pub async fn update(mut ex: impl Executor, storage: &Storage) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE storage SET name = $2, user_id = $3, updated = $4 WHERE id = $1 AND deleted_by IS NULL")
            .bind(storage.id)
            .bind(&storage.name)
            .bind(storage.user)
            .bind(storage.updated);
    ex.execute(statement).await.map(|_| ())
}
