//! What processes that share a database agree on.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::time::Duration;

use cytomine_model::{EntityKind, Millis, UserId};
use cytomine_store::testing::{PgDatabase, both};
use cytomine_store::{Blobs, Db, rows, server_key, sign_in};

#[tokio::test]
async fn one_process_at_a_time_sets_the_system_up() {
    let Some(database) = PgDatabase::create().await else { return };
    let (first, second) =
        (Db::open_pg(&database.url, None).await.unwrap(), Db::open_pg(&database.url, None).await.unwrap());
    assert!(first.has_others().await.unwrap(), "the second is connected");
    let turn = first.turn().await.unwrap();
    let waits = tokio::time::timeout(Duration::from_millis(300), second.turn()).await;
    assert!(waits.is_err());
    drop(turn);
    tokio::time::timeout(Duration::from_secs(20), second.turn()).await.unwrap().unwrap();
    second.close().await;
    // The server needs a moment to notice.
    while first.has_others().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.close().await;
    database.drop().await;
}

#[tokio::test]
async fn sqlite_has_its_own_turns() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_lite(&folder.path().join("test.db")).await.unwrap();
    let _turn = db.turn().await.unwrap();
    db.turn().await.unwrap();
    assert!(!db.has_others().await.unwrap());
}

#[tokio::test]
async fn a_held_row_waits() {
    both(|db| async move {
        let (db, other) = (db.clone(), db);
        let mut tx = db.begin().await.unwrap();
        rows::hold(&mut tx, EntityKind::User, 1).await.unwrap();
        tx.hold_undo(UserId(1)).await.unwrap();
        let waits = tokio::time::timeout(Duration::from_millis(300), async {
            let mut tx = other.begin().await.unwrap();
            tx.hold_undo(UserId(1)).await.unwrap();
        });
        assert!(waits.await.is_err(), "on SQLite for the writer, on PostgreSQL for the lock");
        tx.commit().await.unwrap();
        let mut tx = other.begin().await.unwrap();
        tx.hold_undo(UserId(1)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn tries_are_kept_until_they_are_old_or_one_succeeds() {
    both(|db| async move {
        let mut tx = db.begin().await.unwrap();
        assert!(sign_in::hold_tries(&mut tx, "a", "::1").await.unwrap().is_empty());
        sign_in::put_tries(&mut tx, "a", "::1", &[Millis(5), Millis(7)]).await.unwrap();
        sign_in::hold_tries(&mut tx, "b", "::1").await.unwrap();
        sign_in::put_tries(&mut tx, "b", "::1", &[Millis(4)]).await.unwrap();
        assert_eq!(sign_in::hold_tries(&mut tx, "a", "::1").await.unwrap(), [Millis(5), Millis(7)]);
        tx.commit().await.unwrap();
        assert_eq!(cytomine_store::written!(db, sign_in::sweep_tries(Millis(7))).unwrap(), 1, "those of b");
        cytomine_store::written!(db, sign_in::forget_tries("a", "::1")).unwrap();
        assert_eq!(cytomine_store::written!(db, sign_in::sweep_tries(Millis(i64::MAX))).unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_first_word_stays() {
    both(|db| async move {
        assert_eq!(cytomine_store::written!(db, server_key::first_word(b"first")).unwrap(), b"first");
        assert_eq!(cytomine_store::written!(db, server_key::first_word(b"second")).unwrap(), b"first");
    })
    .await;
}

#[test]
fn a_data_directory_is_claimed_by_one() {
    let data = tempfile::tempdir().unwrap();
    let (first, second) = (Blobs::open_disk(data.path()).unwrap(), Blobs::open_disk(data.path()).unwrap());
    let claim = first.claim().unwrap();
    let refused = second.claim().unwrap_err().to_string();
    assert!(refused.contains("stop it") && refused.contains("--database"), "{refused}");
    drop(claim);
    second.claim().unwrap();
}
