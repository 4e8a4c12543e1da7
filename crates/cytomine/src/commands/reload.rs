//! What is taken up without a restart when the settings file changes: what is logged.
//!
//! Certificates look after themselves. Everything else needs a start, as their settings say.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::layers;
use crate::telemetry::Log;

/// How often the file is looked at.
const INTERVAL: Duration = Duration::from_secs(5);

/// Follows the file for as long as the process runs; without a file there is nothing to follow.
pub(super) fn follow(file: Option<PathBuf>, filter: String, log: Log) {
    if let Some(file) = file {
        tokio::spawn(keep(file, filter, log));
    }
}

async fn keep(file: PathBuf, mut filter: String, log: Log) {
    let mut seen = stamp(&file).await;
    loop {
        tokio::time::sleep(INTERVAL).await;
        let now = stamp(&file).await;
        if now == seen {
            continue;
        }
        // The whole command line again: flags and variables still win over the file.
        let outcome = layers::load(std::env::args_os(), std::env::vars_os());
        let wanted = match outcome {
            Ok(cli) => cli.command.log().filter.clone(),
            Err(error) => {
                tracing::warn!(%error, "the settings file changed and cannot be used; what was set stays");
                seen = now;
                continue;
            }
        };
        seen = now;
        if wanted == filter {
            continue;
        }
        match log.set_filter(&wanted) {
            Ok(()) => {
                tracing::info!(filter = wanted, "the settings file changed what is logged");
                filter = wanted;
            }
            Err(error) => tracing::warn!(%error, "what is logged stays as it was"),
        }
    }
}

/// What tells one state of the file from the next, following links: Kubernetes swaps a link.
async fn stamp(file: &PathBuf) -> Option<(SystemTime, u64)> {
    let facts = tokio::fs::metadata(file).await.ok()?;
    Some((facts.modified().ok()?, facts.len()))
}
