//! The version of the tables: which one is there, which this program knows, and the way from one to the other.
//!
//! A version is the number of the newest migration. Tables grow before code needs what is new in them, so a program
//! works on its own version and on the one after it; that is what lets the replicas of two releases run side by side,
//! and an older release come back. It asks one thing of whoever writes migrations: a release adds at most one.

use std::borrow::Cow;
use std::path::Path;
use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, SqlSafeStr as _};

use crate::db::CONNECTIONS;
use crate::dialect::Dialect;
use crate::{Db, Read, StoreError, sql};

/// A migration: number, name, text for SQLite, text for PostgreSQL.
type Step = (i64, &'static str, &'static str, &'static str);

/// Every migration. Listed here rather than read from the folders by a macro of sqlx, which would build the drivers of
/// both databases a second time, for the machine that compiles.
const STEPS: &[Step] = &[
    (
        1,
        "core",
        include_str!("../../../migrations/sqlite/0001_core.sql"),
        include_str!("../../../migrations/postgres/0001_core.sql"),
    ),
    (
        2,
        "ground",
        include_str!("../../../migrations/sqlite/0002_ground.sql"),
        include_str!("../../../migrations/postgres/0002_ground.sql"),
    ),
    (
        3,
        "hanging",
        include_str!("../../../migrations/sqlite/0003_hanging.sql"),
        include_str!("../../../migrations/postgres/0003_hanging.sql"),
    ),
    (
        4,
        "proof",
        include_str!("../../../migrations/sqlite/0004_proof.sql"),
        include_str!("../../../migrations/postgres/0004_proof.sql"),
    ),
];

static LITE: LazyLock<Migrator> = LazyLock::new(|| migrator(|(_, _, lite, _)| lite));
static PG: LazyLock<Migrator> = LazyLock::new(|| migrator(|(_, _, _, pg)| pg));

fn migrator(text: impl Fn(&Step) -> &'static str) -> Migrator {
    let migration = |step: &Step| {
        let text = AssertSqlSafe(text(step)).into_sql_str();
        Migration::new(step.0, Cow::Borrowed(step.1), MigrationType::Simple, text, false)
    };
    Migrator { migrations: STEPS.iter().map(migration).collect(), ..Migrator::DEFAULT }
}

/// How the tables of a database stand to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Version of the tables; 0 = there are none.
    pub found: i64,
    /// Version that this program makes.
    pub known: i64,
    /// A migration that was applied in another wording than this program's, or broke off.
    pub foreign: Option<i64>,
}

/// What may be done with tables of some version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// They can be used.
    Usable,
    /// Migrations wait.
    Behind,
    /// A program at least two versions newer has changed them.
    TooNew,
    /// Another program made them.
    Foreign(i64),
}

/// What a migration did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Version before.
    pub from: i64,
    /// Version now.
    pub to: i64,
}

impl Schema {
    /// What may be done.
    pub fn fit(self) -> Fit {
        match self.foreign {
            Some(version) => Fit::Foreign(version),
            None if self.found < self.known => Fit::Behind,
            None if self.found <= self.known + 1 => Fit::Usable,
            None => Fit::TooNew,
        }
    }

    /// Why the tables cannot be used as they are, and what to do; `None` when they can.
    pub fn objection(self) -> Option<String> {
        let Self { found, known, .. } = self;
        match self.fit() {
            Fit::Usable => None,
            Fit::Behind => Some(format!(
                "the tables have version {found} and {known} is needed: run `cytomine migrate`, or start with \
                 --migrate on-start"
            )),
            Fit::TooNew => Some(format!(
                "the tables have version {found}, made by a newer release; this one knows {known} and works up to {}: \
                 use the newer release, or restore a backup",
                known + 1
            )),
            Fit::Foreign(version) => Some(format!(
                "migration {version} was applied in another wording than this program's or broke off: use the \
                 release that made this database, or restore a backup into a new one"
            )),
        }
    }
}

