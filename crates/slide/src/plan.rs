//! From a request to byte ranges and a recipe, and from the bytes to the answer.
//!
//! Planning is pure: it looks at the tables copied at open and touches no byte of the slide. A request is
//! brought to one stored level, the coarsest that is at least as fine as the result; there it is a grid of
//! result pixels over source pixels ([`Axis`]), the tiles under it and a box filter.

use std::{ops::Range, sync::Arc};

use crate::{
    compose::{Cell, Compose},
    error::{Result, SlideError},
    formats::StoredLevel,
    grid::{self, Grid},
    limits::{self, Limits},
    pixels::Pixels,
    request::{Encoded, Output, Region, Request, TILE_SIZE},
    resample::Axis,
};

/// What a plan will do, for metrics and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipeKind {
    /// Stored bytes behind a prefix; nothing is decoded.
    PassThrough,
    /// One stored tile decoded, perhaps cropped, and encoded.
    Decode,
    /// Several stored tiles decoded, put together, scaled, encoded.
    Compose,
}

/// Ranges to read and what to make of them. Holds what it needs of the slide, so it can move to another
/// thread.
#[derive(Debug)]
pub struct Plan {
    ranges: Vec<Range<u64>>,
    recipe: Recipe,
    output: Output,
}

#[derive(Debug)]
enum Recipe {
    PassThrough(Arc<StoredLevel>),
    Tile(Arc<StoredLevel>),
    Compose(Compose),
    /// Nothing is stored at the finest level: the glass.
    Blank {
        width: u32,
        height: u32,
    },
}

impl Plan {
    pub(crate) fn new(
        levels: &[Arc<StoredLevel>],
        grid: &Grid,
        source_len: u64,
        limits: &Limits,
        request: &Request,
        output: Output,
    ) -> Result<Self> {
        if let Output::Jpeg { quality: Some(quality) } = output
            && !(1..=100).contains(&quality)
        {
            return Err(SlideError::InvalidRequest { what: format!("quality {quality} is not in 1 to 100") });
        }
        let mut planner = Planner {
            levels,
            grid,
            source_len,
            limits,
            ranges: Vec::new(),
            tiles: 0,
            bytes: 0,
            pixels: 0,
            output,
        };
        let recipe = match *request {
            Request::Native { level, tx, ty } => planner.native(level, tx, ty)?,
            Request::Normalized { zoom, tx, ty } => {
                let tiers = grid.tiers();
                let k = (tiers.len() as u32 - 1).checked_sub(zoom).ok_or_else(|| {
                    SlideError::out_of_bounds(
                        format!("zoom {zoom}"),
                        format!("zooms 0 to {}", tiers.len() - 1),
                    )
                })?;
                planner.tier(k, tx, ty)?
            }
            Request::Dzi { level, col, row } => {
                let top = grid::dzi_max_level(grid.tiers()[0].width, grid.tiers()[0].height);
                let k = top.checked_sub(level).ok_or_else(|| {
                    SlideError::out_of_bounds(
                        format!("Deep Zoom level {level}"),
                        format!("levels 0 to {top}"),
                    )
                })?;
                planner.tier(k, col, row)?
            }
            Request::Region(region) => planner.region(&region)?,
        };
        Ok(Self { ranges: planner.ranges, recipe, output })
    }

    /// Byte ranges of the slide to read, in the order [`Plan::finish`] expects them.
    #[must_use]
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// What the plan will do.
    #[must_use]
    pub fn kind(&self) -> RecipeKind {
        match &self.recipe {
            Recipe::PassThrough(_) => RecipeKind::PassThrough,
            Recipe::Compose(compose) if compose.cells.len() > 1 => RecipeKind::Compose,
            _ => RecipeKind::Decode,
        }
    }

    /// Makes the answer of the bytes of [`Plan::ranges`].
    ///
    /// # Errors
    /// [`SlideError::Damaged`] or [`SlideError::Unsupported`] when a stored tile cannot be used,
    /// [`SlideError::InvalidRequest`] when `parts` are not those of the ranges.
    pub fn finish<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Encoded> {
        match &self.recipe {
            Recipe::PassThrough(level) => {
                let bytes = pass(level, self.part(parts)?)?;
                Ok(Encoded { bytes, media_type: self.output.media_type() })
            }
            _ => self.pixels(parts)?.encode(self.output),
        }
    }

    /// The answer as pixels.
    ///
    /// # Errors
    /// As [`Plan::finish`].
    pub fn pixels<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Pixels> {
        match &self.recipe {
            Recipe::PassThrough(level) | Recipe::Tile(level) => {
                let mut rgb = Vec::new();
                level.decode(self.part(parts)?, &mut rgb)?;
                Pixels::from_rgb(level.level.tile_width, level.level.tile_height, rgb)
            }
            Recipe::Compose(compose) => {
                self.check(parts)?;
                compose.run(parts)
            }
            Recipe::Blank { width, height } => Ok(Pixels::filled(*width, *height, [255; 3])),
        }
    }

