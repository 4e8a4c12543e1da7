//! Tags, and what they mark.

use cytomine_model::{Direction, EntityKind, Page, Sort, Tag, TagDomainAssociation, TagId};

use crate::condition::Field;
use crate::table::{Hang, Order};
use crate::{Read, StoreError, sql, table};

table! {
    Tag as "g";
    columns {
        id = Stay "id",
        name = Change "name",
        user = Stay "user_id",
        created = Stay "created",
        updated = Change "updated",
    }
    shown { creator = "(SELECT u.username FROM user_account u WHERE u.id = g.user_id)", }
}

table! {
    TagDomainAssociation as "h";
    hangs { Hang::Subject, Hang::Column(EntityKind::Tag, "tag_id") }
    columns {
        id = Stay "id",
        tag = Stay "tag_id",
        kind = Stay "kind",
        entity = Stay "entity_id",
        created = Stay "created",
        updated = Stay "updated",
    }
    shown { name = "(SELECT g.name FROM tag g WHERE g.id = h.tag_id)", }
}

/// Fields that associations can be filtered by.
pub const ASSOCIATION_FIELDS: &[Field] = &[
    Field::number(&["tag", "tag_id"], "h.tag_id"),
    Field::number(&["domain_ident", "domain_id"], "h.entity_id"),
    Field::text(&["domain_class_name"], "h.kind"),
];

/// A page of all tags, newest first, and how many there are.
pub async fn list(ex: impl Read, sort: Option<&Sort>, page: Page) -> Result<(Vec<Tag>, i64), StoreError> {
    let fields = &[
        Field::text(&["name"], "g.name"),
        Field::number(&["created"], "g.created"),
        Field::text(&["creator_name"], "(SELECT u.username FROM user_account u WHERE u.id = g.user_id)"),
    ];
    table::page(ex, |_| {}, fields, Order { sort, default: ("g.created", Direction::Descending) }, page).await
}

/// Whether a tag bears that name.
pub async fn is_taken(mut ex: impl Read, name: &str) -> Result<bool, StoreError> {
    let statement = sql("SELECT name FROM tag WHERE name = $1 AND deleted_by IS NULL").bind(name);
    Ok(ex.first(statement).await?.is_some())
}

/// Whether something is marked with the tag.
pub async fn is_used(mut ex: impl Read, id: TagId) -> Result<bool, StoreError> {
    let text = "SELECT id FROM tag_domain_association WHERE tag_id = $1 AND deleted_by IS NULL LIMIT 1";
    Ok(ex.first(sql(text).bind(id)).await?.is_some())
}
