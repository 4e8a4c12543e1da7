//! An open slide: facts, levels, and the way from a request to an image.

use std::path::Path;

use crate::{
    error::{Result, SlideError},
    formats,
    grid::{self, Grid},
    info::{AssociatedKind, FormatId, Level, SlideInfo, Tier},
    limits::{self, Limits},
    pixels::Pixels,
    plan::Plan,
    request::{Area, Encoded, Output, Region, Request},
    source::Parts,
};

/// Recognises the format of a file by its content, never by its name, and checks its headers no further.
///
/// # Errors
/// [`SlideError::NotASlide`] for foreign bytes, [`SlideError::Unsupported`] for formats that are known but
/// not read, [`SlideError::Damaged`] when the header cannot be followed.
pub fn recognise(path: &Path) -> Result<FormatId> {
    formats::recognise(&Parts::file(path)?, &Limits::default())
}

/// An open slide. Opened once, shared by `Arc`, never changed.
pub struct Slide {
    parts: Parts,
    /// Length of each part in bytes.
    lengths: Box<[u64]>,
    opened: formats::Opened,
    levels: Box<[Level]>,
    grid: Grid,
    content_id: String,
    limits: Limits,
}

impl std::fmt::Debug for Slide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slide").field("info", &self.opened.info).field("levels", &self.levels).finish()
    }
}

impl Slide {
    /// Opens a file.
    ///
    /// # Errors
    /// As [`recognise`], and [`SlideError::TooLarge`] when a header asks for more than `limits`.
    pub fn open_path(path: &Path, limits: &Limits) -> Result<Self> {
        Self::open(Parts::file(path)?, limits)
    }

    /// Opens a slide of one file or several, wherever their bytes lie. The offsets and lengths of all tiles are copied
    /// here; later requests read tiles only.
    ///
    /// # Errors
    /// As [`Slide::open_path`].
    pub fn open(parts: impl Into<Parts>, limits: &Limits) -> Result<Self> {
        let parts = parts.into();
        let opened = formats::open(&parts, limits)?;
        let info = &opened.info;
        let planes = (info.channels.len() as u64).saturating_mul(info.depth.into());
        limits::check(
            "number of planes",
            planes.saturating_mul(info.duration.into()),
            limits.max_planes,
            "store fewer channels, foci or moments in one slide",
        )?;
        let levels: Box<[Level]> = opened.levels.iter().map(|tiles| *tiles.level()).collect();
        let grid = Grid::new(info.width, info.height, &levels);
        let content_id = formats::content_id(&parts)?;
        let lengths = parts.all().iter().map(|part| part.source.len()).collect();
        Ok(Self { parts, lengths, opened, levels, grid, content_id, limits: limits.clone() })
    }

    /// Facts about the slide.
    #[must_use]
    pub fn info(&self) -> &SlideInfo {
        &self.opened.info
    }

    /// Stored levels, finest first; none before a conversion that is needed.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Tiers of the normalized grid, finest first: `tiers()[0]` is level 0 and has the highest zoom.
    #[must_use]
    pub fn tiers(&self) -> &[Tier] {
        self.grid.tiers()
    }

    /// The highest Deep Zoom level, `ceil(log2(max(width, height)))`.
    #[must_use]
    pub fn dzi_max_level(&self) -> u32 {
        grid::dzi_max_level(self.opened.info.width, self.opened.info.height)
    }

    /// Short name of the content: 16 hexadecimal digits of SHA-256 over the length and the first and last
    /// 64 KiB of each part. For cache addresses; not proof against a forger.
    #[must_use]
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// Key/value pairs of the file's own description, in its order.
    #[must_use]
    pub fn metadata(&self) -> &[(String, String)] {
        &self.opened.metadata
    }

    /// Plans the answer to a request; reads nothing.
    ///
    /// # Errors
    /// [`SlideError::OutOfBounds`] for levels, tiles, regions and planes outside the slide, [`SlideError::Look`] when
    /// what is to be shown does not fit its channels,
    /// [`SlideError::InvalidRequest`] for empty sizes and qualities outside 1 to 100,
    /// [`SlideError::TooLarge`] when the answer would need more than the limits allow,
    /// [`SlideError::Damaged`] when a tile lies outside the file, [`SlideError::Unsupported`] before a
    /// conversion that is needed.
    pub fn plan(&self, request: &Request, output: Output) -> Result<Plan> {
        if self.opened.info.needs_conversion {
            return Err(SlideError::unsupported(
                format!("tiles of a {} before its conversion", self.opened.info.format.name()),
                "convert the image and open the result",
            ));
        }
        Plan::new(&self.opened, &self.grid, &self.lengths, &self.limits, request, output)
    }

    /// Reads the pieces of a plan from the slide's own parts.
    ///
    /// # Errors
    /// [`SlideError::Io`] when reading fails.
    pub fn fetch(&self, plan: &Plan) -> Result<Vec<Vec<u8>>> {
        plan.pieces().iter().map(|piece| self.parts.read(piece, "tile data")).collect()
    }

    /// Plan, fetch and finish in one.
    ///
    /// # Errors
    /// Those of [`Slide::plan`], [`Slide::fetch`] and [`Plan::finish`].
    pub fn render(&self, request: &Request, output: Output) -> Result<Encoded> {
        let plan = self.plan(request, output)?;
        plan.finish(&self.fetch(&plan)?)
    }

    /// The pixels of a region of the first plane, for callers that draw on them.
    ///
    /// # Errors
    /// Those of [`Slide::render`].
    pub fn pixels(&self, region: Region) -> Result<Pixels> {
        let plan = self.plan(&Area::Region(region).into(), Output::Png)?;
        plan.pixels(&self.fetch(&plan)?)
    }

    /// Plans a further image (thumbnail, label, macro); reads nothing.
    ///
    /// # Errors
    /// [`SlideError::OutOfBounds`] when the slide has none of this kind, [`SlideError::TooLarge`] when it is above the
    /// limits, [`SlideError::Damaged`] when it lies outside the file.
    pub fn plan_associated(&self, kind: AssociatedKind, output: Output) -> Result<Plan> {
        Plan::of_picture(&self.opened, &self.lengths, &self.limits, kind, output)
    }

    /// A further image, decoded and encoded.
    ///
    /// # Errors
    /// Those of [`Slide::plan_associated`]; content errors when it is damaged.
    pub fn associated(&self, kind: AssociatedKind, output: Output) -> Result<Encoded> {
        let plan = self.plan_associated(kind, output)?;
        plan.finish(&self.fetch(&plan)?)
    }
}

#[cfg(test)]
mod tests;
