//! Exchanging databases of a PostgreSQL server by renaming them, from outside of both.
//!
//! Plan: the live database is closed to new sessions, the running ones are ended, then one transaction renames live to
//! a name beside it and the restored one to live. Either both renames happened or none, and the old database is never
//! dropped. Comments on the databases tell a later call what an interrupted one left: [`CLOSED`] on the live one
//! means that it was closed and nothing renamed yet.

use std::str::FromStr;
use std::time::Duration;
use tokio::time::Instant;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _};

use crate::StoreError;

/// Comment on a database that was made to be restored into; only such a one is put in the place of another.
pub const SCRATCH: &str = "cytomine: scratch database of a restore";

/// Comment on a live database while a restore has it closed.
pub const CLOSED: &str = "cytomine: closed by a restore";

/// A server, connected to through a database that is not exchanged.
#[derive(Debug)]
pub struct Server {
    connection: PgConnection,
    live: String,
}

/// A database as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// New sessions are let in.
    pub open: bool,
    /// The comment on it.
    pub comment: Option<String>,
}

/// A name as it stands in SQL.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The address of another database of the same server.
pub fn address_of(url: &str, database: &str) -> String {
    let (before, parameters) =
        url.split_once('?').map_or((url, None), |(before, parameters)| (before, Some(parameters)));
    let begin = before.find("://").map_or(0, |place| place + 3);
    let end = before[begin..].find('/').map_or(before.len(), |place| begin + place);
    let base = &before[..end];
    parameters
        .map_or_else(|| format!("{base}/{database}"), |parameters| format!("{base}/{database}?{parameters}"))
}

impl Server {
    /// Connects to the server that an address names, beside the database that it names.
    ///
    /// # Errors
    /// When the address cannot be read or the server cannot be reached.
    pub async fn connect(url: &str, password: Option<&str>) -> Result<Self, StoreError> {
        let failed = |place: String, cause: String| StoreError::Open {
            place,
            cause,
            remedy: "Check address, user and password file; a restore signs in to the database `postgres` or \
                     `template1` of the same server",
        };
        // A rename waits for others by itself; that it took long is told in its own words if it matters.
        let mut options = PgConnectOptions::from_str(url)
            .map_err(|cause| failed("of --database".to_owned(), cause.to_string()))?
            .disable_statement_logging();
        let live = options.get_database().unwrap_or_else(|| options.get_username()).to_owned();
        if let Some(password) = password {
            options = options.password(password);
        }
        let mut last = String::new();
        for beside in ["postgres", "template1"] {
            if beside == live {
                continue;
            }
            match PgConnection::connect_with(&options.clone().database(beside)).await {
                Ok(connection) => return Ok(Self { connection, live }),
                Err(cause) => last = cause.to_string(),
            }
        }
        Err(failed(format!("postgres://{}:{}", options.get_host(), options.get_port()), last))
    }

    /// Name of the live database.
    pub fn live(&self) -> &str {
        &self.live
    }

