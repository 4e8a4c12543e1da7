//! Queued jobs: rows of a table, taken by a worker under a lease.

use crate::{JobId, Millis};

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: JobId,
    /// Name of the job: which code runs it.
    pub kind: String,
    /// The queue it waits in.
    pub queue: String,
    /// Higher ones are taken first.
    pub priority: i32,
    /// Its arguments as JSON.
    pub payload: String,
    /// How far it got.
    pub state: JobState,
    /// How often it was taken.
    pub attempts: i32,
    /// Not taken earlier, since an attempt failed.
    pub not_before: Millis,
    /// Until when its taker owns it.
    pub lease_until: Option<Millis>,
    /// Cause of the last failure.
    pub error: Option<String>,
}

/// State of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waits for a worker (again, when its lease ran out).
    Queued,
    /// A worker holds the lease.
    Running,
    /// Ended well.
    Done,
    /// Ended badly, for good.
    Failed,
}

impl JobState {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// From what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}