/// Looks at the version.
pub async fn state(mut ex: impl Read) -> Result<Schema, StoreError> {
    let (migrator, there) = match ex.dialect() {
        Dialect::Lite => {
            (&*LITE, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'")
        }
        Dialect::Pg => {
            (&*PG, "SELECT 1 FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass('_sqlx_migrations')")
        }
    };
    let known = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
    let mut schema = Schema { found: 0, known, foreign: None };
    if ex.first(sql(there)).await?.is_none() {
        return Ok(schema);
    }
    let statement = sql("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version");
    for row in ex.rows(statement).await? {
        let (version, checksum, whole): (i64, Vec<u8>, bool) =
            (row.get("version")?, row.get("checksum")?, row.get("success")?);
        schema.found = version;
        let own = migrator.iter().find(|migration| migration.version == version);
        let same = own.is_none_or(|migration| *migration.checksum == *checksum);
        if (!whole || !same) && schema.foreign.is_none() {
            schema.foreign = Some(version);
        }
    }
    Ok(schema)
}

/// Short name of these migrations of PostgreSQL, another one when any of them reads otherwise.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint() -> String {
    use sha2::{Digest as _, Sha256};
    let all = PG.iter().fold(Sha256::new(), |hash, migration| hash.chain_update(&migration.checksum));
    all.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Applies the migrations that wait. Two programs that do so at once wait for each other.
///
/// # Errors
/// [`StoreError::Schema`] when the tables are another program's or a migration fails; then that one left nothing.
pub async fn migrate(db: &Db) -> Result<Migrated, StoreError> {
    let before = state(db).await?;
    match before.fit() {
        Fit::Usable => return Ok(Migrated { from: before.found, to: before.found }),
        Fit::Behind => {}
        Fit::TooNew | Fit::Foreign(_) => {
            return Err(StoreError::Schema(before.objection().unwrap_or_default()));
        }
    }
    let failed = |cause: sqlx::migrate::MigrateError| {
        StoreError::Schema(format!(
            "the tables cannot be brought from version {} to {}: {cause}. Check that the user of the database owns \
             its tables, and that it has free space",
            before.found, before.known
        ))
    };
    match db {
        Db::Lite { writer, .. } => {
            let mut migrator = Migrator { locking: false, ..Migrator::DEFAULT };
            migrator.migrations = LITE.migrations.clone();
            migrator.run(writer).await.map_err(failed)?;
        }
        Db::Pg(pool) => {
            // A connection of its own, closed in every case: a failed run leaves the lock of migrations on it.
            let mut connection = pool.acquire().await?.detach();
            let outcome = PG.run(&mut connection).await;
            connection.close().await.ok();
            outcome.map_err(failed)?;
        }
    }
    Ok(Migrated { from: before.found, to: before.known })
}

impl Db {
    /// Opens (and makes, where absent) an SQLite file and brings its tables up to date.
    ///
    /// # Errors
    /// As [`Db::connect_lite`] and [`migrate`].
    pub async fn open_lite(file: &Path) -> Result<Self, StoreError> {
        let db = Self::connect_lite(file).await?;
        migrate(&db).await?;
        Ok(db)
    }

    /// Connects to PostgreSQL (15 or newer) and brings its tables up to date.
    ///
    /// # Errors
    /// As [`Db::connect_pg`] and [`migrate`].
    pub async fn open_pg(url: &str, password: Option<&str>) -> Result<Self, StoreError> {
        let db = Self::connect_pg(url, password, CONNECTIONS).await?;
        migrate(&db).await?;
        Ok(db)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PgDatabase, both};

    #[tokio::test]
    async fn a_database_that_was_opened_is_usable_and_stays() {
        both(|db| async move {
            let schema = state(&db).await.unwrap();
            assert_eq!((schema.found, schema.fit()), (schema.known, Fit::Usable));
            assert_eq!(migrate(&db).await.unwrap(), Migrated { from: schema.known, to: schema.known });
        })
        .await;
    }

    #[test]
    fn every_file_of_the_folders_is_a_step() {
        for folder in ["sqlite", "postgres"] {
            let path = format!("{}/../../migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut found: Vec<String> = std::fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            found.sort();
            let steps: Vec<String> =
                STEPS.iter().map(|(number, name, ..)| format!("{number:04}_{name}.sql")).collect();
            assert_eq!(found, steps, "{folder}");
        }
    }

    #[tokio::test]
    async fn an_empty_database_is_behind_until_it_is_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let lite = Db::connect_lite(&folder.path().join("a.db")).await.unwrap();
        let database = PgDatabase::create().await;
        let pg = match &database {
            Some(database) => Some(Db::connect_pg(&database.url, None, 4).await.unwrap()),
            None => None,
        };
        for db in std::iter::once(lite).chain(pg) {
            let before = state(&db).await.unwrap();
            assert_eq!((before.found, before.fit()), (0, Fit::Behind));
            assert!(before.objection().unwrap().contains("run `cytomine migrate`"));
            assert_eq!(migrate(&db).await.unwrap(), Migrated { from: 0, to: before.known });
            assert_eq!(state(&db).await.unwrap().fit(), Fit::Usable);
            db.close().await;
        }
        if let Some(database) = database {
            database.drop().await;
        }
    }

    #[tokio::test]
    async fn one_version_ahead_is_usable_two_are_not_and_a_changed_one_is_refused() {
        both(|db| async move {
            let known = state(&db).await.unwrap().known;
            for (version, expected) in [(known + 1, Fit::Usable), (known + 2, Fit::TooNew)] {
                let statement = sql("INSERT INTO _sqlx_migrations \
                     (version, description, success, checksum, execution_time) VALUES ($1, 'later', true, $2, 1)")
                .bind(version)
                .bind(vec![1_u8]);
                db.administer(statement).await.unwrap();
                assert_eq!(state(&db).await.unwrap().fit(), expected);
            }
            let refused = migrate(&db).await.unwrap_err().to_string();
            assert!(refused.contains("made by a newer release"), "{refused}");
            let statement = sql("UPDATE _sqlx_migrations SET checksum = $1 WHERE version = $2");
            db.administer(statement.bind(vec![1_u8]).bind(known)).await.unwrap();
            assert_eq!(state(&db).await.unwrap().fit(), Fit::Foreign(known));
        })
        .await;
    }
}
