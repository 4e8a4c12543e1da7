//! Shapes of annotations: reading, checking, measuring, storing, finding and drawing them.
//!
//! Pure functions over plane geometry in level 0 pixels; nothing here knows a database or HTTP. Whether y
//! points down (inside the server) or up (Cytomine's wire) is the caller's business: [`Shape::flip_y`] turns
//! one into the other.
//!
//! * [`Shape`] is the central type; its methods live beside their topic (`wkt`, `validate`, `measure`,
//!   `relate`, `clip`, `simplify`).
//! * [`StoredShape`] is what a database row holds: the compact blob of `blob`, the text where the blob cannot
//!   give it back, and the measures.
//! * [`cell_key`] and [`query_ranges`] place shapes in a B-tree so that a box finds them.
//! * [`rasterize`] and [`outline`] make masks; [`formats`] reads and writes files of other programs.
//!
//! ```
//! use cytomine_geometry::{Shape, StoredShape, cell_key};
//!
//! # fn main() -> Result<(), cytomine_geometry::GeometryError> {
//! let text = "POLYGON ((90 10, 110 10, 110 30, 90 30, 90 10))";
//! let shape = Shape::from_wkt(text)?;
//! shape.validate()?;
//! let inside = shape.clip_to(100.0, 50.0)?.expect("the left half lies in the image");
//! assert_eq!(inside.area(), 200.0);
//! let row = StoredShape::new(&inside, None);
//! assert_eq!(row.wkt()?, inside.to_wkt());
//! assert_eq!(cell_key(&row.bounds).level, 0);
//! # Ok(())
//! # }
//! ```

mod blob;
mod bounds;
mod cells;
mod clip;
mod error;
pub mod formats;
mod hilbert;
mod measure;
mod raster;
mod relate;
mod shape;
mod simplify;
mod stored;
mod validate;
mod wkt;

pub use blob::{decode, encode};
pub use bounds::Bounds;
pub use cells::{CellKey, CellRange, MAX_LEVEL, MAX_RANGES_PER_LEVEL, cell_key, level_of_size, query_ranges};
pub use error::GeometryError;
pub use measure::{AreaUnit, LengthUnit, area_in_units, perimeter_in_units};
pub use raster::{
    PointMark, Stroke, Transform, outline, outline_into, point_mark, rasterize, rasterize_into,
};
pub use shape::{Point, Shape, ShapeKind};
pub use stored::{StoredShape, wkt_of};
pub use validate::MAX_COORDINATE;
pub use wkt::MAX_POINTS;

/// The geometry library whose types [`Shape`] wraps, for callers that need more than this crate offers.
pub use geo;
