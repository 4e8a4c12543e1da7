//! The commands, one file each.

mod greeting;
mod import;
pub(crate) mod init;
mod serve;
mod signals;
mod system;
mod user;

use cytomine_api::edge::server::ServeError;
use cytomine_api::edge::ui::NoPage;

use crate::cli::Command;
use crate::config::{ConfigError, SecretError};

/// A command that failed, with cause and remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Secret(#[from] SecretError),
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
    #[error("Nothing was imported: see the reasons above")]
    NothingImported,
}

/// Runs one command to its end.
pub(crate) async fn run(command: Command) -> Result<(), RunError> {
    match command {
        Command::Serve(settings) => serve::serve(*settings).await,
        Command::Import(settings) => import::run(*settings).await,
        Command::User(command) => user::run(*command).await,
        Command::Init(settings) => Ok(init::run(&settings)?),
    }
}
