//! The database: reached, new enough, encrypted, with the rights that are needed, tables and clocks in step.

use tokio::time::Instant;

use cytomine_domain::opening::{self, Db, Fit};
use cytomine_domain::upkeep;
use cytomine_domain::upkeep::Facts;

use super::super::{status, system};
use super::Finding;
use crate::cli::SystemSettings;
use crate::config::{Database, Migrate};

/// Clocks that differ by more milliseconds make sessions and leases end at odd times.
const CLOCK_WARN: i64 = 1_000;
const CLOCK_FAIL: i64 = 30_000;

/// Answers that take longer, in milliseconds, slow every page down.
const SLOW: f64 = 20.0;

pub(super) async fn check(settings: &SystemSettings) -> Vec<Finding> {
    if let Err(cause) = status::known(settings) {
        return vec![Finding::warn("database", cause, "Nothing, if this machine is new")];
    }
    let Ok(database) = system::database(&settings.database) else { return Vec::new() };
    let db = match opening::connect(&database, &settings.storage.data).await {
        Ok(db) => db,
        Err(error) => return vec![Finding::refused("database", error.to_string())],
    };
    let found = match look(&db, settings).await {
        Ok(found) => found,
        Err(error) => vec![Finding::refused("database", error.to_string())],
    };
    db.close().await;
    found
}

async fn look(db: &Db, settings: &SystemSettings) -> Result<Vec<Finding>, cytomine_domain::DomainError> {
    let facts = upkeep::facts(db).await?;
    let begun = Instant::now();
    upkeep::facts(db).await?;
    let taken = begun.elapsed().as_secs_f64() * 1000.0;
    let size = status::bytes(u64::try_from(facts.bytes).unwrap_or(0));
    let answer = format!("{}, {size}, answers in {taken:.1} ms", facts.product);
    let mut found = vec![if taken > SLOW {
        Finding::warn("database", answer, "Put the database nearer, or give it more processor")
    } else {
        Finding::ok("database", answer)
    }];
    found.push(encoding(&facts));
    if let Ok(Database::Postgres(url)) = settings.database.database() {
        found.push(encryption(&facts, &url));
        found.push(privileges(&facts, settings.database.migrate));
    }
    if let Some(difference) = upkeep::clock_difference(db, &*system::clock()).await? {
        found.push(clock(difference));
    }
    let schema = opening::schema(db).await?;
    if schema.fit() == Fit::Usable {
        found.push(orphans(&upkeep::orphans(db).await?));
    }
    found.push(match (schema.fit(), schema.objection()) {
        (Fit::Behind, _) if settings.database.migrate == Migrate::OnStart => Finding::warn(
            "schema",
            format!("version {}, this release makes {}", schema.found, schema.known),
            "The next start of the server brings it up to date",
        ),
        (_, Some(objection)) => Finding::refused("schema", objection),
        (_, None) => Finding::ok("schema", format!("version {}", schema.found)),
    });
    Ok(found)
}

fn orphans(lines: &[String]) -> Finding {
    if lines.is_empty() {
        return Finding::ok("annotations", "all that they name exists");
    }
    Finding::fail(
        "annotations",
        lines.join(", "),
        "Restore a backup of before; rows were removed by something else than this program",
    )
}

fn encoding(facts: &Facts) -> Finding {
    match facts.encoding.replace('-', "").as_str() {
        "UTF8" => Finding::ok("encoding", "UTF8"),
        other => Finding::fail(
            "encoding",
            format!("{other}: names in other scripts cannot be stored"),
            "Make a database with ENCODING 'UTF8' TEMPLATE template0, and restore a backup into it",
        ),
    }
}

fn encryption(facts: &Facts, url: &str) -> Finding {
    match &facts.tls {
        Some(version) => Finding::ok("database TLS", version.clone()),
        None if super::network::is_local(url) => {
            Finding::ok("database TLS", "none, the database is on this machine")
        }
        None => Finding::warn(
            "database TLS",
            "the connection is not encrypted",
            "Add sslmode=verify-full and sslrootcert=FILE to the address of the database",
        ),
    }
}

fn privileges(facts: &Facts, migrate: Migrate) -> Finding {
    // Who does not bring tables up to date needs only their rows.
    let missing: Vec<&str> = facts
        .missing
        .iter()
        .copied()
        .filter(|words| migrate == Migrate::OnStart || words.starts_with("read and write"))
        .collect();
    if missing.is_empty() {
        return Finding::ok("privileges", "sufficient");
    }
    Finding::fail(
        "privileges",
        format!("the user of the database may not {}", missing.join(", nor ")),
        "Let the owner of the database grant it, or use the owner as the user",
    )
}

fn clock(difference: i64) -> Finding {
    let text = format!("{:.1} s ahead of this machine's", difference as f64 / 1000.0);
    let remedy = "Let both machines follow a time server (NTP)";
    match difference.abs() {
        0..=CLOCK_WARN => Finding::ok("clock", format!("the database's is {text}")),
        ..=CLOCK_FAIL => Finding::warn("clock", format!("the database's is {text}"), remedy),
        _ => Finding::fail("clock", format!("the database's is {text}"), remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn facts() -> Facts {
        Facts {
            product: "PostgreSQL 17.2".to_owned(),
            bytes: 1,
            encoding: "UTF8".to_owned(),
            tls: None,
            missing: Vec::new(),
            clock: None,
        }
    }

    #[test]
    fn clocks_apart_are_told_and_far_apart_are_a_failure() {
        let states = [0, -900, 5_000, -29_000, 31_000, -40_000].map(|difference| clock(difference).state);
        use State::{Fail, Ok, Warn};
        assert_eq!(states, [Ok, Ok, Warn, Warn, Fail, Fail]);
    }

    #[test]
    fn rows_that_name_what_does_not_exist_are_a_failure() {
        assert_eq!(orphans(&[]).state, State::Ok);
        let found = orphans(&["3 rows of annotation name a project that does not exist".to_owned()]);
        assert!(found.state == State::Fail && found.text.starts_with("3 rows"), "{found:?}");
    }

    #[test]
    fn an_open_connection_over_a_network_is_pointed_out() {
        let far = encryption(&facts(), "postgres://ada@db/cytomine");
        assert!(far.state == State::Warn && far.remedy.unwrap().contains("verify-full"));
        assert_eq!(encryption(&facts(), "postgres://ada@127.0.0.1/cytomine").state, State::Ok);
        let tls = Facts { tls: Some("TLSv1.3".to_owned()), ..facts() };
        assert_eq!(encryption(&tls, "postgres://ada@db/cytomine").text, "TLSv1.3");
    }

    #[test]
    fn rights_to_change_tables_are_needed_only_by_who_changes_them() {
        let missing = Facts { missing: vec!["make tables in its schema (CREATE)"], ..facts() };
        assert_eq!(privileges(&missing, Migrate::OnStart).state, State::Fail);
        assert_eq!(privileges(&missing, Migrate::Wait).state, State::Ok);
        let latin = Facts { encoding: "LATIN1".to_owned(), ..facts() };
        assert_eq!(encoding(&latin).state, State::Fail);
    }
}
