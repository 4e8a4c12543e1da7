//! stub
use crate::{Bounds, GeometryError, Shape};
impl Shape {
    /// The part of the shape inside the image of `width` x `height` pixels: the very same shape when it lies
    /// inside, `None` when nothing is left.
    ///
    /// # Errors
    /// When the part left over is not valid.
    pub fn clip_to(&self, width: f64, height: f64) -> Result<Option<Shape>, GeometryError> {
        let image = Bounds::new(0.0, 0.0, width, height);
        Ok(self.intersects_bounds(&image).then(|| self.clone()))
    }
}

/// The part of a segment inside a box (Liang and Barsky), its ends untouched where they lie inside.
pub(crate) fn clip_segment(
    a: geo::Coord<f64>,
    b: geo::Coord<f64>,
    view: &Bounds,
) -> Option<(geo::Coord<f64>, geo::Coord<f64>)> {
    let _ = view;
    Some((a, b))
}
