//! Section `database`: where rows are kept.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ConfigError;
use super::secret::{self, SecretError};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct DatabaseSettings {
    /// `sqlite`, a file in the data directory, or `postgres://USER@HOST/NAME` (15 or newer), without a password.
    #[arg(id = "database.url", long = "database", value_name = "URL", default_value = "sqlite")]
    pub(crate) url: String,
    /// File whose first line is the password of the PostgreSQL user. Without it, PostgreSQL's own rules hold
    /// (PGPASSFILE, ~/.pgpass).
    #[arg(id = "database.password_file", long = "database-password-file", value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Most connections that are open to PostgreSQL at a time. All processes together must stay below its
    /// max_connections.
    #[arg(
        id = "database.pool_size",
        long = "database-pool-size",
        value_name = "COUNT",
        default_value_t = DatabaseSettings::POOL_SIZE,
        value_parser = clap::value_parser!(u32).range(2..=1000)
    )]
    pub(crate) pool_size: u32,
    /// When tables of an older release are brought up to date.
    #[arg(
        id = "database.migrate",
        long = "migrate",
        value_name = "WHEN",
        value_enum,
        default_value = "on-start"
    )]
    pub(crate) migrate: Migrate,
}

/// When tables are brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Migrate {
    /// At every start.
    OnStart,
    /// Not by itself: start, and wait until `cytomine migrate` has been run.
    Wait,
}

/// Which database is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// The file in the data directory.
    Sqlite,
    /// A server, by address without a password.
    Postgres(String),
}

impl DatabaseSettings {
    /// Connections where nobody says how many.
    pub(crate) const POOL_SIZE: u32 = 16;

    /// The password of the PostgreSQL user; `None` = PostgreSQL's own rules hold.
    pub(crate) fn password(&self) -> Result<Option<String>, SecretError> {
        self.password_file.as_deref().map(|file| secret::read("--database-password-file", file)).transpose()
    }

    /// Reads the address. Done after clap, whose errors would print a password.
    pub(crate) fn database(&self) -> Result<Database, ConfigError> {
        if self.url == "sqlite" {
            return match self.password_file {
                Some(_) => Err(ConfigError::PasswordForSqlite),
                None => Ok(Database::Sqlite),
            };
        }
        let Some(rest) =
            ["postgres://", "postgresql://"].iter().find_map(|scheme| self.url.strip_prefix(scheme))
        else {
            return Err(ConfigError::DatabaseUrl);
        };
        let (authority, parameters) = (
            rest.split(['/', '?']).next().unwrap_or_default(),
            rest.split_once('?').map_or("", |(_, parameters)| parameters),
        );
        let in_authority = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
        let in_parameters = parameters
            .split('&')
            .any(|pair| pair.split('=').next().unwrap_or_default().eq_ignore_ascii_case("password"));
        if in_authority || in_parameters {
            return Err(ConfigError::PasswordInUrl);
        }
        Ok(Database::Postgres(self.url.clone()))
    }
}
