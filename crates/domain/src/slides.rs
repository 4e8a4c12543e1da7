//! Open slides, shared by all requests.
//!
//! A slide is opened once, by whoever asks first, and kept until it was idle for [`IDLE`] or others need its room.
//! What is kept per slide are the offsets and lengths of its tiles (16 bytes each), never pixels or stored tiles: the
//! system's page cache holds those. A file that cannot be opened is not tried again for [`RETRY`].

mod file;
mod workers;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cytomine_model::ErrorKind;
use cytomine_slide::{Limits, Slide, SlideError};
use cytomine_store::blobs::Reader;
use cytomine_store::{BlobKey, Blobs};
use moka::sync::Cache;

use crate::DomainError;
use crate::pixel_source::PixelSource;

pub use file::OpenSlide;
pub(crate) use file::parts;
pub use workers::Workers;

/// How long a slide that nobody looks at stays open.
const IDLE: Duration = Duration::from_secs(600);

/// How long a file that could not be opened is not tried again.
const RETRY: Duration = Duration::from_secs(5);

/// Bytes of tile tables that are kept.
const ROOM: u64 = 128 << 20;

/// What a slide counts at least; with [`ROOM`] this bounds the open files to 512.
const LEAST: u32 = 256 << 10;

/// Bytes of an entry in a tile table.
const TILE_ENTRY: u64 = 16;

/// The slides that are open, and the threads that work on pixels.
#[derive(Debug)]
pub struct Slides {
    open: Cache<BlobKey, Opened>,
    blobs: Blobs,
    workers: Workers,
}

/// An open slide, or why there is none.
#[derive(Clone, Debug)]
enum Opened {
    Ready(Arc<OpenSlide>),
    Refused(ErrorKind, Arc<str>),
}

impl Opened {
    fn result(self) -> Result<Arc<OpenSlide>, DomainError> {
        match self {
            Self::Ready(slide) => Ok(slide),
            Self::Refused(kind, message) => Err(DomainError::new(kind, &*message)),
        }
    }

    fn weight(&self) -> u32 {
        match self {
            Self::Ready(slide) => {
                let tiles: u64 =
                    slide.levels().iter().map(|level| u64::from(level.columns) * u64::from(level.rows)).sum();
                u32::try_from(tiles * TILE_ENTRY).unwrap_or(u32::MAX).max(LEAST)
            }
            Self::Refused(..) => 1 << 10,
        }
    }
}

struct Expiry;

impl moka::Expiry<BlobKey, Opened> for Expiry {
    fn expire_after_create(&self, _: &BlobKey, opened: &Opened, _: Instant) -> Option<Duration> {
        match opened {
            Opened::Ready(_) => None,
            Opened::Refused(..) => Some(RETRY),
        }
    }
}

impl Slides {
    /// No slide of these bytes is open; as many threads work on pixels as there are cores.
    pub fn on_all_cores(blobs: Blobs) -> Self {
        Self::new(blobs, std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

    /// No slide of these bytes is open; `cores` threads work on pixels.
    pub fn new(blobs: Blobs, cores: usize) -> Self {
        let open = Cache::builder()
            .max_capacity(ROOM)
            .weigher(|_, opened: &Opened| opened.weight())
            .time_to_idle(IDLE)
            .expire_after(Expiry)
            .build();
        Self { open, blobs, workers: Workers::new(cores) }
    }

    /// The slide of a source, opened when it is not open yet.
    ///
    /// # Errors
    /// Kind unprocessable when the file is damaged or of a format that is not read, internal when it cannot be
    /// reached, unavailable when too much work waits.
    pub async fn open(&self, source: &PixelSource) -> Result<Arc<OpenSlide>, DomainError> {
        if let Some(opened) = self.open.get(&source.key) {
            return opened.result();
        }
        let (cache, blobs, key) = (self.open.clone(), self.blobs.clone(), source.key.clone());
        let runtime = tokio::runtime::Handle::current();
        let opening = move || {
            // The cache lets one thread open it while others that ask for the same wait.
            cache.get_with(key.clone(), || match runtime.block_on(blobs.open(&key)) {
                Ok(reader) => open(reader),
                Err(cause) => {
                    tracing::error!(%cause, %key, "the bytes of a slide cannot be opened");
                    Opened::Refused(ErrorKind::Internal, UNREADABLE.into())
                }
            })
        };
        self.workers.run(opening).await?.result()
    }

    /// Closes a slide once nobody uses it any more: its bytes are going to be deleted.
    pub fn forget(&self, key: &BlobKey) {
        self.open.invalidate(key);
    }

    /// The threads that work on pixels.
    pub fn workers(&self) -> &Workers {
        &self.workers
    }
}

/// Told to users where the server's log has the cause.
const UNREADABLE: &str = "The bytes of this image cannot be read at the moment; the server's log tells why";

fn open(reader: Reader) -> Opened {
    match OpenSlide::open(vec![(String::new(), reader)], &Limits::default()) {
        Ok(slide) => Opened::Ready(Arc::new(slide)),
        Err(error) => {
            let error = of_stored(error);
            Opened::Refused(error.kind, error.message.into())
        }
    }
}

/// What a failure of a request about a stored slide means to the user: bytes that cannot be used are unprocessable.
#[allow(clippy::needless_pass_by_value, reason = "what `map_err` wants")]
pub fn of_stored(error: SlideError) -> DomainError {
    let kind = match &error {
        SlideError::OutOfBounds { .. } => ErrorKind::NotFound,
        SlideError::InvalidRequest { .. } | SlideError::Look { .. } => ErrorKind::Invalid,
        SlideError::Io { error, .. } if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            ErrorKind::Unprocessable
        }
        SlideError::Io { action, error } => {
            tracing::error!(%error, action, "a slide cannot be read");
            return DomainError::new(ErrorKind::Internal, UNREADABLE);
        }
        error if error.is_content() => ErrorKind::Unprocessable,
        _ => ErrorKind::Internal,
    };
    DomainError::new(kind, error.to_string())
}

/// As [`of_stored`] for pictures whose size the user chooses: what is too large is the request.
pub fn of_request(error: SlideError) -> DomainError {
    match error {
        SlideError::TooLarge { .. } | SlideError::OutOfBounds { .. } => {
            DomainError::invalid(error.to_string())
        }
        other => of_stored(other),
    }
}

impl std::ops::Deref for OpenSlide {
    type Target = Slide;

    fn deref(&self) -> &Slide {
        self.slide()
    }
}

#[cfg(test)]
mod tests;
