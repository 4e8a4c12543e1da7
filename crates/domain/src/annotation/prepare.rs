//! From the text a client sent to what a row holds: read, check, clip to the image, thin out where asked.

use cytomine_geometry::{GeometryError, Shape, StoredShape};

use crate::DomainError;

/// Points that a thinned outline has at most, where the request names no other number (rest-api 4.15.1).
const MOST_POINTS: usize = 200;

/// A wish for fewer points. Without one, outlines stay as they were drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thinning {
    /// Points to keep at least.
    pub min_points: Option<usize>,
    /// Points to keep at most; an outline with no more is left alone.
    pub max_points: Option<usize>,
}

impl Thinning {
    /// The outline with fewer points, and the tolerance used.
    pub(super) fn apply(self, shape: &Shape) -> (Shape, f64) {
        shape.simplify(self.min_points.unwrap_or(0), self.max_points.unwrap_or(MOST_POINTS))
    }
}

/// Width and height of an image in level 0 pixels.
pub(super) type Size = (i32, i32);

/// A shape ready to be written, and the tolerance it was thinned out with.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) stored: StoredShape,
    pub(super) compression: f64,
}

/// Reads and checks a location. `size` of the image may be unknown: then nothing is clipped.
pub(super) fn prepare(
    location: Option<&str>,
    size: Option<Size>,
    fill: bool,
    thinning: Option<Thinning>,
) -> Result<Prepared, DomainError> {
    let text = location.map(str::trim).filter(|text| !text.is_empty()).ok_or_else(|| {
        DomainError::invalid(
            "An annotation needs a shape: give `location` as WKT, in pixels from the lower left",
        )
    })?;
    let refused = |error: GeometryError| DomainError::invalid(format!("The location is refused: {error}"));
    let drawn = Shape::from_wkt(text).map_err(refused)?;
    drawn.validate().map_err(refused)?;
    let (mut shape, mut as_sent) = (drawn, true);
    if fill {
        let filled = shape.fill();
        as_sent = filled == shape;
        shape = filled;
    }
    if let Some((width, height)) = size {
        let clipped =
            shape.clip_to(f64::from(width), f64::from(height)).map_err(refused)?.ok_or_else(|| {
                DomainError::invalid(format!(
                    "The location lies outside of the image, which is {width} x {height} pixels"
                ))
            })?;
        as_sent &= clipped == shape;
        shape = clipped;
    }
    let mut compression = 0.0;
    if let Some(thinning) = thinning {
        let (thinned, tolerance) = thinning.apply(&shape);
        as_sent &= tolerance == 0.0;
        (shape, compression) = (thinned, tolerance);
    }
    Ok(Prepared { stored: StoredShape::new(&shape, as_sent.then_some(text)), compression })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Option<Size> = Some((1000, 500));

    fn echo(text: &str) -> String {
        prepare(Some(text), IMAGE, false, None).unwrap().stored.wkt().unwrap().into_owned()
    }

    fn refusal(text: &str) -> String {
        prepare(Some(text), IMAGE, false, None).unwrap_err().message
    }

    #[test]
    fn valid_shapes_inside_come_back_to_the_letter() {
        for text in [
            "POLYGON ((0 0, 0 20, 20 20, 20 0, 0 0))",
            "POLYGON((1.50 2,3 2,3 9.125000001,1.50 2))",
            "POINT (1000 500)",
            "LINESTRING (5 5, 5 400)",
        ] {
            assert_eq!(echo(text), text);
        }
    }

    #[test]
    fn what_sticks_out_is_cut_off() {
        assert_eq!(
            prepare(Some("POLYGON ((-10 0, -10 10, 10 10, 10 0, -10 0))"), IMAGE, false, None)
                .unwrap()
                .stored
                .area,
            100.0
        );
        assert_eq!(
            prepare(Some("POLYGON ((-10 0, -10 10, 10 10, 10 0, -10 0))"), None, false, None)
                .unwrap()
                .stored
                .area,
            200.0
        );
    }

    #[test]
    fn refusals_name_the_cause() {
        assert!(prepare(None, IMAGE, false, None).unwrap_err().message.contains("`location`"));
        assert!(refusal("POLYGON ((0 0").contains("cannot be read at character"));
        assert!(refusal("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))").contains("self-intersection"));
        assert!(refusal("POLYGON ((0 0, 10 0, 20 0, 0 0))").contains("no height"));
        assert!(refusal("POINT (2000 5)").contains("outside of the image, which is 1000 x 500"));
    }

    #[test]
    fn points_are_dropped_only_where_asked() {
        let corner = |i: i32| {
            let angle = f64::from(i) / 300.0 * std::f64::consts::TAU;
            format!("{} {}", 200.0 + 100.0 * angle.cos(), 200.0 + 100.0 * angle.sin())
        };
        let corners: Vec<String> = (0..300).chain([0]).map(corner).collect();
        let text = format!("POLYGON (({}))", corners.join(", "));
        assert_eq!(echo(&text), text);
        let thinning = Thinning { min_points: Some(20), max_points: Some(60) };
        let thinned = prepare(Some(&text), IMAGE, false, Some(thinning)).unwrap();
        assert!(thinned.compression > 0.0);
        assert!((20..=60).contains(&thinned.stored.shape().unwrap().num_points()));
        let kept = prepare(Some("POINT (1.0 2)"), IMAGE, false, Some(thinning)).unwrap();
        assert_eq!((kept.compression, kept.stored.wkt().unwrap().as_ref()), (0.0, "POINT (1.0 2)"));
    }

    #[test]
    fn holes_are_filled_where_asked() {
        let ring = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 3 2, 3 3, 2 2))";
        assert_eq!(prepare(Some(ring), IMAGE, true, None).unwrap().stored.area, 81.0);
    }
}
