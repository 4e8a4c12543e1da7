//! Putting a backup in the place of the live database.
//!
//! Plan: everything that can fail is done before the live database is touched ([`prepare`]): the restored one is compared
//! with the manifest, brought to this program's schema, made to go on with ids and rights where the live one stopped,
//! and slides that are missing are put back from their copies. Then [`Ready::swap`] exchanges them: on PostgreSQL by
//! renaming in one transaction, on SQLite by renaming a file. The old database stays beside the new one.
//!
//! Interrupted before the exchange, a restore leaves the live database as it was, at worst closed to new sessions; the
//! next call opens it again. Interrupted after it, the next call finds the restored database in place and says so.

mod lite;
mod pg;

use std::path::PathBuf;

use cytomine_store::backup::check::{self, Carried};
use cytomine_store::{Db, schema};

use crate::fetch::SLIDE_LIST;
use crate::history::{self, Record};
use crate::{BackupError, Engine, Keys, Manifest, Place, SlidesMode, Target, copies, verify};

/// What to restore.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The system.
    pub place: Place,
    /// Directory that a backup was fetched into.
    pub from: PathBuf,
    /// PostgreSQL: the database that the dump was restored into.
    pub scratch: Option<String>,
    /// Directory of backups, for copies of slides.
    pub target: Option<PathBuf>,
    /// Opens those copies.
    pub keys: Keys,
}

/// A restore that can begin.
#[derive(Debug)]
pub struct Ready {
    /// The backup.
    pub manifest: Manifest,
    /// Slides that were put back.
    pub slides: u64,
    /// What people should know.
    pub notes: Vec<String>,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Lite(lite::Lite),
    Pg(pg::Pg),
    /// An earlier call did it.
    Done,
}

/// What a restore did.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The old database, where there was one.
    pub kept: Option<String>,
    /// An earlier call had done it already.
    pub already: bool,
}

/// Does all that leaves the live database alone.
///
/// # Errors
/// When the restored database is not as the manifest says, or something is missing; each names cause and remedy.
pub async fn prepare(restore: &Restore) -> Result<Ready, BackupError> {
    let manifest = Manifest::read(&restore.from)?;
    manifest.require(restore.place.engine(), i64::MAX)?;
    let (step, mut notes) = match restore.place.engine() {
        Engine::Sqlite => (Step::Lite(lite::prepare(restore, &manifest).await?), Vec::new()),
        Engine::Postgresql => pg::prepare(restore, &manifest).await?,
    };
    let mut slides = 0;
    if manifest.slides.mode == SlidesMode::Copy {
        match &restore.target {
            Some(target) => {
                let list = restore.from.join(SLIDE_LIST);
                let target = Target::open(target)?;
                let (put, lost) =
                    copies::put_back(&target, &restore.keys, &restore.place.data, &list).await?;
                slides = put;
                notes.extend(lost.into_iter().map(|lost| format!("a slide could not be put back: {lost}")));
            }
            None => {
                notes.push("slides were not looked at: name their copies with --backup-target".to_owned());
            }
        }
    }
    Ok(Ready { manifest, slides, notes, step })
}

impl Ready {
    /// Exchanges the databases. Takes a second or so and must not be broken off, though the next call can cope with it.
    ///
    /// # Errors
    /// When the exchange is refused; then the live database is as it was.
    pub async fn swap(self) -> Result<Restored, BackupError> {
        match self.step {
            Step::Lite(step) => step.swap().await,
            Step::Pg(step) => step.swap().await,
            Step::Done => Ok(Restored { kept: None, already: true }),
        }
    }
}

/// Compares a restored database with the manifest, and makes it ready to be the live one.
async fn make_ready(
    db: &Db,
    manifest: &Manifest,
    engine: Engine,
    live: Option<Live>,
) -> Result<(), BackupError> {
    let checks = verify::database(db, engine, manifest).await?;
    let wrong: Vec<String> = checks.into_iter().flat_map(|check| check.wrong).collect();
    if !wrong.is_empty() {
        return Err(BackupError::Check(wrong));
    }
    // Servers that run expect their own tables at once; one that starts would do the same.
    schema::migrate(db).await?;
    let live = live.unwrap_or_default();
    check::carry(db, live.carried).await?;
    history::carry(db, live.history, manifest).await
}

/// What must go on from the live database.
#[derive(Debug, Default)]
struct Live {
    carried: Carried,
    history: Vec<Record>,
}

/// What the live database says, if it can be read at all: it may be damaged, which is why somebody restores.
async fn live_of(db: Result<Db, BackupError>) -> Option<Live> {
    let db = db.ok()?;
    let live = async {
        Ok::<_, BackupError>(Live { carried: check::carried(&db).await?, history: history::all(&db).await? })
    };
    let live = live.await.ok();
    db.close().await;
    live
}
