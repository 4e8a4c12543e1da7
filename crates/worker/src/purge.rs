//! The daily purge.

use std::sync::Arc;
use std::time::Duration;

use cytomine_domain::{System, purge, random};

/// Time from one purge to the next.
const EVERY: Duration = Duration::from_secs(86_400);

/// The first one comes between these after the start, so that the processes of a system do not all begin at once.
const FIRST: std::ops::Range<u64> = 60..3_600;

/// Purges once a day for ever. Broken off, it has left whole rows; the next one goes on.
pub(crate) async fn daily(system: Arc<System>) {
    let jitter = random::number() % (FIRST.end - FIRST.start);
    tokio::time::sleep(Duration::from_secs(FIRST.start + jitter)).await;
    loop {
        match purge::run(&system, purge::KEPT).await {
            Ok(Some(purged)) if !purged.is_nothing() => {
                let rows: u64 = purged.rows.iter().map(|(_, rows)| rows).sum();
                tracing::info!(rows, bytes = purged.bytes, "removed for good what was deleted 30 days ago");
            }
            Ok(_) => {}
            Err(cause) => {
                tracing::error!(%cause, "what was deleted long ago could not be removed; trying again tomorrow");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
