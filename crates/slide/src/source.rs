//! Where the bytes of a slide come from: positioned reads, no seek, no state.
//!
//! A slide is one file or several, its parts. A plan names byte ranges of them; whoever holds the bytes reads them. Files are read by `pread`
//! (4 us for a tile in the page cache, against 36-60 us through an async file or an object store's wrapper).

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    os::unix::fs::FileExt,
    path::Path,
    sync::Arc,
};

use crate::{
    error::{Result, SlideError},
    level::Piece,
};

/// Positioned reading of immutable bytes.
pub trait ByteSource: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Fills `buffer` from `offset`; fails when the bytes end before.
    ///
    /// # Errors
    /// As the storage reports; `UnexpectedEof` past the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Whether there are no bytes at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One of the files that a slide consists of.
#[derive(Clone)]
pub struct Part {
    /// Its path relative to the folder of the first part; formats find companions by it, never what they are.
    pub name: String,
    /// Its bytes.
    pub source: Arc<dyn ByteSource>,
}

/// All files of a slide, at least one. The first is what the format is recognised by.
#[derive(Clone)]
pub struct Parts(Arc<[Part]>);

impl Parts {
    /// A slide of several files: the first, and those that belong to it.
    #[must_use]
    pub fn new(first: Part, more: impl IntoIterator<Item = Part>) -> Self {
        Self(std::iter::once(first).chain(more).collect())
    }

    /// A file on disk.
    ///
    /// # Errors
    /// [`SlideError::Io`] when it cannot be opened or is no regular file.
    pub fn file(path: &Path) -> Result<Self> {
        let part = Part { name: file_name(path), source: Arc::new(FileSource::open(path)?) };
        Ok(Self(Arc::new([part])))
    }

    /// The first.
    pub(crate) fn first(&self) -> &dyn ByteSource {
        self.0[0].source.as_ref()
    }

    /// All, in order.
    pub(crate) fn all(&self) -> &[Part] {
        &self.0
    }

    /// The bytes of a piece.
    pub(crate) fn read(&self, piece: &Piece, place: &str) -> Result<Vec<u8>> {
        match self.0.get(piece.part) {
            Some(part) => read_range(part.source.as_ref(), &piece.range, place),
            None => Err(SlideError::damaged(format!("the slide has no part {}", piece.part), place)),
        }
    }
}

/// A slide of one file, wherever its bytes lie.
impl<S: ByteSource + 'static> From<Arc<S>> for Parts {
    fn from(source: Arc<S>) -> Self {
        Self(Arc::new([Part { name: String::new(), source }]))
    }
}

/// A file on disk.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    len: u64,
}

impl FileSource {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`SlideError::Io`] when it cannot be opened or is no regular file.
    pub fn open(path: &Path) -> Result<Self> {
        let io = |error| SlideError::io(format!("read `{}`", file_name(path)), error);
        let file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(io(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
        }
        Ok(Self { len: metadata.len(), file })
    }
}

impl ByteSource for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}

/// Bytes in memory.
impl ByteSource for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.checked_add(buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(self.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// A source read as a stream.
pub(crate) struct Stream<'a> {
    source: &'a dyn ByteSource,
    at: u64,
}

impl<'a> Stream<'a> {
    /// Reads from byte `at` on.
    pub(crate) fn new(source: &'a dyn ByteSource, at: u64) -> Self {
        Self { source, at }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.source.len().saturating_sub(self.at).min(buffer.len() as u64) as usize;
        self.source.read_at(&mut buffer[..n], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Stream<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let at = match position {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(delta) => self.source.len().checked_add_signed(delta),
            SeekFrom::Current(delta) => self.at.checked_add_signed(delta),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Reads one range into a new buffer; the range is checked against the length before allocating.
pub(crate) fn read_range(source: &dyn ByteSource, range: &Range<u64>, place: &str) -> Result<Vec<u8>> {
    if range.end > source.len() || range.start > range.end {
        return Err(SlideError::damaged(
            format!("bytes {}..{} lie beyond the end ({} bytes)", range.start, range.end, source.len()),
            place,
        ));
    }
    let len = usize::try_from(range.end - range.start)
        .map_err(|_| SlideError::damaged("range longer than memory", place))?;
    let mut buffer = vec![0; len];
    source
        .read_at(&mut buffer, range.start)
        .map_err(|error| SlideError::io(format!("read bytes {}..{}", range.start, range.end), error))?;
    Ok(buffer)
}

/// Reads up to `limit` bytes of the head.
pub(crate) fn read_head(source: &dyn ByteSource, limit: u64) -> Result<Vec<u8>> {
    read_range(source, &(0..source.len().min(limit)), "head of the file")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
