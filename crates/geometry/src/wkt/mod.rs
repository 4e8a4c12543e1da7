//! Well-known text, as the JTS library of Cytomine prints it.
//!
//! Own reader rather than the `wkt` crate: that one recurses without a limit on nested collections, builds an
//! intermediate tree and names no position in its errors. This one reads straight into the final geometry, is
//! bounded in depth and in points, and refuses rings that are not closed instead of closing them.

mod parse;
mod print;

pub use parse::MAX_POINTS;

use crate::{GeometryError, Shape};

impl Shape {
    /// Reads WKT in upper or lower case with any white space.
    ///
    /// # Errors
    /// Text that is not WKT, Z or M coordinates, numbers that are not finite, rings that are not closed,
    /// more than [`MAX_POINTS`] points. Whether the geometry is valid is the business of
    /// [`Shape::validate`]; `EMPTY` is read and refused there.
    pub fn from_wkt(text: &str) -> Result<Self, GeometryError> {
        parse::parse(text).map(Self::from_geometry)
    }

    /// Prints WKT as JTS does: `POLYGON ((0 0, 0 20, 20 20, 20 0, 0 0))`; shortest decimals that read back
    /// to the same numbers, never an exponent.
    pub fn to_wkt(&self) -> String {
        print::print(self.geometry())
    }
}
