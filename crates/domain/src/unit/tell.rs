//! What a unit tells those who follow changes: one row of `change` for each kind and place that its command touched.

use cytomine_model::{Command, CommandAction, CommandId, EntityKind, ProjectId, Touched};
use cytomine_store as store;
use cytomine_store::change::{Change, Spot};

use super::Unit;
use crate::DomainError;

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
        let (before, places) = (std::mem::take(&mut self.spots), self.places.take());
        for part in parts {
            let mut spots = match (part.kind, &places) {
                (EntityKind::Annotation | EntityKind::AnnotationTerm, Some(places)) => places.clone(),
                _ => store::change::spots(&mut self.tx, part.kind, &part.ids).await?,
            };
            if part.kind == EntityKind::Annotation && part.action == CommandAction::Edit {
                spots.extend(before.iter().cloned());
            }
            let spots = store::change::joined(spots);
            if spots.is_empty() {
                // A list may have made things in several projects; the people of each are told.
                let projects = match self.project {
                    Some(_) => Vec::new(),
                    None => store::change::projects(&mut self.tx, part.kind, &part.ids).await?,
                };
                for project in &projects {
                    self.tell_one(command, part, Some(*project), None, projects.len() == 1).await?;
                }
                if projects.is_empty() {
                    self.tell_one(command, part, self.project, None, true).await?;
                }
            }
            for spot in &spots {
                self.tell_one(command, part, Some(spot.project), Some(spot), spots.len() == 1).await?;
            }
        }
        Ok(())
    }

    async fn tell_one(
        &mut self,
        command: CommandId,
        part: &Touched,
        project: Option<ProjectId>,
        spot: Option<&Spot>,
        all_here: bool,
    ) -> Result<(), DomainError> {
        let change = Change {
            id: self.tx.next_id().await?,
            action: part.action,
            kind: part.kind,
            project,
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
