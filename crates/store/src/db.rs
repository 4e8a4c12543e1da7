//! The database: opening, migrating, reading, and transactions for writing.
//!
//! SQLite has one writer and a pool of readers (write-ahead log); a writing transaction begins with
//! `BEGIN IMMEDIATE`, so that two writers wait instead of failing. Commits are flushed to the disk before they
//! are acknowledged (`synchronous=FULL`), because a client was told.

use std::future::Future;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

use crate::dialect::{Dialect, for_lite};
use crate::statement::{Row, Statement, Value};
use crate::{StoreError, sql};

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// SQLite: readers, and the one writer.
    Lite {
        /// Pool for reading.
        readers: SqlitePool,
        /// Pool of one connection, for writing.
        writer: SqlitePool,
    },
    /// PostgreSQL.
    Pg(PgPool),
}

/// A transaction; dropped without [`Tx::commit`] it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Lite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Pg(Transaction<'static, Postgres>),
}

/// What statements run on: `&Db` for reads, `&mut Tx` for writes and for reads inside them.
pub trait Executor: Send {
    /// All rows of the answer.
    fn rows(&mut self, statement: Statement) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Runs the statement and tells how many rows it touched.
    fn execute(&mut self, statement: Statement) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The first row, if there is one.
    fn first(
        &mut self,
        statement: Statement,
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send {
        async move { Ok(self.rows(statement).await?.into_iter().next()) }
    }

    /// Which database it is.
    fn dialect(&self) -> Dialect;
}

macro_rules! bound {
    ($statement:ident, $database:ty, $text:expr, $ints:expr) => {{
        let mut query = sqlx::query::<$database>(AssertSqlSafe($text));
        for value in $statement.values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Real(value) => query.bind(value),
                Value::Bool(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Blob(value) => query.bind(value),
                Value::Ints(values) => query.bind($ints(values)),
            };
        }
        query
    }};
}

macro_rules! on_lite {
    ($statement:ident, $connection:expr, $method:ident) => {{
        let text = for_lite(&$statement.text);
        let as_json = |values: Vec<i64>| format!("{values:?}");
        bound!($statement, Sqlite, text, as_json).$method($connection).await?
    }};
}

macro_rules! on_pg {
    ($statement:ident, $connection:expr, $method:ident) => {{
        let text = $statement.text.into_owned();
        let as_array = |values: Vec<i64>| values;
        bound!($statement, Postgres, text, as_array).$method($connection).await?
    }};
}

impl Executor for &Db {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Db::Lite { readers, .. } => {
                on_lite!(statement, readers, fetch_all).into_iter().map(Row::Lite).collect()
            }
            Db::Pg(pool) => on_pg!(statement, pool, fetch_all).into_iter().map(Row::Pg).collect(),
        })
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(match self {
            Db::Lite { writer, .. } => on_lite!(statement, writer, execute).rows_affected(),
            Db::Pg(pool) => on_pg!(statement, pool, execute).rows_affected(),
        })
    }

    fn dialect(&self) -> Dialect {
        match self {
            Db::Lite { .. } => Dialect::Lite,
            Db::Pg(_) => Dialect::Pg,
        }
    }
}

impl Executor for Tx {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Tx::Lite(tx) => on_lite!(statement, &mut **tx, fetch_all).into_iter().map(Row::Lite).collect(),
            Tx::Pg(tx) => on_pg!(statement, &mut **tx, fetch_all).into_iter().map(Row::Pg).collect(),
        })
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(match self {
            Tx::Lite(tx) => on_lite!(statement, &mut **tx, execute).rows_affected(),
            Tx::Pg(tx) => on_pg!(statement, &mut **tx, execute).rows_affected(),
        })
    }

    fn dialect(&self) -> Dialect {
        match self {
            Tx::Lite(_) => Dialect::Lite,
            Tx::Pg(_) => Dialect::Pg,
        }
    }
}

