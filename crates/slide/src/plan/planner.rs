//! Breaks a request down to tiles.
//!
//! It is brought to one stored level, the coarsest that is at least as fine as the result; there it is a grid of
//! result pixels over source pixels ([`Axis`]), the tiles under it and a box filter.

use std::{ops::Range, sync::Arc};

use super::Making;
use crate::{
    compose::{Cell, Compose},
    error::{Result, SlideError},
    formats::Opened,
    grid::{self, Grid},
    info::Plane,
    level::{self, Located, Piece, TileAt, Tiles},
    limits::{self, Limits},
    request::{Area, Region, TILE_SIZE},
    resample::Axis,
    samples::{PixelKind, SampleType},
};

/// Collects pieces while a request is broken down.
pub(super) struct Planner<'a> {
    levels: &'a [Arc<dyn Tiles>],
    kind: PixelKind,
    pub(super) plane: Plane,
    grid: &'a Grid,
    lengths: &'a [u64],
    limits: &'a Limits,
    pub(super) pieces: Vec<Piece>,
    /// Tiles looked at, bytes that will be read, stored pixels that will be decoded.
    tiles: u64,
    bytes: u64,
    pixels: u64,
    /// Whether the format reads by itself.
    pub(super) reads: bool,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        opened: &'a Opened,
        plane: Plane,
        grid: &'a Grid,
        lengths: &'a [u64],
        limits: &'a Limits,
    ) -> Self {
        Self {
            levels: &opened.levels,
            kind: opened.info.pixel,
            plane,
            grid,
            lengths,
            limits,
            pieces: Vec::new(),
            tiles: 0,
            bytes: 0,
            pixels: 0,
            reads: false,
        }
    }

    /// How an area of the plane is made.
    pub(super) fn area(&mut self, area: &Area) -> Result<Making> {
        match *area {
            Area::Native { level, tx, ty } => self.native(level, tx, ty),
            Area::Normalized { zoom, tx, ty } => {
                let tiers = self.grid.tiers();
                let k = (tiers.len() as u32 - 1).checked_sub(zoom).ok_or_else(|| {
                    SlideError::out_of_bounds(
                        format!("zoom {zoom}"),
                        format!("zooms 0 to {}", tiers.len() - 1),
                    )
                })?;
                self.tier(k, tx, ty)
            }
            Area::Dzi { level, col, row } => {
                let base = self.grid.tiers()[0];
                let top = grid::dzi_max_level(base.width, base.height);
                let k = top.checked_sub(level).ok_or_else(|| {
                    SlideError::out_of_bounds(
                        format!("Deep Zoom level {level}"),
                        format!("levels 0 to {top}"),
                    )
                })?;
                self.tier(k, col, row)
            }
            Area::Region(region) => self.region(&region),
        }
    }

    /// The pieces of a tile; `None` when it is stored nowhere.
    fn locate(&mut self, tiles: &dyn Tiles, tx: u32, ty: u32) -> Result<Option<Range<usize>>> {
        let (level, at) = (tiles.level(), TileAt { plane: self.plane, tx, ty });
        if tx >= level.columns || ty >= level.rows {
            return Err(SlideError::out_of_bounds(
                format!("tile column {tx}, row {ty}"),
                format!("{} columns and {} rows at this level", level.columns, level.rows),
            ));
        }
        let from = self.pieces.len();
        match tiles.locate(at, &mut self.pieces)? {
            Located::Stored => {}
            Located::Read => self.reads = true,
            Located::Blank => return Ok(None),
        }
        for piece in &self.pieces[from..] {
            level::check(piece, self.lengths, self.limits, at)?;
        }
        Ok(Some(from..self.pieces.len()))
    }

    fn whole_tile(&self, tiles: &Arc<dyn Tiles>, tx: u32, ty: u32, pieces: Range<usize>) -> Making {
        Making::Tile { tiles: Arc::clone(tiles), at: TileAt { plane: self.plane, tx, ty }, pieces }
    }

    fn native(&mut self, level: u32, tx: u32, ty: u32) -> Result<Making> {
        let (levels, index) = (self.levels, level as usize);
        let tiles = levels.get(index).ok_or_else(|| {
            SlideError::out_of_bounds(format!("level {level}"), format!("levels 0 to {}", levels.len() - 1))
        })?;
        match self.locate(tiles.as_ref(), tx, ty)? {
            Some(pieces) => Ok(self.whole_tile(tiles, tx, ty, pieces)),
            None => match self.rebuild(index, tx, ty, 1)? {
                Some(compose) => Ok(Making::Compose(compose)),
                None => {
                    let level = tiles.level();
                    Ok(Making::Blank { width: level.tile_width, height: level.tile_height })
                }
            },
        }
    }

    /// A 256 px tile of the tier of `2^k` level 0 pixels per pixel.
    fn tier(&mut self, k: u32, tx: u32, ty: u32) -> Result<Making> {
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
                let scale = self.levels[index].level().scale;
                (index, (factor / scale.0, factor / scale.1))
            }
        };
        let levels = self.levels;
        let tiles = &levels[index];
        let level = tiles.level();
        let whole = step == (1.0, 1.0)
            && (level.tile_width, level.tile_height) == (TILE_SIZE, TILE_SIZE)
            && left + TILE_SIZE <= width.min(level.width)
            && top + TILE_SIZE <= height.min(level.height);
        if whole && let Some(pieces) = self.locate(tiles.as_ref(), tx, ty)? {
            return Ok(self.whole_tile(tiles, tx, ty, pieces));
        }
        let axis = |start: u32, step: f64, count, limit| Axis {
            origin: f64::from(start) * step,
            step,
            count,
            limit,
        };
        let x = axis(left, step.0, out_width, level.width);
        let y = axis(top, step.1, out_height, level.height);
        Ok(Making::Compose(self.compose(index, x, y)?))
    }

    fn region(&mut self, region: &Region) -> Result<Making> {
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
        let pixels = pixels.saturating_mul(self.weight());
        limits::check("image in pixels", pixels, self.limits.max_output_pixels, remedy)?;
        let (fx, fy) = (width / f64::from(out_width), height / f64::from(out_height));
        let index = self.finest_under(fx, fy);
        let level = *self.levels[index].level();
        let scale = level.scale;
        let axis = |start, factor, scale, count, limit| Axis {
            origin: start / scale,
            step: factor / scale,
            count,
            limit,
        };
        let x = axis(x, fx, scale.0, out_width, level.width);
        let y = axis(y, fy, scale.1, out_height, level.height);
        Ok(Making::Compose(self.compose(index, x, y)?))
    }

    /// The coarsest level with no more than the given level 0 pixels per pixel: nothing is enlarged that is
    /// stored finer.
    fn finest_under(&self, fx: f64, fy: f64) -> usize {
        let fits = |(x, y): (f64, f64)| x <= fx * 1.000_001 && y <= fy * 1.000_001;
        self.levels.iter().rposition(|tiles| fits(tiles.level().scale)).unwrap_or(0)
    }

    /// Memory of a pixel's samples in those of an 8-bit colour.
    fn weight(&self) -> u64 {
        let bytes = match self.kind.sample {
            SampleType::U8 => 1,
            SampleType::U16 => 2,
            SampleType::U32 | SampleType::F32 => 4,
        };
        (self.kind.samples as u64 * bytes).div_ceil(3)
    }

    fn compose(&mut self, index: usize, x: Axis, y: Axis) -> Result<Compose> {
        let stored = Arc::clone(&self.levels[index]);
        let level = *stored.level();
        let tiles = |window: Range<u32>, side: u32| window.start / side..window.end.div_ceil(side);
        let shrink = if x.in_eighths() && y.in_eighths() && stored.shrinks() { 8 } else { 1 };
        let (x, y) = if shrink == 8 { (x.eighth(), y.eighth()) } else { (x, y) };
        let columns = tiles(x.window(), level.tile_width / shrink);
        let rows = tiles(y.window(), level.tile_height / shrink);
        let count = u64::from(columns.end - columns.start) * u64::from(rows.end - rows.start);
        self.tiles += count;
        self.pixels += count.saturating_mul(level.tile_pixels()).saturating_mul(self.weight());
        let remedy = "ask for a smaller region; the slide has no reduced level that serves it";
        limits::check("tiles to read for one image", self.tiles, self.limits.max_request_tiles, remedy)?;
        limits::check("pixels to decode for one image", self.pixels, self.limits.max_request_pixels, remedy)?;
        let mut cells = Vec::with_capacity(count as usize);
        for ty in rows {
            for tx in columns.clone() {
                cells.push(match self.locate(stored.as_ref(), tx, ty)? {
                    Some(pieces) => {
                        self.bytes += self.pieces[pieces.clone()].iter().map(Piece::len).sum::<u64>();
                        limits::check(
                            "bytes to read for one image",
                            self.bytes,
                            self.limits.max_request_bytes,
                            remedy,
                        )?;
                        Cell::Stored(pieces)
                    }
                    None => self
                        .rebuild(index, tx, ty, shrink)?
                        .map_or(Cell::Blank, |made| Cell::Made(Box::new(made))),
                });
            }
        }
        let (plane, kind) = (self.plane, self.kind);
        Ok(Compose { tiles: stored, plane, kind, shrink, x, y, columns, cells })
    }

    /// A tile that is not stored, from the next finer level, at `1 / shrink` of its size; `None` at the finest, and where so many are
    /// missing that rebuilding them would exceed the limits.
    fn rebuild(&mut self, index: usize, tx: u32, ty: u32, shrink: u32) -> Result<Option<Compose>> {
        let Some(finer) = index.checked_sub(1) else { return Ok(None) };
        let (own, source) = (*self.levels[index].level(), *self.levels[finer].level());
        let axis = |tile: u32, side: u32, step: f64, limit: u32| Axis {
            origin: f64::from(tile * side) * step,
            step: step * f64::from(shrink),
            count: side / shrink,
            limit,
        };
        let x = axis(tx, own.tile_width, own.scale.0 / source.scale.0, source.width);
        let y = axis(ty, own.tile_height, own.scale.1 / source.scale.1, source.height);
        let (pieces, tiles, bytes, pixels) = (self.pieces.len(), self.tiles, self.bytes, self.pixels);
        match self.compose(finer, x, y) {
            Ok(compose) => Ok(Some(compose)),
            Err(SlideError::TooLarge { .. }) => {
                self.pieces.truncate(pieces);
                (self.tiles, self.bytes, self.pixels) = (tiles, bytes, pixels);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
