//! Rows of annotations, only the columns asked for.

use std::collections::HashMap;

use cytomine_model::{AnnotationId, ImageInstanceId, Millis, ProjectId, Scope, SliceInstanceId, UserId};

use crate::pending::complete;
use crate::{Read, Row, StoreError, sql};

/// Which columns are read beside ids and dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Geometry, kept text and tolerance of simplification.
    pub shape: bool,
    /// Area, perimeter, centre.
    pub measures: bool,
}

/// An annotation as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnnotationRow {
    /// Id.
    pub id: AnnotationId,
    /// Its project.
    pub project: ProjectId,
    /// Its image.
    pub image: ImageInstanceId,
    /// Its plane.
    pub slice: SliceInstanceId,
    /// Who drew it.
    pub user: UserId,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
    /// Geometry, where asked for.
    pub shape: Option<ShapeColumns>,
    /// Measures, where asked for.
    pub measures: Option<MeasureColumns>,
}

/// Geometry of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeColumns {
    /// Compact geometry.
    pub blob: Vec<u8>,
    /// The text as sent, where printing the geometry does not give it back.
    pub wkt: Option<String>,
    /// Tolerance that the geometry was simplified with.
    pub compression: f64,
}

/// Measures of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureColumns {
    /// Square pixels.
    pub area: f64,
    /// Pixels.
    pub perimeter: f64,
    /// Centre of mass, level 0 pixels, y up.
    pub centroid: (f64, f64),
}

/// Reads living annotations in the order of `ids`; those that are gone by now are left out.
pub async fn rows(
    mut ex: impl Read,
    ids: &[AnnotationId],
    columns: Columns,
) -> Result<Vec<AnnotationRow>, StoreError> {
    let mut text =
        String::from("SELECT a.id, a.project_id, a.image_id, a.slice_id, a.user_id, a.created, a.updated");
    if columns.shape {
        text.push_str(", a.geometry, a.wkt, a.geometry_compression");
    }
    if columns.measures {
        text.push_str(", a.area, a.perimeter, a.centroid_x, a.centroid_y");
    }
    text.push_str(concat!(
        " FROM annotation a WHERE a.id = ANY($1) AND a.deleted_by IS NULL AND ",
        complete!("a")
    ));
    let places: HashMap<AnnotationId, usize> =
        ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let read = ex.rows(sql(text).bind(ids)).await?;
    let mut rows: Vec<AnnotationRow> = read.iter().map(|row| of(row, columns)).collect::<Result<_, _>>()?;
    rows.sort_by_key(|row| places.get(&row.id).copied());
    Ok(rows)
}

fn of(row: &Row, columns: Columns) -> Result<AnnotationRow, StoreError> {
    let shape = columns.shape.then(|| {
        Ok::<_, StoreError>(ShapeColumns {
            blob: row.get("geometry")?,
            wkt: row.get("wkt")?,
            compression: row.get("geometry_compression")?,
        })
    });
    let measures = columns.measures.then(|| {
        Ok::<_, StoreError>(MeasureColumns {
            area: row.get("area")?,
            perimeter: row.get("perimeter")?,
            centroid: (row.get("centroid_x")?, row.get("centroid_y")?),
        })
    });
    Ok(AnnotationRow {
        id: row.id("id")?,
        project: row.id("project_id")?,
        image: row.id("image_id")?,
        slice: row.id("slice_id")?,
        user: row.id("user_id")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
        shape: shape.transpose()?,
        measures: measures.transpose()?,
    })
}

/// How many annotations a user has on a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Whose layer.
    pub user: UserId,
    /// Annotations in it.
    pub annotations: i64,
}

/// The layers of a plane of an image with their counts, by user.
pub async fn layers(
    mut ex: impl Read,
    scope: Scope,
    image: ImageInstanceId,
    slice: SliceInstanceId,
) -> Result<Vec<Layer>, StoreError> {
    let mut statement = sql(concat!(
        "SELECT a.user_id, count(*) AS n FROM annotation a \
         WHERE a.image_id = $1 AND a.slice_id = $2 AND a.deleted_by IS NULL AND ",
        complete!("a")
    ))
    .bind(image)
    .bind(slice);
    if let Scope::User(user) = scope {
        statement.push(" AND +a.project_id IN (SELECT m.project_id FROM project_member m WHERE m.user_id = ");
        statement.push_value(user).push(")");
    }
    statement.push(" GROUP BY a.user_id ORDER BY a.user_id");
    let rows = ex.rows(statement).await?;
    rows.iter().map(|row| Ok(Layer { user: row.id("user_id")?, annotations: row.get("n")? })).collect()
}