    fn check<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<()> {
        let fits = parts.len() == self.ranges.len()
            && parts
                .iter()
                .zip(&self.ranges)
                .all(|(part, range)| part.as_ref().len() as u64 == range.end - range.start);
        if fits {
            return Ok(());
        }
        Err(SlideError::InvalidRequest {
            what: "the bytes handed in are not those of the plan's ranges".into(),
        })
    }

    fn part<'a, B: AsRef<[u8]>>(&self, parts: &'a [B]) -> Result<&'a [u8]> {
        self.check(parts)?;
        Ok(parts.first().map_or(&[], |part| part.as_ref()))
    }
}

fn pass(level: &StoredLevel, stored: &[u8]) -> Result<Vec<u8>> {
    match level.splice() {
        Some(splice) => splice.join(stored),
        None => Err(SlideError::damaged("the level is not stored as JPEG", "plan")),
    }
}

/// Collects ranges while a request is broken down.
struct Planner<'a> {
    levels: &'a [Arc<StoredLevel>],
    grid: &'a Grid,
    source_len: u64,
    limits: &'a Limits,
    ranges: Vec<Range<u64>>,
    /// Tiles looked at, bytes that will be read, stored pixels that will be decoded.
    tiles: u64,
    bytes: u64,
    pixels: u64,
    output: Output,
}

