//! `cytomine restore`: puts a fetched backup in the place of the live database.

use cytomine_backup::restore;

use super::signals::Stopping;
use super::{RunError, backup};
use crate::cli::backup::Restore;
use crate::say;

/// Runs it.
pub(super) async fn run(settings: Restore) -> Result<(), RunError> {
    // From here on a signal does not kill: the exchange must not be broken off half-way.
    let stopping = Stopping::listen()?;
    let restore = restore::Restore {
        place: backup::place(&settings.storage, &settings.database.settings())?,
        from: settings.from_dir,
        scratch: settings.scratch,
        target: settings.target.target,
        keys: settings.phrase.keys(&[])?,
    };
    let ready = tokio::select! {
        ready = restore::prepare(&restore) => ready?,
        () = stopping.requested() => return Err(RunError::Stopped),
    };
    let (time, slides, notes) = (ready.manifest.time.clone(), ready.slides, ready.notes.clone());
    let restored = ready.swap().await?;
    let mut rows = Vec::new();
    if let Some(kept) = restored.kept {
        rows.push(("Kept", format!("the old database, as {kept}")));
    }
    if slides > 0 {
        rows.push(("Slides", format!("{slides} files put back")));
    }
    rows.extend(notes.into_iter().map(|note| ("Mind", note)));
    let heading = if restored.already {
        format!("The backup {time} was restored already; nothing changed")
    } else {
        format!("The backup {time} is restored")
    };
    say::table(&heading, &rows);
    Ok(())
}
