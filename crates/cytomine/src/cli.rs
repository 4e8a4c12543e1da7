//! The command line: what can be asked of the program.

pub(crate) mod backup;
pub(crate) mod init;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{
    AccountSettings, ConcurrencySettings, DatabaseSettings, DemoSettings, LogSettings, MetricsSettings,
    ServerSettings, StorageSettings, TlsSettings, WorkerSettings,
};

/// Whole slides in the browser: one program that stores, serves and annotates them.
#[derive(Debug, Parser)]
#[command(name = "cytomine", version, max_term_width = 100, after_help = SETTINGS_HELP)]
pub(crate) struct Cli {
    /// Settings file (TOML); without it the one that the variable CYTOMINE_CONFIG names. What it says counts less than the
    /// environment and the command line.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
    /// The settings of the command by key, with the values that count.
    #[arg(skip)]
    pub(crate) settings: Vec<(String, String)>,
}

/// How settings may be given, below every help text.
pub(crate) const SETTINGS_HELP: &str = "\
A setting marked [env: CYTOMINE_SECTION__KEY] may also stand in that variable, or as `key` in the table `[section]` \
of the file given by --config. The command line wins over the environment, that over the file. Lists are separated \
by commas in a variable. Secrets are given by file only.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server: web interface, API, tiles and conversion of slides.
    Serve(Box<Serve>),
    /// Work off the queue only: conversion of slides, beside servers started with --worker-embedded=false.
    Worker(Box<Worker>),
    /// Bring the tables of the database up to date.
    Migrate(Box<MigrateTables>),
    /// Tell how the system is: versions, database, queue, storage, backups.
    Status(Box<Status>),
    /// Check everything the system needs, and say what to do about what is wrong.
    Doctor(Box<Doctor>),
    /// Seldom needed steps of an administrator.
    #[command(subcommand)]
    Admin(Box<Admin>),
    /// Make, list, fetch and prune backups.
    #[command(subcommand)]
    Backup(Box<backup::Backup>),
    /// Compare database and slides with a backup.
    Verify(Box<backup::Verify>),
    /// Put a fetched backup in the place of the live database, which is kept beside it.
    Restore(Box<backup::Restore>),
    /// Remove for good what was deleted long ago; the server does so once a day by itself.
    Purge(Box<Purge>),
    /// Import slides into a project; works while the server runs or not.
    Import(Box<Import>),
    /// List accounts, add one, set a password, show keys.
    #[command(subcommand)]
    User(Box<User>),
    /// Make secrets, keys and certificates for Kubernetes and write values.yaml for the Helm chart.
    #[command(version)]
    Init(Box<init::Init>),
}

impl Command {
    /// The log settings, which every command has.
    pub(crate) fn log(&self) -> &LogSettings {
        match self {
            Self::Serve(serve) => &serve.system.log,
            Self::Worker(worker) => &worker.system.log,
            Self::Migrate(migrate) => &migrate.place.log,
            Self::Status(status) => &status.system.log,
            Self::Doctor(doctor) => &doctor.serve.system.log,
            Self::Admin(admin) => admin.log(),
            Self::Backup(backup) => backup.log(),
            Self::Verify(verify) => &verify.place.log,
            Self::Restore(restore) => &restore.log,
            Self::Purge(purge) => &purge.system.log,
            Self::Import(import) => &import.system.log,
            Self::User(user) => &user.system().log,
            Self::Init(init) => &init.log,
        }
    }

    /// Where the database is, for commands that have one.
    pub(crate) fn database(&self) -> Option<&DatabaseSettings> {
        match self {
            Self::Serve(serve) => Some(&serve.system.database),
            Self::Worker(worker) => Some(&worker.system.database),
            Self::Migrate(migrate) => Some(&migrate.place.database),
            Self::Status(status) => Some(&status.system.database),
            Self::Doctor(doctor) => Some(&doctor.serve.system.database),
            Self::Admin(admin) => Some(admin.database()),
            Self::Backup(backup) => backup.database(),
            Self::Verify(verify) => Some(&verify.place.database),
            Self::Restore(_) => None,
            Self::Purge(purge) => Some(&purge.system.database),
            Self::Import(import) => Some(&import.system.database),
            Self::User(user) => Some(&user.system().database),
            Self::Init(_) => None,
        }
    }

