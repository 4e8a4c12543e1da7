//! `cytomine backup ...`: makes, lists, fetches and prunes backups.

use std::time::Duration;

use cytomine_backup::history::{self, Kind, Record};
use cytomine_backup::{Place, Target, fetch, moment, push};
use serde_json::{Value, json};

use super::{RunError, system};
use crate::cli::backup::{Backup, Fetch, List, Prune, Push};
use crate::config::{DatabaseSettings, StorageSettings};
use crate::say;

/// Lines of the history that are shown.
const SHOWN: u32 = 200;

/// Runs one of the commands.
pub(super) async fn run(command: Backup) -> Result<(), RunError> {
    match command {
        Backup::Push(settings) => make(settings).await,
        Backup::List(settings) => list(&settings).await,
        Backup::Fetch(settings) => get(settings).await,
        Backup::Prune(settings) => prune(&settings).await,
    }
}

/// Where the system is.
pub(super) fn place(storage: &StorageSettings, database: &DatabaseSettings) -> Result<Place, RunError> {
    Ok(Place { data: storage.data.clone(), database: system::database(database)?, clock: system::clock() })
}

async fn make(settings: Push) -> Result<(), RunError> {
    let keys = settings.phrase.keys(&settings.push.recipients)?;
    let pushed = push::push(push::Push {
        place: place(&settings.place.storage, &settings.place.database)?,
        target: settings.target.required()?,
        keys,
        slides: settings.push.slides.into(),
        retention: settings.retention.rule(),
        scratch: settings.push.scratch,
        dump: settings.dump.zip(settings.facts),
        server: settings.public_url,
    })
    .await?;
    for warning in &pushed.warnings {
        tracing::warn!("{warning}");
    }
    let manifest = &pushed.manifest;
    if settings.json {
        say::json(&json!({
            "name": manifest.time,
            "size": manifest.size(),
            "seconds": pushed.took.as_secs_f64(),
            "tables": manifest.tables.len(),
            "rows": manifest.tables.iter().map(|table| table.rows).sum::<i64>(),
            "slides": manifest.slides,
            "removed": pushed.removed,
            "warnings": pushed.warnings,
        }));
        return Ok(());
    }
    let rows: i64 = manifest.tables.iter().map(|table| table.rows).sum();
    let mut shown = vec![
        ("Name", manifest.time.clone()),
        ("Size", size(manifest.size())),
        ("Database", format!("{} tables with {rows} rows", manifest.tables.len())),
        ("Slides", format!("{} files, {}", manifest.slides.count, size(manifest.slides.bytes))),
        ("Took", seconds(pushed.took)),
    ];
    if !pushed.removed.is_empty() {
        shown.push(("Removed", pushed.removed.join(", ")));
    }
    shown.extend(pushed.warnings.iter().map(|warning| ("Mind", warning.clone())));
    say::table("Backup made and read back", &shown);
    Ok(())
}

async fn list(settings: &List) -> Result<(), RunError> {
    let (records, drills) = match history_of(settings).await {
        Ok(history) => history,
        Err(cause) => {
            let Some(target) = &settings.target.target else { return Err(cause) };
            tracing::warn!("{cause}; this is what the target holds");
            (history::of_target(&Target::open(target)?)?, Vec::new())
        }
    };
    let there: Vec<&Record> = records.iter().filter(|record| record.removed.is_none()).collect();
    if settings.json {
        let backups: Vec<Value> = there.iter().map(|record| as_json(record)).collect();
        let drills: Vec<Value> = drills.iter().map(as_json).collect();
        say::json(&json!({ "backups": backups, "drills": drills }));
        return Ok(());
    }
    let rows: Vec<(&str, String)> = there
        .iter()
        .map(|record| {
            let took = seconds(Duration::from_millis(u64::try_from(record.duration).unwrap_or(0)));
            let good = || format!("{}, {took}", size(u64::try_from(record.size).unwrap_or(0)));
            (
                record.name.as_str(),
                record.error.as_ref().map_or_else(good, |cause| format!("failed: {cause}")),
            )
        })
        .collect();
    say::table(if rows.is_empty() { "No backups yet" } else { "Backups, newest first" }, &rows);
    if let Some(drill) = drills.first() {
        let result = drill.error.as_ref().map_or("went well".to_owned(), |cause| format!("failed: {cause}"));
        say::line(&format!("  Last drill {} with {}: {result}", moment::name(drill.time), drill.name));
    }
    Ok(())
}

/// Backups and drills, newest first.
async fn history_of(settings: &List) -> Result<(Vec<Record>, Vec<Record>), RunError> {
    let db = place(&settings.place.storage, &settings.place.database)?.connect().await?;
    let both = async {
        let made = history::newest(&db, Kind::Push, SHOWN).await?;
        Ok((made, history::newest(&db, Kind::Drill, SHOWN).await?))
    };
    let both = both.await;
    db.close().await;
    both
}

fn as_json(record: &Record) -> Value {
    json!({
        "name": record.name,
        "time": record.time,
        "size": record.size,
        "duration": record.duration,
        "result": if record.error.is_none() { "ok" } else { "failed" },
        "error": record.error,
    })
}

async fn get(settings: Fetch) -> Result<(), RunError> {
    let keys = settings.phrase.keys(&[])?;
    let target = settings.target.required()?;
    let fetched = fetch::fetch(target, settings.from, settings.into, keys).await?;
    let rows: Vec<(&str, String)> =
        fetched.files.iter().map(|file| ("", file.display().to_string())).collect();
    say::table(&format!("The backup {} is whole and fetched", fetched.manifest.time), &rows);
    Ok(())
}

async fn prune(settings: &Prune) -> Result<(), RunError> {
    let target = settings.target.required()?;
    let db = place(&settings.place.storage, &settings.place.database)?.connect().await;
    let removed =
        push::prune(&target, settings.retention.rule(), db.as_ref().ok(), system::clock().now()).await?;
    if let Err(cause) = db {
        tracing::warn!("the history in the database does not know of this: {cause}");
    }
    let rows: Vec<(&str, String)> = removed.iter().map(|name| ("", name.clone())).collect();
    say::table(if rows.is_empty() { "All backups are kept" } else { "Removed" }, &rows);
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut shown = bytes as f64;
    while shown >= 1024.0 && unit + 1 < UNITS.len() {
        shown /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{shown:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_readable() {
        for (bytes, text) in [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 40, "5.0 TiB")] {
            assert_eq!(size(bytes), text);
        }
    }
}
