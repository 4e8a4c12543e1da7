//! What is wrong with settings.

use std::path::PathBuf;

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// What clap says about the command line, help and version included.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    /// A variable that looks like a setting and is none.
    #[error("The variable {name} is no setting: remove it, or use one of {known}")]
    UnknownVariable { name: String, known: String },
    /// A variable that is no text.
    #[error("The variable {name} is not UTF-8: set it again")]
    NotText { name: String },
    /// A variable that seems to hold a secret.
    #[error(
        "The variable {name} looks like a secret, and variables are read by every program that looks at this process: \
         remove it, and name a file that holds the secret (--admin-password-file, --database-password-file, \
         --key-file, --admin-keys-dir)"
    )]
    SecretVariable { name: String },
    /// A key of the file that is no setting.
    #[error("`{key}` in {file} is no setting: remove it, or use one of {known}")]
    UnknownKey { key: String, file: PathBuf, known: String },
    /// The file cannot be read.
    #[error(
        "The settings file {file} cannot be read ({source}): check the path given by --config or CYTOMINE_CONFIG"
    )]
    Unreadable { file: PathBuf, source: std::io::Error },
    /// The file is not TOML.
    #[error("The settings file {file} is not TOML: {source}")]
    NotToml { file: PathBuf, source: Box<toml::de::Error> },
    /// A value of a variable or of the file.
    #[error("{origin}: {cause}")]
    Value { origin: String, cause: String },
    /// A password where everybody can read it.
    #[error(
        "The database address holds a password, which others on this machine can read: take it out and name a file \
         that holds it with --database-password-file, or use PostgreSQL's own PGPASSFILE"
    )]
    PasswordInUrl,
    /// Not an address of a database. The text is not repeated, it may hold a password.
    #[error("The database address is not understood: write `sqlite`, or `postgres://USER@HOST/NAME`")]
    DatabaseUrl,
    /// A password for a file.
    #[error("SQLite has no password: leave --database-password-file out, or name a server with --database")]
    PasswordForSqlite,
    /// One file of a pair.
    #[error("{given} is of no use alone: add {missing}")]
    HalfTls { given: &'static str, missing: &'static str },
}
