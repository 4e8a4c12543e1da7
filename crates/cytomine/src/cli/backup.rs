//! What can be asked about backups.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlaceSettings;
use crate::config::{
    DatabaseSettings, LiveDatabaseSettings, LogSettings, PhraseSettings, PushSettings, RetentionSettings,
    StorageSettings, TargetSettings,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Backup {
    /// Make a backup, read it back, remove old ones.
    Push(Push),
    /// List backups; from the target itself when the database is away.
    List(List),
    /// Get a backup out of the target: checked, decrypted, ready to be restored.
    Fetch(Fetch),
    /// Remove the backups that are not to be kept. The newest good one always stays.
    Prune(Prune),
}

impl Backup {
    pub(super) fn log(&self) -> &LogSettings {
        match self {
            Self::Push(push) => &push.place.log,
            Self::List(list) => &list.place.log,
            Self::Fetch(fetch) => &fetch.log,
            Self::Prune(prune) => &prune.place.log,
        }
    }

    pub(super) fn database(&self) -> Option<&DatabaseSettings> {
        match self {
            Self::Push(push) => Some(&push.place.database),
            Self::List(list) => Some(&list.place.database),
            Self::Fetch(_) => None,
            Self::Prune(prune) => Some(&prune.place.database),
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Push {
    /// Dump that `pg_dump --format=custom` made already. Without it, pg_dump is looked for in PATH.
    #[arg(long, value_name = "FILE", requires = "facts")]
    pub(crate) dump: Option<PathBuf>,
    /// What is to be checked after a restore, of the same snapshot as the dump: the lines of
    /// `SELECT cytomine_backup_facts()`.
    #[arg(long, value_name = "FILE", requires = "dump")]
    pub(crate) facts: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Address that browsers use, for the description of the backup.
    #[arg(id = "server.public_url", long = "public-url", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    #[command(flatten)]
    pub(crate) target: TargetSettings,
    #[command(flatten)]
    pub(crate) phrase: PhraseSettings,
    #[command(flatten)]
    pub(crate) push: PushSettings,
    #[command(flatten)]
    pub(crate) retention: RetentionSettings,
    #[command(flatten)]
    pub(crate) place: PlaceSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct List {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) target: TargetSettings,
    #[command(flatten)]
    pub(crate) place: PlaceSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Fetch {
    /// Name of the backup, as `cytomine backup list` shows it, or `latest`.
    #[arg(long, value_name = "NAME", default_value = "latest")]
    pub(crate) from: String,
    /// Directory that gets the files; made when it is missing.
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
    #[command(flatten)]
    pub(crate) target: TargetSettings,
    #[command(flatten)]
    pub(crate) phrase: PhraseSettings,
    #[command(flatten)]
    pub(crate) log: LogSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Prune {
    #[command(flatten)]
    pub(crate) target: TargetSettings,
    #[command(flatten)]
    pub(crate) retention: RetentionSettings,
    #[command(flatten)]
    pub(crate) place: PlaceSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Verify {
    /// Manifest of a backup, or a directory that holds one.
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) against: PathBuf,
    /// How many slides are read whole; 0 = slides are not looked at.
    #[arg(long, value_name = "COUNT", default_value = "20")]
    pub(crate) slides: u32,
    /// Note the result as a drill in the database.
    #[arg(long)]
    pub(crate) record_drill: bool,
    /// Note it in this database instead of the one that is checked.
    #[arg(long, value_name = "URL", requires = "record_drill")]
    pub(crate) record_into: Option<String>,
    /// File whose first line is the password for that; without it the one of --database-password-file.
    #[arg(long, value_name = "FILE", requires = "record_into")]
    pub(crate) record_password_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Restore {
    /// Directory that `cytomine backup fetch` wrote.
    #[arg(long, value_name = "DIR")]
    pub(crate) from_dir: PathBuf,
    /// PostgreSQL: the database that the dump was restored into by pg_restore. It takes the place and the name of the
    /// live one, which is kept beside it.
    #[arg(id = "scratch", long = "database", value_name = "NAME", value_parser = name)]
    pub(crate) scratch: Option<String>,
    #[command(flatten)]
    pub(crate) target: TargetSettings,
    #[command(flatten)]
    pub(crate) phrase: PhraseSettings,
    #[command(flatten)]
    pub(crate) storage: StorageSettings,
    #[command(flatten)]
    pub(crate) database: LiveDatabaseSettings,
    #[command(flatten)]
    pub(crate) log: LogSettings,
}

/// A name, where other commands take an address.
fn name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains("://") {
        return Err(
            "this is the name of the restored database; the live one's address goes to --database-url"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}
