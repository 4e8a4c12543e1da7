//! The foundation on both databases: ids, transactions, arrays, undo of deletions, the queue, equal schemas.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::collections::BTreeMap;

use cytomine_model::{CommandId, EntityKind, Job, JobId, JobState, Millis};
use cytomine_store::dialect::Dialect;
use cytomine_store::job::NewJob;
use cytomine_store::testing::{PgDatabase, both};
use cytomine_store::{Db, Read as _, Write as _, job, rights, rows, sql, written};

async fn user(db: &Db, id: i64) {
    let mut tx = db.begin().await.unwrap();
    let statement =
        sql("INSERT INTO user_account (id, username, firstname, lastname, email, language, is_developer, \
         enabled, origin, created) VALUES ($1, $2, '', '', '', 'EN', FALSE, TRUE, 'LOCAL', 0)")
        .bind(id)
        .bind(format!("user{id}"));
    tx.execute(statement).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn ids_ascend_and_never_repeat() {
    both(|db| async move {
        let mut tx = db.begin().await.unwrap();
        let first = tx.next_ids(3).await.unwrap();
        let second = tx.next_ids(2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(first.len(), 3);
        assert!(first.iter().chain(&second).is_sorted(), "{first:?} {second:?}");
        assert!(first[2] < second[0]);
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    both(|db| async move {
        let mut tx = db.begin().await.unwrap();
        rights::raise(&mut tx).await.unwrap();
        drop(tx);
        assert_eq!(rights::generation(&db).await.unwrap(), 1);
        let mut tx = db.begin().await.unwrap();
        rights::raise(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(rights::generation(&db).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_array_is_one_value() {
    both(|db| async move {
        for id in [201, 202, 203] {
            user(&db, id).await;
        }
        let mut db = &db;
        let statement = sql("SELECT id FROM user_account WHERE id = ANY($1) AND username <> $2 ORDER BY id")
            .bind(vec![201_i64, 203, 999])
            .bind("user999");
        let found: Vec<i64> =
            db.rows(statement).await.unwrap().iter().map(|row| row.get("id").unwrap()).collect();
        assert_eq!(found, [201, 203]);
        let statement = sql("SELECT count(*) AS n FROM user_account WHERE id <> ALL($1)").bind(vec![201_i64]);
        assert_eq!(db.first(statement).await.unwrap().unwrap().get::<i64>("n").unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_a_command_deleted_comes_back_with_all_that_hung_on_it() {
    both(|db| async move {
        user(&db, 201).await;
        let mut tx = db.begin().await.unwrap();
        let ontology = "INSERT INTO ontology (id, name, user_id, created) VALUES (301, 'Cells', 201, 0)";
        tx.execute(sql(ontology)).await.unwrap();
        for (id, name) in [(401, "Nucleus"), (402, "Stroma")] {
            let term =
                "INSERT INTO term (id, ontology_id, name, color, created) VALUES ($1, 301, $2, '#123456', 0)";
            tx.execute(sql(term).bind(id).bind(name)).await.unwrap();
        }
        // One term was deleted before, by another command: undo must not bring that one back.
        rows::delete_with_dependents(&mut tx, EntityKind::Term, &[(402, 402)], CommandId(900), u64::MAX)
            .await
            .unwrap();
        rows::delete_with_dependents(&mut tx, EntityKind::Ontology, &[(301, 301)], CommandId(901), u64::MAX)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let living = sql("SELECT id FROM term WHERE deleted_by IS NULL");
        assert!((&db).rows(living.clone()).await.unwrap().is_empty());
        written!(db, rows::restore(EntityKind::Ontology, CommandId(901))).unwrap();
        let left: Vec<i64> =
            (&db).rows(living).await.unwrap().iter().map(|row| row.get("id").unwrap()).collect();
        assert_eq!(left, [401]);
    })
    .await;
}

fn queued(id: i64) -> NewJob<'static> {
    NewJob { id: JobId(id), kind: "convert", queue: "main", priority: 0, payload: "{}" }
}

async fn take(db: &Db, owner: &str, queues: &[&str], now: i64) -> Option<Job> {
    let mut tx = db.begin().await.unwrap();
    let job = job::take(&mut tx, owner, queues, Millis(now), Millis(now + 30_000)).await.unwrap();
    tx.commit().await.unwrap();
    job
}

#[tokio::test]
async fn a_job_whose_lease_ran_out_is_taken_again() {
    both(|db| async move {
        written!(db, job::insert(queued(501), Millis(0))).unwrap();
        let take = async |owner: &str, now: i64| take(&db, owner, &["main"], now).await;
        let first = take("a", 1_000).await.unwrap();
        assert_eq!((first.id, first.attempts, first.state), (JobId(501), 1, JobState::Running));
        assert_eq!(take("b", 2_000).await, None);
        assert!(written!(db, job::renew(JobId(501), "a", Millis(40_000))).unwrap());
        assert_eq!(take("b", 35_000).await, None);
        let second = take("b", 40_001).await.unwrap();
        assert_eq!(second.attempts, 2);
        assert!(
            !written!(db, job::renew(JobId(501), "a", Millis(99_000))).unwrap(),
            "the lease is b's by now"
        );
        assert!(!written!(db, job::finish(JobId(501), "a", None, Millis(41_000))).unwrap(), "only b ends it");
        assert!(!written!(db, job::release(JobId(501), "a")).unwrap());
        assert!(!written!(db, job::put_off(JobId(501), "a", "late", Millis(0), true)).unwrap());
        assert!(written!(db, job::finish(JobId(501), "b", Some("no such file"), Millis(41_000))).unwrap());
        assert_eq!(take("c", 999_999).await, None);
        let ended = job::by_id(&db, JobId(501)).await.unwrap().unwrap();
        assert_eq!((ended.state, ended.error.as_deref()), (JobState::Failed, Some("no such file")));
    })
    .await;
}

#[tokio::test]
async fn jobs_are_taken_by_queue_then_priority_then_age_and_not_before_their_time() {
    both(|db| async move {
        let queued = [
            NewJob { queue: "slides", ..queued(1) },
            queued(2),
            queued(3),
            NewJob { priority: 5, ..queued(4) },
        ];
        for job in queued {
            written!(db, job::insert(job, Millis(0))).unwrap();
        }
        let taken = take(&db, "a", &["main"], 0).await.unwrap();
        assert_eq!((taken.id, taken.priority, taken.queue.as_str()), (JobId(4), 5, "main"));
        let taken = take(&db, "a", &["main"], 0).await.unwrap();
        assert_eq!(taken.id, JobId(2));
        assert!(written!(db, job::put_off(JobId(2), "a", "disk full", Millis(9_000), true)).unwrap());
        assert_eq!(take(&db, "a", &["main"], 0).await.unwrap().id, JobId(3));
        assert!(!job::any_waiting(&db, &["main"], Millis(8_999)).await.unwrap());
        assert_eq!(take(&db, "a", &["main"], 8_999).await, None);
        assert!(job::any_waiting(&db, &["main"], Millis(9_000)).await.unwrap());
        let again = take(&db, "a", &["main"], 9_000).await.unwrap();
        assert_eq!((again.id, again.attempts, again.error.as_deref()), (JobId(2), 2, Some("disk full")));
        assert!(written!(db, job::put_off(JobId(2), "a", "unknown", Millis(0), false)).unwrap());
        assert_eq!(job::by_id(&db, JobId(2)).await.unwrap().unwrap().attempts, 1, "this one does not count");
        assert_eq!(take(&db, "a", &["slides", "mail"], 0).await.unwrap().id, JobId(1));
    })
    .await;
}

/// Tables with their columns: name, kind of type, nullable.
async fn schema(db: &Db) -> BTreeMap<(String, String), (String, bool)> {
    let mut db = db;
    let statement = match db.dialect() {
        Dialect::Lite => sql("SELECT m.name AS table_name, c.name AS column_name, c.type AS type, \
             c.\"notnull\" = 0 AS nullable FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table'"),
        Dialect::Pg => sql("SELECT table_name::TEXT, column_name::TEXT, data_type::TEXT AS type, \
             is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = 'public'"),
    };
    let mut columns = BTreeMap::new();
    for row in db.rows(statement).await.unwrap() {
        let table: String = row.get("table_name").unwrap();
        // Each database has its own way of giving ids and of noting migrations.
        if ["_sqlx_migrations", "id_sequence", "sqlite_sequence"].contains(&table.as_str()) {
            continue;
        }
        let kind = match row.get::<String>("type").unwrap().to_lowercase().as_str() {
            // SQLite has no boolean: a truth value is an integer there.
            "integer" | "bigint" | "boolean" => "integer",
            "real" | "double precision" => "real",
            "blob" | "bytea" => "blob",
            "text" => "text",
            other => panic!("{table} has a column of type {other}"),
        };
        let column = row.get::<String>("column_name").unwrap();
        columns.insert((table, column), (kind.to_owned(), row.get::<bool>("nullable").unwrap()));
    }
    columns
}

#[tokio::test]
async fn both_schemas_have_the_same_columns() {
    let schemas = std::sync::Mutex::new(Vec::new());
    both(|db| {
        let schemas = &schemas;
        async move {
            let columns = schema(&db).await;
            schemas.lock().unwrap().push(columns);
        }
    })
    .await;
    let schemas = schemas.into_inner().unwrap();
    assert!(schemas[0].len() > 150, "{} columns", schemas[0].len());
    if let [lite, pg] = &schemas[..] {
        assert_eq!(lite, pg);
    }
}

#[tokio::test]
async fn a_process_opens_no_more_connections_than_it_was_told() {
    let Some(database) = PgDatabase::create().await else { return };
    let db = Db::connect_pg(&database.url, None, 2).await.unwrap();
    let Db::Pg(pool) = &db else { panic!("this is PostgreSQL") };
    assert_eq!(pool.options().get_max_connections(), 2);
    db.close().await;
    database.drop().await;
}
