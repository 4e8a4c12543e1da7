//! Storages: the places that uploads belong to.

use cytomine_model::{Direction, EntityKind, Page, Scope, Sort, Storage, UserId};

use crate::condition::Field;
use crate::table::{Hang, Order};
use crate::{Read, Statement, StoreError, table};

table! {
    Storage as "s";
    hangs { Hang::Column(EntityKind::User, "user_id") }
    columns {
        id = Stay "id",
        name = Change "name",
        user = Change "user_id",
        created = Stay "created",
        updated = Change "updated",
    }
}

const FIELDS: &[Field] = &[Field::text(&["name"], "s.name"), Field::number(&["created"], "s.created")];

/// The oldest storage of a user: the one that uploads go to by themselves.
pub async fn first_of(ex: impl Read, user: UserId) -> Result<Option<Storage>, StoreError> {
    let mut statement = table::living::<Storage>();
    statement.push(" AND s.user_id = ").push_value(user).push(" ORDER BY s.id LIMIT 1");
    table::first(ex, statement).await
}

/// A page of the storages in scope, and how many there are in all.
pub async fn list(
    ex: impl Read,
    scope: Scope,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Storage>, i64), StoreError> {
    let filter = |statement: &mut Statement| {
        if let Scope::User(user) = scope {
            statement.push(" AND s.user_id = ").push_value(user);
        }
    };
    table::page(ex, filter, FIELDS, Order { sort, default: ("s.created", Direction::Descending) }, page).await
}