    /// Settings of TLS, where the command has them.
    pub(crate) fn tls(&self) -> Option<&TlsSettings> {
        match self {
            Self::Serve(serve) => Some(&serve.tls),
            Self::Doctor(doctor) => Some(&doctor.serve.tls),
            _ => None,
        }
    }
}

/// Where bytes and rows are, for commands that need no more of the system.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlaceSettings {
    #[command(flatten)]
    pub(crate) storage: StorageSettings,
    #[command(flatten)]
    pub(crate) database: DatabaseSettings,
    #[command(flatten)]
    pub(crate) log: LogSettings,
}

/// Where data, database and keys are.
#[derive(Debug, Clone, Args)]
pub(crate) struct SystemSettings {
    #[command(flatten)]
    pub(crate) storage: StorageSettings,
    #[command(flatten)]
    pub(crate) database: DatabaseSettings,
    #[command(flatten)]
    pub(crate) accounts: AccountSettings,
    #[command(flatten)]
    pub(crate) log: LogSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) server: ServerSettings,
    #[command(flatten)]
    pub(crate) metrics: MetricsSettings,
    #[command(flatten)]
    pub(crate) tls: TlsSettings,
    #[command(flatten)]
    pub(crate) worker: WorkerSettings,
    #[command(flatten)]
    pub(crate) concurrency: ConcurrencySettings,
    #[command(flatten)]
    pub(crate) demo: DemoSettings,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Worker {
    #[command(flatten)]
    pub(crate) metrics: MetricsSettings,
    #[command(flatten)]
    pub(crate) concurrency: ConcurrencySettings,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct MigrateTables {
    /// Seconds to wait for a database that does not answer yet.
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub(crate) wait: u64,
    /// Print JSON: {"from", "to"}.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Status {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Doctor {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a support bundle (tar.gz) to this file, or to the standard output with `-`: versions, settings, what
    /// `doctor` and `status` say, latest errors. It holds no secret and no data of patients.
    #[arg(long, value_name = "FILE|-", conflicts_with = "json")]
    pub(crate) bundle: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Drop the databases that were set aside when a backup was restored.
    DropOld(DropOld),
}

impl Admin {
    fn log(&self) -> &LogSettings {
        let Self::DropOld(drop_old) = self;
        &drop_old.place.log
    }

    fn database(&self) -> &DatabaseSettings {
        let Self::DropOld(drop_old) = self;
        &drop_old.place.database
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DropOld {
    /// Only say what would be dropped.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) place: PlaceSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Purge {
    /// Only say what would be removed.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Remove what was deleted more than so many days ago. What is removed can be brought back from a backup only.
    #[arg(long, value_name = "DAYS", default_value = "30", value_parser = clap::value_parser!(u32).range(1..36_500))]
    pub(crate) older_than: u32,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Import {
    /// Slides, or directories that are searched for slides.
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// Project that gets the slides; it is created when there is none of this name.
    #[arg(long, value_name = "NAME")]
    pub(crate) project: String,
    /// Account that owns what is imported.
    #[arg(long, value_name = "NAME", default_value = "admin")]
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// List all accounts.
    List(UserList),
    /// Add an account; its password is made up and printed unless --password-file is given.
    Add(UserAdd),
    /// Set a new password; it is made up and printed unless --password-file is given.
    Password(UserPassword),
    /// Print the key pair that clients sign with, made when there is none.
    Keys(UserKeys),
}

impl User {
    /// Where the system is.
    pub(crate) fn system(&self) -> &SystemSettings {
        match self {
            Self::List(list) => &list.system,
            Self::Add(add) => &add.system,
            Self::Password(password) => &password.system,
            Self::Keys(keys) => &keys.system,
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct UserList {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct UserAdd {
    /// Name to log in with.
    pub(crate) name: String,
    /// First name.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) first_name: String,
    /// Last name.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) last_name: String,
    /// Address for mail.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    pub(crate) email: String,
    /// What the account may do: a guest annotates, a user also uploads and creates, an admin does everything.
    #[arg(long, value_enum, default_value = "user")]
    pub(crate) role: Role,
    /// File whose first line is the password.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    Guest,
    User,
    Admin,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct UserPassword {
    /// Account.
    pub(crate) name: String,
    /// File whose first line is the password.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct UserKeys {
    /// Account.
    pub(crate) name: String,
    /// Replace the pair; clients that use the old one are locked out.
    #[arg(long)]
    pub(crate) rotate: bool,
    /// Print JSON: {"publicKey", "privateKey"}.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) system: SystemSettings,
}
