//! From a request to byte ranges and a recipe, and from the bytes to the answer.

use std::{ops::Range, sync::Arc};

use crate::{
    error::{Result, SlideError},
    formats::StoredLevel,
    grid::Grid,
    limits::Limits,
    pixels::Pixels,
    request::{Encoded, Output, Request},
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
}

impl Plan {
    pub(crate) fn new(
        _levels: &[Arc<StoredLevel>],
        _grid: &Grid,
        _source_len: u64,
        _limits: &Limits,
        _request: &Request,
        _output: Output,
    ) -> Result<Self> {
        Ok(Self { ranges: Vec::new() })
    }

    /// Byte ranges of the slide to read, in the order [`Plan::finish`] expects them.
    #[must_use]
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// What the plan will do.
    #[must_use]
    pub fn kind(&self) -> RecipeKind {
        RecipeKind::Compose
    }

    /// Makes the answer of the bytes of [`Plan::ranges`].
    ///
    /// # Errors
    /// [`SlideError::Damaged`] or [`SlideError::Unsupported`] when a stored tile cannot be used.
    pub fn finish<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Encoded> {
        let _ = parts;
        Err(SlideError::unsupported("tiles", "wait for this version"))
    }

    /// The answer as pixels.
    ///
    /// # Errors
    /// As [`Plan::finish`].
    pub fn pixels<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Pixels> {
        let _ = parts;
        Err(SlideError::unsupported("tiles", "wait for this version"))
    }
}
