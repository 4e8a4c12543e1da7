//! Threads for work on pixels: as many at once as there are cores, and a queue that ends.
//!
//! Work that waits costs nothing and goes away with its request. When more waits than [`QUEUE`] per core, new work is
//! refused at once, so that a crowd gets quick refusals instead of answers that come too late. Large pictures go one
//! at a time, since each may need hundreds of megabytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cytomine_model::ErrorKind;
use tokio::sync::Semaphore;

use crate::DomainError;

/// Pieces of work that may wait per core: at 1 to 3 ms a tile, less than a second.
const QUEUE: usize = 256;

/// Pixels from which on a picture is large.
const LARGE: u64 = 4_000_000;

/// Does work on pixels off the executor's threads.
#[derive(Debug)]
pub struct Workers {
    cores: Arc<Semaphore>,
    large: Arc<Semaphore>,
    waiting: AtomicUsize,
    most: usize,
}

/// Counts one waiting request until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Workers {
    /// Work on that many cores.
    pub fn new(cores: usize) -> Self {
        let cores = cores.max(1);
        Self {
            cores: Arc::new(Semaphore::new(cores)),
            large: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
            most: cores * QUEUE,
        }
    }

    /// Does a piece of work when a core is free.
    ///
    /// # Errors
    /// Kind unavailable when too much waits already, internal when the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DomainError> {
        self.run_sized(0, work).await
    }

    /// As [`Workers::run`] for a picture of that many pixels.
    ///
    /// # Errors
    /// As [`Workers::run`].
    pub async fn run_sized<T: Send + 'static>(
        &self,
        pixels: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DomainError> {
        let waiting = self.queue()?;
        let large = match pixels > LARGE {
            true => Some(acquire(&self.large).await?),
            false => None,
        };
        let core = acquire(&self.cores).await?;
        drop(waiting);
        let done = tokio::task::spawn_blocking(move || {
            // Kept here and not in the request: work that has begun goes on when its client leaves.
            let _held = (large, core);
            work()
        });
        done.await.map_err(|cause| {
            tracing::error!(%cause, "work on pixels panicked");
            DomainError::new(ErrorKind::Internal, "The server failed on these pixels; its log tells why")
        })
    }

    fn queue(&self) -> Result<Waiting<'_>, DomainError> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(&self.waiting);
        if before >= self.most {
            return Err(DomainError::new(
                ErrorKind::Unavailable,
                "The server has more pictures to make than it can at the moment; try again in a second",
            ));
        }
        Ok(waiting)
    }
}

async fn acquire(semaphore: &Arc<Semaphore>) -> Result<tokio::sync::OwnedSemaphorePermit, DomainError> {
    Arc::clone(semaphore).acquire_owned().await.map_err(|_| {
        DomainError::new(ErrorKind::Unavailable, "The server is stopping; try again in a moment")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn work_beyond_the_queue_is_refused_and_the_rest_is_done() {
        let workers = Arc::new(Workers::new(1));
        let (release, gate) = mpsc::channel::<()>();
        let busy = tokio::spawn({
            let workers = Arc::clone(&workers);
            async move { workers.run(move || gate.recv().is_ok()).await }
        });
        while workers.cores.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let queued: Vec<_> = (0..QUEUE)
            .map(|number| {
                let workers = Arc::clone(&workers);
                tokio::spawn(async move { workers.run(move || number).await })
            })
            .collect();
        while workers.waiting.load(Ordering::Relaxed) < QUEUE {
            tokio::task::yield_now().await;
        }
        let refused = workers.run(|| ()).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Unavailable);
        release.send(()).unwrap();
        assert!(busy.await.unwrap().unwrap());
        for (number, task) in queued.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().unwrap(), number);
        }
        assert_eq!(workers.waiting.load(Ordering::Relaxed), 0);
        assert_eq!(workers.cores.available_permits(), 1);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_the_core() {
        let workers = Workers::new(1);
        let failed = workers.run(|| -> () { panic!("on purpose") }).await.unwrap_err();
        assert_eq!(failed.kind, ErrorKind::Internal);
        assert_eq!(workers.run(|| 1).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn who_leaves_while_waiting_leaves_nothing_behind() {
        let workers = Workers::new(1);
        let held = acquire(&workers.cores).await.unwrap();
        let waited = tokio::time::timeout(std::time::Duration::from_millis(5), workers.run(|| ())).await;
        assert!(waited.is_err());
        assert_eq!(workers.waiting.load(Ordering::Relaxed), 0);
        drop(held);
        workers.run(|| ()).await.unwrap();
    }
}
