//! stub
use crate::Shape;
impl Shape {
    /// Thins out until the number of points lies between the bounds; gives the tolerance used, in pixels.
    pub fn simplify(&self, min_points: usize, max_points: usize) -> (Shape, f64) {
        let _ = (min_points, max_points);
        (self.clone(), 0.0)
    }
    /// Thins out with a tolerance in pixels.
    pub fn simplify_with(&self, tolerance: f64) -> Shape {
        let _ = tolerance;
        self.clone()
    }
}
