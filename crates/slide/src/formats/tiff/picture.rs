//! Label, macro or thumbnail in a directory of its own, in strips or tiles.

use std::{io, ops::Range};

use super::{layout::Layout, rows::TiffRows};
use crate::{
    error::Result,
    formats::Rows,
    level::{Picture, PictureData, Piece},
    limits::Limits,
    source::ByteSource,
};

/// The image of a directory.
#[derive(Debug)]
pub(crate) struct TiffPicture {
    layout: Layout,
    limits: Limits,
}

impl TiffPicture {
    pub(crate) fn new(layout: Layout, limits: &Limits) -> Self {
        Self { layout, limits: limits.clone() }
    }
}

impl Picture for TiffPicture {
    fn size(&self) -> (u32, u32) {
        (self.layout.width, self.layout.height)
    }

    fn pieces(&self) -> Vec<Piece> {
        let chunks = self.layout.offsets.iter().zip(&self.layout.counts);
        chunks.map(|(start, len)| Piece::new(0, *start, *len)).collect()
    }

    fn decode(&self, stored: &[&[u8]]) -> Result<PictureData> {
        let pieces = self.pieces().into_iter().zip(stored).map(|(piece, bytes)| (piece.range, *bytes));
        let fetched = Fetched {
            len: self.pieces().iter().map(|piece| piece.range.end).max().unwrap_or(0),
            pieces: pieces.collect(),
        };
        let mut rows = TiffRows::new(&fetched, self.layout.clone(), &self.limits)?;
        let (width, height) = rows.size();
        let channels = rows.channels();
        let mut samples = vec![0; width as usize * height as usize * channels];
        for row in samples.chunks_exact_mut(width as usize * channels) {
            rows.next_row(row)?;
        }
        Ok(if channels == 1 { PictureData::Grey(samples) } else { PictureData::Rgb(samples) })
    }
}

/// The pieces of a file that were read, in the place of the file.
struct Fetched<'a> {
    len: u64,
    pieces: Vec<(Range<u64>, &'a [u8])>,
}

impl ByteSource for Fetched<'_> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let end = offset.saturating_add(buffer.len() as u64);
        let holds = |range: &Range<u64>| range.start <= offset && end <= range.end;
        let (range, bytes) =
            self.pieces.iter().find(|(range, _)| holds(range)).ok_or(io::ErrorKind::UnexpectedEof)?;
        let from = (offset - range.start) as usize;
        let part = bytes.get(from..from + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(part);
        Ok(())
    }
}
