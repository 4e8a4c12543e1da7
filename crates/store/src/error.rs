//! What can go wrong below the domain.

/// A failure of the database or of what it holds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A unique index refused the row.
    #[error("a row with the same values exists already ({constraint})")]
    Duplicate {
        /// Name of the index (PostgreSQL), or the columns (SQLite).
        constraint: String,
    },
    /// A row names something that does not exist.
    #[error("a row names something that does not exist: {0}")]
    Dangling(String),
    /// A stored value makes no sense; the database was changed by something else.
    #[error("column `{column}` holds {value:?}, which is none of its values")]
    Corrupt {
        /// Column.
        column: String,
        /// What it holds.
        value: String,
    },
    /// The database cannot be opened.
    #[error("cannot open the database {place}: {cause}. {remedy}")]
    Open {
        /// Path or address, without password.
        place: String,
        /// What the driver said.
        cause: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The database does not let us in for now; another attempt may help.
    #[error("cannot reach the database {place}: {cause}. {remedy}")]
    Unreachable {
        /// Address without password.
        place: String,
        /// What the server or the network said.
        cause: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The tables are of a version that cannot be used, or cannot be brought up to date; with the remedy.
    #[error("{0}")]
    Schema(String),
    /// The database is out of reach, or its connections are all busy.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Another process holds what this one waits for.
    #[error(
        "another process of this program has been setting the system up for more than a minute; see its log, and try again"
    )]
    Busy,
    /// Any other failure of the driver or of a statement.
    #[error("the database refused a statement: {0}")]
    Sql(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_unique_violation() => {
                let constraint = cause.constraint().map_or_else(|| cause.message().to_owned(), str::to_owned);
                Self::Duplicate { constraint }
            }
            sqlx::Error::Database(cause) if cause.is_foreign_key_violation() => {
                Self::Dangling(cause.message().to_owned())
            }
            sqlx::Error::Database(cause) if cause.code().is_some_and(|code| passing(&code)) => {
                Self::Unavailable(error)
            }
            // A handshake fails while certificates are exchanged.
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_) => Self::Unavailable(error),
            _ => Self::Sql(error),
        }
    }
}

/// Whether PostgreSQL says by this code that it lets nobody in at the moment: it starts or stops, has no room for more
/// sessions, a restore exchanges the database (sessions are ended, the database is closed, its name is free), or its
/// password was changed and this process has not been started with the new one yet.
fn passing(code: &str) -> bool {
    code.starts_with("57P") || code.starts_with("08") || ["53300", "55000", "3D000", "28P01"].contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_no_defect() {
        for code in ["57P01", "57P03", "08006", "53300", "55000", "3D000", "28P01"] {
            assert!(passing(code), "{code}");
        }
        for code in ["42601", "42501", "22003", "40001"] {
            assert!(!passing(code), "{code}");
        }
        let handshake = sqlx::Error::Tls("the certificate is not known".into());
        assert!(matches!(StoreError::from(handshake), StoreError::Unavailable(_)));
        assert!(matches!(StoreError::from(sqlx::Error::RowNotFound), StoreError::Sql(_)));
    }
}
