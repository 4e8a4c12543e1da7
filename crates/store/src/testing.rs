//! Databases for tests.
//!
//! [`both`] runs one test on SQLite and on PostgreSQL. The PostgreSQL server is the one that
//! `CYTOMINE_TEST_POSTGRES` names (`postgres://user@host:port/postgres`); each test makes a database of its own
//! there and drops it. Without the variable the PostgreSQL half prints that it was skipped.
//!
//! The migrations run once: for SQLite once in each process, for PostgreSQL once on each server, into a template that is
//! named after them. What tests get are copies.

mod memory;

use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use crate::{Db, schema};

pub use memory::Memory;

/// Environment variable that names the PostgreSQL server for tests.
pub const POSTGRES: &str = "CYTOMINE_TEST_POSTGRES";

/// Held on the server while a template is looked for and made.
const TEMPLATE_LOCK: i64 = 0x6379_746f_7465_6d70;

/// Runs the test on both databases.
///
/// # Panics
/// When a database cannot be made, or the test fails.
pub async fn both<F, R>(test: F)
where
    F: Fn(Db) -> R,
    R: Future<Output = ()>,
{
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let db = lite(&folder.path().join("test.db")).await;
    test(db.clone()).await;
    db.close().await;

    let Some(database) = PgDatabase::migrated().await else { return };
    let db = Db::open_pg(&database.url, None).await.expect("PostgreSQL opens");
    test(db.clone()).await;
    db.close().await;
    database.drop().await;
}

/// A new SQLite database in this file, with its tables.
///
/// # Panics
/// When the file cannot be made.
pub async fn lite(file: &Path) -> Db {
    static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
    let bytes = MIGRATED
        .get_or_init(|| async {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let file = folder.path().join("template.db");
            let db = Db::open_lite(&file).await.expect("SQLite opens");
            if let Db::Lite { writer, .. } = &db {
                let statement = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
                statement.execute(writer).await.expect("everything can be moved into the one file");
            }
            db.close().await;
            std::fs::read(&file).expect("the file can be read")
        })
        .await;
    std::fs::write(file, bytes).expect("the file can be written");
    Db::open_lite(file).await.expect("SQLite opens")
}

/// A PostgreSQL database of a test's own.
#[derive(Debug)]
pub struct PgDatabase {
    /// Its address.
    pub url: String,
    server: String,
    name: String,
}

impl PgDatabase {
    /// Makes an empty one; none (and a printed line) where no server is named.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn create() -> Option<Self> {
        Self::copy_of(server()?, "template1").await
    }

    /// As [`PgDatabase::create`], with the tables.
    ///
    /// # Panics
    /// When the server does not answer, or refuses a migration.
    pub async fn migrated() -> Option<Self> {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let server = server()?;
        let template = TEMPLATE.get_or_init(|| template(&server)).await;
        Self::copy_of(server, template).await
    }

    async fn copy_of(server: String, template: &str) -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cytomine_test_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server answers");
        run(&mut connection, format!("DROP DATABASE IF EXISTS {name}")).await;
        run(&mut connection, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        connection.close().await.ok();
        Some(Self { url: address(&server, &name), server, name })
    }

    /// Drops it.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn drop(self) {
        let mut connection =
            PgConnection::connect(&self.server).await.expect("the PostgreSQL server answers");
        run(&mut connection, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await;
    }
}

/// The server for tests; none (and a printed line) where there is none.
fn server() -> Option<String> {
    let server = std::env::var(POSTGRES).ok();
    if server.is_none() {
        #[allow(clippy::print_stderr, reason = "tells whoever runs the tests what was skipped")]
        {
            eprintln!("PostgreSQL half skipped: {POSTGRES} is not set");
        }
    }
    server
}

/// The name of the database with the tables, which is made when the server has none of these migrations.
async fn template(server: &str) -> String {
    let name = format!("cytomine_template_{}", schema::fingerprint());
    let mut connection = PgConnection::connect(server).await.expect("the PostgreSQL server answers");
    // Several test programs start at once; the lock goes with the connection.
    run(&mut connection, format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let there = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&name);
    if there.fetch_optional(&mut connection).await.expect("the server answers").is_none() {
        // It gets its name when it is complete: a program that was killed leaves none that is half made.
        let part = format!("{name}_part");
        run(&mut connection, format!("DROP DATABASE IF EXISTS {part} WITH (FORCE)")).await;
        run(&mut connection, format!("CREATE DATABASE {part}")).await;
        let db = Db::open_pg(&address(server, &part), None).await.expect("PostgreSQL opens");
        db.close().await;
        run(&mut connection, format!("ALTER DATABASE {part} RENAME TO {name}")).await;
    }
    connection.close().await.ok();
    name
}

/// The address of another database of this server.
fn address(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    query.map_or_else(|| format!("{base}/{name}"), |query| format!("{base}/{name}?{query}"))
}

async fn run(connection: &mut PgConnection, statement: String) {
    let outcome = sqlx::query(AssertSqlSafe(statement.clone())).execute(connection).await;
    outcome.unwrap_or_else(|cause| panic!("{statement}: {cause}"));
}

/// Calls a function that writes (`written!(db, rights::raise())`) in a transaction of its own, which is kept if it succeeds.
#[macro_export]
macro_rules! written {
    ($db:expr, $($call:ident)::+ ( $($arg:expr),* $(,)? )) => {{
        let mut tx = $db.begin().await.expect("a transaction begins");
        let done = $($call)::+(&mut tx, $($arg),*).await;
        if done.is_ok() {
            tx.commit().await.expect("it is kept");
        }
        done
    }};
}
