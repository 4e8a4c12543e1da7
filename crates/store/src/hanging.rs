//! What hangs on any entity (properties, descriptions, tags, files): its tables have the columns `kind` and `entity_id`.

use cytomine_model::{Direction, EntityKind, Page, Scope};

use crate::condition::{self, Condition, Field};
use crate::table::{Hang, Order, Table, columns_of, hangs_of};
use crate::{Read, Statement, StoreError, table};

/// Whether entities of that kind hang on any other; then nothing hangs on them in this way.
pub fn hangs(kind: EntityKind) -> bool {
    hangs_of(kind).iter().any(|hang| matches!(hang, Hang::Subject))
}

/// Whether entities of that kind lie in a project, whose members see them and what hangs on them.
pub fn lies_in_project(kind: EntityKind) -> bool {
    kind == EntityKind::Project || columns_of(kind).iter().any(|column| column.name == "project_id")
}

/// What hangs on entities of one kind, by entity, oldest first.
pub async fn of<T: Table>(ex: impl Read, kind: EntityKind, entities: &[i64]) -> Result<Vec<T>, StoreError> {
    let (mut statement, alias) = (table::living::<T>(), T::ALIAS);
    statement.push(&format!(" AND {alias}.kind = ")).push_value(kind.as_str());
    statement.push(&format!(" AND {alias}.entity_id = ANY(")).push_value(entities);
    statement.push(&format!(") ORDER BY {alias}.entity_id, {alias}.id"));
    table::all(ex, statement).await
}

/// A page of all of a kind, newest first, and how many there are. Left out is what hangs on something in a project that
/// is out of scope; what lies in no project is the caller's question.
pub async fn list<T: Table>(
    ex: impl Read,
    scope: Scope,
    (conditions, fields): (&[Condition], &[Field]),
    page: Page,
) -> Result<(Vec<T>, i64), StoreError> {
    let filter = |statement: &mut Statement| {
        push_scope::<T>(scope, statement);
        condition::push(statement, conditions, fields);
    };
    table::page(ex, filter, fields, Order { sort: None, default: ("created", Direction::Descending) }, page)
        .await
}

fn push_scope<T: Table>(scope: Scope, statement: &mut Statement) {
    let Scope::User(user) = scope else { return };
    let alias = T::ALIAS;
    statement.push(" AND CASE ").push(alias).push(".kind");
    for kind in EntityKind::ALL.iter().copied().filter(|kind| lies_in_project(*kind)) {
        let (table, project) =
            (kind.as_str(), if kind == EntityKind::Project { "s.id" } else { "s.project_id" });
        statement.push(&format!(
            " WHEN '{table}' THEN EXISTS (SELECT 1 FROM {table} s JOIN project_member m \
             ON m.project_id = {project} WHERE s.id = {alias}.entity_id AND m.user_id = "
        ));
        statement.push_value(user).push(")");
    }
    statement.push(" ELSE TRUE END");
}
