//! The formats: recognising by content, opening, and what an opened file consists of.

use std::sync::Arc;

use crate::{
    error::{Result, SlideError},
    info::{AssociatedKind, FormatId, Level, SlideInfo},
    limits::Limits,
    request::Encoded,
    source::ByteSource,
};

/// A stored level: its grid, where its tiles lie and how they are encoded.
#[derive(Debug)]
pub(crate) struct StoredLevel {
    pub(crate) level: Level,
}

/// What a format makes of a file.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) info: SlideInfo,
    pub(crate) levels: Vec<Arc<StoredLevel>>,
    pub(crate) metadata: Vec<(String, String)>,
}

pub(crate) fn recognise(_source: &dyn ByteSource, _limits: &Limits) -> Result<FormatId> {
    Err(SlideError::NotASlide { what: "unknown bytes".into() })
}

pub(crate) fn open(source: &Arc<dyn ByteSource>, limits: &Limits) -> Result<Opened> {
    let _ = (recognise(source.as_ref(), limits)?, Opened { info: unreachable_info()?, levels: Vec::new(), metadata: Vec::new() });
    Err(SlideError::NotASlide { what: "unknown bytes".into() })
}

fn unreachable_info() -> Result<SlideInfo> {
    Err(SlideError::NotASlide { what: "unknown bytes".into() })
}

pub(crate) fn content_id(source: &dyn ByteSource) -> Result<String> {
    Ok(format!("{:016x}", source.len()))
}

pub(crate) fn associated(
    _source: &Arc<dyn ByteSource>,
    _opened: &Opened,
    kind: AssociatedKind,
    _limits: &Limits,
) -> Result<Encoded> {
    Err(SlideError::out_of_bounds(kind.as_str(), "none"))
}
