//! Seats: what users are in a project, membership and default layer together, for commands that keep what they were.

use std::collections::BTreeMap;

use cytomine_model::{ProjectId, ProjectRole, Seat, UserId};

use crate::{Read, StoreError, Write, sql};

/// The seats of a project by user.
pub async fn of_project(mut ex: impl Read, project: ProjectId) -> Result<BTreeMap<UserId, Seat>, StoreError> {
    let statement = sql("SELECT m.user_id, m.role, m.is_representative, m.created, l.hide_by_default \
         FROM project_member m LEFT JOIN project_default_layer l \
         ON l.project_id = m.project_id AND l.user_id = m.user_id WHERE m.project_id = $1")
    .bind(project);
    let rows = ex.rows(statement).await?;
    rows.iter()
        .map(|row| {
            let seat = Seat {
                role: row.parsed("role", ProjectRole::parse)?,
                is_representative: row.get("is_representative")?,
                since: row.time("created")?,
                layer: row.get("hide_by_default")?,
            };
            Ok((row.id("user_id")?, seat))
        })
        .collect()
}

/// Writes a seat, or takes it away.
pub async fn put(
    mut tx: impl Write,
    project: ProjectId,
    user: UserId,
    seat: Option<Seat>,
) -> Result<(), StoreError> {
    let no_layer = "DELETE FROM project_default_layer WHERE project_id = $1 AND user_id = $2";
    tx.execute(sql(no_layer).bind(project).bind(user)).await?;
    let Some(seat) = seat else {
        let no_member = "DELETE FROM project_member WHERE project_id = $1 AND user_id = $2";
        return tx.execute(sql(no_member).bind(project).bind(user)).await.map(|_| ());
    };
    let member = sql("INSERT INTO project_member (project_id, user_id, role, is_representative, created) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role, \
         is_representative = excluded.is_representative, created = excluded.created")
    .bind(project)
    .bind(user)
    .bind(seat.role.as_str())
    .bind(seat.is_representative)
    .bind(seat.since);
    tx.execute(member).await?;
    if let Some(hidden) = seat.layer {
        let layer =
            "INSERT INTO project_default_layer (project_id, user_id, hide_by_default) VALUES ($1, $2, $3)";
        tx.execute(sql(layer).bind(project).bind(user).bind(hidden)).await?;
    }
    Ok(())
}
