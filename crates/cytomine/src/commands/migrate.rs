//! `cytomine migrate`: brings the tables up to date, for systems whose servers do not do it themselves.

use std::time::Duration;

use cytomine_domain::{DomainError, opening};
use serde_json::json;
use tokio::time::Instant;

use super::{RunError, startup, system};
use crate::cli::MigrateTables;
use crate::say;

/// Applies what waits, and says from which version to which.
pub(super) async fn run(settings: &MigrateTables) -> Result<(), RunError> {
    let database = system::database(&settings.place.database)?;
    let until = Instant::now() + Duration::from_secs(settings.wait);
    let connect = || opening::connect(&database, &settings.place.storage.data);
    let db = startup::reach(connect, |_| (), Some(until)).await?;
    let migrated = opening::migrate(&db).await;
    db.close().await;
    let migrated = migrated.map_err(DomainError::from)?;
    if settings.json {
        say::json(&json!({ "from": migrated.from, "to": migrated.to }));
    } else if migrated.from == migrated.to {
        say::line(&format!("The tables have version {} already", migrated.to));
    } else {
        say::line(&format!("The tables were brought from version {} to {}", migrated.from, migrated.to));
    }
    Ok(())
}
