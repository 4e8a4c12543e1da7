//! From a request to byte ranges and a recipe, and from the bytes to the answer.
//!
//! Planning is pure: it looks at the tables copied at open and touches no byte of the slide ([`planner`]). What shows
//! several stored channels is planned once for each.

mod planner;

use std::{ops::Range, sync::Arc};

use crate::{
    codec,
    compose::{Compose, fits, with_slices},
    error::{Result, SlideError},
    formats::Opened,
    grid::Grid,
    info::{AssociatedKind, Plane},
    level::{Picture, PictureData, Piece, TileAt, Tiles},
    limits::{self, Limits},
    look::Mixer,
    pixels::Pixels,
    request::{Encoded, Output, Request},
    samples::{PixelKind, Sample, SampleType, Samples},
};
use planner::Planner;

/// What a plan will do, for metrics and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipeKind {
    /// Stored bytes behind a prefix; nothing is decoded.
    PassThrough,
    /// One stored tile decoded, perhaps cropped, and encoded.
    Decode,
    /// Several stored tiles decoded, put together, scaled, encoded.
    Compose,
    /// Tiles that only the format's own reading finds: to be finished where reading may wait.
    Read,
}

/// Pieces to read and what to make of them. Holds what it needs of the slide, so it can move to another
/// thread.
#[derive(Debug)]
pub struct Plan {
    pieces: Vec<Piece>,
    recipe: Recipe,
    output: Output,
}

#[derive(Debug)]
enum Recipe {
    PassThrough { tiles: Arc<dyn Tiles>, at: TileAt },
    Shown(Box<Shown>),
    Picture(Arc<dyn Picture>),
}

/// Samples of one or several planes, and how they become a picture.
#[derive(Debug)]
struct Shown {
    planes: Vec<Making>,
    mixer: Option<Mixer>,
    kind: PixelKind,
    /// Some tiles are read by the format itself.
    reads: bool,
}

/// How the samples of a plane are made.
#[derive(Debug)]
enum Making {
    /// One stored tile as it is, of these of the plan's pieces.
    Tile {
        tiles: Arc<dyn Tiles>,
        at: TileAt,
        pieces: Range<usize>,
    },
    Compose(Compose),
    /// Nothing is stored at the finest level.
    Blank {
        width: u32,
        height: u32,
    },
}

impl Making {
    fn size(&self) -> (u32, u32) {
        match self {
            Self::Tile { tiles, .. } => (tiles.level().tile_width, tiles.level().tile_height),
            Self::Compose(compose) => (compose.x.count, compose.y.count),
            Self::Blank { width, height } => (*width, *height),
        }
    }

    fn samples<B: AsRef<[u8]>>(&self, kind: &PixelKind, parts: &[B]) -> Result<Samples> {
        match self {
            Self::Tile { tiles, at, pieces } => {
                let mut samples = Samples::U8(Vec::new());
                with_slices(&parts[pieces.clone()], |stored| tiles.decode(*at, stored, &mut samples))?;
                let count = tiles.level().tile_pixels() as usize * kind.samples;
                match kind.sample {
                    SampleType::U8 => fits::<u8>(&mut samples, count)?,
                    SampleType::U16 => fits::<u16>(&mut samples, count)?,
                    SampleType::U32 => fits::<u32>(&mut samples, count)?,
                    SampleType::F32 => fits::<f32>(&mut samples, count)?,
                }
                Ok(samples)
            }
            Self::Compose(compose) => compose.run(parts),
            Self::Blank { width, height } => {
                let count = *width as usize * *height as usize * kind.samples;
                Ok(match kind.sample {
                    SampleType::U8 => Samples::U8(vec![u8::nearest(kind.blank); count]),
                    SampleType::U16 => Samples::U16(vec![u16::nearest(kind.blank); count]),
                    SampleType::U32 => Samples::U32(vec![u32::nearest(kind.blank); count]),
                    SampleType::F32 => Samples::F32(vec![f32::nearest(kind.blank); count]),
                })
            }
        }
    }
}

/// Pixels of the largest further image that is decoded.
const MAX_ASSOCIATED_PIXELS: u64 = 32 << 20;

impl Plan {
    pub(crate) fn new(
        opened: &Opened,
        grid: &Grid,
        lengths: &[u64],
        limits: &Limits,
        request: &Request,
        output: Output,
    ) -> Result<Self> {
        if let Output::Jpeg { quality: Some(quality) } = output
            && !(1..=100).contains(&quality)
        {
            return Err(SlideError::InvalidRequest { what: format!("quality {quality} is not in 1 to 100") });
        }
        let (info, plane) = (&opened.info, request.plane);
        if !info.has(plane) {
            return Err(SlideError::out_of_bounds(
                plane.to_string(),
                format!(
                    "{} channels, {} foci and {} moments, all counted from 0",
                    info.channels.len(),
                    info.depth,
                    info.duration
                ),
            ));
        }
        let kind = info.pixel;
        let mixer = request.look.mixer(&kind, &info.channels, plane.c)?;
        let mut planner = Planner::new(opened, plane, grid, lengths, limits);
        let Some(mixer) = mixer else {
            let making = planner.area(&request.area)?;
            let recipe = match making {
                Making::Tile { tiles, at, pieces }
                    if output == Output::JPEG && pieces.len() == 1 && tiles.passes() =>
                {
                    Recipe::PassThrough { tiles, at }
                }
                making => {
                    let (planes, reads) = (vec![making], planner.reads);
                    Recipe::Shown(Box::new(Shown { planes, mixer: None, kind, reads }))
                }
            };
            return Ok(Self { pieces: planner.pieces, recipe, output });
        };
        let mut planes = Vec::with_capacity(mixer.planes().len());
        for c in mixer.planes() {
            planner.plane = Plane { c: *c, ..plane };
            planes.push(planner.area(&request.area)?);
        }
        let reads = planner.reads;
        let recipe = Recipe::Shown(Box::new(Shown { planes, mixer: Some(mixer), kind, reads }));
        Ok(Self { pieces: planner.pieces, recipe, output })
    }

