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
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres, Sqlite, Transaction};

use crate::dialect::{Dialect, for_lite};
use crate::statement::{Column, Row, Statement, Value};
use crate::{StoreError, sql};

/// Longest wait for one connection to PostgreSQL, names and TLS included.
pub const CONNECT: Duration = Duration::from_secs(5);

/// Connections of one process to PostgreSQL where nobody says how many.
pub const CONNECTIONS: u32 = 16;

/// Begins the name under which a process is known to PostgreSQL; the rest is its own.
pub(crate) const NAME: &str = "cytomine-";

/// Oldest PostgreSQL that is supported.
const OLDEST: u32 = 15;

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

/// What statements are read with: `&Db`, or `&mut Tx` for what the transaction itself has written.
pub trait Read: Send {
    /// All rows of the answer.
    fn rows(&mut self, statement: Statement) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

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

/// What writes: a transaction and nothing else.
pub trait Write: Read {
    /// Runs the statement and tells how many rows it touched.
    fn execute(&mut self, statement: Statement) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

macro_rules! bound {
    ($statement:ident, $database:ty, $text:expr, $ints:expr, $column:expr) => {{
        let mut query = sqlx::query::<$database>(AssertSqlSafe($text));
        for value in $statement.values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Real(value) => query.bind(value),
                Value::Bool(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Blob(value) => query.bind(value),
                Value::Ints(values) => query.bind($ints(values)),
                Value::Column(column) => $column(query, column)?,
            };
        }
        query
    }};
}

macro_rules! on_lite {
    ($statement:ident, $connection:expr, $method:ident) => {{
        let text = for_lite(&$statement.text);
        let as_json = |values: Vec<i64>| format!("{values:?}");
        let none = |_, _| Err(StoreError::Sql(sqlx::Error::Protocol("SQLite has no arrays".to_owned())));
        bound!($statement, Sqlite, text, as_json, none).$method($connection).await?
    }};
}

macro_rules! on_pg {
    ($statement:ident, $connection:expr, $method:ident) => {{
        let text = $statement.text.into_owned();
        let as_array = |values: Vec<i64>| values;
        bound!($statement, Postgres, text, as_array, bind_column).$method($connection).await?
    }};
}

type PgQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

fn bind_column(query: PgQuery, column: Column) -> Result<PgQuery, StoreError> {
    Ok(match column {
        Column::Ints(values) => query.bind(values),
        Column::Reals(values) => query.bind(values),
        Column::Texts(values) => query.bind(values),
        Column::Blobs(values) => query.bind(values),
    })
}

impl Read for &Db {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        debug_assert!(
            ["SELECT", "WITH", "PRAGMA", "EXPLAIN"]
                .iter()
                .any(|word| statement.text.trim_start().starts_with(word)),
            "only a transaction writes: {}",
            statement.text
        );
        Ok(match self {
            Db::Lite { readers, .. } => {
                on_lite!(statement, readers, fetch_all).into_iter().map(Row::Lite).collect()
            }
            Db::Pg(pool) => on_pg!(statement, pool, fetch_all).into_iter().map(Row::Pg).collect(),
        })
    }

    fn dialect(&self) -> Dialect {
        match self {
            Db::Lite { .. } => Dialect::Lite,
            Db::Pg(_) => Dialect::Pg,
        }
    }
}

impl Read for Tx {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Tx::Lite(tx) => on_lite!(statement, &mut **tx, fetch_all).into_iter().map(Row::Lite).collect(),
            Tx::Pg(tx) => on_pg!(statement, &mut **tx, fetch_all).into_iter().map(Row::Pg).collect(),
        })
    }

    fn dialect(&self) -> Dialect {
        match self {
            Tx::Lite(_) => Dialect::Lite,
            Tx::Pg(_) => Dialect::Pg,
        }
    }
}

impl Write for Tx {
    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(match self {
            Tx::Lite(tx) => on_lite!(statement, &mut **tx, execute).rows_affected(),
            Tx::Pg(tx) => on_pg!(statement, &mut **tx, execute).rows_affected(),
        })
    }
}

impl<R: Read> Read for &mut R {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        (**self).rows(statement).await
    }

    fn dialect(&self) -> Dialect {
        (**self).dialect()
    }
}

impl<W: Write> Write for &mut W {
    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        (**self).execute(statement).await
    }
}

