//! Opening the system that settings describe, for commands that do not wait for it.

use std::sync::Arc;

use cytomine_domain::open::{Database, OpenOptions};
use cytomine_domain::opening::{self, Opening};
use cytomine_domain::{Clock, DomainError, System, SystemClock, account, applied};

use super::RunError;
use crate::cli::SystemSettings;
use crate::config::{self, AccountSettings, DatabaseSettings, Migrate};

/// Opens it, and makes what is missing.
pub(super) async fn open(settings: &SystemSettings) -> Result<Arc<System>, RunError> {
    let opening = Opening::begin(options(settings)?)?;
    let db = opening.connect().await.map_err(|error| error.cause)?;
    match settings.database.migrate {
        Migrate::OnStart => {
            opening::migrate(&db).await.map_err(DomainError::from)?;
        }
        Migrate::Wait => {
            if let Some(objection) = opening::schema(&db).await?.objection() {
                return Err(DomainError::invalid(objection).into());
            }
        }
    }
    Ok(Arc::new(opening.finish(db)))
}

/// Where the parts of the system are.
pub(super) fn options(settings: &SystemSettings) -> Result<OpenOptions, RunError> {
    Ok(OpenOptions {
        data: settings.storage.data.clone(),
        database: database(&settings.database)?,
        key_file: settings.accounts.key_file.clone(),
        clock: clock(),
    })
}

/// What tells the time to everything below: the machine's clock.
pub(super) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Where the database is.
pub(super) fn database(settings: &DatabaseSettings) -> Result<Database, RunError> {
    Ok(match settings.database()? {
        config::Database::Sqlite => Database::Lite,
        config::Database::Postgres(url) => {
            Database::Pg { url, password: settings.password()?, connections: settings.pool_size }
        }
    })
}

/// Makes the account `admin` where there is none, and gives it what files hold for it. The password is returned when it
/// was made up: the only time anybody sees it.
pub(super) async fn ensure_admin(
    system: &System,
    settings: &AccountSettings,
) -> Result<Option<String>, RunError> {
    let (password, keys) = (settings.admin_password()?, settings.admin_keys()?);
    let made_up = account::ensure_admin(system, password.clone()).await?;
    if let Some(password) = password
        && applied::admin_password(system, &password).await?
    {
        tracing::info!("the account admin has the password of --admin-password-file now; its sessions ended");
    }
    if let Some(keys) = keys
        && applied::admin_keys(system, &keys).await?
    {
        tracing::info!("the account admin has the keys of --admin-keys-dir now");
    }
    Ok(made_up)
}
