//! `cytomine purge`: removes for good what was deleted long ago, whether the server runs or not.

use std::time::Duration;

use cytomine_domain::{purge, sweep};

use super::{RunError, system};
use crate::cli::Purge;
use crate::say;

/// Removes it, or says what would go.
pub(super) async fn run(settings: &Purge) -> Result<(), RunError> {
    let system = system::open(&settings.system).await?;
    let kept = Duration::from_secs(u64::from(settings.older_than) * 86_400);
    let purged = if settings.dry_run {
        Some(purge::preview(&system, kept).await?)
    } else {
        purge::run(&system, kept).await?
    };
    let Some(purged) = purged else {
        say::line("Another process is at it already");
        return Ok(());
    };
    if !settings.dry_run {
        sweep::regularly(&system).await?;
    }
    let mut rows: Vec<(&str, String)> =
        purged.rows.iter().map(|(kind, rows)| (kind.as_str(), format!("{rows} rows"))).collect();
    rows.push(("commands", format!("{} can be undone no more", purged.commands)));
    rows.push(("files", format!("{} bytes", purged.bytes)));
    let days = settings.older_than;
    let heading = if settings.dry_run {
        format!("Would remove what was deleted more than {days} days ago, at most")
    } else {
        format!("Removed what was deleted more than {days} days ago")
    };
    say::table(&heading, &rows);
    Ok(())
}
