//! What a process of the system does between opening it and its first request.

use cytomine_model::{ErrorKind, UserId};
use cytomine_store as store;
use cytomine_store::blobs::Claim;

use crate::{DomainError, System, sweep};

/// What is sealed for others to open.
const WORD: &str = "cytomine";

/// Held for as long as the process serves.
#[derive(Debug)]
pub struct Serving(#[allow(dead_code, reason = "its end gives the data directory back")] Option<Claim>);

/// Makes sure that this process may serve the system, and tidies what dead ones left. On SQLite one process serves a
/// data directory; on PostgreSQL any number share one database, one folder of slides and one server key.
///
/// # Errors
/// When another server uses the SQLite database, the server key is not that of the others, or disk or database fail.
pub async fn serving(system: &System) -> Result<Serving, DomainError> {
    let claim = match system.db {
        store::Db::Lite { .. } => Some(system.blobs.claim()?),
        store::Db::Pg(_) => {
            agree_on_key(system).await?;
            None
        }
    };
    sweep::at_start(system).await?;
    Ok(Serving(claim))
}

/// Makes sure that this process has the server key that the others have, or had.
///
/// # Errors
/// When it has another one: the keys of clients would open here or there, but not everywhere.
pub async fn agree_on_key(system: &System) -> Result<(), DomainError> {
    let nobody = UserId(0);
    let mut unit = system.begin_as(nobody).await?;
    let word = store::server_key::first_word(&mut unit.tx, &system.key.seal(nobody, WORD)).await?;
    unit.finish(system).await?;
    match system.key.open(nobody, &word) {
        Ok(word) if word == WORD => Ok(()),
        _ => Err(DomainError::new(
            ErrorKind::Unavailable,
            "This server key is not the one that the database was set up with, so the keys of its clients would not \
             open. Give every server the first key again with --key-file. If that is lost, empty the table \
             `server_key` and make the keys of clients anew with `cytomine user keys NAME --rotate`",
        )),
    }
}