impl Db {
    /// Opens (and makes, where absent) an SQLite file, whatever its tables.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the file cannot be made or is no database.
    pub async fn connect_lite(file: &Path) -> Result<Self, StoreError> {
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
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(failed)?;
        Ok(Self::Lite { readers, writer })
    }

    /// Connects to PostgreSQL, whatever the tables; at most `connections` are open at a time. One attempt of at most [`CONNECT`], so that whoever waits for
    /// the server can tell at any time what it waits for.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when another attempt may help, [`StoreError::Open`] when the address cannot be
    /// read or the server is too old.
    pub async fn connect_pg(url: &str, password: Option<&str>, connections: u32) -> Result<Self, StoreError> {
        const REMEDY: &str = "Check address, user, database and password file, and that the server is up";
        let mut options = PgConnectOptions::from_str(url)
            .map_err(|cause| StoreError::Open {
                place: "of --database".to_owned(),
                cause: cause.to_string(),
                remedy: REMEDY,
            })?
            .application_name(&format!("{NAME}{}", uuid::Uuid::new_v4().simple()));
        let place = format!("postgres://{}:{}", options.get_host(), options.get_port());
        if let Some(password) = password {
            options = options.password(password);
        }
        let unreachable =
            |cause: String| StoreError::Unreachable { place: place.clone(), cause, remedy: REMEDY };
        let attempt = tokio::time::timeout(CONNECT, PgConnection::connect_with(&options)).await;
        let connection = attempt
            .map_err(|_| unreachable(format!("no answer within {} s", CONNECT.as_secs())))?
            .map_err(|cause| unreachable(said(&cause)))?;
        let version = connection.server_version_num().unwrap_or(0) / 10_000;
        connection.close().await.ok();
        if version < OLDEST {
            return Err(StoreError::Open {
                place,
                cause: format!("the server is PostgreSQL {version}"),
                remedy: "Use a server of PostgreSQL 15 or newer",
            });
        }
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(15))
            .connect_lazy_with(options);
        Ok(Self::Pg(pool))
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

    /// Runs a statement that no transaction may hold: `CREATE DATABASE`, `DROP DATABASE`.
    pub async fn administer(&self, statement: Statement) -> Result<(), StoreError> {
        match self {
            Db::Lite { writer, .. } => on_lite!(statement, writer, execute).rows_affected(),
            Db::Pg(pool) => on_pg!(statement, pool, execute).rows_affected(),
        };
        Ok(())
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

    /// Begins a part that can be taken back alone. Parts follow each other; one within another is not meant.
    pub async fn savepoint(&mut self) -> Result<(), StoreError> {
        self.execute(sql("SAVEPOINT part")).await.map(|_| ())
    }

    /// Keeps the part that [`Tx::savepoint`] began.
    pub async fn release(&mut self) -> Result<(), StoreError> {
        self.execute(sql("RELEASE SAVEPOINT part")).await.map(|_| ())
    }

    /// Takes the part back that [`Tx::savepoint`] began, also after a statement of it was refused.
    pub async fn roll_back(&mut self) -> Result<(), StoreError> {
        self.execute(sql("ROLLBACK TO SAVEPOINT part")).await?;
        self.release().await
    }

    /// Takes `count` new ids, ascending; on SQLite they are consecutive.
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
                // One text instead of a row per id: a driver's rows cost hundreds of bytes each.
                let statement = sql(
                    "SELECT string_agg(CAST(nextval('ids') AS TEXT), ',') AS ids FROM generate_series(1, $1)",
                )
                .bind(count);
                let row = self.first(statement).await?;
                let text = row.map_or(Ok(None), |row| row.get::<Option<String>>("ids"))?.unwrap_or_default();
                let id = |id: &str| id.parse().map_err(|_| crate::statement::corrupt("ids", id));
                let mut ids: Vec<i64> =
                    text.split(',').filter(|id| !id.is_empty()).map(id).collect::<Result<_, _>>()?;
                ids.sort_unstable();
                Ok(ids)
            }
        }
    }

    /// Takes one new id.
    pub async fn next_id(&mut self) -> Result<i64, StoreError> {
        Ok(self.next_ids(1).await?[0])
    }
}

/// What the driver said, without the frame that it puts around what the server said.
fn said(cause: &sqlx::Error) -> String {
    match cause {
        sqlx::Error::Database(cause) => cause.message().to_owned(),
        sqlx::Error::Io(cause) => cause.to_string(),
        other => other.to_string(),
    }
}
