//! On a PostgreSQL server: databases change places by renaming.

use std::sync::Arc;
use std::time::Duration;

use cytomine_domain::Clock;
use cytomine_domain::open::Database;
use cytomine_model::Millis;
use cytomine_store::Db;
use cytomine_store::backup::swap::{CLOSED, SCRATCH, Server, address_of};

use super::{Restore, Restored, Step, live_of, make_ready};
use crate::{BackupError, Engine, Manifest, moment};

/// Longest wait for sessions to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest name of a database.
const LONGEST: usize = 63;

#[derive(Debug)]
pub(super) struct Pg {
    server: Server,
    scratch: String,
    note: String,
    clock: Arc<dyn Clock>,
}

/// Checks the restored database and makes it ready; finds what an interrupted restore left.
pub(super) async fn prepare(
    restore: &Restore,
    manifest: &Manifest,
) -> Result<(Step, Vec<String>), BackupError> {
    let Database::Pg { url, password, connections } = &restore.place.database else {
        return Err(BackupError::Usage("PostgreSQL is meant, and the settings name SQLite"));
    };
    let password = password.as_deref();
    let Some(scratch) = &restore.scratch else {
        return Err(BackupError::Usage(
            "Name the database that the dump was restored into with --database (`pg_restore` first)",
        ));
    };
    let note = format!("restored from the backup {}", manifest.time);
    let mut notes = Vec::new();
    let mut server = Server::connect(url, password).await?;
    let live = server.live().to_owned();
    if *scratch == live {
        return Err(BackupError::NotScratch(format!(
            "{live} is the live database: name the one that the dump was restored into"
        )));
    }
    let found_live = server.find(&live).await?;
    if found_live.as_ref().is_some_and(|found| !found.open && found.comment.as_deref() == Some(CLOSED)) {
        server.reopen_live().await?;
        notes.push("a restore that was interrupted had closed the database; it is open again".to_owned());
    }
    match server.find(scratch).await? {
        Some(found) if found.comment.as_deref() == Some(SCRATCH) => {}
        Some(_) => {
            return Err(BackupError::NotScratch(format!(
                "The database {scratch} was not made for a restore. If it was, say so: \
                 COMMENT ON DATABASE \"{scratch}\" IS '{SCRATCH}'"
            )));
        }
        None => {
            let done = found_live.and_then(|found| found.comment);
            if done == Some(format!("cytomine: {note}")) {
                return Ok((Step::Done, notes));
            }
            return Err(BackupError::NotScratch(format!(
                "There is no database {scratch}: make it and run pg_restore first (files/restore.sh of the chart does)"
            )));
        }
    }
    let carried = live_of(Db::connect_pg(url, password, *connections).await.map_err(Into::into)).await;
    let db = Db::connect_pg(&address_of(url, scratch), password, *connections).await?;
    let ready = make_ready(&db, manifest, Engine::Postgresql, carried).await;
    db.close().await;
    ready?;
    let clock = Arc::clone(&restore.place.clock);
    Ok((Step::Pg(Pg { server, scratch: scratch.clone(), note, clock }), notes))
}

impl Pg {
    pub(super) async fn swap(mut self) -> Result<Restored, BackupError> {
        let live = self.server.live().to_owned();
        let kept = self.server.find(&live).await?.map(|_| kept_name(&live, self.clock.now()));
        if kept.is_some() {
            self.server.close_live().await?;
        }
        let outcome = self.exchange(&live, kept.as_deref()).await;
        if outcome.is_err() && kept.is_some() {
            self.server.reopen_live().await?;
        }
        outcome?;
        // The exchange is done; how the connection ends does not matter.
        let _ = self.server.disconnect().await;
        Ok(Restored { kept, already: false })
    }

    async fn exchange(&mut self, live: &str, kept: Option<&str>) -> Result<(), BackupError> {
        for database in [live, &self.scratch] {
            let roles = self.server.end_sessions(database, PATIENCE).await?;
            if !roles.is_empty() {
                return Err(BackupError::Sessions { database: database.to_owned(), roles });
            }
        }
        Ok(self.server.exchange(&self.scratch, kept, &self.note).await?)
    }
}

/// `cytomine_before_restore_20261124t021700z`: names in lower case need no quotes.
fn kept_name(live: &str, now: Millis) -> String {
    let time = moment::name(now).replace('-', "").to_lowercase();
    let end = format!("_before_restore_{time}");
    let mut begin = live;
    while begin.len() + end.len() > LONGEST {
        let mut letters = begin.chars();
        letters.next_back();
        begin = letters.as_str();
    }
    format!("{begin}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_old_database_fits() {
        let now = moment::parse("2026-11-24T02-17-00Z").unwrap();
        assert_eq!(kept_name("cytomine", now), "cytomine_before_restore_20261124t021700z");
        assert_eq!(kept_name(&"é".repeat(40), now).len(), 62);
    }
}
