//! How much room there is, and how fast the disk is.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use tokio::time::Instant;

use super::{BlobError, Blobs, blocking, failed};

/// Room on the disk of the slides, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What this user may still write.
    pub free: u64,
    /// The whole disk.
    pub total: u64,
}

/// Bytes per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Written and flushed to the disk.
    pub write: f64,
    /// Read again; the system may have kept them in memory.
    pub read: f64,
}

impl Blobs {
    /// How much room there is.
    pub fn room(&self) -> Result<Room, BlobError> {
        let stat = rustix::fs::statvfs(&self.disk.slides)
            .map_err(|cause| BlobError::Io { action: "ask for free space", cause: cause.into() })?;
        Ok(Room {
            free: stat.f_bavail.saturating_mul(stat.f_frsize),
            total: stat.f_blocks.saturating_mul(stat.f_frsize),
        })
    }

    /// Writes that many bytes, flushes them, reads them again and removes them.
    ///
    /// # Errors
    /// When the disk refuses or is full.
    pub async fn try_out(&self, bytes: usize) -> Result<Speed, BlobError> {
        self.require_room(bytes as u64)?;
        let file = self.disk.staging.join(format!("probe-{}", uuid::Uuid::new_v4()));
        blocking(move || {
            let outcome = measure(&file, bytes);
            // Whatever came out, nothing of it stays.
            let _ = fs::remove_file(&file);
            outcome.map_err(failed("write and read a file for trial"))
        })
        .await
    }
}

fn measure(file: &std::path::Path, bytes: usize) -> std::io::Result<Speed> {
    let block: Vec<u8> = (0..1_usize << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 7) as u8).collect();
    let begun = Instant::now();
    let mut writing = File::options().create_new(true).write(true).open(file)?;
    let mut left = bytes;
    while left > 0 {
        let now = left.min(block.len());
        writing.write_all(&block[..now])?;
        left -= now;
    }
    writing.sync_all()?;
    let written = begun.elapsed();
    drop(writing);
    let begun = Instant::now();
    let (mut reading, mut buffer, mut found) = (File::open(file)?, vec![0; block.len()], 0);
    loop {
        match reading.read(&mut buffer)? {
            0 => break,
            count => found += count,
        }
    }
    if found != bytes {
        return Err(std::io::Error::other(format!("{found} of {bytes} bytes came back")));
    }
    let rate = |taken: std::time::Duration| bytes as f64 / taken.as_secs_f64().max(1e-9);
    Ok(Speed { write: rate(written), read: rate(begun.elapsed()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_trial_tells_speeds_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open_disk(folder.path()).unwrap();
        let speed = blobs.try_out((1 << 20) + 17).await.unwrap();
        assert!(speed.write > 0.0 && speed.read > 0.0, "{speed:?}");
        assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
        let room = blobs.room().unwrap();
        assert!(room.free <= room.total && room.total > 0, "{room:?}");
    }
}
