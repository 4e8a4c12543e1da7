//! stub
use crate::{GeometryError, Shape};
impl Shape {
    /// Whether the shape can be an annotation.
    ///
    /// # Errors
    /// The first thing found wrong.
    pub fn validate(&self) -> Result<(), GeometryError> {
        if self.is_empty() { Err(GeometryError::Empty) } else { Ok(()) }
    }
}
