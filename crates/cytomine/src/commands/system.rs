//! Opening the system that settings describe.

use std::sync::Arc;

use cytomine_domain::System;
use cytomine_domain::open::{Database, OpenOptions};

use super::RunError;
use crate::cli::SystemSettings;
use crate::config;

/// Opens it, and makes what is missing.
pub(super) async fn open(settings: &SystemSettings) -> Result<Arc<System>, RunError> {
    let database = match settings.database.database()? {
        config::Database::Sqlite => Database::Lite,
        config::Database::Postgres(url) => Database::Pg { url, password: settings.database.password()? },
    };
    let options = OpenOptions {
        data: settings.storage.data.clone(),
        database,
        key_file: settings.accounts.key_file.clone(),
    };
    Ok(Arc::new(System::open(options).await?))
}
