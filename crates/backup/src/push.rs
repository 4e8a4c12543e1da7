//! Making a backup.
//!
//! Plan: a snapshot of the database and the facts of the same moment are brought to the scratch directory (by `pg_dump`,
//! by a copy of the SQLite file, or by whoever gives `--dump`); both are sealed into a draft, together with the list of
//! slides; the draft is read back and gets its name; old backups go; the history is written.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cytomine_model::Millis;
use cytomine_store::Db;
use cytomine_store::backup::{TRANSIENT, snapshot};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::time::Instant;

use crate::facts::{Facts, Head};
use crate::history::{self, Kind, Record};
use crate::manifest::{Engine, SealedFile};
use crate::seal::{self, Keys, Sealer};
use crate::target::{Draft, Held};
use crate::{BackupError, Manifest, Place, Retention, SlidesMode, Target, blocking, copies, moment};
use cytomine_domain::open::Database;

/// The database in a backup.
pub(crate) const DATABASE: &str = "db.dump.zst.age";

/// The list of slides in a backup.
pub(crate) const SLIDES: &str = "slides.jsonl.zst.age";

/// What to back up, and how.
#[derive(Clone, Debug)]
pub struct Push {
    /// The system.
    pub place: Place,
    /// Directory of backups.
    pub target: PathBuf,
    /// What to encrypt with.
    pub keys: Keys,
    /// What becomes of the slides.
    pub slides: SlidesMode,
    /// What is kept.
    pub retention: Retention,
    /// Directory for the dump, which is as large as the database; absent: the system's temporary directory.
    pub scratch: Option<PathBuf>,
    /// Dump and facts that were made already.
    pub dump: Option<(PathBuf, PathBuf)>,
    /// Public address of the server, where it is known.
    pub server: Option<String>,
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// Its description.
    pub manifest: Manifest,
    /// How long it took.
    pub took: Duration,
    /// Backups that were removed.
    pub removed: Vec<String>,
    /// What did not go well and does not make the backup bad.
    pub warnings: Vec<String>,
}

/// Makes a backup. A failure is noted in the history too, if the database can be reached.
///
/// # Errors
/// Each names cause and remedy; nothing is left in the target then.
pub async fn push(push: Push) -> Result<Pushed, BackupError> {
    push.keys.require_lock()?;
    let begun = (push.place.clock.now(), Instant::now());
    let db = push.place.connect().await;
    let outcome = make(&push, db.as_ref().ok()).await;
    let record = match &outcome {
        Ok((manifest, _)) => history::found(&manifest.time, manifest.moment(), manifest.size()),
        Err(cause) => {
            Record { error: Some(cause.to_string()), ..history::found(&moment::name(begun.0), begun.0, 0) }
        }
    };
    let took = begun.1.elapsed();
    let record = Record { duration: i64::try_from(took.as_millis()).unwrap_or(i64::MAX), ..record };
    let noted = match &db {
        Ok(db) => history::note(db, &record).await.map_err(|cause| cause.to_string()),
        Err(cause) => Err(cause.to_string()),
    };
    let (manifest, mut warnings) = match outcome {
        Ok(outcome) => outcome,
        // Without --dump the database is needed, and why it cannot be reached says more.
        Err(cause) => return Err(if push.dump.is_none() { db.err().unwrap_or(cause) } else { cause }),
    };
    if let Err(cause) = noted {
        warnings.push(format!("the history of backups in the database could not be written: {cause}"));
    }
    let removed = prune(&push.target, push.retention, db.ok().as_ref(), push.place.clock.now()).await?;
    Ok(Pushed { manifest, took, removed, warnings })
}

