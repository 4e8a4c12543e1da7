//! An open slide and the bytes it lies in, read without waiting where the system already holds them.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use cytomine_slide::{ByteSource, Limits, Part, Parts, Plan, Result, Slide, SlideError};
use cytomine_store::BlobError;
use cytomine_store::blobs::{Reader, Waiting};

/// A slide and the readers of its parts.
#[derive(Debug)]
pub struct OpenSlide {
    slide: Slide,
    readers: Vec<Reader>,
}

/// Bytes of a slide as its formats read them: here and there, waiting for each.
#[derive(Debug)]
struct Source(Waiting);

impl ByteSource for Source {
    fn len(&self) -> u64 {
        self.0.reader().len()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_at(buffer, offset)
    }
}

/// A slide of one stored file, for opening and conversion. To be called within the runtime, to be read off its
/// executor's threads.
pub(crate) fn parts(reader: Reader) -> Parts {
    Parts::from(Arc::new(Source(Waiting::new(reader))))
}

impl OpenSlide {
    /// Opens a slide of files with their names: the first is what it is recognised by. Blocks; within the runtime, off
    /// its executor's threads.
    ///
    /// # Errors
    /// Those of [`Slide::open`], and when there is no file.
    pub fn open(files: Vec<(String, Reader)>, limits: &Limits) -> Result<Self> {
        let readers: Vec<Reader> = files.iter().map(|(_, reader)| reader.clone()).collect();
        let sources: Vec<(String, Arc<Source>)> =
            files.into_iter().map(|(name, reader)| (name, Arc::new(Source(Waiting::new(reader))))).collect();
        let mut parts = sources.iter().map(|(name, source)| {
            let source: Arc<dyn ByteSource> = Arc::clone(source) as _;
            Part { name: name.clone(), source }
        });
        let Some(first) = parts.next() else {
            return Err(SlideError::NotASlide { what: "no file was given".to_owned() });
        };
        let slide = Slide::open(Parts::new(first, parts), limits)?;
        // Tiles are read as they are planned; what opening read ahead would only take room.
        sources.iter().for_each(|(_, source)| source.0.forget());
        Ok(Self { slide, readers })
    }

    /// The slide.
    pub fn slide(&self) -> &Slide {
        &self.slide
    }

    /// The bytes of a plan of one piece if the system holds them in memory. `None` when reading would have to wait.
    pub fn resident(&self, plan: &Plan) -> Option<[Vec<u8>; 1]> {
        let [piece] = plan.pieces() else { return None };
        Some([self.readers.get(piece.part)?.local()?.resident(&piece.range)?])
    }

    /// The bytes of a plan where they come over a network: to be awaited, with no thread waiting. `None` where they
    /// lie on this machine: then [`Slide::fetch`], on the thread that works on them, is quicker.
    ///
    /// # Errors
    /// [`SlideError::Io`] when the store refuses.
    pub async fn from_afar(&self, plan: &Plan) -> Result<Option<Vec<Bytes>>> {
        if self.readers.iter().all(|reader| reader.local().is_some()) {
            return Ok(None);
        }
        let mut fetched = vec![Bytes::new(); plan.pieces().len()];
        for (part, reader) in self.readers.iter().enumerate() {
            let own: Vec<usize> =
                (0..fetched.len()).filter(|index| plan.pieces()[*index].part == part).collect();
            let ranges: Vec<_> = own.iter().map(|index| plan.pieces()[*index].range.clone()).collect();
            let bytes = reader.read(&ranges).await.map_err(|cause| SlideError::Io {
                action: "read the tiles of a slide".to_owned(),
                error: match cause {
                    BlobError::Io { cause, .. } => cause,
                    other => io::Error::other(other),
                },
            })?;
            own.into_iter().zip(bytes).for_each(|(index, bytes)| fetched[index] = bytes);
        }
        Ok(Some(fetched))
    }
}
