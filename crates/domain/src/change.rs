//! What was changed, for those who are told: written with each command, read from a position on.

use std::time::Duration;

use cytomine_model::{Millis, ProjectId};
use cytomine_store as store;

pub use cytomine_store::change::{Change, Position, Read};

use crate::{Actor, DomainError, System, access};

/// Changes that the actor may know of since a position, of one project or of all, at most `limit`; without a position
/// only where to begin. Whoever reads on from the position given will have met every change once.
///
/// # Errors
/// When the actor may not see the project.
pub async fn since(
    system: &System,
    actor: &Actor,
    project: Option<ProjectId>,
    position: Option<&Position>,
    limit: i64,
) -> Result<Read, DomainError> {
    if let Some(project) = project {
        access::project(&system.db, actor, project).await?;
    }
    Ok(store::change::since(&system.db, actor.scope(), project, position, limit).await?)
}

/// How long changes are kept: who has not read for longer reads the things themselves again.
pub const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Changes that are removed in one transaction.
const AT_A_TIME: i64 = 5_000;

/// Removes changes that are older than [`KEPT`].
pub(crate) async fn forget_old(system: &System) -> Result<(), DomainError> {
    let before = system.clock.now().0.saturating_sub(i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX));
    loop {
        let mut tx = system.db.begin().await?;
        let removed = store::change::remove_old(&mut tx, Millis(before), AT_A_TIME).await?;
        tx.commit().await?;
        if removed == 0 {
            return Ok(());
        }
    }
}
