//! Comparing a database and its slides with a backup.

use std::path::{Path, PathBuf};

use cytomine_slide::{Area, Limits, Output, Slide};
use cytomine_store::backup::check;
use cytomine_store::backup::facts::{self, NamedFile, TableFacts};
use cytomine_store::{Blobs, Db, schema};

use crate::manifest::Table;
use crate::{BackupError, Manifest, Place, blocking, copies, push, seal};

/// Files that are asked for at a time.
const PAGE: i64 = 1000;

/// Names that are told of those that fail a check.
const TOLD: usize = 5;

/// What to compare.
#[derive(Clone, Debug)]
pub struct Verify {
    /// The system.
    pub place: Place,
    /// The manifest, or a directory that holds one.
    pub against: PathBuf,
    /// How many slides are read as a sample; 0 = slides are not looked at.
    pub slides: u32,
    /// Where the result is noted as a drill: a database, or none.
    pub record: Option<cytomine_domain::open::Database>,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What.
    pub name: &'static str,
    /// What was found, for people.
    pub found: String,
    /// What is wrong; empty = nothing.
    pub wrong: Vec<String>,
}

/// The result.
#[derive(Clone, Debug)]
pub struct Report {
    /// Name of the backup.
    pub backup: String,
    /// What was checked.
    pub checks: Vec<Checked>,
    /// Why the result could not be noted.
    pub not_noted: Option<String>,
}

impl Report {
    /// All that is wrong.
    pub fn wrong(&self) -> Vec<String> {
        self.checks.iter().flat_map(|check| check.wrong.clone()).collect()
    }
}

/// Compares, and notes the result where that is asked for.
///
/// # Errors
/// When something could not be compared; what differs stands in the report.
pub async fn verify(verify: Verify) -> Result<Report, BackupError> {
    let (begun, clock) = (verify.place.clock.now(), tokio::time::Instant::now());
    let manifest = Manifest::read(&verify.against)?;
    let outcome = run(&verify, &manifest).await;
    let mut not_noted = None;
    if let Some(database) = &verify.record {
        let error = match &outcome {
            Ok(checks) => {
                let wrong: Vec<String> = checks.iter().flat_map(|check| check.wrong.clone()).collect();
                (!wrong.is_empty()).then(|| wrong.join("; "))
            }
            Err(cause) => Some(cause.to_string()),
        };
        let place = Place { database: database.clone(), ..verify.place.clone() };
        let noted = async {
            let db = place.connect().await?;
            let noted = push::note_drill(&db, &manifest.time, begun, clock.elapsed(), error).await;
            db.close().await;
            noted
        };
        not_noted = noted.await.err().map(|cause| cause.to_string());
    }
    Ok(Report { backup: manifest.time, checks: outcome?, not_noted })
}

async fn run(verify: &Verify, manifest: &Manifest) -> Result<Vec<Checked>, BackupError> {
    let db = verify.place.connect().await?;
    let mut checks = database(&db, verify.place.engine(), manifest).await?;
    if verify.slides > 0 {
        checks.extend(slides(&db, &verify.place.data, verify.slides).await?);
    }
    db.close().await;
    Ok(checks)
}

/// Checks the rows of a database.
pub(crate) async fn database(
    db: &Db,
    engine: crate::Engine,
    manifest: &Manifest,
) -> Result<Vec<Checked>, BackupError> {
    let schema = schema::state(db).await?;
    // A program works on the schema after its own too, so that the release before an upgrade can come back.
    manifest.require(engine, schema.known + 1)?;
    let mut wrong = Vec::new();
    if schema.found != manifest.schema {
        wrong.push(format!("the database has schema {}, the backup {}", schema.found, manifest.schema));
    }
    let schema = Checked { name: "schema", found: format!("version {}", schema.found), wrong };
    let found = if schema.wrong.is_empty() { facts::tables(db).await? } else { Vec::new() };
    let rows: i64 = found.iter().map(|table| table.rows).sum();
    let wrong = if schema.wrong.is_empty() { differences(&manifest.tables, &found) } else { Vec::new() };
    let tables = Checked { name: "tables", found: format!("{} with {rows} rows", found.len()), wrong };
    let keys =
        Checked { name: "references", found: "all rows".to_owned(), wrong: check::dangling(db).await? };
    let behind = check::ids_behind(db).await?;
    let wrong = behind.map(|id| format!("the next id would be below {id}, which is taken")).into_iter();
    let ids = Checked { name: "ids", found: "next is free".to_owned(), wrong: wrong.collect() };
    Ok(vec![schema, tables, keys, ids])
}

