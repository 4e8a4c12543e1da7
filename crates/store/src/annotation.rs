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

use crate::{Executor, Row, StoreError, sql};

pub use canvas::{Canvas, Plane};
pub use read::{AnnotationRow, Columns, Layer};
pub use search::{AnnotationFilter, Found, TermFilter};

/// Rows of one insert statement; times 20 columns it stays well under the 32,766 values that SQLite binds.
pub const INSERT_ROWS: usize = 400;

const COLUMNS: &str = "id, project_id, image_id, slice_id, user_id, level, cell, min_x, min_y, max_x, max_y, \
geometry, wkt, area, perimeter, centroid_x, centroid_y, geometry_compression, created, updated";

const COLUMN_COUNT: usize = 20;

/// Writes new annotations, in statements of [`INSERT_ROWS`] rows. Quickest when they come in the order of
/// [`in_cell_order`] with ascending ids: then both trees grow at few places.
///
/// # Errors
/// When the database refuses.
pub async fn insert_many(mut ex: impl Executor, annotations: &[Annotation]) -> Result<(), StoreError> {
    for chunk in annotations.chunks(INSERT_ROWS) {
        let mut statement = sql(insert_text(chunk.len()));
        for annotation in chunk {
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
        ex.execute(statement).await?;
    }
    Ok(())
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
/// When the database refuses.
pub async fn update(mut ex: impl Executor, annotation: &Annotation) -> Result<(), StoreError> {
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
