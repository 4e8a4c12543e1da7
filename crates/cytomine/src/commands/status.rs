//! `cytomine status`: how the system is, on one screen.

use cytomine_domain::opening::{self, Db, Fit, Schema};
use cytomine_domain::upkeep::{self, Counts, Facts, Last, Room};
use cytomine_model::Millis;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{RunError, system};
use crate::cli::{Status, SystemSettings};
use crate::config::Database;
use crate::say;

/// What is known; what cannot be known has its reason.
pub(super) struct Report {
    database: Result<DatabaseReport, String>,
    storage: Result<Room, String>,
}

struct DatabaseReport {
    facts: Facts,
    schema: Schema,
    /// What stands in the tables; `None` = they cannot be used.
    tables: Option<Tables>,
}

struct Tables {
    queue: Counts,
    backup: Option<Last>,
    drill: Option<Last>,
}

/// Prints the report; a system that cannot work is a failure.
pub(super) async fn run(settings: &Status) -> Result<(), RunError> {
    let report = Report::gather(&settings.system).await?;
    if settings.json {
        say::json(&report.json());
    } else {
        say::table(&format!("Cytomine {}", env!("CARGO_PKG_VERSION")), &report.rows());
    }
    if report.works() { Ok(()) } else { Err(RunError::NotWell) }
}

impl Report {
    /// Looks at everything, changing nothing.
    pub(super) async fn gather(settings: &SystemSettings) -> Result<Self, RunError> {
        let database = match known(settings) {
            Ok(()) => {
                let database = system::database(&settings.database)?;
                match opening::connect(&database, &settings.storage.data).await {
                    Ok(db) => {
                        let report = look(&db).await.map_err(|cause| cause.to_string());
                        db.close().await;
                        report
                    }
                    Err(error) => Err(error.to_string()),
                }
            }
            Err(cause) => Err(cause),
        };
        let data = &settings.storage.data;
        let storage = if data.is_dir() {
            upkeep::room(data).map_err(|cause| cause.to_string())
        } else {
            Err(no_directory(settings))
        };
        Ok(Self { database, storage })
    }

    /// Whether the system can work.
    fn works(&self) -> bool {
        let usable = self.database.as_ref().is_ok_and(|database| database.schema.fit() == Fit::Usable);
        usable && self.storage.is_ok()
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let (database, tables) = match &self.database {
            Ok(report) => (
                json!({
                    "ok": true,
                    "product": report.facts.product,
                    "bytes": report.facts.bytes,
                }),
                report.tables.as_ref(),
            ),
            Err(cause) => (json!({ "ok": false, "error": cause }), None),
        };
        let schema = self.database.as_ref().ok().map(|report| {
            let Schema { found, known, .. } = report.schema;
            json!({ "ok": report.schema.fit() == Fit::Usable, "version": found, "known": known })
        });
        let storage = match &self.storage {
            Ok(room) => json!({ "ok": true, "free": room.free, "total": room.total }),
            Err(cause) => json!({ "ok": false, "error": cause }),
        };
        json!({
            "ok": self.works(),
            "version": env!("CARGO_PKG_VERSION"),
            "database": database,
            "schema": schema,
            "queue": tables.map(|tables| json!({
                "waiting": tables.queue.waiting,
                "running": tables.queue.running,
                "failed": tables.queue.failed,
            })),
            "storage": storage,
            "lastBackup": tables.and_then(|tables| tables.backup.as_ref()).map(last_json),
            "lastDrill": tables.and_then(|tables| tables.drill.as_ref()).map(last_json),
        })
    }

    /// For people.
    fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        match &self.database {
            Ok(report) => {
                let size = bytes(u64::try_from(report.facts.bytes).unwrap_or(0));
                rows.push(("Database", format!("{}, {size}", report.facts.product)));
                let version = format!("version {}", report.schema.found);
                rows.push(("Schema", report.schema.objection().unwrap_or(version)));
                if let Some(tables) = &report.tables {
                    let Counts { waiting, running, failed } = tables.queue;
                    let queue = format!("{waiting} waiting, {running} running, {failed} failed in 7 days");
                    rows.push(("Queue", queue));
                    rows.push(("Last backup", last_text(tables.backup.as_ref())));
                    rows.push(("Last drill", last_text(tables.drill.as_ref())));
                }
            }
            Err(cause) => rows.push(("Database", cause.clone())),
        }
        rows.push((
            "Storage",
            match &self.storage {
                Ok(room) => format!("{} free of {}", bytes(room.free), bytes(room.total)),
                Err(cause) => cause.clone(),
            },
        ));
        rows
    }
}

/// Whether there is something to look at; SQLite would make what is missing.
pub(super) fn known(settings: &SystemSettings) -> Result<(), String> {
    let lite = matches!(settings.database.database(), Ok(Database::Sqlite));
    if lite && !settings.storage.data.join("cytomine.db").is_file() {
        return Err(no_directory(settings));
    }
    Ok(())
}

fn no_directory(settings: &SystemSettings) -> String {
    let data = settings.storage.data.display();
    format!("there is no system in {data}: start it with `cytomine serve`, or name its directory with --data")
}

async fn look(db: &Db) -> Result<DatabaseReport, cytomine_domain::DomainError> {
    let (facts, schema) = (upkeep::facts(db).await?, opening::schema(db).await?);
    let tables = match schema.fit() {
        Fit::Usable => Some(Tables {
            queue: upkeep::queue(db, system::clock().now()).await?,
            backup: upkeep::last_backup(db).await?,
            drill: upkeep::last_drill(db).await?,
        }),
        Fit::Behind | Fit::TooNew | Fit::Foreign(_) => None,
    };
    Ok(DatabaseReport { facts, schema, tables })
}

fn last_json(last: &Last) -> Value {
    json!({ "time": time(last.time), "name": last.name, "ok": last.error.is_none(), "error": last.error })
}

fn last_text(last: Option<&Last>) -> String {
    match last {
        None => "none".to_owned(),
        Some(Last { time: when, error: None, .. }) => format!("{}, went well", time(*when)),
        Some(Last { time: when, error: Some(cause), .. }) => format!("{}, failed: {cause}", time(*when)),
    }
}

/// A moment to the second, as people and programs read it.
pub(super) fn time(moment: Millis) -> String {
    Timestamp::from_second(moment.0.div_euclid(1000))
        .map_or_else(|_| "unknown".to_owned(), |time| time.to_string())
}

/// A number of bytes for people.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut size = count as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 || size >= 100.0 {
        format!("{size:.0} {}", UNITS[unit])
    } else {
        format!("{size:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_people() {
        for (count, text) in
            [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (200 << 20, "200 MiB"), (3 << 40, "3.0 TiB")]
        {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn what_went_wrong_last_is_said() {
        let last = |error: Option<&str>| Last {
            time: Millis(1_767_225_600_500),
            name: "x".to_owned(),
            error: error.map(str::to_owned),
        };
        assert_eq!(last_text(None), "none");
        assert_eq!(last_text(Some(&last(None))), "2026-01-01T00:00:00Z, went well");
        assert_eq!(last_text(Some(&last(Some("no room")))), "2026-01-01T00:00:00Z, failed: no room");
    }
}
