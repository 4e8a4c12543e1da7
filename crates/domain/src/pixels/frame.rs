//! Which rectangle of an image a picture shows, and how large the picture is (image-server 2.6 and 3.7).
//!
//! Rectangles are whole pixels of level 0, y down, inside the image. A picture at full resolution is therefore a copy
//! of pixels, never an interpolation, and a mask lies exactly on the crop of the same annotation.

use cytomine_geometry::Bounds;
use cytomine_slide::Region;

use crate::DomainError;

/// Longest side of a picture made on request, in pixels.
pub const LONGEST_SIDE: u32 = 10_000;

/// A rectangle of whole level 0 pixels, y down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

/// How large a picture is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Longest side in pixels; a smaller frame is not enlarged. Wins over `zoom`.
    pub longest: Option<u32>,
    /// How many times the full resolution is halved.
    pub halvings: Option<u32>,
    /// What would be too large is made smaller instead of refused.
    pub safe: bool,
}

impl Frame {
    /// The whole image.
    pub fn whole(width: u32, height: u32) -> Self {
        Self { x: 0, y: 0, width, height }
    }

    /// The part of a rectangle that lies inside the image.
    ///
    /// # Errors
    /// Kind invalid when none does.
    pub fn clipped(
        (x, y): (i64, i64),
        (width, height): (u32, u32),
        (image_width, image_height): (u32, u32),
    ) -> Result<Self, DomainError> {
        let span = |start: i64, length: u32, limit: u32| {
            let end = start.saturating_add(i64::from(length)).min(i64::from(limit));
            let start = start.max(0);
            let length = u32::try_from(end - start).ok().filter(|length| *length > 0)?;
            Some((u32::try_from(start).ok()?, length))
        };
        match (span(x, width, image_width), span(y, height, image_height)) {
            (Some((x, width)), Some((y, height))) => Ok(Self { x, y, width, height }),
            _ => Err(DomainError::invalid(format!(
                "The window {x}, {y} of {width} x {height} pixels lies outside of the image, which has \
                 {image_width} x {image_height}; x and y count from the top left"
            ))),
        }
    }

    /// The rectangle around bounds (y down) widened by `context` about its centre, made square when asked, moved
    /// inside the image. Bounds without an extent are at least `least` pixels wide.
    pub fn around(
        bounds: &Bounds,
        context: f64,
        square: bool,
        least: f64,
        (image_width, image_height): (u32, u32),
    ) -> Self {
        let (center_x, center_y) = bounds.center();
        let extent = |length: f64| if length > 0.0 { length } else { least } * context;
        let (mut width, mut height) = (extent(bounds.width()), extent(bounds.height()));
        if square {
            (width, height) = (width.max(height), width.max(height));
        }
        let axis = |center: f64, length: f64, flat: bool, limit: u32| {
            let center = if flat { pixel_center(center, length) } else { center };
            inside(center, length, limit)
        };
        let (x, width) = axis(center_x, width, bounds.width() <= 0.0, image_width);
        let (y, height) = axis(center_y, height, bounds.height() <= 0.0, image_height);
        Self { x, y, width, height }
    }

    /// Pixels of a picture of this frame.
    ///
    /// # Errors
    /// Kind invalid when a side is above [`LONGEST_SIDE`] and the size is not safe.
    pub fn size(&self, wanted: Size) -> Result<(u32, u32), DomainError> {
        let longest = self.width.max(self.height);
        let (width, height) = match (wanted.longest, wanted.halvings) {
            (Some(side), _) if side < longest => self.fitted(side.max(1)),
            (None, Some(halvings)) => {
                let scale = f64::from(halvings.min(62)).exp2();
                let halved = |side: u32| ((f64::from(side) / scale).round_ties_even() as u32).max(1);
                (halved(self.width), halved(self.height))
            }
            _ => (self.width, self.height),
        };
        if width.max(height) <= LONGEST_SIDE {
            return Ok((width, height));
        }
        if wanted.safe {
            return Ok(self.fitted(LONGEST_SIDE));
        }
        Err(DomainError::invalid(format!(
            "The picture would have {width} x {height} pixels, at most {LONGEST_SIDE} a side are made; send a smaller \
             `maxSize`, a higher `zoom`, or `safe=true`"
        )))
    }

    fn fitted(&self, longest: u32) -> (u32, u32) {
        let other = |side: u32, of: u32| {
            ((f64::from(side) * f64::from(longest) / f64::from(of)).round_ties_even() as u32).max(1)
        };
        if self.width >= self.height {
            (longest, other(self.height, self.width))
        } else {
            (other(self.width, self.height), longest)
        }
    }

    /// As a request of the slide.
    pub fn region(&self, (out_width, out_height): (u32, u32)) -> Region {
        Region::new(self.x, self.y, self.width, self.height, out_width, out_height)
    }
}

/// Where the centre of a span of that many pixels lies when its middle pixel is the one that covers a position.
fn pixel_center(position: f64, length: f64) -> f64 {
    let pixels = length.round().max(1.0);
    (position - (pixels - 1.0) / 2.0).floor() + pixels / 2.0
}