/// Removes old backups and copies of slides that no backup needs, and makes the history in the database agree.
///
/// # Errors
/// When the target cannot be written.
pub async fn prune(
    target: &Path,
    retention: Retention,
    db: Option<&Db>,
    now: Millis,
) -> Result<Vec<String>, BackupError> {
    let target = Target::open(target)?;
    let work = target.clone();
    let removed = blocking(move || {
        let held = work.hold()?;
        let removed = held.prune(retention)?;
        copies::prune(&held)?;
        Ok(removed)
    })
    .await?;
    if let Some(db) = db
        && let Err(cause) = history::reconcile(db, &target, now).await
    {
        tracing::warn!(%cause, "the history of backups could not be brought up to date");
    }
    Ok(removed)
}

async fn make(push: &Push, db: Option<&Db>) -> Result<(Manifest, Vec<String>), BackupError> {
    let target = push.target.clone();
    let held = blocking(move || Target::make(&target)?.hold()).await?;
    // Removed with all it holds when this ends.
    let scratch = match &push.scratch {
        Some(folder) => tempfile::Builder::new().prefix("cytomine-backup-").tempdir_in(folder),
        None => tempfile::Builder::new().prefix("cytomine-backup-").tempdir(),
    };
    let folder = push.scratch.clone().unwrap_or_else(std::env::temp_dir);
    let scratch = scratch.map_err(BackupError::io("make a directory in", &folder))?;
    let (dump, facts) = match (&push.dump, db) {
        (Some(given), _) => given.clone(),
        (None, Some(db)) => snapshot_of(&push.place, db, scratch.path()).await?,
        (None, None) => return Err(BackupError::Usage("The database is needed for a backup without --dump")),
    };
    let push = push.clone();
    blocking(move || seal_all(&push, &held, &dump, &facts)).await
}

/// Brings the database and its facts to the directory.
async fn snapshot_of(place: &Place, db: &Db, scratch: &Path) -> Result<(PathBuf, PathBuf), BackupError> {
    let (dump, facts) = (scratch.join(place.engine().file()), scratch.join("facts.jsonl"));
    let file = std::fs::File::create_new(&facts).map_err(BackupError::io("write", &facts))?;
    let mut out = BufWriter::new(file);
    match snapshot::Snapshot::take(db).await? {
        Some(mut moment) => {
            pg_dump(place, moment.name(), scratch, &dump).await?;
            moment.write_facts(&mut out).await?;
        }
        None => snapshot::copy_lite(db, &dump, place.clock.now(), &mut out).await?,
    }
    out.flush().map_err(BackupError::io("write", &facts))?;
    Ok((dump, facts))
}

async fn pg_dump(place: &Place, moment: &str, scratch: &Path, to: &Path) -> Result<(), BackupError> {
    let Database::Pg { url, password, .. } = &place.database else {
        return Err(BackupError::Usage("pg_dump is for PostgreSQL"));
    };
    let mut command = Command::new("pg_dump");
    if let Some(password) = password {
        // A file, for what stands on the command line or in a variable others can read.
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = scratch.join("pgpass");
        let file = std::fs::File::options().create_new(true).write(true).mode(0o600).open(&path);
        let escaped = password.replace('\\', "\\\\").replace(':', "\\:");
        file.and_then(|mut file| writeln!(file, "*:*:*:*:{escaped}"))
            .map_err(BackupError::io("write", &path))?;
        command.env("PGPASSFILE", path);
    }
    command
        .args(["--no-password", "--format=custom", "--compress=0", "--no-owner", "--lock-wait-timeout=60s"])
        .args(TRANSIENT.map(|table| format!("--exclude-table-data=public.{table}")))
        .arg(format!("--snapshot={moment}"))
        .arg("--file")
        .arg(to)
        .arg(format!("--dbname={url}"))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    let missing = "install the client programs of PostgreSQL, of the server's version or newer, or make the dump \
                   elsewhere and give it by --dump and --facts";
    let mut running = command.spawn().map_err(|cause| BackupError::PgDump(format!("{cause}; {missing}")))?;
    let mut said = String::new();
    if let Some(stderr) = running.stderr.as_mut() {
        let _ = stderr.take(64 << 10).read_to_string(&mut said).await;
    }
    let status = running.wait().await.map_err(|cause| BackupError::PgDump(cause.to_string()))?;
    if status.success() {
        return Ok(());
    }
    let said = said.trim();
    Err(BackupError::PgDump(if said.is_empty() { status.to_string() } else { said.to_owned() }))
}

