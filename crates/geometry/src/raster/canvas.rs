//! The pixels that are painted on.

/// An 8 bit image and the value to paint with.
pub(super) struct Canvas<'a> {
    pixels: &'a mut [u8],
    pub(super) width: usize,
    pub(super) height: usize,
    value: u8,
}

impl<'a> Canvas<'a> {
    /// Pixels beyond the last whole row are left alone.
    pub(super) fn new(pixels: &'a mut [u8], width: u32, value: u8) -> Self {
        let width = width as usize;
        let height = pixels.len().checked_div(width).unwrap_or(0);
        Self { pixels, width, height, value }
    }

    /// Paints the pixel that covers the position, if there is one.
    pub(super) fn dot(&mut self, x: f64, y: f64) {
        if x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64 {
            self.pixels[y as usize * self.width + x as usize] = self.value;
        }
    }

    /// Paints the pixels of a row whose centre lies at or right of `left` and left of `right`.
    pub(super) fn span(&mut self, row: usize, left: f64, right: f64) {
        let column = |x: f64| ((x - 0.5).ceil().max(0.0) as usize).min(self.width);
        let (first, end) = (column(left), column(right));
        if row < self.height && first < end {
            let start = row * self.width;
            self.pixels[start + first..start + end].fill(self.value);
        }
    }
}
