//! What was changed, for those who are told: written with each command, read from a position on.

use std::time::Duration;

use cytomine_model::{Command, CommandAction, CommandId, EntityKind, Millis, ProjectId, Touched};
use cytomine_store as store;
use cytomine_store::change::Spot;

pub use cytomine_store::change::{Change, Position, Read};

use crate::{Actor, DomainError, System, Unit, access};

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
///
/// # Errors
/// When the database refuses.
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

/// What a command touched, in the order in which it stands in it.
pub(crate) fn touched(command: &Command) -> Vec<Touched> {
    let main = Touched { action: command.action, kind: command.kind, ids: command.ids.clone() };
    std::iter::once(main).chain(command.dependents.iter().cloned()).collect()
}

/// The same when it is undone.
pub(crate) fn reversed(mut touched: Vec<Touched>) -> Vec<Touched> {
    for part in &mut touched {
        part.action = match part.action {
            CommandAction::Add => CommandAction::Delete,
            CommandAction::Delete => CommandAction::Add,
            CommandAction::Edit => CommandAction::Edit,
        };
    }
    touched
}

impl Unit {
    /// Writes what was changed, and where: where the annotations are now, and where those were that moved.
    pub(crate) async fn tell(&mut self, command: CommandId, parts: &[Touched]) -> Result<(), DomainError> {
        let before = std::mem::take(&mut self.spots);
        for part in parts {
            let mut spots = store::change::spots(&mut self.tx, part.kind, &part.ids).await?;
            if part.kind == EntityKind::Annotation && part.action == CommandAction::Edit {
                spots.extend(before.iter().cloned());
            }
            let spots = store::change::joined(spots);
            if spots.is_empty() {
                self.tell_one(command, part, None, true).await?;
            }
            for spot in &spots {
                self.tell_one(command, part, Some(spot), spots.len() == 1).await?;
            }
        }
        Ok(())
    }

    async fn tell_one(
        &mut self,
        command: CommandId,
        part: &Touched,
        spot: Option<&Spot>,
        all_here: bool,
    ) -> Result<(), DomainError> {
        let change = Change {
            id: self.tx.next_id().await?,
            action: part.action,
            kind: part.kind,
            project: spot.map(|spot| spot.project).or(self.project),
            slice: spot.and_then(|spot| spot.slice),
            layers: spot.map(|spot| spot.layers.clone()),
            bounds: spot.map(|spot| spot.bounds),
            ids: all_here.then(|| part.ids.clone()),
            user: self.user,
            command,
            created: self.now,
        };
        Ok(store::change::insert(&mut self.tx, &change).await?)
    }
}