fn seal_all(
    push: &Push,
    held: &Held,
    dump: &Path,
    facts: &Path,
) -> Result<(Manifest, Vec<String>), BackupError> {
    let (Head { schema, time, tables }, mut facts) = Facts::open(facts)?;
    let engine = push.place.engine();
    check_dump(engine, dump)?;
    let mut warnings = Vec::new();
    let mut manifest = Manifest::new(engine, schema, free(held, time), push.server.clone(), push.slides);
    manifest.tables = tables;
    let draft = held.draft()?;
    let mut database = Sealer::create(&push.keys, &draft.folder.join(DATABASE), true)?;
    database.add_file(dump)?;
    manifest.files.push(database.finish()?);
    if push.slides != SlidesMode::None {
        let mut list = Sealer::create(&push.keys, &draft.folder.join(SLIDES), true)?;
        let listed = copies::list(
            &mut facts,
            push.slides,
            held,
            &push.keys,
            &push.place.data,
            &draft.folder,
            &mut list,
        )?;
        manifest.files.push(list.finish()?);
        manifest.slides.count = listed.count;
        manifest.slides.bytes = listed.bytes;
        manifest.slides.missing = listed.missing;
        match listed.missing {
            Some(0) => {}
            Some(missing) => warnings.push(format!(
                "{missing} slides are not in the storage as the database knows them: {}{}",
                listed.names.join(", "),
                if missing > listed.names.len() as u64 { ", ..." } else { "" }
            )),
            None => warnings
                .push("the slides were listed and not looked at: their storage is not at --data".to_owned()),
        }
    } else {
        while facts.file()?.is_some() {}
    }
    read_back(push, &draft, &manifest.files)?;
    draft.publish(&manifest)?;
    Ok((manifest, warnings))
}

/// The moment, moved on by seconds while another backup bears its name.
fn free(held: &Held, time: Millis) -> Millis {
    let mut time = time;
    while held.target().folder(&moment::name(time)).exists() {
        time = time.plus(Duration::from_secs(1));
    }
    time
}

/// Refuses what is no dump of that database.
fn check_dump(engine: Engine, dump: &Path) -> Result<(), BackupError> {
    use std::io::Read as _;
    let begins: &[u8] = match engine {
        Engine::Postgresql => b"PGDMP",
        Engine::Sqlite => b"SQLite format 3\0",
    };
    let mut found = vec![0; begins.len()];
    let mut file = std::fs::File::open(dump).map_err(BackupError::io("read", dump))?;
    match file.read_exact(&mut found) {
        Ok(()) if found == begins => Ok(()),
        _ => Err(BackupError::Damaged {
            path: dump.to_owned(),
            what: format!(
                "it is no {}",
                match engine {
                    Engine::Postgresql => "dump of `pg_dump --format=custom`",
                    Engine::Sqlite => "database of SQLite",
                }
            ),
        }),
    }
}

/// Opens what was sealed, where the keys are at hand; sums of the encrypted bytes are compared in any case.
fn read_back(push: &Push, draft: &Draft, files: &[SealedFile]) -> Result<(), BackupError> {
    if !push.keys.open_their_own() {
        return Ok(());
    }
    for file in files {
        let path = draft.folder.join(&file.name);
        let plain = (file.plain_size, file.plain_sha256.as_str());
        seal::unseal(&push.keys, &path, true, plain, &mut std::io::sink(), &path)?;
    }
    Ok(())
}

/// Notes the result of a drill.
pub(crate) async fn note_drill(
    db: &Db,
    name: &str,
    begun: Millis,
    took: Duration,
    error: Option<String>,
) -> Result<(), BackupError> {
    let record = Record {
        kind: Kind::Drill,
        duration: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
        error,
        ..history::found(name, begun, 0)
    };
    history::note(db, &record).await
}
