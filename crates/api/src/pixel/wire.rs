//! The grid of an image's tiles, on the wire (image-server 2.5).

use cytomine_slide::Level;
use serde::Serialize;
use utoipa::ToSchema;

/// The stored levels of an image, finest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pyramid {
    pub(super) n_tiers: usize,
    pub(super) tiers: Vec<Tier>,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Names the pixels; belongs into addresses of tiles.
    pub(super) version: String,
    pub(super) tile: TileAddress,
}

/// Where tiles are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TileAddress {
    /// Address with `{level}`, `{x}` and `{y}` to be filled in.
    #[schema(example = "/api/imageinstance/5/tile/level/{level}/tx/{x}/ty/{y}.jpg?v=1a2b")]
    pub(super) path: String,
    /// Whether tiles at the edge are as large as the others.
    pub(super) padded: bool,
}

/// A stored level.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Tier {
    zoom: usize,
    level: usize,
    width: u32,
    height: u32,
    tile_width: u32,
    tile_height: u32,
    /// How many times smaller than the finest level it is.
    downsampling_factor: f64,
    downsample: f64,
    n_tiles: u64,
    n_tx: u32,
    n_ty: u32,
}

impl Tier {
    /// The one with that number of so many.
    pub(super) fn of(index: usize, count: usize, level: &Level) -> Self {
        Self {
            zoom: count - 1 - index,
            level: index,
            width: level.width,
            height: level.height,
            tile_width: level.tile_width,
            tile_height: level.tile_height,
            downsampling_factor: level.downsample,
            downsample: level.downsample,
            n_tiles: u64::from(level.columns) * u64::from(level.rows),
            n_tx: level.columns,
            n_ty: level.rows,
        }
    }
}
