//! Commands: what a user did, kept so that it can be undone, redone and told to others.

use serde::{Deserialize, Serialize};

use crate::{Changes, CommandId, EntityKind, Millis, ProjectId, UserId};

/// What a command did to its entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommandAction {
    /// Made them.
    Add,
    /// Changed one.
    Edit,
    /// Deleted them.
    Delete,
}

impl CommandAction {
    /// As stored, and the verb in Cytomine's command names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "Add",
            Self::Edit => "Edit",
            Self::Delete => "Delete",
        }
    }

    /// From what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Add, Self::Edit, Self::Delete].into_iter().find(|action| action.as_str() == text)
    }
}

/// Rows of one kind that a command made or deleted beside those it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Made or deleted.
    pub action: CommandAction,
    /// Which kind.
    pub kind: EntityKind,
    /// Inclusive ranges of ids.
    pub ids: Vec<(i64, i64)>,
}

/// One undoable step.
///
/// A bulk request is one command that names its ids as ranges; no row is copied into it. An edit keeps the
/// columns that it changed. A delete keeps nothing: the deleted rows (cascades too) carry the command's id.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Id.
    pub id: CommandId,
    /// Who did it.
    pub user: UserId,
    /// What it did.
    pub action: CommandAction,
    /// To which kind of entity.
    pub kind: EntityKind,
    /// To which ones: inclusive ranges of ids.
    pub ids: Vec<(i64, i64)>,
    /// Rows that were made or deleted along with them (slices of an image, replaced term links).
    pub dependents: Vec<Touched>,
    /// What an edit changed.
    pub changes: Option<Changes>,
    /// The project it happened in.
    pub project: Option<ProjectId>,
    /// What a person reads.
    pub message: String,
    /// It is undone at the moment.
    pub undone: bool,
    /// When it was done.
    pub created: Millis,
}

/// Joins sorted ids to inclusive ranges.
pub fn id_ranges(ids: &[i64]) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for &id in ids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::id_ranges;

    #[test]
    fn neighbouring_ids_become_one_range() {
        assert_eq!(id_ranges(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
        assert!(id_ranges(&[]).is_empty());
    }
}
