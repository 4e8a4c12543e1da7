//! Stored files: half-made ones leave nothing, whole ones survive under their key.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::io::Write as _;

use cytomine_model::Millis;
use cytomine_store::blobs::Found;
use cytomine_store::{BlobError, BlobKey, Blobs};

fn files_under(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn a_file_is_hashed_published_listed_and_deleted() {
    let data = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_disk(data.path()).unwrap();
    let mut staged = blobs.stage().await.unwrap();
    let chunk = vec![7_u8; 700_000];
    for _ in 0..4 {
        staged.write(&chunk).await.unwrap();
    }
    let sealed = staged.seal().await.unwrap();
    assert_eq!(sealed.size, 2_800_000);
    // sha256 of 2,800,000 bytes of value 7, as `sha256sum` prints it.
    assert_eq!(sealed.sha256, "1a152151debd6557c2cc1135533a09c4fbd8f98cb05b4548f346f96da175eec4");
    let key = BlobKey::new("a b.svs");
    assert!(!blobs.exists(&key));
    blobs.publish(sealed, &key).await.unwrap();
    assert_eq!(std::fs::read(blobs.path(&key)).unwrap().len(), 2_800_000);
    assert_eq!(files_under(&data.path().join("staging")), 0);
    let listed: Vec<Found> = blobs.list().await.unwrap();
    assert_eq!(listed.iter().map(|found| &found.key).collect::<Vec<_>>(), [&key]);
    blobs.delete(&key).await.unwrap();
    blobs.delete(&key).await.unwrap();
    assert_eq!(files_under(&data.path().join("slides")), 0, "the folder of the upload goes too");
}

#[tokio::test]
async fn what_is_dropped_before_it_is_published_is_gone() {
    let data = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_disk(data.path()).unwrap();
    let staging = data.path().join("staging");
    let mut staged = blobs.stage().await.unwrap();
    staged.write(b"half").await.unwrap();
    assert_eq!(files_under(&staging), 1);
    drop(staged);
    assert_eq!(files_under(&staging), 0);
    drop(blobs.stage().await.unwrap().seal().await.unwrap());
    assert_eq!(files_under(&staging), 0);
    let failed = blobs.stage_blocking().unwrap().fill(|_| Err(BlobError::Key("x".to_owned())));
    assert!(failed.is_err());
    assert_eq!(files_under(&staging), 0);
}

#[tokio::test]
async fn a_file_may_be_written_by_seeking() {
    let data = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_disk(data.path()).unwrap();
    let sealed = blobs
        .stage_blocking()
        .unwrap()
        .fill(|file| {
            file.write_all(b"abc").map_err(|cause| BlobError::Io { action: "write", cause })?;
            Ok::<(), BlobError>(())
        })
        .unwrap();
    assert_eq!(sealed.size, 3);
    assert_eq!(sealed.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[tokio::test]
async fn only_old_staged_files_are_cleared() {
    let data = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_disk(data.path()).unwrap();
    std::fs::write(data.path().join("staging/left-behind"), b"x").unwrap();
    assert_eq!(blobs.clear_staging(Millis(0)).await.unwrap(), 0);
    assert_eq!(blobs.clear_staging(Millis(i64::MAX)).await.unwrap(), 1);
}

#[test]
fn being_alone_is_known() {
    let data = tempfile::tempdir().unwrap();
    let first = Blobs::open_disk(data.path()).unwrap();
    assert!(first.alone().unwrap().is_some());
    let second = Blobs::open_disk(data.path()).unwrap();
    assert!(first.alone().unwrap().is_none());
    assert!(second.alone().unwrap().is_none());
    drop(second);
    assert!(first.alone().unwrap().is_some());
}

#[test]
fn more_than_the_disk_holds_is_refused_before_it_comes() {
    let data = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_disk(data.path()).unwrap();
    blobs.require_room(1).unwrap();
    let error = blobs.require_room(1 << 60).unwrap_err();
    assert!(
        matches!(error, BlobError::Full { .. }) && error.to_string().contains("free some space"),
        "{error}"
    );
}
