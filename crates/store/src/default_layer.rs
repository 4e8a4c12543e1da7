//! Default layers of projects: whose annotations show by themselves when an image opens.

use cytomine_model::{DefaultLayer, ProjectId, UserId};

use crate::{Read, StoreError, Write, sql};

/// The default layers of a project, in the order of their users.
pub async fn list(mut ex: impl Read, project: ProjectId) -> Result<Vec<DefaultLayer>, StoreError> {
    let statement = sql("SELECT project_id, user_id, hide_by_default FROM project_default_layer \
         WHERE project_id = $1 ORDER BY user_id")
    .bind(project);
    ex.rows(statement)
        .await?
        .iter()
        .map(|row| {
            Ok(DefaultLayer {
                project: row.id("project_id")?,
                user: row.id("user_id")?,
                hide_by_default: row.get("hide_by_default")?,
            })
        })
        .collect()
}

/// Writes a new default layer.
///
/// # Errors
/// [`StoreError::Duplicate`] when the user is one already.
pub async fn insert(mut tx: impl Write, layer: DefaultLayer) -> Result<(), StoreError> {
    let statement =
        sql("INSERT INTO project_default_layer (project_id, user_id, hide_by_default) VALUES ($1, $2, $3)")
            .bind(layer.project)
            .bind(layer.user)
            .bind(layer.hide_by_default);
    tx.execute(statement).await.map(|_| ())
}

/// Changes whether the layer is hidden at first. Tells whether there was one.
pub async fn update(mut tx: impl Write, layer: DefaultLayer) -> Result<bool, StoreError> {
    let statement =
        sql("UPDATE project_default_layer SET hide_by_default = $3 WHERE project_id = $1 AND user_id = $2")
            .bind(layer.project)
            .bind(layer.user)
            .bind(layer.hide_by_default);
    Ok(tx.execute(statement).await? > 0)
}

/// Takes a default layer away. Tells whether there was one.
pub async fn remove(mut tx: impl Write, project: ProjectId, user: UserId) -> Result<bool, StoreError> {
    let statement = sql("DELETE FROM project_default_layer WHERE project_id = $1 AND user_id = $2")
        .bind(project)
        .bind(user);
    Ok(tx.execute(statement).await? > 0)
}