    /// Of a further image.
    pub(crate) fn of_picture(
        opened: &Opened,
        lengths: &[u64],
        limits: &Limits,
        kind: AssociatedKind,
        output: Output,
    ) -> Result<Self> {
        let Some((_, picture)) = opened.associated.iter().find(|(own, _)| *own == kind) else {
            let has: Vec<_> = opened.associated.iter().map(|(kind, _)| kind.as_str()).collect();
            return Err(SlideError::out_of_bounds(
                format!("no image `{}`", kind.as_str()),
                if has.is_empty() { "no further images".to_owned() } else { has.join(", ") },
            ));
        };
        let (width, height) = picture.size();
        limits::check(
            "further image in pixels",
            u64::from(width) * u64::from(height),
            MAX_ASSOCIATED_PIXELS,
            "export the slide with smaller label and macro images",
        )?;
        let pieces = picture.pieces();
        let mut bytes = 0_u64;
        for piece in &pieces {
            let has = lengths.get(piece.part).copied().unwrap_or(0);
            if piece.range.end > has {
                let Range { start, end } = piece.range;
                let what = format!("bytes {start}..{end} lie beyond the end ({has} bytes)");
                return Err(SlideError::damaged(what, format!("the image `{}`", kind.as_str())));
            }
            bytes = bytes.saturating_add(piece.len());
        }
        let remedy = "export the slide with smaller label and macro images";
        limits::check("further image in bytes", bytes, limits.max_request_bytes, remedy)?;
        Ok(Self { pieces, recipe: Recipe::Picture(Arc::clone(picture)), output })
    }

    /// Byte ranges of the slide's parts to read, in the order [`Plan::finish`] expects them.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What the plan will do.
    #[must_use]
    pub fn kind(&self) -> RecipeKind {
        match &self.recipe {
            Recipe::PassThrough { .. } => RecipeKind::PassThrough,
            Recipe::Picture(_) => RecipeKind::Decode,
            Recipe::Shown(shown) if shown.reads => RecipeKind::Read,
            Recipe::Shown(shown) => match &shown.planes[..] {
                [Making::Compose(compose)] if compose.cells.len() > 1 => RecipeKind::Compose,
                [_] => RecipeKind::Decode,
                _ => RecipeKind::Compose,
            },
        }
    }

    /// Makes the answer of the bytes of [`Plan::pieces`].
    ///
    /// # Errors
    /// [`SlideError::Damaged`] or [`SlideError::Unsupported`] when a stored tile cannot be used,
    /// [`SlideError::InvalidRequest`] when `parts` are not those of the pieces.
    pub fn finish<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Encoded> {
        match &self.recipe {
            Recipe::PassThrough { tiles, .. } => {
                self.check(parts)?;
                let stored = parts.first().map_or(&[][..], AsRef::as_ref);
                Ok(Encoded { bytes: tiles.pass(stored)?, media_type: self.output.media_type() })
            }
            Recipe::Picture(picture) => {
                self.check(parts)?;
                let (width, height) = picture.size();
                match with_slices(parts, |stored| picture.decode(stored))? {
                    PictureData::Grey(samples) => codec::encode_grey(width, height, &samples, self.output),
                    PictureData::Rgb(samples) => {
                        Pixels::from_rgb(width, height, samples)?.encode(self.output)
                    }
                }
            }
            Recipe::Shown(_) => self.pixels(parts)?.encode(self.output),
        }
    }

    /// The answer as pixels.
    ///
    /// # Errors
    /// As [`Plan::finish`].
    pub fn pixels<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Pixels> {
        self.check(parts)?;
        match &self.recipe {
            Recipe::PassThrough { tiles, at } => {
                let mut samples = Samples::U8(Vec::new());
                with_slices(parts, |stored| tiles.decode(*at, stored, &mut samples))?;
                let level = tiles.level();
                Pixels::from_rgb(level.tile_width, level.tile_height, samples.into_u8()?)
            }
            Recipe::Shown(shown) => {
                let size = shown.planes.first().map_or((0, 0), Making::size);
                let samples = |making: &Making| making.samples(&shown.kind, parts);
                let rgb = match &shown.mixer {
                    None => shown.planes.first().map_or(Ok(Samples::U8(Vec::new())), samples)?.into_u8()?,
                    Some(mixer) => {
                        let planes = shown.planes.iter().map(samples).collect::<Result<_>>()?;
                        mixer.mix(&shown.kind, planes)?
                    }
                };
                Pixels::from_rgb(size.0, size.1, rgb)
            }
            Recipe::Picture(picture) => {
                let (width, height) = picture.size();
                let rgb = match with_slices(parts, |stored| picture.decode(stored))? {
                    PictureData::Rgb(samples) => samples,
                    PictureData::Grey(samples) => samples.iter().flat_map(|sample| [*sample; 3]).collect(),
                };
                Pixels::from_rgb(width, height, rgb)
            }
        }
    }

    fn check<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<()> {
        let fits = parts.len() == self.pieces.len()
            && parts.iter().zip(&self.pieces).all(|(part, piece)| part.as_ref().len() as u64 == piece.len());
        if fits {
            return Ok(());
        }
        Err(SlideError::InvalidRequest {
            what: "the bytes handed in are not those of the plan's ranges".into(),
        })
    }
}
