//! An open slide: facts, levels, and the way from a request to an image.

use std::{path::Path, sync::Arc};

use crate::{
    error::{Result, SlideError},
    formats,
    grid::{self, Grid},
    info::{AssociatedKind, FormatId, Level, SlideInfo, Tier},
    limits::Limits,
    pixels::Pixels,
    plan::Plan,
    request::{Encoded, Output, Region, Request},
    source::{ByteSource, FileSource, read_range},
};

/// Recognises the format of a file by its content, never by its name, and checks its headers no further.
///
/// # Errors
/// [`SlideError::NotASlide`] for foreign bytes, [`SlideError::Unsupported`] for formats that are known but
/// not read, [`SlideError::Damaged`] when the header cannot be followed.
pub fn recognise(path: &Path) -> Result<FormatId> {
    formats::recognise(&FileSource::open(path)?, &Limits::default())
}

/// An open slide. Opened once, shared by `Arc`, never changed.
pub struct Slide {
    source: Arc<dyn ByteSource>,
    parts: formats::Opened,
    levels: Box<[Level]>,
    grid: Grid,
    content_id: String,
    limits: Limits,
}

impl std::fmt::Debug for Slide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slide").field("info", &self.parts.info).field("levels", &self.levels).finish()
    }
}

impl Slide {
    /// Opens a file.
    ///
    /// # Errors
    /// As [`recognise`], and [`SlideError::TooLarge`] when a header asks for more than `limits`.
    pub fn open_path(path: &Path, limits: &Limits) -> Result<Self> {
        Self::open(Arc::new(FileSource::open(path)?), limits)
    }

    /// Opens bytes wherever they lie. The offsets and lengths of all tiles are copied here; later requests
    /// read tiles only.
    ///
    /// # Errors
    /// As [`Slide::open_path`].
    pub fn open(source: Arc<dyn ByteSource>, limits: &Limits) -> Result<Self> {
        let parts = formats::open(source.as_ref(), limits)?;
        let levels: Box<[Level]> = parts.levels.iter().map(|stored| stored.level).collect();
        let grid = Grid::new(parts.info.width, parts.info.height, &levels);
        let content_id = formats::content_id(source.as_ref())?;
        Ok(Self { source, parts, levels, grid, content_id, limits: limits.clone() })
    }

    /// Facts about the slide.
    #[must_use]
    pub fn info(&self) -> &SlideInfo {
        &self.parts.info
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
        grid::dzi_max_level(self.parts.info.width, self.parts.info.height)
    }

    /// Short name of the content: 16 hexadecimal digits of SHA-256 over the length and the first and last
    /// 64 KiB. For cache addresses; not proof against a forger.
    #[must_use]
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// Key/value pairs of the file's own description, in its order.
    #[must_use]
    pub fn metadata(&self) -> &[(String, String)] {
        &self.parts.metadata
    }

    /// Plans the answer to a request; reads nothing.
    ///
    /// # Errors
    /// [`SlideError::OutOfBounds`] for levels, tiles and regions outside the slide,
    /// [`SlideError::InvalidRequest`] for empty sizes and qualities outside 1 to 100,
    /// [`SlideError::TooLarge`] when the answer would need more than the limits allow,
    /// [`SlideError::Damaged`] when a tile lies outside the file, [`SlideError::Unsupported`] before a
    /// conversion that is needed.
    pub fn plan(&self, request: &Request, output: Output) -> Result<Plan> {
        if self.parts.info.needs_conversion {
            return Err(SlideError::unsupported(
                format!("tiles of a {} before its conversion", self.parts.info.format.name()),
                "convert the image and open the result",
            ));
        }
        Plan::new(&self.parts.levels, &self.grid, self.source.len(), &self.limits, request, output)
    }

    /// Reads the ranges of a plan from the slide's own source.
    ///
    /// # Errors
    /// [`SlideError::Io`] when reading fails.
    pub fn fetch(&self, plan: &Plan) -> Result<Vec<Vec<u8>>> {
        plan.ranges().iter().map(|range| read_range(self.source.as_ref(), range, "tile data")).collect()
    }

    /// Plan, fetch and finish in one.
    ///
    /// # Errors
    /// Those of [`Slide::plan`], [`Slide::fetch`] and [`Plan::finish`].
    pub fn render(&self, request: &Request, output: Output) -> Result<Encoded> {
        let plan = self.plan(request, output)?;
        plan.finish(&self.fetch(&plan)?)
    }

    /// The pixels of a region, for callers that draw on them.
    ///
    /// # Errors
    /// Those of [`Slide::render`].
    pub fn pixels(&self, region: Region) -> Result<Pixels> {
        let plan = self.plan(&Request::Region(region), Output::Png)?;
        plan.pixels(&self.fetch(&plan)?)
    }

    /// A further image (thumbnail, label, macro), decoded and encoded.
    ///
    /// # Errors
    /// [`SlideError::OutOfBounds`] when the slide has none of this kind; content errors when it is damaged.
    pub fn associated(&self, kind: AssociatedKind, output: Output) -> Result<Encoded> {
        formats::associated(self.source.as_ref(), &self.parts, kind, &self.limits, output)
    }
}
