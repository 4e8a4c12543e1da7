//! Where a shape stands in the index of annotations, and where to look for the shapes of a box.
//!
//! A shape stands in one cell: that of the centre of its bounds, in the finest grid of 1,024 x 4^k px whose
//! cell is as large as its bounds. So it reaches at most half a cell beyond its cell, and a box with one cell
//! of margin finds it. Cells are numbered along a Hilbert curve, so a box is few ranges of a B-tree
//! `(image, level, cell)`. The answer may hold more cells than needed; callers test the bounds of what they
//! find.

use crate::{Bounds, hilbert};

/// Cell size of level 0, pixels.
const FINEST_CELL: f64 = 1024.0;

/// Bits per axis of a cell number: the finest grid reaches to 2^31 px. Cells outside are those at its border.
const ORDER: u32 = 21;

/// The level of everything that is too large for the grids (67 million pixels): one single cell.
pub const MAX_LEVEL: i16 = 9;

/// Most ranges that [`query_ranges`] gives per level.
pub const MAX_RANGES_PER_LEVEL: usize = 64;

/// Quadrants looked at per level before the rest is taken as it is.
const MAX_QUADRANTS: usize = 256;

/// Place of a shape in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellKey {
    /// Which grid: cells of 1,024 x 4^level px.
    pub level: i16,
    /// Hilbert number of the cell in that grid.
    pub cell: i64,
}

/// Cells `first..=last` of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellRange {
    /// Which grid.
    pub level: i16,
    /// First cell of the run.
    pub first: i64,
    /// Last cell of the run, included.
    pub last: i64,
}

impl CellRange {
    /// Whether the key lies in the run.
    pub fn contains(&self, key: CellKey) -> bool {
        self.level == key.level && (self.first..=self.last).contains(&key.cell)
    }
}

/// Place of a shape with these bounds.
pub fn cell_key(bounds: &Bounds) -> CellKey {
    let level = level_of_size(bounds.width(), bounds.height());
    if level == MAX_LEVEL {
        return CellKey { level, cell: 0 };
    }
    let size = cell_size(level);
    let (x, y) = bounds.center();
    let cell = hilbert::number(grid_index(x, size), grid_index(y, size), ORDER);
    CellKey { level, cell: cell as i64 }
}

/// Level of shapes of this width and height. No shape that lies in an image stands above the level of the
/// image's own size, so ranges of higher levels may be skipped for clipped shapes.
pub fn level_of_size(width: f64, height: f64) -> i16 {
    let size = if width > height { width } else { height };
    // NaN fails every comparison and ends in the last level, where every query looks.
    (0..MAX_LEVEL).find(|level| size <= cell_size(*level)).unwrap_or(MAX_LEVEL)
}

/// Ranges of cells that hold every shape whose bounds meet the box, in order of level and cell: at most
/// [`MAX_RANGES_PER_LEVEL`] per level.
pub fn query_ranges(bounds: &Bounds) -> Vec<CellRange> {
    let mut ranges = Vec::new();
    for level in 0..MAX_LEVEL {
        let size = cell_size(level);
        let wide = bounds.expand(size);
        let window = Window {
            min_x: grid_index(wide.min_x, size),
            min_y: grid_index(wide.min_y, size),
            max_x: grid_index(wide.max_x, size),
            max_y: grid_index(wide.max_y, size),
        };
        let runs = join(window.runs());
        ranges.extend(runs.into_iter().map(|(first, last)| CellRange {
            level,
            first: first as i64,
            last: last as i64,
        }));
    }
    ranges.push(CellRange { level: MAX_LEVEL, first: 0, last: 0 });
    ranges
}

fn cell_size(level: i16) -> f64 {
    FINEST_CELL * 4_f64.powi(i32::from(level))
}

/// Index along one axis, cut off at the borders of the grid (the cast does it at 0, and for NaN).
fn grid_index(position: f64, size: f64) -> u32 {
    ((position / size).floor() as u32).min((1 << ORDER) - 1)
}

/// A rectangle of cells, borders included.
struct Window {
    min_x: u32,
    min_y: u32,
    max_x: u32,
    max_y: u32,
}

