//! Axis-parallel boxes.

/// A box in level 0 pixels, borders included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Left border.
    pub min_x: f64,
    /// Smaller y: top when y points down, bottom when it points up.
    pub min_y: f64,
    /// Right border.
    pub max_x: f64,
    /// Larger y.
    pub max_y: f64,
}

impl Bounds {
    /// The box between two corners given in any order.
    pub fn new(x1: f64, y1: f64, x2: f64, y2: f64) -> Self {
        Self { min_x: x1.min(x2), min_y: y1.min(y2), max_x: x1.max(x2), max_y: y1.max(y2) }
    }

    /// Extent along x.
    pub fn width(&self) -> f64 {
        self.max_x - self.min_x
    }

    /// Extent along y.
    pub fn height(&self) -> f64 {
        self.max_y - self.min_y
    }

    /// Middle of the box.
    pub fn center(&self) -> (f64, f64) {
        (self.min_x + self.width() / 2.0, self.min_y + self.height() / 2.0)
    }

    /// Whether the boxes share a point; a common border counts.
    pub fn intersects(&self, other: &Self) -> bool {
        self.min_x <= other.max_x
            && other.min_x <= self.max_x
            && self.min_y <= other.max_y
            && other.min_y <= self.max_y
    }

    /// Whether `other` lies inside; a common border counts as inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.min_x <= other.min_x
            && other.max_x <= self.max_x
            && self.min_y <= other.min_y
            && other.max_y <= self.max_y
    }

    /// Whether the point lies inside or on the border.
    pub fn contains_point(&self, x: f64, y: f64) -> bool {
        self.min_x <= x && x <= self.max_x && self.min_y <= y && y <= self.max_y
    }

    /// The smallest box that holds both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min_x: self.min_x.min(other.min_x),
            min_y: self.min_y.min(other.min_y),
            max_x: self.max_x.max(other.max_x),
            max_y: self.max_y.max(other.max_y),
        }
    }

    /// The box moved outwards by `margin` pixels on each side.
    pub fn expand(&self, margin: f64) -> Self {
        Self {
            min_x: self.min_x - margin,
            min_y: self.min_y - margin,
            max_x: self.max_x + margin,
            max_y: self.max_y + margin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_count_as_shared() {
        let a = Bounds::new(0.0, 0.0, 10.0, 10.0);
        assert!(a.intersects(&Bounds::new(10.0, 10.0, 20.0, 20.0)));
        assert!(!a.intersects(&Bounds::new(10.1, 0.0, 20.0, 20.0)));
        assert!(a.contains(&Bounds::new(10.0, 10.0, 0.0, 0.0)));
        assert!(!a.contains(&Bounds::new(0.0, 0.0, 10.0, 10.1)));
        assert!(a.contains_point(10.0, 0.0) && !a.contains_point(10.0, -0.1));
    }

    #[test]
    fn union_and_expand_grow() {
        let a = Bounds::new(0.0, 0.0, 1.0, 2.0).union(&Bounds::new(-5.0, 1.0, 0.0, 9.0));
        assert_eq!(a, Bounds::new(-5.0, 0.0, 1.0, 9.0));
        assert_eq!(a.expand(2.0), Bounds::new(-7.0, -2.0, 3.0, 11.0));
        assert_eq!(a.center(), (-2.0, 4.5));
    }
}
