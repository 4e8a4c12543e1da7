//! What can go wrong with a slide, told so that a person knows the cause and what to do.
//!
//! Callers map the variants, never the text: refused at import are [`SlideError::NotASlide`],
//! [`SlideError::Unsupported`], [`SlideError::Damaged`] and [`SlideError::TooLarge`]; a tile of an open
//! slide that answers [`SlideError::Damaged`] is an unprocessable request; [`SlideError::OutOfBounds`] is a
//! request for something the slide does not have; [`SlideError::Io`] is the storage's fault.

use std::io;

/// Result of this crate.
pub type Result<T, E = SlideError> = std::result::Result<T, E>;

/// Why a slide, a tile or a conversion was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SlideError {
    /// The bytes are of no image format this crate knows.
    #[error("not a slide or image: {what}; upload a file of one of the supported formats (docs/formats.md)")]
    NotASlide {
        /// What was found instead.
        what: String,
    },
    /// The format or variant is known, but not read by this version.
    #[error("not supported: {what}; {remedy}")]
    Unsupported {
        /// The format or variant.
        what: String,
        /// What the user can do.
        remedy: String,
    },
    /// The bytes contradict themselves or end too early.
    #[error("damaged: {what} (at {place}); export or copy the file again from its source")]
    Damaged {
        /// What is wrong.
        what: String,
        /// Directory, tag, tile or byte where it was found.
        place: String,
    },
    /// The file or the request asks for more than the configured [`Limits`](crate::Limits) allow.
    #[error("too large: {what} is {value}, the limit is {limit}; {remedy}")]
    TooLarge {
        /// The quantity, with its unit.
        what: &'static str,
        /// Its value.
        value: u64,
        /// The limit it exceeds.
        limit: u64,
        /// What the user can do.
        remedy: &'static str,
    },
    /// The request names a level, tile, region or image the slide does not have.
    #[error("out of bounds: {what}; the slide has {has}")]
    OutOfBounds {
        /// What was asked for.
        what: String,
        /// What there is.
        has: String,
    },
    /// The request itself makes no sense whatever the slide.
    #[error("invalid request: {what}")]
    InvalidRequest {
        /// Which value and what is allowed.
        what: String,
    },
    /// Channels, ranges or colours were asked for that do not fit the slide.
    #[error("{what}")]
    Look {
        /// What does not fit, and what to send.
        what: String,
    },
    /// The conversion was cancelled by its caller.
    #[error("the conversion was cancelled")]
    Cancelled,
    /// Reading or writing failed.
    #[error("cannot {action}: {error}; check the storage and its permissions")]
    Io {
        /// What was being done.
        action: String,
        /// The system's error.
        error: io::Error,
    },
}

impl SlideError {
    pub(crate) fn damaged(what: impl Into<String>, place: impl Into<String>) -> Self {
        Self::Damaged { what: what.into(), place: place.into() }
    }

    pub(crate) fn unsupported(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into(), remedy: remedy.into() }
    }

    pub(crate) fn io(action: impl Into<String>, error: io::Error) -> Self {
        Self::Io { action: action.into(), error }
    }

    pub(crate) fn out_of_bounds(what: impl Into<String>, has: impl Into<String>) -> Self {
        Self::OutOfBounds { what: what.into(), has: has.into() }
    }

    /// Whether the cause lies in the slide's bytes, as opposed to the request or the storage.
    #[must_use]
    pub fn is_content(&self) -> bool {
        matches!(
            self,
            Self::NotASlide { .. } | Self::Unsupported { .. } | Self::Damaged { .. } | Self::TooLarge { .. }
        )
    }
}