/// What differs between the tables of a backup and those of a database.
pub(crate) fn differences(expected: &[Table], found: &[TableFacts]) -> Vec<String> {
    let mut wrong = Vec::new();
    for table in expected {
        match found.iter().find(|one| one.table == table.name) {
            None => wrong.push(format!("the table {} is missing", table.name)),
            Some(one) if one.rows != table.rows => {
                wrong.push(format!(
                    "the table {} has {} rows, the backup {}",
                    table.name, one.rows, table.rows
                ));
            }
            Some(one) if one.hash != table.hash => {
                wrong.push(format!("rows of the table {} differ from the backup", table.name));
            }
            Some(_) => {}
        }
    }
    for one in found.iter().filter(|one| expected.iter().all(|table| table.name != one.table)) {
        wrong.push(format!("the table {} is not in the backup", one.table));
    }
    wrong
}

/// Looks for all living files by size, and reads a sample.
async fn slides(db: &Db, data: &Path, count: u32) -> Result<[Checked; 2], BackupError> {
    if !Blobs::folder_in(data).is_dir() {
        return Err(BackupError::Missing {
            path: Blobs::folder_in(data),
            remedy: "mount the slides at --data, or leave them out with --slides 0",
        });
    }
    let (mut after, mut seen, mut missing) = (0, 0_u64, Vec::new());
    loop {
        let page = facts::files(db, true, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        seen += page.len() as u64;
        let data = data.to_owned();
        missing.extend(
            blocking(move || {
                let lost = page.into_iter().filter(|(_, file)| !copies::present(&data, file));
                Ok(lost.map(|(_, file)| file.key).collect::<Vec<_>>())
            })
            .await?,
        );
    }
    let mut wrong = Vec::new();
    if !missing.is_empty() {
        let named = missing.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
        let more = if missing.len() > TOLD { ", ..." } else { "" };
        wrong.push(format!("{} slide files are missing or have another size: {named}{more}", missing.len()));
    }
    let files = Checked { name: "slide files", found: format!("{seen} looked for"), wrong };
    let sample = facts::sample(db, i64::from(count)).await?;
    let data = data.to_owned();
    let read = blocking(move || {
        let wrong = sample.iter().filter_map(|file| readable(&data, file).err()).collect();
        Ok(Checked { name: "slides", found: format!("{} read, a tile of each drawn", sample.len()), wrong })
    });
    Ok([files, read.await?])
}

/// Reads a slide whole and draws its smallest tile.
fn readable(data: &Path, file: &NamedFile) -> Result<(), String> {
    let failed = |what: String| format!("{}: {what}", file.key);
    let path = copies::stored(data, file).ok_or_else(|| failed("no name of a stored file".to_owned()))?;
    let (_, sha256) = seal::sums(&path).map_err(|cause| failed(cause.to_string()))?;
    if sha256 != file.sha256 {
        return Err(failed("its bytes are not those that were stored".to_owned()));
    }
    let slide = Slide::open_path(&path, &Limits::default()).map_err(|cause| failed(cause.to_string()))?;
    let tile = slide.render(&Area::Normalized { zoom: 0, tx: 0, ty: 0 }.into(), Output::Png);
    tile.map(|_| ()).map_err(|cause| failed(cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_is_told_once() {
        let table =
            |name: &str, rows, hash: &str| Table { name: name.to_owned(), rows, hash: hash.to_owned() };
        let fact =
            |name: &str, rows, hash: &str| TableFacts { table: name.to_owned(), rows, hash: hash.to_owned() };
        let expected = [table("a", 1, "x"), table("b", 1, "x"), table("c", 1, "x"), table("d", 1, "x")];
        let found = [fact("a", 1, "x"), fact("b", 2, "y"), fact("c", 1, "y"), fact("e", 0, "0")];
        assert_eq!(
            differences(&expected, &found),
            [
                "the table b has 2 rows, the backup 1",
                "rows of the table c differ from the backup",
                "the table d is missing",
                "the table e is not in the backup",
            ]
        );
    }
}
