//! What backups ask of the database, on both.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use cytomine_model::Millis;
use cytomine_store::backup::facts::{self, TableFacts};
use cytomine_store::backup::{self, Kind, Record, check};
use cytomine_store::testing::both;
use cytomine_store::{Db, Read as _, Write as _, rights, sql};

async fn run(db: &Db, text: &'static str) {
    let mut tx = db.begin().await.unwrap();
    tx.execute(sql(text)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn table(db: &Db, name: &str) -> TableFacts {
    facts::tables(db).await.unwrap().into_iter().find(|facts| facts.table == name).unwrap()
}

#[tokio::test]
async fn facts_see_every_value_and_no_order() {
    both(|db| async move {
        assert!(facts::tables(&db).await.unwrap().is_sorted_by_key(|facts| facts.table.clone()));
        run(&db, "INSERT INTO role (id, authority) VALUES (11, 'A'), (12, 'it''s, (B)')").await;
        let before = table(&db, "role").await;
        assert_eq!(before.rows, 6);
        run(&db, "DELETE FROM role WHERE id = 11").await;
        assert_ne!(table(&db, "role").await.hash, before.hash);
        run(&db, "INSERT INTO role (id, authority) VALUES (11, 'A')").await;
        assert_eq!(table(&db, "role").await, before);
        run(&db, "UPDATE role SET authority = 'a' WHERE id = 11").await;
        let after = table(&db, "role").await;
        assert_eq!(after.rows, before.rows);
        assert_ne!(after.hash, before.hash);
    })
    .await;
}

#[tokio::test]
async fn what_a_restore_changes_is_no_fact() {
    both(|db| async move {
        run(
            &db,
            "INSERT INTO user_account (id, username, firstname, lastname, email, language, is_developer, enabled, \
             origin, created) VALUES (101, 'a', '', '', '', 'EN', FALSE, TRUE, 'LOCAL', 0)",
        )
        .await;
        let before = facts::tables(&db).await.unwrap();
        let old = check::carried(&db).await.unwrap();
        run(&db, "UPDATE user_account SET admin_session_until = 7").await;
        let session =
            sql("INSERT INTO session (token_hash, user_id, created, last_seen) VALUES ($1, 101, 0, 0)");
        db.administer(session.bind(vec![1_u8])).await.unwrap();
        check::carry(&db, check::Carried { last_id: 9000, generation: 41 }).await.unwrap();
        assert_eq!(facts::tables(&db).await.unwrap(), before);
        let new = check::carried(&db).await.unwrap();
        assert!(new.last_id >= 9000 && new.generation == 42 && old.generation < 42, "{old:?} {new:?}");
        let mut reader = &db;
        let left = "SELECT 1 AS n FROM session UNION ALL SELECT 1 FROM user_account \
                    WHERE admin_session_until IS NOT NULL";
        assert!(reader.rows(sql(left)).await.unwrap().is_empty());
        // What is ahead already does not go back.
        check::carry(&db, check::Carried { last_id: 1, generation: 1 }).await.unwrap();
        assert_eq!(rights::generation(&db).await.unwrap(), 43);
        let mut tx = db.begin().await.unwrap();
        assert!(tx.next_id().await.unwrap() > 9000);
    })
    .await;
}

#[tokio::test]
async fn ids_that_would_be_given_twice_are_found() {
    both(|db| async move {
        assert_eq!(check::ids_behind(&db).await.unwrap(), None);
        assert!(check::dangling(&db).await.unwrap().is_empty());
        run(&db, "INSERT INTO role (id, authority) VALUES (5000, 'A')").await;
        assert_eq!(check::ids_behind(&db).await.unwrap(), Some(5000));
    })
    .await;
}

#[tokio::test]
async fn the_history_is_kept_newest_first() {
    both(|db| async move {
        let record = |kind, name: &str, time, error: Option<&str>| Record {
            kind,
            name: name.to_owned(),
            time: Millis(time),
            size: 7,
            duration: 3,
            error: error.map(str::to_owned),
            removed: None,
        };
        let records = [
            record(Kind::Push, "one", 10, None),
            record(Kind::Push, "bad", 20, Some("disk full")),
            record(Kind::Push, "two", 30, None),
            record(Kind::Drill, "one", 40, None),
        ];
        for (id, record) in (1..).zip(&records) {
            let mut tx = db.begin().await.unwrap();
            backup::insert(&mut tx, id, record).await.unwrap();
            tx.commit().await.unwrap();
        }
        let pushed = backup::newest(&db, Kind::Push, 2).await.unwrap();
        assert_eq!(pushed, [records[2].clone(), records[1].clone()]);
        assert_eq!(backup::newest(&db, Kind::Drill, 9).await.unwrap(), records[3..]);
        assert_eq!(backup::kept(&db).await.unwrap(), ["one", "two"]);
        let mut tx = db.begin().await.unwrap();
        backup::mark_removed(&mut tx, "one", Millis(50)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(backup::kept(&db).await.unwrap(), ["two"]);
        let removed = backup::newest(&db, Kind::Push, 9).await.unwrap().pop().unwrap();
        assert_eq!((removed.name.as_str(), removed.removed), ("one", Some(Millis(50))));
    })
    .await;
}

#[tokio::test]
async fn attached_files_are_among_the_files_that_rows_name() {
    both(|db| async move {
        run(
            &db,
            "INSERT INTO attached_file (id, kind, entity_id, filename, blob, size, sha256, created, deleted_by) \
             VALUES (201, 'project', 1, 'a', 'upload-1/a', 3, 'aa', 0, NULL), \
             (202, 'project', 1, 'b', 'upload-2/b', 4, 'bb', 0, 7)",
        )
        .await;
        let keys = async |living: bool, after: i64| -> Vec<String> {
            let files = facts::files(&db, living, after, 10).await.unwrap();
            files.into_iter().map(|(_, file)| file.key).collect()
        };
        assert_eq!(keys(false, 0).await, ["upload-1/a", "upload-2/b"]);
        assert_eq!(keys(true, 0).await, ["upload-1/a"]);
        assert_eq!(keys(false, 201).await, ["upload-2/b"]);
        if matches!(db, Db::Pg(_)) {
            let statement = sql("SELECT line FROM cytomine_backup_facts() AS line WHERE line LIKE '%upload-%'");
            let lines = (&db).rows(statement).await.unwrap();
            assert_eq!(lines.len(), 2);
        }
    })
    .await;
}
