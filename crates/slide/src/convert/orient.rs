//! Applies an EXIF orientation. Turning needs the last row first, so the image lies in memory, bounded.

use crate::{
    error::Result,
    formats::Rows,
    limits::{self, Limits},
};

/// The rows of the image as it is meant to be seen.
pub(super) fn upright<'a>(
    mut rows: Box<dyn Rows + 'a>,
    orientation: u8,
    limits: &Limits,
) -> Result<Box<dyn Rows + 'a>> {
    if orientation == 1 {
        return Ok(rows);
    }
    let ((width, height), channels) = (rows.size(), rows.channels());
    let bytes = u64::from(width) * u64::from(height) * channels as u64;
    let size = if orientation >= 5 { (height, width) } else { (width, height) };
    limits::check_conversion(
        rows.held() + bytes,
        size,
        channels,
        limits.max_decoded_bytes,
        "turn it upright before the upload",
    )?;
    let row_len = width as usize * channels;
    let mut samples = vec![0; row_len * height as usize];
    for row in samples.chunks_exact_mut(row_len) {
        rows.next_row(row)?;
    }
    Ok(Box::new(Turned { samples, stored: (width, height), channels, orientation, next: 0 }))
}

struct Turned {
    samples: Vec<u8>,
    stored: (u32, u32),
    channels: usize,
    orientation: u8,
    next: u32,
}

impl Turned {
    /// The stored pixel that is seen at `(x, y)`.
    fn stored(&self, x: u32, y: u32) -> (u32, u32) {
        let (right, bottom) = (self.stored.0 - 1, self.stored.1 - 1);
        match self.orientation {
            2 => (right - x, y),
            3 => (right - x, bottom - y),
            4 => (x, bottom - y),
            5 => (y, x),
            6 => (y, bottom - x),
            7 => (right - y, bottom - x),
            8 => (right - y, x),
            _ => (x, y),
        }
    }
}

impl Rows for Turned {
    fn size(&self) -> (u32, u32) {
        if self.orientation >= 5 { (self.stored.1, self.stored.0) } else { self.stored }
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn held(&self) -> u64 {
        self.samples.len() as u64
    }

    fn next_row(&mut self, out: &mut [u8]) -> Result<()> {
        for (x, to) in out.chunks_exact_mut(self.channels).enumerate() {
            let (column, row) = self.stored(x as u32, self.next);
            let at = (row as usize * self.stored.0 as usize + column as usize) * self.channels;
            to.copy_from_slice(&self.samples[at..at + self.channels]);
        }
        self.next += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the stored pixels `a b / c d / e f` are seen, by the EXIF definition of each orientation.
    #[test]
    fn every_orientation_is_turned_as_defined() {
        for (orientation, seen) in [
            (2, "ba dc fe"),
            (3, "fe dc ba"),
            (4, "ef cd ab"),
            (5, "ace bdf"),
            (6, "eca fdb"),
            (7, "fdb eca"),
            (8, "bdf ace"),
        ] {
            let mut turned =
                Turned { samples: b"abcdef".to_vec(), stored: (2, 3), channels: 1, orientation, next: 0 };
            let (width, height) = turned.size();
            let rows: Vec<String> = (0..height)
                .map(|_| {
                    let mut row = vec![0; width as usize];
                    turned.next_row(&mut row).unwrap();
                    String::from_utf8(row).unwrap()
                })
                .collect();
            assert_eq!(rows.join(" "), seen, "orientation {orientation}");
        }
    }
}
