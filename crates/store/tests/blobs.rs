//! Stored files: half-made ones leave nothing, whole ones survive under their key.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use cytomine_model::Millis;
use cytomine_store::blobs::{Found, Waiting};
use cytomine_store::testing::Memory;
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
    assert!(!blobs.exists(&key).await.unwrap());
    blobs.publish(sealed, &key).await.unwrap();
    assert_eq!(blobs.open(&key).await.unwrap().len(), 2_800_000);
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

/// Both places of published bytes.
fn places(data: &std::path::Path) -> [Blobs; 2] {
    let memory = Arc::new(Memory::new(Duration::from_millis(1)));
    [Blobs::open_disk(data).unwrap(), Blobs::open_beside(data, memory).unwrap()]
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_read_by_ranges_wherever_they_lie() {
    let data = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
    for (number, blobs) in places(data.path()).into_iter().enumerate() {
        let key: BlobKey = format!("upload-{number}/a.svs").parse().unwrap();
        assert!(matches!(blobs.open(&key).await, Err(BlobError::Missing(_))));
        let mut staged = blobs.stage().await.unwrap();
        staged.write(&bytes).await.unwrap();
        let sealed = staged.seal().await.unwrap();
        assert!(sealed.reader().unwrap().local().is_some());
        blobs.publish(sealed, &key).await.unwrap();
        assert_eq!(files_under(&data.path().join("staging")), 0);
        let reader = blobs.open(&key).await.unwrap();
        assert_eq!((reader.len(), reader.local().is_some()), (1_000_000, number == 0));
        let ranges = [5..10, 900_000..1_000_000, 0..0, 8..300];
        let read = reader.read(&ranges).await.unwrap();
        for (range, read) in ranges.iter().zip(&read) {
            assert_eq!(read[..], bytes[range.start as usize..range.end as usize]);
        }
        assert!(reader.read(&[0..1, 999_999..1_000_001]).await.is_err(), "past the end");
        let waiting = Waiting::new(reader);
        let whole = tokio::task::spawn_blocking(move || {
            let (mut whole, mut small) = (vec![0; 1_000_000], [0; 700]);
            waiting.read_at(&mut whole, 0).unwrap();
            waiting.read_at(&mut small, 262_000).unwrap();
            assert_eq!(small[..], whole[262_000..262_700], "over the border of two blocks");
            assert!(waiting.read_at(&mut small, 999_500).is_err());
            whole
        });
        assert!(whole.await.unwrap() == bytes);
        assert_eq!(blobs.list().await.unwrap().len(), 1);
        blobs.delete(&key).await.unwrap();
        assert!(!blobs.exists(&key).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn near_ranges_are_one_read_and_small_ones_share_blocks() {
    let data = tempfile::tempdir().unwrap();
    let memory = Arc::new(Memory::new(Duration::from_millis(1)));
    let blobs = Blobs::open_beside(data.path(), Arc::clone(&memory) as _).unwrap();
    let key: BlobKey = "upload-1/a.svs".parse().unwrap();
    memory.put(&key, vec![7; 3 << 20]);
    let reader = blobs.open(&key).await.unwrap();
    assert_eq!(memory.reads(), [], "opening reads nothing");
    reader.read(&[2_000_000..2_000_100, 100..200, 300..400]).await.unwrap();
    let mut reads = memory.reads();
    reads.sort_by_key(|range| range.start);
    assert_eq!(reads, [100..400, 2_000_000..2_000_100]);
    let waiting = Arc::new(Waiting::new(reader));
    let own = Arc::clone(&waiting);
    let small = move || (0..100).for_each(|at| own.read_at(&mut [0; 8], at * 1_000).unwrap());
    tokio::task::spawn_blocking(small).await.unwrap();
    assert_eq!(memory.reads(), std::slice::from_ref(&(0..256 << 10)));
    waiting.forget();
}