impl<E: Executor> Executor for &mut E {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        (**self).rows(statement).await
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        (**self).execute(statement).await
    }

    fn dialect(&self) -> Dialect {
        (**self).dialect()
    }
}

impl Db {
    /// Opens (and makes, where absent) an SQLite file and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be made, is no database, or was written by a newer version.
    pub async fn open_lite(file: &Path) -> Result<Self, StoreError> {
        let failed = |cause: sqlx::Error| StoreError::Open {
            place: file.display().to_string(),
            cause: cause.to_string(),
            remedy: "Check that the folder exists, may be written, and has free space; or choose another with --data",
        };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(15))
            .pragma("cache_size", "-8192")
            .pragma("temp_store", "memory");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        let mut migrator = sqlx::migrate!("../../migrations/sqlite");
        migrator.set_locking(false);
        migrator.run(&writer).await.map_err(|cause| failed(cause.into()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(failed)?;
        Ok(Self::Lite { readers, writer })
    }

    /// Connects to PostgreSQL (15 or newer) and brings its tables up to date.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses, is too old, or its tables were made by a newer version.
    pub async fn open_pg(url: &str, password: Option<&str>) -> Result<Self, StoreError> {
        let remedy = "Check address, user, database and password file, and that the server is up (PostgreSQL 15 or newer)";
        let open_error = |place: String, cause: String| StoreError::Open { place, cause, remedy };
        let mut options = PgConnectOptions::from_str(url)
            .map_err(|cause| open_error("of --database".to_owned(), cause.to_string()))?
            .application_name("cytomine");
        let place = format!("postgres://{}:{}", options.get_host(), options.get_port());
        if let Some(password) = password {
            options = options.password(password);
        }
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(15))
            .connect_with(options)
            .await
            .map_err(|cause| open_error(place.clone(), cause.to_string()))?;
        let db = Self::Pg(pool.clone());
        let row = (&db).first(sql("SELECT current_setting('server_version_num')::BIGINT AS version")).await?;
        let version: i64 = row.map_or(Ok(0), |row| row.get("version"))?;
        if version < 150_000 {
            return Err(open_error(place, format!("the server is version {}", version / 10_000)));
        }
        let migrator = sqlx::migrate!("../../migrations/postgres");
        migrator.run(&pool).await.map_err(|cause| open_error(place, cause.to_string()))?;
        Ok(db)
    }

    /// Begins a writing transaction.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Lite { writer, .. } => Tx::Lite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Pg(pool) => Tx::Pg(pool.begin().await?),
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut db = self;
        db.rows(sql("SELECT 1")).await.map(|_| ())
    }

    /// Closes all connections, once the statements that run have ended.
    pub async fn close(&self) {
        match self {
            Self::Lite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Pg(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything of the transaction durable.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Lite(tx) => tx.commit().await?,
            Self::Pg(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Takes `count` new ids, ascending; on SQLite they are consecutive.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_ids(&mut self, count: usize) -> Result<Vec<i64>, StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match self.dialect() {
            Dialect::Lite => {
                let statement = sql("UPDATE id_sequence SET last = last + $1 RETURNING last").bind(count);
                let row = self.first(statement).await?.ok_or_else(|| StoreError::Corrupt {
                    column: "id_sequence.last".to_owned(),
                    value: "no row".to_owned(),
                })?;
                let last: i64 = row.get("last")?;
                Ok((last - count + 1..=last).collect())
            }
            Dialect::Pg => {
                let statement = sql("SELECT nextval('ids') AS id FROM generate_series(1, $1)").bind(count);
                let mut ids: Vec<i64> =
                    self.rows(statement).await?.iter().map(|row| row.get("id")).collect::<Result<_, _>>()?;
                ids.sort_unstable();
                Ok(ids)
            }
        }
    }

    /// Takes one new id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_id(&mut self) -> Result<i64, StoreError> {
        Ok(self.next_ids(1).await?[0])
    }
}
