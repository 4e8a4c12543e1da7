//! Descriptions of entities.

use cytomine_model::Description;

use crate::table;
use crate::table::Hang;

table! {
    Description as "d";
    hangs { Hang::Subject }
    columns {
        id = Stay "id",
        kind = Stay "kind",
        entity = Stay "entity_id",
        data = Change "data",
        created = Stay "created",
        updated = Change "updated",
    }
}
