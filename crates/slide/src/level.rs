//! What a format owes of its pixels: levels of tiles, and further images. Nothing here knows a file format.
//!
//! A level says where a tile of a plane lies and what its bytes mean; it reads nothing. Only a level that cannot say
//! where ([`Located::Read`]) does its own reading, on the thread that decodes.

use std::{fmt, ops::Range};

use crate::{
    error::{Result, SlideError},
    info::{Level, Plane},
    limits::{self, Limits},
    samples::Samples,
};

/// Bytes of one of the parts of a slide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Which part, in the order the slide was opened with.
    pub part: usize,
    /// Which of its bytes.
    pub range: Range<u64>,
}

impl Piece {
    /// `len` bytes from `start` on.
    #[must_use]
    pub fn new(part: usize, start: u64, len: u64) -> Self {
        Self { part, range: start..start.saturating_add(len) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.range.end.saturating_sub(self.range.start)
    }

    /// Whether there are no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A tile of one plane of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TileAt {
    pub(crate) plane: Plane,
    pub(crate) tx: u32,
    pub(crate) ty: u32,
}

impl fmt::Display for TileAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile column {}, row {}", self.tx, self.ty)?;
        if self.plane == Plane::default() { Ok(()) } else { write!(f, " of {}", self.plane) }
    }
}

/// Where a tile lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Located {
    /// In the pieces that were pushed.
    Stored,
    /// Nowhere: it was never scanned, or is left out of this level.
    Blank,
    /// Where only the format's own reading finds it; `decode` is handed no bytes. A format for which this is the
    /// only way keeps the sources it reads from.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for formats that cannot say where; the shipped ones can")
    )]
    Read,
}

/// A stored level: a grid of tiles on each plane of the slide.
pub(crate) trait Tiles: fmt::Debug + Send + Sync {
    /// Size and grid.
    fn level(&self) -> &Level;

    /// Where a tile inside of the grid lies; pushes its pieces where it is stored. The caller checks them against the
    /// length of the parts and the limits.
    fn locate(&self, at: TileAt, pieces: &mut Vec<Piece>) -> Result<Located>;

    /// Decodes a tile, padding included, to samples as the slide's
    /// [`PixelKind`](crate::PixelKind) says, from the bytes of its pieces.
    fn decode(&self, at: TileAt, stored: &[&[u8]], out: &mut Samples) -> Result<()>;

    /// Whether each stored tile is one piece that becomes a JPEG of its own without decoding.
    fn passes(&self) -> bool {
        false
    }

    /// The JPEG that a stored tile is, where [`Tiles::passes`].
    fn pass(&self, stored: &[u8]) -> Result<Vec<u8>> {
        let _ = stored;
        Err(SlideError::damaged("the level is not stored as JPEG", "plan"))
    }

    /// Whether tiles can be decoded at an eighth of their size at less cost than whole.
    fn shrinks(&self) -> bool {
        false
    }

    /// Decodes at an eighth of the size, where [`Tiles::shrinks`]. In a tile at the border, blocks are the mean of the
    /// pixels that belong to the image.
    fn decode_eighth(&self, at: TileAt, stored: &[&[u8]], out: &mut Samples) -> Result<()> {
        let _ = (stored, out);
        Err(SlideError::damaged("the level cannot be decoded at an eighth", at.to_string()))
    }
}

/// A label, macro or thumbnail.
pub(crate) trait Picture: fmt::Debug + Send + Sync {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// Where it lies.
    fn pieces(&self) -> Vec<Piece>;

    /// Its pixels, from the bytes of its pieces.
    fn decode(&self, stored: &[&[u8]]) -> Result<PictureData>;
}

/// Decoded 8-bit rows of a [`Picture`].
#[derive(Debug)]
pub(crate) enum PictureData {
    /// One sample per pixel.
    Grey(Vec<u8>),
    /// Red, green, blue.
    Rgb(Vec<u8>),
}

/// The only piece of a tile.
pub(crate) fn only<'a>(stored: &[&'a [u8]], at: TileAt) -> Result<&'a [u8]> {
    match stored {
        [stored] => Ok(stored),
        _ => Err(SlideError::damaged(format!("{} pieces instead of one", stored.len()), at.to_string())),
    }
}

/// Checks the pieces of a tile against the limits and the length of the parts they lie in.
pub(crate) fn check(piece: &Piece, lengths: &[u64], limits: &Limits, at: TileAt) -> Result<()> {
    let (start, len) = (piece.range.start, piece.len());
    limits::check("stored tile in bytes", len, limits.max_tile_bytes, "export the slide with smaller tiles")?;
    let Some(&has) = lengths.get(piece.part) else {
        return Err(SlideError::damaged(
            format!("it lies in part {} of the slide, which has {}", piece.part, lengths.len()),
            at.to_string(),
        ));
    };
    if piece.range.end <= has {
        return Ok(());
    }
    let whose = if lengths.len() == 1 { String::new() } else { format!(" of part {}", piece.part) };
    Err(SlideError::damaged(
        format!("{len} bytes from byte {start} lie beyond the end of the file{whose} ({has} bytes)"),
        at.to_string(),
    ))
}
