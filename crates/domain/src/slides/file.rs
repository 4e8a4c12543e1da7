//! The file of a slide, read without waiting where the system already holds the bytes.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use cytomine_slide::{ByteSource, Limits, Plan, Result, Slide, SlideError};

/// A slide and its file.
#[derive(Debug)]
pub struct OpenSlide {
    slide: Slide,
    file: Arc<SlideFile>,
}

impl OpenSlide {
    /// Opens a file.
    ///
    /// # Errors
    /// Those of [`Slide::open`].
    pub fn open(path: &Path, limits: &Limits) -> Result<Self> {
        let file = Arc::new(SlideFile::open(path)?);
        let slide = Slide::open(Arc::clone(&file) as Arc<dyn ByteSource>, limits)?;
        Ok(Self { slide, file })
    }

    /// The slide.
    pub fn slide(&self) -> &Slide {
        &self.slide
    }

    /// The bytes of a plan of one range if the system holds them in memory: then reading takes 4 us, less than
    /// handing it to another thread (36 to 60 us). `None` when it would have to wait for the disk.
    pub fn resident(&self, plan: &Plan) -> Option<[Vec<u8>; 1]> {
        let [range] = plan.ranges() else { return None };
        Some([self.file.resident(range)?])
    }
}

#[derive(Debug)]
struct SlideFile {
    file: File,
    len: u64,
}

impl SlideFile {
    fn open(path: &Path) -> Result<Self> {
        let failed = |error| SlideError::Io { action: "open the file of the slide".to_owned(), error };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
        }
        Ok(Self { len: metadata.len(), file })
    }

    #[cfg(target_os = "linux")]
    fn resident(&self, range: &Range<u64>) -> Option<Vec<u8>> {
        use rustix::io::{ReadWriteFlags, preadv2};
        let mut bytes = vec![0; usize::try_from(range.end.checked_sub(range.start)?).ok()?];
        let read =
            preadv2(&self.file, &mut [io::IoSliceMut::new(&mut bytes)], range.start, ReadWriteFlags::NOWAIT);
        // Fewer bytes mean that the rest is not in memory; an error, that this file system cannot tell.
        (read.ok()? == bytes.len()).then_some(bytes)
    }

    #[cfg(not(target_os = "linux"))]
    fn resident(&self, _: &Range<u64>) -> Option<Vec<u8>> {
        None
    }
}

impl ByteSource for SlideFile {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}
