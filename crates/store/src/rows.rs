//! What all tables of entities share: marking rows as deleted by a command, with all that hangs on them, and
//! bringing them back.

use cytomine_model::{CommandId, EntityKind};

use crate::dialect::Dialect;
use crate::{Executor, StoreError, sql};

/// What hangs on what: rows of the second kind go with those of the first that they name in the column.
/// Parents stand before their children's own children, so that one pass reaches everything.
const CASCADES: [(EntityKind, EntityKind, &str); 19] = [
    (EntityKind::User, EntityKind::UserRole, "user_id"),
    (EntityKind::User, EntityKind::Storage, "user_id"),
    (EntityKind::Storage, EntityKind::UploadedFile, "storage_id"),
    (EntityKind::UploadedFile, EntityKind::UploadedFile, "parent_id"),
    (EntityKind::UploadedFile, EntityKind::AbstractImage, "uploaded_file_id"),
    (EntityKind::AbstractImage, EntityKind::AbstractSlice, "image_id"),
    (EntityKind::Project, EntityKind::ImageInstance, "project_id"),
    (EntityKind::Project, EntityKind::SliceInstance, "project_id"),
    (EntityKind::Project, EntityKind::Annotation, "project_id"),
    (EntityKind::ImageInstance, EntityKind::SliceInstance, "image_id"),
    (EntityKind::ImageInstance, EntityKind::Annotation, "image_id"),
    (EntityKind::SliceInstance, EntityKind::Annotation, "slice_id"),
    (EntityKind::Ontology, EntityKind::Term, "ontology_id"),
    (EntityKind::Term, EntityKind::RelationTerm, "term1_id"),
    (EntityKind::Term, EntityKind::RelationTerm, "term2_id"),
    (EntityKind::Term, EntityKind::AnnotationTerm, "term_id"),
    (EntityKind::Annotation, EntityKind::AnnotationTerm, "annotation_id"),
    (EntityKind::User, EntityKind::Annotation, "user_id"),
    (EntityKind::User, EntityKind::AnnotationTerm, "user_id"),
];

/// Kinds that can go when rows of this kind go, itself first.
fn reach(kind: EntityKind) -> Vec<EntityKind> {
    let mut reached = vec![kind];
    let mut next = 0;
    while next < reached.len() {
        for (parent, child, _) in CASCADES {
            if parent == reached[next] && !reached.contains(&child) {
                reached.push(child);
            }
        }
        next += 1;
    }
    reached
}

/// Lets nobody else change this row until the transaction ends: whoever reads it, changes a field and writes it back
/// would otherwise undo what another wrote in between. SQLite has one writer anyway.
///
/// # Errors
/// When the database refuses.
pub async fn hold(mut tx: impl Executor, kind: EntityKind, id: i64) -> Result<(), StoreError> {
    if tx.dialect() == Dialect::Lite {
        return Ok(());
    }
    let text = format!("SELECT id FROM {} WHERE id = $1 FOR NO KEY UPDATE", kind.as_str());
    tx.rows(sql(text).bind(id)).await.map(|_| ())
}

/// Marks living rows of one kind with ids in these (inclusive) ranges as deleted by a command.
///
/// # Errors
/// When the database refuses.
pub async fn mark_deleted(
    mut ex: impl Executor,
    kind: EntityKind,
    ranges: &[(i64, i64)],
    command: CommandId,
) -> Result<u64, StoreError> {
    mark(&mut ex, kind, ranges, command).await
}

async fn mark(
    ex: &mut impl Executor,
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
        touched += ex.execute(sql(text).bind(command).bind(*first).bind(*last)).await?;
    }
    Ok(touched)
}

/// Marks rows as [`mark_deleted`] does, and then everything that hangs on them. Tells how many rows of `kind` went.
///
/// # Errors
/// When the database refuses.
pub async fn delete_with_dependents(
    mut ex: impl Executor,
    kind: EntityKind,
    ranges: &[(i64, i64)],
    command: CommandId,
) -> Result<u64, StoreError> {
    let touched = mark(&mut ex, kind, ranges, command).await?;
    let reached = reach(kind);
    for (parent, child, column) in CASCADES {
        if !reached.contains(&parent) {
            continue;
        }
        let text = format!(
            "UPDATE {child} SET deleted_by = $1 WHERE deleted_by IS NULL \
             AND {column} IN (SELECT id FROM {parent} WHERE deleted_by = $1)",
            child = child.as_str(),
            parent = parent.as_str(),
        );
        ex.execute(sql(text).bind(command)).await?;
    }
    Ok(touched)
}

/// Brings back every row that a command deleted: of the kind it named and of all that hang on it.
///
/// # Errors
/// When the database refuses: [`StoreError::Duplicate`] when a living row has taken the place of a deleted one.
pub async fn restore(mut ex: impl Executor, kind: EntityKind, command: CommandId) -> Result<(), StoreError> {
    for kind in reach(kind) {
        let text = format!("UPDATE {} SET deleted_by = NULL WHERE deleted_by = $1", kind.as_str());
        ex.execute(sql(text).bind(command)).await?;
    }
    Ok(())
}
