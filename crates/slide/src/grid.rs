//! The computed grids over a slide: normalized tiers and Deep Zoom levels.
//!
//! Tier `k` has `ceil(width / 2^k)` x `ceil(height / 2^k)` pixels until both sides are at most
//! [`TILE_SIZE`]; zoom counts from the smallest tier. One pixel of tier `k` stands for the box of `2^k` x
//! `2^k` pixels of level 0 at `2^k` times its index, clipped at the border. That is how viewers draw the
//! tiles; scaling by `width / tier width` instead would drift by up to a pixel at the right and the bottom.

use crate::{
    info::{Level, Tier},
    request::TILE_SIZE,
};

/// Tiers of a slide and the stored level, if any, that holds each.
#[derive(Debug)]
pub(crate) struct Grid {
    tiers: Box<[Tier]>,
    stored: Box<[Option<usize>]>,
}

impl Grid {
    pub(crate) fn new(width: u32, height: u32, levels: &[Level]) -> Self {
        let mut sizes = vec![(width, height)];
        let (mut w, mut h) = (width, height);
        while w > TILE_SIZE || h > TILE_SIZE {
            (w, h) = (w.div_ceil(2), h.div_ceil(2));
            sizes.push((w, h));
        }
        let top = sizes.len() as u32 - 1;
        let tiers: Box<[Tier]> = sizes
            .iter()
            .enumerate()
            .map(|(k, &(width, height))| Tier {
                zoom: top - k as u32,
                width,
                height,
                columns: width.div_ceil(TILE_SIZE),
                rows: height.div_ceil(TILE_SIZE),
            })
            .collect();
        let stored = tiers
            .iter()
            .map(|tier| {
                levels.iter().position(|level| {
                    level.width.abs_diff(tier.width) <= 1 && level.height.abs_diff(tier.height) <= 1
                })
            })
            .collect();
        Self { tiers, stored }
    }

    /// Finest first.
    pub(crate) fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The level that is stored for the tier of `2^k`: its size differs by at most one pixel.
    pub(crate) fn stored(&self, k: u32) -> Option<usize> {
        self.stored.get(k as usize).copied().flatten()
    }
}

/// `ceil(log2(max(width, height)))`.
pub(crate) fn dzi_max_level(width: u32, height: u32) -> u32 {
    let longest = width.max(height).max(1);
    u32::BITS - (longest - 1).leading_zeros()
}

/// `ceil(size / 2^k)`, at least one.
pub(crate) fn halved(size: u32, k: u32) -> u32 {
    if k >= u32::BITS { 1 } else { ((u64::from(size) + (1 << k) - 1) >> k).max(1) as u32 }
}