    /// A database by name.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn find(&mut self, name: &str) -> Result<Option<Listed>, StoreError> {
        let row = sqlx::query(
            "SELECT datallowconn, shobj_description(oid, 'pg_database') AS comment FROM pg_database \
             WHERE datname = $1",
        )
        .bind(name)
        .fetch_optional(&mut self.connection)
        .await?;
        row.map(|row| Ok(Listed { open: row.try_get("datallowconn")?, comment: row.try_get("comment")? }))
            .transpose()
    }

    /// Lets no new session into the live database, and notes that this is a restore's doing.
    ///
    /// # Errors
    /// When the server refuses: the user must own the database.
    pub async fn close_live(&mut self) -> Result<(), StoreError> {
        let live = identifier(&self.live);
        self.together(&[
            format!("ALTER DATABASE {live} WITH ALLOW_CONNECTIONS false"),
            format!("COMMENT ON DATABASE {live} IS {}", literal(CLOSED)),
        ])
        .await
    }

    /// Takes [`Server::close_live`] back.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn reopen_live(&mut self) -> Result<(), StoreError> {
        let live = identifier(&self.live);
        self.together(&[
            format!("ALTER DATABASE {live} WITH ALLOW_CONNECTIONS true"),
            format!("COMMENT ON DATABASE {live} IS NULL"),
        ])
        .await
    }

    /// Ends the sessions of a database and waits until they are gone. Tells whose are left when `patience` ends: those
    /// of roles that this user may not end.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn end_sessions(
        &mut self,
        database: &str,
        patience: Duration,
    ) -> Result<Vec<String>, StoreError> {
        let end = Instant::now() + patience;
        loop {
            sqlx::query(
                "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid \
                 CROSS JOIN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) me \
                 WHERE a.datname = $1 AND (me.rolsuper OR NOT r.rolsuper AND (pg_has_role(a.usesysid, 'USAGE') \
                 OR pg_has_role('pg_signal_backend', 'USAGE')))",
            )
            .bind(database)
            .execute(&mut self.connection)
            .await?;
            let left: Vec<String> = sqlx::query_scalar(
                "SELECT DISTINCT usename::TEXT FROM pg_stat_activity \
                 WHERE datname = $1 AND usesysid IS NOT NULL ORDER BY 1",
            )
            .bind(database)
            .fetch_all(&mut self.connection)
            .await?;
            if left.is_empty() || Instant::now() > end {
                return Ok(left);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Renames the live database (where there is one) to `kept` and `scratch` to live, in one transaction.
    ///
    /// # Errors
    /// When the server refuses; then nothing was renamed.
    pub async fn exchange(
        &mut self,
        scratch: &str,
        kept: Option<&str>,
        note: &str,
    ) -> Result<(), StoreError> {
        let (live, scratch) = (identifier(&self.live), identifier(scratch));
        let mut steps = Vec::new();
        if let Some(kept) = kept.map(identifier) {
            steps.push(format!("ALTER DATABASE {live} RENAME TO {kept}"));
            steps.push(format!("ALTER DATABASE {kept} WITH ALLOW_CONNECTIONS true"));
            steps.push(format!(
                "COMMENT ON DATABASE {kept} IS {}",
                literal(&format!("cytomine: before {note}"))
            ));
        }
        steps.push(format!("ALTER DATABASE {scratch} RENAME TO {live}"));
        steps.push(format!("COMMENT ON DATABASE {live} IS {}", literal(&format!("cytomine: {note}"))));
        self.together(&steps).await
    }

    /// Ends the connection in order.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn disconnect(self) -> Result<(), StoreError> {
        Ok(self.connection.close().await?)
    }

    async fn together(&mut self, steps: &[String]) -> Result<(), StoreError> {
        let mut tx = self.connection.begin().await?;
        for step in steps {
            sqlx::raw_sql(AssertSqlSafe(step.clone())).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Db;
    use crate::testing::PgDatabase;

    #[test]
    fn names_and_texts_cannot_leave_their_quotes() {
        assert_eq!(identifier("a\"; DROP"), "\"a\"\"; DROP\"");
        assert_eq!(literal("it's"), "'it''s'");
    }

    #[test]
    fn an_address_of_another_database_keeps_the_rest() {
        for (url, expected) in [
            ("postgres://u@h:5/a?sslmode=verify-full&x=/y", "postgres://u@h:5/b?sslmode=verify-full&x=/y"),
            ("postgres://h", "postgres://h/b"),
            ("postgres:///a?host=/run/postgresql", "postgres:///b?host=/run/postgresql"),
        ] {
            assert_eq!(address_of(url, "b"), expected);
        }
    }

    #[tokio::test]
    async fn databases_change_places_and_nothing_is_lost() {
        let (Some(live), Some(scratch)) = (PgDatabase::create().await, PgDatabase::create().await) else {
            return;
        };
        let (live_db, scratch_db) =
            (Db::open_pg(&live.url, None).await.unwrap(), Db::open_pg(&scratch.url, None).await.unwrap());
        let (before, after) = (
            crate::rights::generation(&live_db).await.unwrap(),
            crate::rights::generation(&scratch_db).await.unwrap() + 7,
        );
        let carried = super::super::check::Carried { last_id: 5000, generation: after - 1 };
        super::super::check::carry(&scratch_db, carried).await.unwrap();
        scratch_db.close().await;
        let mut server = Server::connect(&live.url, None).await.unwrap();
        let scratch_name = scratch.url.rsplit_once('/').unwrap().1.split('?').next().unwrap().to_owned();
        let kept = format!("{}_before", server.live());

        server.close_live().await.unwrap();
        let closed = server.find(&live_name(&live)).await.unwrap().unwrap();
        assert_eq!(closed, Listed { open: false, comment: Some(CLOSED.to_owned()) });
        server.reopen_live().await.unwrap();
        let open = server.find(&live_name(&live)).await.unwrap().unwrap();
        assert_eq!(open, Listed { open: true, comment: None });

        // The pool of the live database stands for a running server: it is thrown out, and finds the other one.
        server.close_live().await.unwrap();
        let name = server.live().to_owned();
        assert!(server.end_sessions(&name, Duration::from_secs(10)).await.unwrap().is_empty());
        assert!(live_db.ping().await.is_err());
        server.exchange(&scratch_name, Some(&kept), "a test").await.unwrap();
        assert_eq!(crate::rights::generation(&live_db).await.unwrap(), after);
        let mut tx = live_db.begin().await.unwrap();
        assert!(tx.next_id().await.unwrap() > 5000);
        drop(tx);
        let old = Db::connect_pg(&address_of(&live.url, &kept), None, 4).await.unwrap();
        assert_eq!(crate::rights::generation(&old).await.unwrap(), before);
        old.close().await;
        live_db.close().await;
        sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", identifier(&kept))))
            .execute(&mut server.connection)
            .await
            .unwrap();
        live.drop().await;
        scratch.drop().await;
    }

    fn live_name(database: &PgDatabase) -> String {
        database.url.rsplit_once('/').unwrap().1.split('?').next().unwrap().to_owned()
    }
}
