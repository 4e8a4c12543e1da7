//! Whether a worker is at work, for readiness.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Longest time between two looks at the queue; a worker looks once a second.
const OVERDUE: Duration = Duration::from_secs(15);

/// When a worker last looked at the queue; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Mutex<Option<Instant>>>);

impl Pulse {
    /// The queue was read just now.
    pub(crate) fn beat(&self) {
        // What is behind a poisoned lock is as good as any.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether the worker looks at the queue.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn check(&self) -> Result<(), String> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Err("the queue has not been read yet".to_owned()),
            Some(last) if last.elapsed() > OVERDUE => {
                Err(format!("the queue was last read {} s ago: see the log", last.elapsed().as_secs()))
            }
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_never_read_the_queue_is_not_at_work() {
        let pulse = Pulse::default();
        assert!(pulse.check().is_err());
        pulse.beat();
        assert_eq!(pulse.check(), Ok(()));
        if let Some(long_ago) = Instant::now().checked_sub(OVERDUE * 2) {
            *pulse.0.lock().unwrap() = Some(long_ago);
            assert!(pulse.check().unwrap_err().contains("30 s ago"));
        }
    }
}
