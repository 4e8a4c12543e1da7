//! Annotations: bulk insert in cell order, search through cell ranges, reading of only the columns asked for.
//!
//! Plan: [`search`] answers ids, newest first, from indexes and bounds alone; [`read`] then loads rows in chunks,
//! geometry only where it is wanted. So a list of a million annotations costs eight megabytes before its first
//! row is written to a client. [`canvas`] knows the images and planes that annotations lie on.

pub mod canvas;
pub mod read;
pub mod search;
#[cfg(test)]
mod tests;

use cytomine_geometry::{Bounds, cell_key};
use cytomine_model::{Annotation, AnnotationId, EntityKind, ProjectId, UserId};

use crate::dialect::Dialect;
use crate::pending::complete;
use crate::statement::Column;
use crate::table::Hang;
use crate::{Read, Statement, StoreError, Value, Write, named, sql, table};

pub use canvas::{Canvas, Plane};
pub use read::{AnnotationRow, Columns, Layer};
pub use search::{AnnotationFilter, Found, TermFilter};

/// Rows of one insert statement; times 20 columns it stays well under the 32,766 values that SQLite binds.
pub const INSERT_ROWS: usize = 400;

/// Rows of one insert statement on PostgreSQL, where a column is one value.
const UNNEST_ROWS: usize = 5_000;

const COLUMNS: &str = "id, project_id, image_id, slice_id, user_id, level, cell, min_x, min_y, max_x, max_y, \
geometry, wkt, area, perimeter, centroid_x, centroid_y, geometry_compression, created, updated";

const COLUMN_COUNT: usize = 20;

/// Writes new annotations, many in one statement. Quickest when they come in the order of [`in_cell_order`] with
/// ascending ids: then both trees grow at few places.
///
/// # Errors
/// [`StoreError::Dangling`] when one names something that does not exist.
pub async fn insert_many(mut tx: impl Write, annotations: &[Annotation]) -> Result<(), StoreError> {
    hold_named(&mut tx, annotations).await?;
    match tx.dialect() {
        Dialect::Lite => {
            for chunk in annotations.chunks(INSERT_ROWS) {
                tx.execute(rows_statement(chunk)).await?;
            }
        }
        Dialect::Pg => {
            for chunk in annotations.chunks(UNNEST_ROWS) {
                tx.execute(columns_statement(chunk)).await?;
            }
        }
    }
    Ok(())
}

async fn hold_named(tx: &mut impl Write, annotations: &[Annotation]) -> Result<(), StoreError> {
    let ids = |id: fn(&Annotation) -> i64| annotations.iter().map(id).collect();
    named::hold(
        tx,
        &[
            ("project", ids(|annotation| annotation.project.0)),
            ("image_instance", ids(|annotation| annotation.image.0)),
            ("slice_instance", ids(|annotation| annotation.slice.0)),
            ("user_account", ids(|annotation| annotation.user.0)),
        ],
    )
    .await
}

fn rows_statement(annotations: &[Annotation]) -> Statement {
    let mut statement = sql(insert_text(annotations.len()));
    for annotation in annotations {
        let key = cell_key(&bounds(annotation));
        statement = statement
            .bind(annotation.id)
            .bind(annotation.project)
            .bind(annotation.image)
            .bind(annotation.slice)
            .bind(annotation.user)
            .bind(i64::from(key.level))
            .bind(key.cell)
            .bind(annotation.min_x)
            .bind(annotation.min_y)
            .bind(annotation.max_x)
            .bind(annotation.max_y)
            .bind(annotation.geometry.as_slice())
            .bind(annotation.wkt.clone())
            .bind(annotation.area)
            .bind(annotation.perimeter)
            .bind(annotation.centroid_x)
            .bind(annotation.centroid_y)
            .bind(annotation.geometry_compression)
            .bind(annotation.created)
            .bind(annotation.updated);
    }
    statement
}