/// Whole pixels that hold a span about a centre, at least one, moved inside `0..limit`.
fn inside(center: f64, length: f64, limit: u32) -> (u32, u32) {
    let limit = limit.max(1);
    let (start, end) = (center - length / 2.0, center + length / 2.0);
    // Spans that end on pixel borders, but for the last bits of the arithmetic, stay there.
    let start = (start + 1e-6).floor().clamp(-1e12, 1e12) as i64;
    let end = ((end - 1e-6).ceil().clamp(-1e12, 1e12) as i64).max(start + 1);
    let length = u32::try_from(end - start).unwrap_or(u32::MAX).min(limit);
    let start = start.clamp(0, i64::from(limit - length));
    (u32::try_from(start).unwrap_or(0), length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IMAGE: (u32, u32) = (1000, 800);

    #[test]
    fn windows_are_clipped_to_the_image() {
        let frame = |x, y, width, height| Frame { x, y, width, height };
        assert_eq!(Frame::clipped((-5, 790), (20, 20), IMAGE).unwrap(), frame(0, 790, 15, 10));
        assert_eq!(Frame::clipped((0, 0), (5000, 5000), IMAGE).unwrap(), Frame::whole(1000, 800));
        for outside in [(1000, 0), (0, 800), (-20, 0)] {
            assert!(Frame::clipped(outside, (20, 20), IMAGE).is_err(), "{outside:?}");
        }
    }

    #[test]
    fn a_frame_holds_its_bounds_and_stays_in_the_image() {
        let around = |bounds: Bounds, context, square| Frame::around(&bounds, context, square, 1.0, IMAGE);
        let shape = Bounds::new(100.0, 200.0, 120.0, 210.0);
        assert_eq!(around(shape, 1.0, false), Frame { x: 100, y: 200, width: 20, height: 10 });
        assert_eq!(around(shape, 1.5, false), Frame { x: 95, y: 197, width: 30, height: 16 });
        assert_eq!(around(shape, 1.0, true), Frame { x: 100, y: 195, width: 20, height: 20 });
        let corner = Bounds::new(990.0, 790.0, 1000.0, 800.0);
        assert_eq!(around(corner, 2.0, false), Frame { x: 980, y: 780, width: 20, height: 20 });
        let fractional = Bounds::new(0.4, 0.6, 2.2, 2.9);
        assert_eq!(around(fractional, 1.0, false), Frame { x: 0, y: 0, width: 3, height: 3 });
        let line = Bounds::new(100.0, 200.0, 120.0, 200.0);
        assert_eq!(around(line, 1.0, false), Frame { x: 100, y: 200, width: 20, height: 1 });
        let point = Bounds::new(5.7, 5.0, 5.7, 5.0);
        assert_eq!(around(point, 1.0, false), Frame { x: 5, y: 5, width: 1, height: 1 });
        assert_eq!(
            Frame::around(&point, 1.0, false, 100.0, IMAGE),
            Frame { x: 0, y: 0, width: 100, height: 100 }
        );
    }

    #[test]
    fn sizes_shrink_and_never_enlarge() {
        let frame = Frame::whole(2220, 2967);
        let size = |longest, halvings| frame.size(Size { longest, halvings, safe: false }).unwrap();
        assert_eq!(size(Some(512), None), (383, 512));
        assert_eq!(size(Some(5000), None), (2220, 2967));
        assert_eq!(size(None, Some(1)), (1110, 1484));
        assert_eq!(size(Some(256), Some(3)), (192, 256));
        assert_eq!(size(None, Some(40)), (1, 1));
    }

    #[test]
    fn what_is_too_large_is_refused_unless_safe() {
        let frame = Frame::whole(46_000, 32_914);
        let error = frame.size(Size::default()).unwrap_err();
        assert!(
            error.message.starts_with("The picture would have 46000 x 32914 pixels"),
            "{}",
            error.message
        );
        let safe = Size { safe: true, ..Size::default() };
        assert_eq!(frame.size(safe).unwrap(), (10_000, 7_155));
    }

    proptest! {
        #[test]
        fn every_frame_lies_inside_the_image(
            x in -1e7..1e7f64, y in -1e7..1e7f64, width in 0.0..1e6f64, height in 0.0..1e6f64,
            context in 0.01..100.0f64, square: bool, image_width in 1u32..100_000, image_height in 1u32..100_000,
        ) {
            let bounds = Bounds::new(x, y, x + width, y + height);
            let frame = Frame::around(&bounds, context, square, 1.0, (image_width, image_height));
            prop_assert!(frame.width >= 1 && frame.x + frame.width <= image_width);
            prop_assert!(frame.height >= 1 && frame.y + frame.height <= image_height);
            let (out_width, out_height) = frame.size(Size { longest: Some(64), ..Size::default() }).unwrap();
            prop_assert!((1..=64).contains(&out_width) && (1..=64).contains(&out_height));
        }
    }
}
