//! Section `backup`: where backups are, what they are encrypted with, how many are kept.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cytomine_backup::{BackupError, Keys, Retention, SlidesMode};

use super::secret::{self, SecretError};
use super::{DatabaseSettings, Migrate};

/// Where backups are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Backup")]
pub(crate) struct TargetSettings {
    /// Directory of backups; made by the first one. Best on another disk or machine.
    #[arg(id = "backup.target", long = "backup-target", value_name = "DIR")]
    pub(crate) target: Option<PathBuf>,
}

impl TargetSettings {
    /// The directory.
    pub(crate) fn required(&self) -> Result<PathBuf, BackupError> {
        self.target.clone().ok_or(BackupError::NoTarget)
    }
}

/// What opens backups.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Backup")]
pub(crate) struct PhraseSettings {
    /// File whose first line is the phrase that encrypts backups and opens them. Who loses it loses the backups.
    #[arg(id = "backup.phrase_file", long = "backup-phrase-file", value_name = "FILE")]
    phrase_file: Option<PathBuf>,
    /// File with the identity of a recipient, as `age-keygen` writes it; opens backups that were made for recipients.
    #[arg(id = "backup.identity_file", long = "backup-identity-file", value_name = "FILE")]
    identity_file: Option<PathBuf>,
}

/// Keys that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) enum KeyError {
    /// A file that cannot be read.
    File(#[from] SecretError),
    /// What is in the files, or that there are none.
    Keys(#[from] BackupError),
}

impl PhraseSettings {
    /// What these, and recipients, amount to.
    pub(crate) fn keys(&self, recipients: &[String]) -> Result<Keys, KeyError> {
        let phrase = self.phrase_file.as_deref().map(|file| secret::read("--backup-phrase-file", file));
        let identities =
            self.identity_file.as_deref().map(|file| secret::whole("--backup-identity-file", file));
        Ok(Keys::new(phrase.transpose()?, recipients, identities.transpose()?.as_deref())?)
    }
}

/// How backups are made.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Backup")]
pub(crate) struct PushSettings {
    /// Encrypt for this X25519 recipient (`age1...`) instead of the phrase; the server then cannot open its own
    /// backups. May be given several times.
    #[arg(id = "backup.recipients", long = "backup-recipient", value_name = "RECIPIENT")]
    pub(crate) recipients: Vec<String>,
    /// What becomes of the slides.
    #[arg(
        id = "backup.slides",
        long = "backup-slides",
        value_enum,
        value_name = "WHAT",
        default_value = "inventory"
    )]
    pub(crate) slides: Slides,
    /// Directory for the dump while a backup is made: it is as large as the database. Without it the system's
    /// temporary directory.
    #[arg(id = "backup.scratch", long = "backup-scratch", value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
}

/// How many backups are kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Backup")]
pub(crate) struct RetentionSettings {
    /// Days of which the newest backup is kept.
    #[arg(id = "backup.daily", long = "backup-daily", value_name = "DAYS", default_value = "7")]
    daily: u32,
    /// Weeks of which the newest backup is kept.
    #[arg(id = "backup.weekly", long = "backup-weekly", value_name = "WEEKS", default_value = "4")]
    weekly: u32,
    /// Months of which the newest backup is kept.
    #[arg(id = "backup.monthly", long = "backup-monthly", value_name = "MONTHS", default_value = "6")]
    monthly: u32,
}

impl RetentionSettings {
    /// The rule.
    pub(crate) fn rule(&self) -> Retention {
        Retention { daily: self.daily, weekly: self.weekly, monthly: self.monthly }
    }
}

/// What becomes of the slides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Slides {
    /// They are listed with sizes and hashes.
    Inventory,
    /// They are listed, and copied to the target, encrypted, each once.
    Copy,
    /// Nothing.
    None,
}

impl From<Slides> for SlidesMode {
    fn from(slides: Slides) -> Self {
        match slides {
            Slides::Inventory => Self::Inventory,
            Slides::Copy => Self::Copy,
            Slides::None => Self::None,
        }
    }
}

/// The database, for the command whose `--database` names another one.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct LiveDatabaseSettings {
    /// `sqlite`, a file in the data directory, or `postgres://USER@HOST/NAME` (15 or newer), without a password.
    #[arg(id = "database.url", long = "database-url", value_name = "URL", default_value = "sqlite")]
    url: String,
    /// File whose first line is the password of the PostgreSQL user. Without it, PostgreSQL's own rules hold
    /// (PGPASSFILE, ~/.pgpass).
    #[arg(id = "database.password_file", long = "database-password-file", value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl LiveDatabaseSettings {
    /// As other commands have it.
    pub(crate) fn settings(&self) -> DatabaseSettings {
        DatabaseSettings {
            url: self.url.clone(),
            password_file: self.password_file.clone(),
            pool_size: DatabaseSettings::POOL_SIZE,
            migrate: Migrate::OnStart,
        }
    }
}