fn columns_statement(annotations: &[Annotation]) -> Statement {
    let keys: Vec<_> = annotations.iter().map(|annotation| cell_key(&bounds(annotation))).collect();
    let ints = |value: fn(&Annotation) -> i64| {
        Value::Column(Column::Ints(annotations.iter().map(|annotation| Some(value(annotation))).collect()))
    };
    let reals =
        |value: fn(&Annotation) -> f64| Value::Column(Column::Reals(annotations.iter().map(value).collect()));
    let (levels, cells) =
        keys.iter().map(|key| (Some(i64::from(key.level)), Some(key.cell))).unzip::<_, _, Vec<_>, Vec<_>>();
    let blobs = annotations.iter().map(|annotation| annotation.geometry.clone()).collect();
    let texts = annotations.iter().map(|annotation| annotation.wkt.clone()).collect();
    let updated = annotations.iter().map(|annotation| annotation.updated.map(|time| time.0)).collect();
    sql(format!(
        "INSERT INTO annotation ({COLUMNS}) SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], \
         $4::BIGINT[], $5::BIGINT[], $6::BIGINT[], $7::BIGINT[], $8::FLOAT8[], $9::FLOAT8[], $10::FLOAT8[], \
         $11::FLOAT8[], $12::BYTEA[], $13::TEXT[], $14::FLOAT8[], $15::FLOAT8[], $16::FLOAT8[], $17::FLOAT8[], \
         $18::FLOAT8[], $19::BIGINT[], $20::BIGINT[])"
    ))
    .bind(ints(|annotation| annotation.id.0))
    .bind(ints(|annotation| annotation.project.0))
    .bind(ints(|annotation| annotation.image.0))
    .bind(ints(|annotation| annotation.slice.0))
    .bind(ints(|annotation| annotation.user.0))
    .bind(Value::Column(Column::Ints(levels)))
    .bind(Value::Column(Column::Ints(cells)))
    .bind(reals(|annotation| annotation.min_x))
    .bind(reals(|annotation| annotation.min_y))
    .bind(reals(|annotation| annotation.max_x))
    .bind(reals(|annotation| annotation.max_y))
    .bind(Value::Column(Column::Blobs(blobs)))
    .bind(Value::Column(Column::Texts(texts)))
    .bind(reals(|annotation| annotation.area))
    .bind(reals(|annotation| annotation.perimeter))
    .bind(reals(|annotation| annotation.centroid_x))
    .bind(reals(|annotation| annotation.centroid_y))
    .bind(reals(|annotation| annotation.geometry_compression))
    .bind(ints(|annotation| annotation.created.0))
    .bind(Value::Column(Column::Ints(updated)))
}

fn insert_text(rows: usize) -> String {
    let mut text = format!("INSERT INTO annotation ({COLUMNS}) VALUES ");
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=COLUMN_COUNT {
            if column > 1 {
                text.push_str(", ");
            }
            text.push('$');
            text.push_str(&(row * COLUMN_COUNT + column).to_string());
        }
        text.push(')');
    }
    text
}

/// Sorts annotations as the index keeps them: by image, level and cell.
pub fn in_cell_order(annotations: &mut [Annotation]) {
    annotations.sort_by_cached_key(|annotation| {
        let key = cell_key(&bounds(annotation));
        (annotation.image, key.level, key.cell)
    });
}

fn bounds(annotation: &Annotation) -> Bounds {
    Bounds::new(annotation.min_x, annotation.min_y, annotation.max_x, annotation.max_y)
}

table! {
    Annotation as "a";
    hangs {
        Hang::Column(EntityKind::Project, "project_id"),
        Hang::Column(EntityKind::ImageInstance, "image_id"),
        Hang::Column(EntityKind::SliceInstance, "slice_id"),
        Hang::Column(EntityKind::User, "user_id"),
    }
    seen { complete!("a") }
    columns {
        id = Stay "id",
        project = Change "project_id",
        image = Change "image_id",
        slice = Change "slice_id",
        user = Change "user_id",
        min_x = Change "min_x",
        min_y = Change "min_y",
        max_x = Change "max_x",
        max_y = Change "max_y",
        geometry = Change "geometry",
        wkt = Change "wkt",
        area = Change "area",
        perimeter = Change "perimeter",
        centroid_x = Change "centroid_x",
        centroid_y = Change "centroid_y",
        geometry_compression = Change "geometry_compression",
        created = Stay "created",
        updated = Change "updated",
    }
    derived {
        Change "level": Int = |annotation| Value::from(i64::from(cell_key(&bounds(annotation)).level)),
        Change "cell": Int = |annotation| Value::from(cell_key(&bounds(annotation)).cell),
    }
}

/// In which project a living annotation lies, and who drew it.
pub async fn whose(mut ex: impl Read, id: AnnotationId) -> Result<Option<(ProjectId, UserId)>, StoreError> {
    let statement = sql(concat!(
        "SELECT a.project_id, a.user_id FROM annotation a WHERE a.id = $1 AND a.deleted_by IS NULL AND ",
        complete!("a")
    ))
    .bind(id);
    ex.first(statement).await?.map(|row| Ok((row.id("project_id")?, row.id("user_id")?))).transpose()
}
