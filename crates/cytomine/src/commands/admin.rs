//! `cytomine admin ...`: seldom needed steps.

use cytomine_domain::open::Database;
use cytomine_domain::{opening, upkeep};

use super::{RunError, system};
use crate::cli::{Admin, DropOld};
use crate::say;

/// Runs one of the commands.
pub(super) async fn run(command: &Admin) -> Result<(), RunError> {
    let Admin::DropOld(settings) = command;
    drop_old(settings).await
}

/// Drops what restores set aside.
async fn drop_old(settings: &DropOld) -> Result<(), RunError> {
    let dropped = match system::database(&settings.place.database)? {
        Database::Lite => upkeep::remove_set_aside(&settings.place.storage.data, settings.dry_run)?,
        database @ Database::Pg { .. } => {
            let db = opening::connect(&database, &settings.place.storage.data)
                .await
                .map_err(|error| error.cause)?;
            let dropped = upkeep::drop_set_aside(&db, settings.dry_run).await;
            db.close().await;
            dropped?
        }
    };
    if dropped.is_empty() {
        say::line("There is no database that a restore set aside");
    }
    let word = if settings.dry_run { "would drop" } else { "dropped" };
    for name in dropped {
        say::line(&format!("{word} {name}"));
    }
    Ok(())
}