impl Window {
    /// Runs of cells that cover the window, unsorted: whole quadrants where they fit, and at the border as
    /// fine as the number of quadrants allows.
    fn runs(&self) -> Vec<(u64, u64)> {
        let mut runs = Vec::new();
        // Quadrants of `2^cut` cells a side that lie partly in the window.
        let mut partial = vec![(0_u32, 0_u32)];
        let mut cut = ORDER;
        while !partial.is_empty() && cut > 0 && runs.len() + 4 * partial.len() <= MAX_QUADRANTS {
            cut -= 1;
            let mut next = Vec::with_capacity(2 * partial.len());
            for (x, y) in partial {
                for (x, y) in [(2 * x, 2 * y), (2 * x + 1, 2 * y), (2 * x, 2 * y + 1), (2 * x + 1, 2 * y + 1)]
                {
                    match self.cover(x, y, cut) {
                        Cover::None => {}
                        Cover::Whole => runs.push(run(x, y, cut)),
                        Cover::Part => next.push((x, y)),
                    }
                }
            }
            partial = next;
        }
        runs.extend(partial.into_iter().map(|(x, y)| run(x, y, cut)));
        runs
    }

    fn cover(&self, x: u32, y: u32, cut: u32) -> Cover {
        let (left, bottom) = (x << cut, y << cut);
        let (right, top) = (left + ((1 << cut) - 1), bottom + ((1 << cut) - 1));
        if right < self.min_x || left > self.max_x || top < self.min_y || bottom > self.max_y {
            Cover::None
        } else if left >= self.min_x && right <= self.max_x && bottom >= self.min_y && top <= self.max_y {
            Cover::Whole
        } else {
            Cover::Part
        }
    }
}

enum Cover {
    None,
    Part,
    Whole,
}

/// Cells of a quadrant of `2^cut` cells a side.
fn run(x: u32, y: u32, cut: u32) -> (u64, u64) {
    let first = hilbert::number(x, y, ORDER - cut) << (2 * cut);
    (first, first + ((1 << (2 * cut)) - 1))
}

/// Sorts runs, joins those that meet, and then those with the smallest gaps until few enough are left.
fn join(mut runs: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    runs.sort_unstable();
    let mut gaps: Vec<u64> = runs.windows(2).map(|pair| pair[1].0 - pair[0].1 - 1).collect();
    gaps.sort_unstable_by(|a, b| b.cmp(a));
    let allowed = gaps.get(MAX_RANGES_PER_LEVEL - 1).copied().unwrap_or(0);
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (first, last) in runs {
        match joined.last_mut() {
            Some(before) if first - before.1 - 1 <= allowed => before.1 = last,
            _ => joined.push((first, last)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_follows_the_size() {
        let level = |side: f64| cell_key(&Bounds::new(0.0, 0.0, side, 1.0)).level;
        assert_eq!(level(0.0), 0);
        assert_eq!(level(1024.0), 0);
        assert_eq!(level(1024.5), 1);
        assert_eq!(level(4096.0), 1);
        assert_eq!(level(1e6), 5);
        assert_eq!(level(1e9), MAX_LEVEL);
        assert_eq!(level(f64::NAN), 0, "the height decides alone");
        assert_eq!(level_of_size(f64::NAN, f64::NAN), MAX_LEVEL);
    }

    #[test]
    fn far_positions_stand_at_the_border_of_the_grid() {
        let at = |x: f64, y: f64| cell_key(&Bounds::new(x, y, x, y));
        assert_eq!(at(-1e12, -5.0), at(0.0, 0.0));
        assert_eq!(at(1e12, 0.0), at(2_f64.powi(31) - 1.0, 0.0));
        assert_ne!(at(0.0, 0.0), at(1024.0, 0.0));
        assert_eq!(at(1023.9, 1023.9), at(0.0, 0.0));
    }

    #[test]
    fn a_screen_asks_for_few_ranges() {
        let ranges = query_ranges(&Bounds::new(50_000.0, 40_000.0, 51_920.0, 41_080.0));
        assert!(ranges.len() < 60, "{} ranges", ranges.len());
        assert!(ranges.windows(2).all(|pair| pair[0] < pair[1]), "in order, apart");
    }

    #[test]
    fn any_box_asks_for_a_bounded_number() {
        for side in [1e3, 1e5, 1e7, 3e9, 1e300] {
            let ranges = query_ranges(&Bounds::new(777.0, 1313.0, side, side * 0.77));
            for level in 0..=MAX_LEVEL {
                assert!(ranges.iter().filter(|r| r.level == level).count() <= MAX_RANGES_PER_LEVEL);
            }
        }
    }

    #[test]
    fn a_large_box_does_not_ask_for_everything() {
        // 97 x 97 cells of the finest grid, margin included, are 9,409; the ranges may hold some more.
        let ranges = query_ranges(&Bounds::new(0.0, 0.0, 98_000.0, 98_000.0));
        let cells: i64 = ranges.iter().filter(|r| r.level == 0).map(|r| r.last - r.first + 1).sum();
        assert!((9_409..20_000).contains(&cells), "{cells} cells");
    }
}
