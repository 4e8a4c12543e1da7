//! Why a backup or restore did not work: cause and remedy.

use std::io;
use std::path::{Path, PathBuf};

use cytomine_domain::DomainError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// Nothing to encrypt with.
    #[error(
        "Backups are encrypted: give a file with a phrase by --backup-phrase-file (make one with `openssl rand -hex 32`, \
         and keep a copy elsewhere), or recipients by --backup-recipient"
    )]
    NoLock,
    /// Nothing to open with.
    #[error(
        "The backup is encrypted: give the phrase that it was made with by --backup-phrase-file, or the identity of a \
         recipient by --backup-identity-file"
    )]
    NoKey,
    /// A recipient or identity that age does not know.
    #[error("{what} is not understood: {remedy}")]
    NotAKey {
        /// Which.
        what: String,
        /// What it should be.
        remedy: &'static str,
    },
    /// The key does not open it.
    #[error(
        "{} was encrypted with another phrase or for other recipients: give the phrase of the time when it was made",
        .0.display()
    )]
    WrongKey(PathBuf),
    /// A file is not there.
    #[error("{} is missing: {remedy}", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
        /// What to do.
        remedy: &'static str,
    },
    /// A file is not what it was.
    #[error("{} is damaged ({what}): take another backup (`cytomine backup list`)", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// How it is known.
        what: String,
    },
    /// The disk is full.
    #[error("The disk of {} is full: free some space or choose another directory, then try again", .0.display())]
    Full(PathBuf),
    /// The disk refused.
    #[error("Cannot {action} {}: {cause}; check the path, the disk and its permissions", path.display())]
    Io {
        /// What was done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Another program of ours is at it.
    #[error("Another backup works in {}: wait until it has ended, then try again", .0.display())]
    Busy(PathBuf),
    /// No such backup.
    #[error("There is no backup {name} in {}: `cytomine backup list` shows what there is", target.display())]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where.
        target: PathBuf,
    },
    /// No backup at all.
    #[error("There is no backup in {}: make one with `cytomine backup push`, or check --backup-target", .0.display())]
    Empty(PathBuf),
    /// No target.
    #[error("Where backups are is not set: name a directory with --backup-target")]
    NoTarget,
    /// The manifest or the facts are not to be understood.
    #[error("{} is not understood: {what}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        what: String,
    },
    /// The backup was made by a newer program.
    #[error(
        "The backup is of schema {found}, this program knows up to {known}: use the release that made it ({program}) or a newer one"
    )]
    Newer {
        /// Schema of the backup.
        found: i64,
        /// Newest that is known.
        known: i64,
        /// Version of the program that made it.
        program: String,
    },
    /// The backup is of the other kind of database.
    #[error(
        "The backup is of {backup} and the database is {database}: choose the database with --database, the two cannot be \
         exchanged"
    )]
    Engine {
        /// Kind of the backup.
        backup: &'static str,
        /// Kind of the database.
        database: &'static str,
    },
    /// `pg_dump` did not work.
    #[error("pg_dump failed: {0}")]
    PgDump(String),
    /// One of the two was given without the other, or for the wrong database.
    #[error("{0}")]
    Usage(&'static str),
    /// What was checked is not as the backup says.
    #[error("The check failed: {}", .0.join("; "))]
    Check(Vec<String>),
    /// A server uses the data directory.
    #[error("A server or command uses {}: stop it, then restore", .0.display())]
    InUse(PathBuf),
    /// Sessions that cannot be ended.
    #[error(
        "Sessions of {} on the database {database} could not be ended; nothing was changed. End them, or allow it once: \
         GRANT pg_signal_backend TO the owner of the database",
        roles.join(", ")
    )]
    Sessions {
        /// The live database.
        database: String,
        /// Whose they are.
        roles: Vec<String>,
    },
    /// A database that a restore must not touch.
    #[error("{0}")]
    NotScratch(String),
    /// A part broke off.
    #[error("A part of the program broke off ({0}): please report it")]
    Broken(String),
    /// The database, or the slide storage.
    #[error(transparent)]
    Database(#[from] DomainError),
}

impl From<cytomine_store::StoreError> for BackupError {
    fn from(error: cytomine_store::StoreError) -> Self {
        // Nobody reads a log beside this command, so the words of the database itself are told.
        Self::Database(DomainError::new(cytomine_model::ErrorKind::Unavailable, error.to_string()))
    }
}

impl From<cytomine_store::BlobError> for BackupError {
    fn from(error: cytomine_store::BlobError) -> Self {
        Self::Database(error.into())
    }
}

impl BackupError {
    /// What becomes of an error of the disk.
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |cause| match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(path.to_owned()),
            io::ErrorKind::NotFound if action == "read" => {
                Self::Missing { path: path.to_owned(), remedy: "check the path" }
            }
            _ => Self::Io { action, path: path.to_owned(), cause },
        }
    }
}