impl Planner<'_> {
    fn native(&mut self, level: u32, tx: u32, ty: u32) -> Result<Recipe> {
        let index = level as usize;
        let stored = self.levels.get(index).ok_or_else(|| {
            SlideError::out_of_bounds(
                format!("level {level}"),
                format!("levels 0 to {}", self.levels.len() - 1),
            )
        })?;
        match stored.range(tx, ty, self.source_len, self.limits)? {
            Some(range) => {
                self.ranges.push(range);
                Ok(self.whole_tile(stored))
            }
            None => match self.rebuild(index, tx, ty, 1)? {
                Some(compose) => Ok(Recipe::Compose(compose)),
                None => {
                    Ok(Recipe::Blank { width: stored.level.tile_width, height: stored.level.tile_height })
                }
            },
        }
    }

    /// The one stored tile whose range was pushed, unchanged where the output allows it.
    fn whole_tile(&self, stored: &Arc<StoredLevel>) -> Recipe {
        if self.output == Output::JPEG && stored.splice().is_some() {
            Recipe::PassThrough(Arc::clone(stored))
        } else {
            Recipe::Tile(Arc::clone(stored))
        }
    }

    /// A 256 px tile of the tier of `2^k` level 0 pixels per pixel.
    fn tier(&mut self, k: u32, tx: u32, ty: u32) -> Result<Recipe> {
        let base = &self.grid.tiers()[0];
        let (width, height) = (grid::halved(base.width, k), grid::halved(base.height, k));
        let (columns, rows) = (width.div_ceil(TILE_SIZE), height.div_ceil(TILE_SIZE));
        if tx >= columns || ty >= rows {
            return Err(SlideError::out_of_bounds(
                format!("tile column {tx}, row {ty}"),
                format!("{columns} columns and {rows} rows there"),
            ));
        }
        let (left, top) = (tx * TILE_SIZE, ty * TILE_SIZE);
        let (out_width, out_height) = (TILE_SIZE.min(width - left), TILE_SIZE.min(height - top));
        let factor = f64::from(k.min(62)).exp2();
        let (index, step) = match self.grid.stored(k) {
            Some(index) => (index, (1.0, 1.0)),
            None => {
                let index = self.finest_under(factor, factor);
                let scale = self.levels[index].scale;
                (index, (factor / scale.0, factor / scale.1))
            }
        };
        let stored = &self.levels[index];
        let level = &stored.level;
        let passes = step == (1.0, 1.0)
            && (level.tile_width, level.tile_height) == (TILE_SIZE, TILE_SIZE)
            && left + TILE_SIZE <= width.min(level.width)
            && top + TILE_SIZE <= height.min(level.height);
        if passes && let Some(range) = stored.range(tx, ty, self.source_len, self.limits)? {
            self.ranges.push(range);
            return Ok(self.whole_tile(stored));
        }
        let axis = |start: u32, step: f64, count, limit| Axis {
            origin: f64::from(start) * step,
            step,
            count,
            limit,
        };
        let x = axis(left, step.0, out_width, level.width);
        let y = axis(top, step.1, out_height, level.height);
        Ok(Recipe::Compose(self.compose(index, x, y)?))
    }

    fn region(&mut self, region: &Region) -> Result<Recipe> {
        let Region { x, y, width, height, out_width, out_height } = *region;
        let base = &self.grid.tiers()[0];
        if out_width == 0
            || out_height == 0
            || width.is_nan()
            || height.is_nan()
            || width <= 0.0
            || height <= 0.0
        {
            return Err(SlideError::InvalidRequest {
                what: format!(
                    "a region of {width} x {height} px drawn at {out_width} x {out_height} is empty"
                ),
            });
        }
        let inside = |start: f64, len: f64, size: u32| start >= 0.0 && start + len <= f64::from(size) + 1e-6;
        if !inside(x, width, base.width) || !inside(y, height, base.height) {
            return Err(SlideError::out_of_bounds(
                format!("region {x}, {y}, {width} x {height}"),
                format!("{} x {} pixels", base.width, base.height),
            ));
        }
        let remedy = "ask for a smaller image, or in parts";
        let longest = u64::from(out_width.max(out_height));
        limits::check("side of the image in pixels", longest, self.limits.max_output_side.into(), remedy)?;
        let pixels = u64::from(out_width) * u64::from(out_height);
        limits::check("image in pixels", pixels, self.limits.max_output_pixels, remedy)?;
        let (fx, fy) = (width / f64::from(out_width), height / f64::from(out_height));
        let index = self.finest_under(fx, fy);
        let stored = &self.levels[index];
        let scale = stored.scale;
        let axis = |start, factor, scale, count, limit| Axis {
            origin: start / scale,
            step: factor / scale,
            count,
            limit,
        };
        let x = axis(x, fx, scale.0, out_width, stored.level.width);
        let y = axis(y, fy, scale.1, out_height, stored.level.height);
        Ok(Recipe::Compose(self.compose(index, x, y)?))
    }

    /// The coarsest level with no more than the given level 0 pixels per pixel: nothing is enlarged that is
    /// stored finer.
    fn finest_under(&self, fx: f64, fy: f64) -> usize {
        let fits =
            |stored: &StoredLevel| stored.scale.0 <= fx * 1.000_001 && stored.scale.1 <= fy * 1.000_001;
        self.levels.iter().rposition(|stored| fits(stored)).unwrap_or(0)
    }

    fn compose(&mut self, index: usize, x: Axis, y: Axis) -> Result<Compose> {
        let stored = Arc::clone(&self.levels[index]);
        let tiles = |window: Range<u32>, side: u32| window.start / side..window.end.div_ceil(side);
        let shrink = if x.in_eighths() && y.in_eighths() && stored.shrinks() { 8 } else { 1 };
        let (x, y) = if shrink == 8 { (x.eighth(), y.eighth()) } else { (x, y) };
        let columns = tiles(x.window(), stored.level.tile_width / shrink);
        let rows = tiles(y.window(), stored.level.tile_height / shrink);
        let count = u64::from(columns.end - columns.start) * u64::from(rows.end - rows.start);
        self.tiles += count;
        self.pixels += count.saturating_mul(stored.tile_pixels());
        let remedy = "ask for a smaller region; the slide has no reduced level that serves it";
        limits::check("tiles to read for one image", self.tiles, self.limits.max_request_tiles, remedy)?;
        limits::check("pixels to decode for one image", self.pixels, self.limits.max_request_pixels, remedy)?;
        let mut cells = Vec::with_capacity(count as usize);
        for ty in rows {
            for tx in columns.clone() {
                cells.push(match stored.range(tx, ty, self.source_len, self.limits)? {
                    Some(range) => {
                        self.bytes += range.end - range.start;
                        limits::check(
                            "bytes to read for one image",
                            self.bytes,
                            self.limits.max_request_bytes,
                            remedy,
                        )?;
                        self.ranges.push(range);
                        Cell::Stored(self.ranges.len() - 1)
                    }
                    None => self
                        .rebuild(index, tx, ty, shrink)?
                        .map_or(Cell::Blank, |made| Cell::Made(Box::new(made))),
                });
            }
        }
        Ok(Compose { stored, shrink, x, y, columns, cells })
    }

    /// A tile that is not stored, from the next finer level, at `1 / shrink` of its size; `None` at the finest, and where so many are
    /// missing that rebuilding them would exceed the limits.
    fn rebuild(&mut self, index: usize, tx: u32, ty: u32, shrink: u32) -> Result<Option<Compose>> {
        let Some(finer) = index.checked_sub(1) else { return Ok(None) };
        let (own, source) = (&self.levels[index], &self.levels[finer]);
        let axis = |tile: u32, side: u32, step: f64, limit: u32| Axis {
            origin: f64::from(tile * side) * step,
            step: step * f64::from(shrink),
            count: side / shrink,
            limit,
        };
        let (own_level, limit) = (own.level, (source.level.width, source.level.height));
        let x = axis(tx, own_level.tile_width, own.scale.0 / source.scale.0, limit.0);
        let y = axis(ty, own_level.tile_height, own.scale.1 / source.scale.1, limit.1);
        let (ranges, tiles, bytes, pixels) = (self.ranges.len(), self.tiles, self.bytes, self.pixels);
        match self.compose(finer, x, y) {
            Ok(compose) => Ok(Some(compose)),
            Err(SlideError::TooLarge { .. }) => {
                self.ranges.truncate(ranges);
                (self.tiles, self.bytes, self.pixels) = (tiles, bytes, pixels);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
