//! Properties: keys and values on any entity.

use cytomine_geometry::Bounds;
use cytomine_model::{AnnotationId, EntityKind, ImageInstanceId, ProjectId, Property, UserId};

use crate::pending::complete;
use crate::table::Hang;
use crate::{Read, StoreError, sql, table};

table! {
    Property as "p";
    hangs { Hang::Subject }
    columns {
        id = Stay "id",
        kind = Stay "kind",
        entity = Stay "entity_id",
        key = Change "key",
        value = Change "value",
        created = Stay "created",
        updated = Change "updated",
    }
}

/// Keys of properties on the images, or on the annotations, of a project or of one of its images, in order; with the
/// users whose these are where that is asked for. The rights are those on the project.
pub async fn keys(
    mut ex: impl Read,
    kind: EntityKind,
    project: ProjectId,
    image: Option<ImageInstanceId>,
    with_users: bool,
) -> Result<Vec<(String, Option<UserId>)>, StoreError> {
    let (table, user) = (kind.as_str(), if with_users { "s.user_id" } else { "NULL" });
    let mut statement = sql(format!(
        "SELECT DISTINCT p.key COLLATE \"C\" AS key, CAST({user} AS BIGINT) AS user_id FROM property p JOIN {table} s \
         ON s.id = p.entity_id WHERE p.kind = '{table}' AND p.deleted_by IS NULL AND s.deleted_by IS NULL \
         AND s.project_id = "
    ));
    statement.push_value(project);
    if let Some(image) = image {
        statement.push(" AND s.image_id = ").push_value(image);
    }
    if kind == EntityKind::Annotation {
        statement.push(concat!(" AND ", complete!("s")));
    }
    statement.push(" ORDER BY 1, 2");
    let rows = ex.rows(statement).await?;
    rows.iter().map(|row| Ok((row.get("key")?, row.opt_id("user_id")?))).collect()
}

/// Where a user's annotations on an image have their centres, with the values that they have for a key.
pub async fn positions(
    mut ex: impl Read,
    image: ImageInstanceId,
    user: UserId,
    key: &str,
    region: Option<Bounds>,
) -> Result<Vec<(AnnotationId, f64, f64, String)>, StoreError> {
    let mut statement =
        sql("SELECT a.id, a.centroid_x, a.centroid_y, p.value FROM annotation a JOIN property p \
         ON p.kind = 'annotation' AND p.entity_id = a.id WHERE a.deleted_by IS NULL AND p.deleted_by IS NULL \
         AND a.image_id = $1 AND a.user_id = $2 AND p.key = $3")
        .bind(image)
        .bind(user)
        .bind(key);
    if let Some(Bounds { min_x, min_y, max_x, max_y }) = region {
        statement.push(" AND a.max_x >= ").push_value(min_x).push(" AND a.min_x <= ").push_value(max_x);
        statement.push(" AND a.max_y >= ").push_value(min_y).push(" AND a.min_y <= ").push_value(max_y);
    }
    statement.push(concat!(" AND ", complete!("a"), " ORDER BY a.id, p.id"));
    let row = |row: &crate::Row| {
        Ok((row.id("id")?, row.get("centroid_x")?, row.get("centroid_y")?, row.get("value")?))
    };
    ex.rows(statement).await?.iter().map(row).collect()
}
