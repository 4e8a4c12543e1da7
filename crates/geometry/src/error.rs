//! What can be wrong with a shape, in words that a user can act on.

use thiserror::Error;

/// Why a shape was refused. Every text names the cause, the place and what would help.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GeometryError {
    /// The text is not WKT.
    #[error("the WKT cannot be read at character {position}: {reason}")]
    Wkt {
        /// Byte offset in the text where reading stopped.
        position: usize,
        /// What was found and what was expected.
        reason: String,
    },
    /// A limit that protects the server.
    #[error("the geometry has more than {limit} {what}: split it into several annotations")]
    TooLarge {
        /// What there is too much of: points, rings, nested collections.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// No point at all.
    #[error("the geometry is empty: give at least one point")]
    Empty,
    /// NaN or infinite.
    #[error("a coordinate is not a finite number in {part}: give plain decimal numbers in pixels")]
    NotFinite {
        /// Which part of the geometry, in words.
        part: String,
    },
    /// A coordinate beyond anything that a slide can have.
    #[error("the coordinate {value} is out of range: coordinates are pixels of the image, at most {limit}")]
    OutOfRange {
        /// The value found.
        value: f64,
        /// The largest absolute value allowed.
        limit: f64,
    },
    /// A ring whose last point is not its first.
    #[error("{part} is not closed: repeat its first point {x} {y} at the end")]
    RingNotClosed {
        /// Which ring, in words.
        part: String,
        /// First point of the ring.
        x: f64,
        /// First point of the ring.
        y: f64,
    },
    /// Fewer different points than the kind of geometry needs.
    #[error("{part} has too few points: it needs at least {needed} different ones")]
    TooFewPoints {
        /// Which part, in words.
        part: String,
        /// How many different points are needed.
        needed: usize,
    },
    /// Edges meet where they must not.
    #[error("self-intersection at {x} {y}: {reason}; draw the outline so that its edges do not meet")]
    SelfIntersection {
        /// Where.
        x: f64,
        /// Where.
        y: f64,
        /// What meets there.
        reason: String,
    },
    /// An inner ring outside of its outer ring.
    #[error("the hole at {x} {y} lies outside of its polygon or inside another hole: remove it or move it")]
    HoleOutside {
        /// A point of the hole.
        x: f64,
        /// A point of the hole.
        y: f64,
    },
    /// A polygon of a multipolygon that lies in another one.
    #[error("the polygon at {x} {y} lies inside another polygon of the same geometry: unite the two")]
    NestedPolygons {
        /// A point of the inner polygon.
        x: f64,
        /// A point of the inner polygon.
        y: f64,
    },
    /// Holes that touch so that the polygon falls apart.
    #[error("the interior is cut into pieces by rings that touch at {x} {y}: make a polygon of each piece")]
    DisconnectedInterior {
        /// One of the points where rings touch.
        x: f64,
        /// One of the points where rings touch.
        y: f64,
    },
    /// Zero width or zero height where an area is needed.
    #[error("the geometry has no {side}: only points and line strings may be flat")]
    Flat {
        /// `width` or `height`.
        side: &'static str,
    },
    /// A stored blob that is not one.
    #[error("the stored geometry is damaged at byte {position}: {reason}; restore it from a backup")]
    Blob {
        /// Byte offset.
        position: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// An annotation file that cannot be read.
    #[error("the {format} file cannot be read{}: {reason}", place(.feature))]
    Format {
        /// Name of the format.
        format: &'static str,
        /// Number of the feature in the file, from 1.
        feature: Option<usize>,
        /// What is wrong and what would help.
        reason: String,
    },
}

fn place(feature: &Option<usize>) -> String {
    feature.map(|n| format!(" at feature {n}")).unwrap_or_default()
}
