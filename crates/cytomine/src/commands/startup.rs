//! Opening a system that others bring up at the same time: the database may be away, its tables may be old.
//!
//! Both are waited for, and meanwhile the checks of readiness tell what is waited for. Only what no waiting mends (a
//! wrong address, tables of a newer release) ends the start.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cytomine_api::edge::health::Check;
use cytomine_domain::opening::{self, Db, Fit, NotConnected, Opening};
use cytomine_domain::{DomainError, System};
use tokio::time::Instant;

use super::RunError;
use super::signals::Stopping;
use crate::cli::SystemSettings;
use crate::config::Migrate;

/// First pause between two attempts; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How often tables that are waited for are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How often the log repeats what is waited for.
const REPEAT: Duration = Duration::from_secs(30);

/// A start under way; clones share it.
#[derive(Clone)]
pub(super) struct Startup(Arc<Inner>);

struct Inner {
    opening: Opening,
    database: Mutex<Database>,
}

enum Database {
    /// Not open, and why.
    Awaited(String),
    Open(Db),
}

impl Startup {
    /// Opens what needs no waiting.
    pub(super) fn begin(settings: &SystemSettings) -> Result<Self, RunError> {
        let opening = Opening::begin(super::system::options(settings)?)?;
        let database = Mutex::new(Database::Awaited("not reached yet".to_owned()));
        Ok(Self(Arc::new(Inner { opening, database })))
    }

    /// What must work for this process to be ready.
    pub(super) fn checks(&self) -> Vec<Check> {
        vec![
            self.check("database", |startup| async move {
                match startup.database()? {
                    Some(db) => db.ping().await.map_err(|cause| cause.to_string()),
                    None => Ok(()),
                }
            }),
            self.check("schema", |startup| async move {
                let Ok(Some(db)) = startup.database() else {
                    return Err("not known before the database answers".to_owned());
                };
                let schema = opening::schema(&db).await.map_err(|cause| cause.to_string())?;
                schema.objection().map_or(Ok(()), Err)
            }),
            self.check("storage", |startup| async move {
                startup.0.opening.storage_readable().await.map_err(|cause| cause.to_string())
            }),
        ]
    }

    fn check<F, Fut>(&self, name: &'static str, run: F) -> Check
    where
        F: Fn(Self) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        let startup = self.clone();
        Check::new(name, move || run(startup.clone()))
    }

    /// The open database, or what is in the way.
    fn database(&self) -> Result<Option<Db>, String> {
        match &*self.state() {
            Database::Awaited(cause) => Err(cause.clone()),
            Database::Open(db) => Ok(Some(db.clone())),
        }
    }

    fn state(&self) -> MutexGuard<'_, Database> {
        // What is behind a poisoned lock is as good as any.
        self.0.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the system; `None` when the process shall stop before it is open.
    pub(super) async fn open(
        &self,
        migrate: Migrate,
        stopping: &Stopping,
    ) -> Result<Option<Arc<System>>, RunError> {
        tokio::select! {
            system = self.opened(migrate) => system.map(Some),
            () = stopping.requested() => {
                tracing::info!("stopped before the system was open");
                Ok(None)
            }
        }
    }

    async fn opened(&self, migrate: Migrate) -> Result<Arc<System>, RunError> {
        let await_it = |cause: &str| *self.state() = Database::Awaited(cause.to_owned());
        let db = loop {
            let db = reach(|| self.0.opening.connect(), await_it, None).await?;
            *self.state() = Database::Open(db.clone());
            match migrate {
                Migrate::OnStart => match opening::migrate(&db).await {
                    Ok(_) => break db,
                    // It went away between two questions.
                    Err(error) if error.passing => {
                        await_it(&error.to_string());
                        tokio::time::sleep(FIRST_PAUSE).await;
                    }
                    Err(error) => return Err(DomainError::from(error).into()),
                },
                Migrate::Wait => {
                    tables(&db).await?;
                    break db;
                }
            }
        };
        Ok(Arc::new(self.0.opening.finish(db)))
    }
}

/// Tries to open a database until it is open, or time is up, or trying is of no use.
pub(super) async fn reach<F, Fut>(
    connect: F,
    tell: impl Fn(&str),
    until: Option<Instant>,
) -> Result<Db, DomainError>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Db, NotConnected>>,
{
    let mut pause = FIRST_PAUSE;
    let mut told: Option<(String, Instant)> = None;
    loop {
        let cause = match connect().await {
            Ok(db) => {
                if told.is_some() {
                    tracing::info!("the database is reached");
                }
                return Ok(db);
            }
            Err(NotConnected { cause, passing: false }) => return Err(cause),
            Err(NotConnected { cause, .. }) if until.is_some_and(|until| Instant::now() >= until) => {
                return Err(cause);
            }
            Err(NotConnected { cause, .. }) => cause.to_string(),
        };
        tell(&cause);
        if told.as_ref().is_none_or(|(before, when)| *before != cause || when.elapsed() > REPEAT) {
            tracing::warn!(cause, "the database is not open yet; trying again");
            told = Some((cause, Instant::now()));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Waits until somebody has brought the tables up to date.
async fn tables(db: &Db) -> Result<(), DomainError> {
    let mut told = None::<Instant>;
    loop {
        match opening::schema(db).await {
            Ok(schema) => match schema.fit() {
                Fit::Usable => return Ok(()),
                Fit::Behind => {
                    if told.is_none_or(|when| when.elapsed() > REPEAT) {
                        let (found, needed) = (schema.found, schema.known);
                        tracing::warn!(found, needed, "waiting for `cytomine migrate`");
                        told = Some(Instant::now());
                    }
                }
                Fit::TooNew | Fit::Foreign(_) => {
                    return Err(DomainError::invalid(schema.objection().unwrap_or_default()));
                }
            },
            // It was there a moment ago; readiness tells that it is away.
            Err(cause) => tracing::warn!(%cause, "the version of the tables cannot be read; trying again"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn away(passing: bool) -> NotConnected {
        NotConnected { cause: DomainError::invalid("away"), passing }
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_two_seconds_and_every_failure_is_told() {
        let (tries, begun) = (AtomicUsize::new(0), Instant::now());
        let times = Mutex::new(Vec::new());
        let connect = || async {
            times.lock().unwrap().push(begun.elapsed().as_millis());
            tries.fetch_add(1, Ordering::Relaxed);
            Err(away(true))
        };
        let told = AtomicUsize::new(0);
        let tell = |cause: &str| {
            assert_eq!(cause, "away");
            told.fetch_add(1, Ordering::Relaxed);
        };
        let outcome = reach(connect, tell, Some(begun + Duration::from_secs(7))).await;
        assert!(outcome.is_err());
        assert_eq!(*times.lock().unwrap(), [0, 300, 900, 2100, 4100, 6100, 8100]);
        assert_eq!(told.load(Ordering::Relaxed), 6, "the last failure is the answer");
    }

    #[tokio::test(start_paused = true)]
    async fn what_no_waiting_mends_ends_it_at_once() {
        let tries = AtomicUsize::new(0);
        let connect = || async {
            tries.fetch_add(1, Ordering::Relaxed);
            Err(away(false))
        };
        assert!(reach(connect, |_| (), None).await.is_err());
        assert_eq!(tries.load(Ordering::Relaxed), 1);
    }
}
