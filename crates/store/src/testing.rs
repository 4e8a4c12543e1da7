//! Databases for tests.
//!
//! [`both`] runs one test on SQLite and on PostgreSQL. The PostgreSQL server is the one that
//! `CYTOMINE_TEST_POSTGRES` names (`postgres://user@host:port/postgres`); each test makes a database of its own
//! there and drops it. Without the variable the PostgreSQL half prints that it was skipped.

mod memory;

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::Db;

pub use memory::Memory;

/// Environment variable that names the PostgreSQL server for tests.
pub const POSTGRES: &str = "CYTOMINE_TEST_POSTGRES";

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
    let db = Db::open_lite(&folder.path().join("test.db")).await.expect("SQLite opens");
    test(db.clone()).await;
    db.close().await;

    let Some(database) = PgDatabase::create().await else { return };
    let db = Db::open_pg(&database.url, None).await.expect("PostgreSQL opens");
    test(db.clone()).await;
    db.close().await;
    database.drop().await;
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
    /// Makes one; none (and a printed line) where no server is named.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn create() -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let Ok(server) = std::env::var(POSTGRES) else {
            #[allow(clippy::print_stderr, reason = "tells whoever runs the tests what was skipped")]
            {
                eprintln!("PostgreSQL half skipped: {POSTGRES} is not set");
            }
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cytomine_test_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server answers");
        for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .expect("a database can be made");
        }
        connection.close().await.ok();
        let (base, query) =
            server.split_once('?').map_or((server.as_str(), None), |(base, query)| (base, Some(query)));
        let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
        let url = query.map_or_else(|| format!("{base}/{name}"), |query| format!("{base}/{name}?{query}"));
        Some(Self { url, server, name })
    }

    /// Drops it.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn drop(self) {
        let mut connection =
            PgConnection::connect(&self.server).await.expect("the PostgreSQL server answers");
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("a database can be dropped");
    }
}
