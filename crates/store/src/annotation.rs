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
use cytomine_model::{Annotation, AnnotationId};

use crate::dialect::Dialect;
use crate::statement::{Column, Value};
use crate::{Executor, Row, Statement, StoreError, named, sql};

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
pub async fn insert_many(mut ex: impl Executor, annotations: &[Annotation]) -> Result<(), StoreError> {
    hold_named(&mut ex, annotations).await?;
    match ex.dialect() {
        Dialect::Lite => {
            for chunk in annotations.chunks(INSERT_ROWS) {
                ex.execute(rows_statement(chunk)).await?;
            }
        }
        Dialect::Pg => {
            for chunk in annotations.chunks(UNNEST_ROWS) {
                ex.execute(columns_statement(chunk)).await?;
            }
        }
    }
    Ok(())
}

async fn hold_named(ex: &mut impl Executor, annotations: &[Annotation]) -> Result<(), StoreError> {
    let ids = |id: fn(&Annotation) -> i64| annotations.iter().map(id).collect();
    named::hold(
        ex,
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

fn annotation(row: &Row) -> Result<Annotation, StoreError> {
    Ok(Annotation {
        id: row.id("id")?,
        image: row.id("image_id")?,
        slice: row.id("slice_id")?,
        project: row.id("project_id")?,
        user: row.id("user_id")?,
        geometry: row.get("geometry")?,
        wkt: row.get("wkt")?,
        min_x: row.get("min_x")?,
        min_y: row.get("min_y")?,
        max_x: row.get("max_x")?,
        max_y: row.get("max_y")?,
        area: row.get("area")?,
        perimeter: row.get("perimeter")?,
        centroid_x: row.get("centroid_x")?,
        centroid_y: row.get("centroid_y")?,
        geometry_compression: row.get("geometry_compression")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

/// A living annotation by id; whether the actor may see it is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: AnnotationId) -> Result<Option<Annotation>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM annotation WHERE id = $1 AND deleted_by IS NULL");
    ex.first(sql(text).bind(id)).await?.as_ref().map(annotation).transpose()
}

/// Writes place, owner and shape of an annotation.
///
/// # Errors
/// [`StoreError::Dangling`] when it names something that does not exist.
pub async fn update(mut ex: impl Executor, annotation: &Annotation) -> Result<(), StoreError> {
    hold_named(&mut ex, std::slice::from_ref(annotation)).await?;
    let key = cell_key(&bounds(annotation));
    let statement =
        sql("UPDATE annotation SET project_id = $2, image_id = $3, slice_id = $4, user_id = $5, \
         level = $6, cell = $7, min_x = $8, min_y = $9, max_x = $10, max_y = $11, geometry = $12, wkt = $13, \
         area = $14, perimeter = $15, centroid_x = $16, centroid_y = $17, geometry_compression = $18, \
         updated = $19 WHERE id = $1 AND deleted_by IS NULL")
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
        .bind(annotation.updated);
    ex.execute(statement).await.map(|_| ())
}
