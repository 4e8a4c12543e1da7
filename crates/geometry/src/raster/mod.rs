//! Masks and outlines of shapes as 8 bit images.
//!
//! A mask marks the pixels whose centre lies in the shape (the pixel-centre rule of Cytomine's image server);
//! an outline marks the pixels whose centre lies within the stroke.

mod canvas;
mod fill;
mod stroke;

use crate::{Point, Shape};
use canvas::Canvas;
pub use stroke::{PointMark, Stroke, point_mark};

/// From positions of shapes to output pixels: `x * scale_x + offset_x`, `y * scale_y + offset_y`. Output
/// pixel `0, 0` is the upper left one and covers 0 to 1 along both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// Output pixels per pixel of level 0.
    pub scale_x: f64,
    /// Output pixels per pixel of level 0; negative for shapes whose y points up.
    pub scale_y: f64,
    /// Output column of x = 0.
    pub offset_x: f64,
    /// Output row of y = 0.
    pub offset_y: f64,
}

impl Transform {
    /// Shapes stay where they are.
    pub const IDENTITY: Self = Self { scale_x: 1.0, scale_y: 1.0, offset_x: 0.0, offset_y: 0.0 };

    /// The region of `region_width` x `region_height` level 0 pixels with its upper left corner at `left`,
    /// `top` (y down), drawn on `width` x `height` output pixels.
    pub fn of_region(
        (left, top): Point,
        (region_width, region_height): (f64, f64),
        (width, height): (u32, u32),
    ) -> Self {
        let (scale_x, scale_y) = (f64::from(width) / region_width, f64::from(height) / region_height);
        Self { scale_x, scale_y, offset_x: -left * scale_x, offset_y: -top * scale_y }
    }

    /// The same for shapes whose y points up from the lower border of an image of `image_height` pixels.
    /// Cytomine's image server takes `image_height - 0.5` here.
    pub fn with_y_up(self, image_height: f64) -> Self {
        Self { scale_y: -self.scale_y, offset_y: self.offset_y + image_height * self.scale_y, ..self }
    }

    /// Where a position of a shape falls.
    pub fn apply(&self, (x, y): Point) -> Point {
        (x * self.scale_x + self.offset_x, y * self.scale_y + self.offset_y)
    }
}

/// A mask of `width` x `height` pixels, row by row: 255 where a shape is, 0 elsewhere.
pub fn rasterize<'a>(
    shapes: impl IntoIterator<Item = &'a Shape>,
    width: u32,
    height: u32,
    transform: &Transform,
) -> Vec<u8> {
    let mut pixels = vec![0; width as usize * height as usize];
    for shape in shapes {
        rasterize_into(&mut pixels, width, shape, transform, 255);
    }
    pixels
}

/// Paints a shape with `value` into an image of `width` pixels a row. Lines are one pixel wide, points one
/// pixel large.
pub fn rasterize_into(pixels: &mut [u8], width: u32, shape: &Shape, transform: &Transform, value: u8) {
    fill::shape(&mut Canvas::new(pixels, width, value), shape.geometry(), transform);
}

/// An image of `width` x `height` pixels, row by row: 255 on the borders and lines of the shapes, 0 elsewhere.
pub fn outline<'a>(
    shapes: impl IntoIterator<Item = &'a Shape>,
    width: u32,
    height: u32,
    transform: &Transform,
    stroke: Stroke,
) -> Vec<u8> {
    let mut pixels = vec![0; width as usize * height as usize];
    for shape in shapes {
        outline_into(&mut pixels, width, shape, transform, stroke, 255);
    }
    pixels
}

/// Draws the borders and lines of a shape with `value` into an image of `width` pixels a row; points become
/// dots (see [`point_mark`] for larger marks).
pub fn outline_into(
    pixels: &mut [u8],
    width: u32,
    shape: &Shape,
    transform: &Transform,
    stroke: Stroke,
    value: u8,
) {
    stroke::shape(&mut Canvas::new(pixels, width, value), shape.geometry(), transform, stroke);
}

#[cfg(test)]
mod tests;
