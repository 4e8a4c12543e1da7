//! Section `worker`: who works off the queue, and how much at a time.

use std::num::NonZeroUsize;

use clap::{ArgAction, Args};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Worker")]
pub(crate) struct WorkerSettings {
    /// Whether the server works off the queue itself; `false` where `cytomine worker` runs.
    #[arg(
        id = "worker.embedded",
        long = "worker-embedded",
        value_name = "BOOL",
        action = ArgAction::Set,
        default_value = "true"
    )]
    pub(crate) embedded: bool,
}

/// For whoever works off the queue.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Worker")]
pub(crate) struct ConcurrencySettings {
    /// Jobs at a time.
    #[arg(id = "worker.concurrency", long = "worker-concurrency", value_name = "N", default_value = "2")]
    pub(crate) jobs: NonZeroUsize,
}
