//! The commands, one file each.

mod admin;
mod backup;
mod doctor;
mod greeting;
mod import;
pub(crate) mod init;
mod migrate;
mod purge;
mod reload;
mod restore;
mod serve;
mod signals;
mod startup;
mod status;
mod system;
mod user;
mod verify;
mod worker;

use cytomine_api::edge::server::ServeError;
use cytomine_api::edge::ui::NoPage;

use crate::cli::{Cli, Command};
use crate::config::{ConfigError, KeyError, SecretError};
use crate::telemetry::Log;

/// A command that failed, with cause and remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Ui(#[from] NoPage),
    #[error("Signals cannot be received ({0}): this system does not let the program stop in an orderly way")]
    Signals(#[source] std::io::Error),
    #[error(transparent)]
    System(#[from] cytomine_domain::DomainError),
    #[error(transparent)]
    Init(#[from] init::InitError),
    #[error("The system is not well: see above")]
    NotWell,
    #[error("The support bundle cannot be written ({0}): choose another file with --bundle, or `-`")]
    Bundle(#[source] std::io::Error),
    #[error(transparent)]
    Backup(#[from] cytomine_backup::BackupError),
    #[error("The database or the slides differ from the backup: see above")]
    Differs,
    #[error("The result could not be noted: {0}")]
    NotNoted(String),
    #[error("Stopped before anything was changed: run it again")]
    Stopped,
    #[error("Nothing was imported: see the reasons above")]
    NothingImported,
}

/// Runs one command to its end.
pub(crate) async fn run(cli: Cli, log: Log) -> Result<(), RunError> {
    let Cli { config, command, settings: effective } = cli;
    if matches!(command, Command::Serve(_) | Command::Worker(_) | Command::Import(_) | Command::User(_)) {
        // What these write is the data: nobody else on this machine reads it, whoever started them.
        rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    }
    match command {
        Command::Serve(settings) => {
            reload::follow(config, settings.system.log.filter.clone(), log.clone());
            serve::serve(*settings, log).await
        }
        Command::Worker(settings) => {
            reload::follow(config, settings.system.log.filter.clone(), log.clone());
            worker::run(*settings, log).await
        }
        Command::Migrate(settings) => migrate::run(&settings).await,
        Command::Status(settings) => status::run(&settings).await,
        Command::Doctor(settings) => doctor::run(&settings, &effective).await,
        Command::Admin(command) => admin::run(&command).await,
        Command::Backup(command) => backup::run(*command).await,
        Command::Verify(settings) => verify::run(*settings).await,
        Command::Restore(settings) => restore::run(*settings).await,
        Command::Purge(settings) => purge::run(&settings).await,
        Command::Import(settings) => import::run(*settings).await,
        Command::User(command) => user::run(*command).await,
        Command::Init(settings) => Ok(init::run(&settings)?),
    }
}
