//! Putting an SQLite file in the place of another.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::StoreError;

/// Makes the file whole by itself: what its write-ahead log holds is written into it and the log is removed.
///
/// # Errors
/// When somebody has it open, or it is damaged.
pub async fn settle(file: &Path) -> Result<(), StoreError> {
    let connection = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Delete)
        .busy_timeout(Duration::from_secs(5))
        .connect()
        .await?;
    Ok(connection.close().await?)
}

/// The files that belong to a database file: its log and the index of that.
fn beside(file: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|ending| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        name.into()
    })
}

/// Puts `new` in the place of `live`, which stays under the name `kept`. At no moment is there no live file, and a log
/// of the old one never meets the new one.
pub fn put(new: &Path, live: &Path, kept: &Path) -> io::Result<()> {
    if live.exists() {
        fs::hard_link(live, kept)?;
        for (old, kept) in beside(live).iter().zip(beside(kept)) {
            if old.exists() {
                fs::hard_link(old, &kept)?;
                fs::remove_file(old)?;
            }
        }
    }
    File::open(new)?.sync_all()?;
    fs::rename(new, live)?;
    let folder = live.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Db;

    #[tokio::test]
    async fn the_old_file_stays_with_its_log_and_the_new_one_is_live() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let old = Db::open_lite(&at("live.db")).await.unwrap();
        let mut tx = old.begin().await.unwrap();
        crate::rights::raise(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        // A copy with its log, as a crash leaves it.
        fs::copy(at("live.db"), at("crashed.db")).unwrap();
        fs::copy(at("live.db-wal"), at("crashed.db-wal")).unwrap();
        old.close().await;
        let new = Db::open_lite(&at("new.db")).await.unwrap();
        new.close().await;
        settle(&at("new.db")).await.unwrap();
        put(&at("new.db"), &at("crashed.db"), &at("kept.db")).unwrap();
        for (name, generation) in [("crashed.db", 1), ("kept.db", 2)] {
            let db = Db::connect_lite(&at(name)).await.unwrap();
            assert_eq!(crate::rights::generation(&db).await.unwrap(), generation, "{name}");
            db.close().await;
        }
        assert!(!at("new.db").exists());
        settle(&at("kept.db")).await.unwrap();
        assert!(!at("kept.db-wal").exists());
    }
}
