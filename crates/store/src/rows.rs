//! What all tables of entities share: marking rows as deleted by a command, with all that hangs on them, and
//! bringing them back. [`parts`] does the same to a bulk under way, some thousand rows at a time.

pub mod parts;

use std::sync::LazyLock;

use cytomine_model::{CommandId, EntityKind};

use crate::dialect::Dialect;
use crate::table::{Hang, hangs_of};
use crate::{StoreError, Write, sql};

/// All kinds, each after those that its rows hang on; so one pass reaches everything.
static ORDER: LazyLock<Vec<EntityKind>> = LazyLock::new(|| {
    fn visit(kind: EntityKind, order: &mut Vec<EntityKind>) {
        if order.contains(&kind) {
            return;
        }
        for hang in hangs_of(kind) {
            match hang {
                Hang::Column(parent, _) if *parent != kind => visit(*parent, order),
                _ => {}
            }
        }
        order.push(kind);
    }
    let (last, first): (Vec<EntityKind>, Vec<EntityKind>) =
        EntityKind::ALL.iter().partition(|kind| hangs_on_any(**kind));
    let mut order = Vec::new();
    for kind in first.into_iter().chain(last) {
        visit(kind, &mut order);
    }
    order
});

/// All kinds, each before those that its rows hang on.
pub fn children_first() -> impl Iterator<Item = EntityKind> + Send {
    ORDER.iter().rev().copied()
}

/// Whether rows of the kind hang on any entity; nothing hangs on them in turn but by a column.
fn hangs_on_any(kind: EntityKind) -> bool {
    hangs_of(kind).iter().any(|hang| matches!(hang, Hang::Subject))
}

/// Kinds that can go when rows of this kind go, itself first, in the order of [`ORDER`].
pub(crate) fn reach(kind: EntityKind) -> Vec<EntityKind> {
    let mut reached = vec![kind];
    for child in ORDER.iter().filter(|child| **child != kind) {
        let hangs = hangs_of(*child).iter().any(|hang| match hang {
            Hang::Column(parent, _) => reached.contains(parent),
            Hang::Subject => !hangs_on_any(kind),
        });
        if hangs {
            reached.push(*child);
        }
    }
    reached
}

/// Whether annotations go when rows of this kind go.
pub fn takes_annotations(kind: EntityKind) -> bool {
    reach(kind).contains(&EntityKind::Annotation)
}

/// Lets nobody else change this row until the transaction ends: whoever reads it, changes a field and writes it back
/// would otherwise undo what another wrote in between. SQLite has one writer anyway.
pub async fn hold(mut tx: impl Write, kind: EntityKind, id: i64) -> Result<(), StoreError> {
    if tx.dialect() == Dialect::Lite {
        return Ok(());
    }
    let text = format!("SELECT id FROM {} WHERE id = $1 FOR NO KEY UPDATE", kind.as_str());
    tx.rows(sql(text).bind(id)).await.map(|_| ())
}

async fn mark(
    tx: &mut impl Write,
    kind: EntityKind,
    ranges: &[(i64, i64)],
    command: CommandId,
) -> Result<u64, StoreError> {
    let mut touched = 0;
    for (first, last) in ranges {
        let text = format!(
            "UPDATE {} SET deleted_by = $1 WHERE id BETWEEN $2 AND $3 AND deleted_by IS NULL",
            kind.as_str()
        );
        touched += tx.execute(sql(text).bind(command).bind(*first).bind(*last)).await?;
    }
    Ok(touched)
}

/// What hangs on rows of that kind, once these bear the command's id (`$1`): each kind with the conditions on its rows.
fn cascade(kind: EntityKind) -> Vec<(EntityKind, Vec<String>)> {
    let reached = reach(kind);
    let mut kinds = Vec::new();
    for child in &reached {
        let table = child.as_str();
        let mut conditions = Vec::new();
        for hang in hangs_of(*child) {
            match hang {
                Hang::Column(parent, column) if reached.contains(parent) => {
                    let parent = parent.as_str();
                    conditions.push(format!("{column} IN (SELECT id FROM {parent} WHERE deleted_by = $1)"));
                }
                Hang::Subject if *child != kind => {
                    let subjects = reached.iter().filter(|subject| !hangs_on_any(**subject));
                    let hanging: Vec<String> = subjects
                        .map(|subject| {
                            let subject = subject.as_str();
                            format!(
                                "SELECT h.id FROM {subject} s JOIN {table} h ON h.kind = '{subject}' \
                                 AND h.entity_id = s.id WHERE s.deleted_by = $1"
                            )
                        })
                        .collect();
                    conditions.push(format!("id IN ({})", hanging.join(" UNION ALL ")));
                }
                _ => {}
            }
        }
        kinds.push((*child, conditions));
    }
    kinds
}

/// What became of a deletion.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Rows of the kind that went.
    pub count: u64,
    /// Ids (inclusive ranges) of annotations that hang on them and have not gone, being too many for one transaction.
    pub left: Vec<(i64, i64)>,
}

/// Marks living rows of one kind with ids in these (inclusive) ranges as deleted by a command, and then everything that
/// hangs on them. More than `most` annotations are left to the caller, with what hangs on them.
pub async fn delete_with_dependents(
    mut tx: impl Write,
    kind: EntityKind,
    ranges: &[(i64, i64)],
    command: CommandId,
    most: u64,
) -> Result<Gone, StoreError> {
    let mut gone = Gone { count: mark(&mut tx, kind, ranges, command).await?, left: Vec::new() };
    for (child, conditions) in cascade(kind) {
        if child == EntityKind::Annotation && !conditions.is_empty() {
            let found = parts::living(&mut tx, &conditions, command).await?;
            if found.iter().map(|(first, last)| first.abs_diff(*last) + 1).sum::<u64>() > most {
                gone.left = found;
                continue;
            }
        }
        for condition in conditions {
            let table = child.as_str();
            let going =
                format!("UPDATE {table} SET deleted_by = $1 WHERE deleted_by IS NULL AND {condition}");
            tx.execute(sql(going).bind(command)).await?;
        }
    }
    Ok(gone)
}

/// Brings back every row that a command deleted: of the kind it named and of all that hang on it.
///
/// # Errors
/// When the database refuses: [`StoreError::Duplicate`] when a living row has taken the place of a deleted one.
pub async fn restore(mut tx: impl Write, kind: EntityKind, command: CommandId) -> Result<(), StoreError> {
    for kind in reach(kind) {
        let text = format!("UPDATE {} SET deleted_by = NULL WHERE deleted_by = $1", kind.as_str());
        tx.execute(sql(text).bind(command)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_go_before_what_hangs_on_them() {
        for (place, kind) in ORDER.iter().enumerate() {
            for hang in hangs_of(*kind) {
                if let Hang::Column(parent, _) = hang {
                    assert!(parent == kind || ORDER[..place].contains(parent), "{kind:?} on {parent:?}");
                }
            }
        }
        assert_eq!(ORDER.len(), EntityKind::ALL.len());
    }

    #[test]
    fn an_annotation_takes_a_handful_of_statements_along() {
        assert_eq!(reach(EntityKind::Annotation).len(), 6, "itself, its terms, four that hang on any entity");
        let conditions =
            |kind| cascade(kind).into_iter().map(|(_, conditions)| conditions.len()).sum::<usize>();
        assert_eq!(conditions(EntityKind::Annotation), 5);
        assert_eq!(conditions(EntityKind::Property), 0);
    }
}
