//! Whole-slide images: formats, codecs, pyramids, pixel operations.
//!
//! The idea is *plan, fetch, finish*. [`Slide::plan`] turns a [`Request`] into a [`Plan`] without touching
//! the bytes: ranges of the slide's files to read and a recipe. The caller reads the ranges where the slide lies (file, memory,
//! object store) and [`Plan::finish`] makes the answer. A stored JPEG tile that fits is passed through:
//! a prefix and the stored bytes, no pixel is decoded. [`Slide::render`] does the three steps on the
//! slide's own source.
//!
//! ```no_run
//! use cytomine_slide::{Area, Limits, Output, Slide};
//! # fn main() -> cytomine_slide::Result<()> {
//! let slide = Slide::open_path("slide.svs".as_ref(), &Limits::default())?;
//! let tile = slide.render(&Area::Native { level: 0, tx: 3, ty: 1 }.into(), Output::JPEG)?;
//! assert_eq!(tile.media_type, "image/jpeg");
//! # Ok(())
//! # }
//! ```
//!
//! A slide is opened once and shared (`Arc<Slide>`); nothing in it changes. There is no async runtime, no
//! HTTP and no database here. Calls that decode are CPU work of 0.1 to some milliseconds for tiles and
//! seconds to minutes for [`convert()`]: keep them off an executor's threads.
//!
//! A format is a folder in `formats/`, a line in `formats::REGISTRY`, a fuzz target, a sample and a row in
//! `docs/formats.md`.

pub mod codec;
mod compose;
mod convert;
mod error;
mod formats;
mod grid;
mod info;
mod level;
mod limits;
mod look;
mod pixels;
mod plan;
mod request;
mod resample;
mod samples;
mod slide;
mod source;

pub use codec::encode_grey;
pub use convert::{ConversionReport, Progress, convert};
pub use error::{Result, SlideError};
pub use info::{Associated, AssociatedKind, Channel, ColorSpace, FormatId, Level, Plane, SlideInfo, Tier};
pub use level::Piece;
pub use limits::Limits;
pub use look::{Colour, Look, Mixer};
pub use pixels::Pixels;
pub use plan::{Plan, RecipeKind};
pub use request::{Area, DEFAULT_JPEG_QUALITY, Encoded, Output, Region, Request, TILE_SIZE};
pub use samples::{PixelKind, SampleType};
pub use slide::{Slide, recognise};
pub use source::{ByteSource, FileSource, Part, Parts};
