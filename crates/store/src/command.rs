//! Commands and activity.

use cytomine_model::{Command, CommandAction, CommandId, EntityKind, Millis, ProjectId, UserId};

use crate::statement::corrupt;
use crate::{Read, Row, StoreError, Write, sql, stored};

const COLUMNS: &str = "SELECT id, user_id, action, kind, ids, dependents, entity_before, entity_after, project_id, \
message, undone_at, created FROM command WHERE discarded = FALSE";

fn json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| corrupt(column, text))
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

fn command(row: &Row) -> Result<Command, StoreError> {
    let kind = row.parsed("kind", EntityKind::parse)?;
    let (before, after): (Option<String>, Option<String>) =
        (row.get("entity_before")?, row.get("entity_after")?);
    let changes = before.zip(after).map(|(before, after)| stored::read(kind, &before, &after)).transpose()?;
    Ok(Command {
        id: row.id("id")?,
        user: row.id("user_id")?,
        action: row.parsed("action", CommandAction::parse)?,
        kind,
        ids: json("ids", &row.get::<String>("ids")?)?,
        dependents: json("dependents", &row.get::<String>("dependents")?)?,
        changes,
        project: row.opt_id("project_id")?,
        message: row.get("message")?,
        undone: row.get::<Option<i64>>("undone_at")?.is_some(),
        created: row.time("created")?,
    })
}

/// Writes a command; what its user had undone before can no longer be redone.
pub async fn insert(mut tx: impl Write, command: &Command) -> Result<(), StoreError> {
    let discard = sql("UPDATE command SET discarded = TRUE WHERE user_id = $1 AND undone_at IS NOT NULL \
         AND discarded = FALSE")
    .bind(command.user);
    tx.execute(discard).await?;
    let [before, after] =
        command.changes.as_ref().map(stored::write).map_or([None, None], |form| form.map(Some));
    let statement = sql("INSERT INTO command (id, user_id, action, kind, ids, dependents, entity_before, \
         entity_after, project_id, message, discarded, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, FALSE, $11)")
    .bind(command.id)
    .bind(command.user)
    .bind(command.action.as_str())
    .bind(command.kind.as_str())
    .bind(text(&command.ids))
    .bind(text(&command.dependents))
    .bind(before)
    .bind(after)
    .bind(command.project)
    .bind(&command.message)
    .bind(command.created);
    tx.execute(statement).await.map(|_| ())
}

/// The user's command that undo would undo: the newest that is not undone.
pub async fn to_undo(mut ex: impl Read, user: UserId) -> Result<Option<Command>, StoreError> {
    let statement = format!("{COLUMNS} AND user_id = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1");
    ex.first(sql(statement).bind(user)).await?.as_ref().map(command).transpose()
}

/// The user's command that redo would do again: the one undone last.
pub async fn to_redo(mut ex: impl Read, user: UserId) -> Result<Option<Command>, StoreError> {
    let statement =
        format!("{COLUMNS} AND user_id = $1 AND undone_at IS NOT NULL ORDER BY undone_at DESC LIMIT 1");
    ex.first(sql(statement).bind(user)).await?.as_ref().map(command).transpose()
}

/// A command by id.
pub async fn by_id(mut ex: impl Read, id: CommandId) -> Result<Option<Command>, StoreError> {
    let statement = sql(format!("{COLUMNS} AND id = $1")).bind(id);
    ex.first(statement).await?.as_ref().map(command).transpose()
}

/// Notes that a command is being undone or done again, and holds its row against a purge. Tells whether it still can be.
pub async fn replay(mut tx: impl Write, id: CommandId, now: Millis) -> Result<bool, StoreError> {
    let statement = sql("UPDATE command SET replayed = $2 WHERE id = $1 AND discarded = FALSE");
    Ok(tx.execute(statement.bind(id).bind(now)).await? > 0)
}

/// Who gave a command that can be undone no more.
pub async fn discarded(mut ex: impl Read, id: CommandId) -> Result<Option<UserId>, StoreError> {
    let statement = sql("SELECT user_id FROM command WHERE id = $1 AND discarded = TRUE").bind(id);
    ex.first(statement).await?.map(|row| row.id("user_id")).transpose()
}

/// Marks a command as undone (`position`: a new id, the order in which redo goes back) or as done.
pub async fn set_undone(mut tx: impl Write, id: CommandId, position: Option<i64>) -> Result<(), StoreError> {
    tx.execute(sql("UPDATE command SET undone_at = $2 WHERE id = $1").bind(id).bind(position))
        .await
        .map(|_| ())
}

/// Writes one line of activity.
pub async fn insert_activity(
    mut tx: impl Write,
    id: i64,
    user: UserId,
    project: Option<ProjectId>,
    command: CommandId,
    message: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO activity (id, user_id, project_id, command_id, message, created) \
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(id)
    .bind(user)
    .bind(project)
    .bind(command)
    .bind(message)
    .bind(now);
    tx.execute(statement).await.map(|_| ())
}
