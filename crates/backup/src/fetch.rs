//! Getting a backup out of the target: checked, decrypted, decompressed.

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::push::{DATABASE, SLIDES};
use crate::{BackupError, Keys, Manifest, Target, blocking, manifest, seal};

/// The list of slides in a folder that a backup was fetched into.
pub const SLIDE_LIST: &str = "slides.jsonl";

/// A backup that was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its description.
    pub manifest: Manifest,
    /// The files that were written.
    pub files: Vec<PathBuf>,
}

/// Fetches the backup `from` (a name, or `latest`) into a directory, which then holds `db.dump` (`db.sqlite` of an SQLite
/// system), `slides.jsonl` and `manifest.json`. Files of an earlier fetch are replaced.
///
/// # Errors
/// When there is no such backup, it is damaged, the key is wrong, or the disk is full.
pub async fn fetch(target: PathBuf, from: String, into: PathBuf, keys: Keys) -> Result<Fetched, BackupError> {
    blocking(move || {
        let target = Target::open(&target)?;
        let (name, manifest) = target.find(&from)?;
        let folder = target.folder(&name);
        fs::create_dir_all(&into).map_err(BackupError::io("make the directory", &into))?;
        // The manifest says that the rest is whole, so an old one goes first and the new one comes last.
        let description = into.join(manifest::FILE);
        match fs::remove_file(&description) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(BackupError::io("remove", &description)(cause));
            }
            _ => {}
        }
        for entry in &manifest.files {
            seal::check_sealed(&folder, entry)?;
        }
        let mut files = Vec::new();
        for (sealed, plain) in [(DATABASE, manifest.engine.file()), (SLIDES, SLIDE_LIST)] {
            let Some(entry) = manifest.file(sealed) else { continue };
            let to = into.join(plain);
            let mut out = create(&to)?;
            let expected = (entry.plain_size, entry.plain_sha256.as_str());
            seal::unseal(&keys, &folder.join(sealed), true, expected, &mut out, &to)?;
            out.sync_all().map_err(BackupError::io("write", &to))?;
            files.push(to);
        }
        if files.is_empty() {
            return Err(BackupError::Unreadable { path: folder, what: "it names no database".to_owned() });
        }
        fs::write(&description, manifest.to_text()).map_err(BackupError::io("write", &description))?;
        files.push(description);
        Ok(Fetched { manifest, files })
    })
    .await
}

/// A new file, readable by the group: containers of one pod run as different users.
fn create(path: &Path) -> Result<File, BackupError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            return Err(BackupError::io("replace", path)(cause));
        }
        _ => {}
    }
    File::options()
        .create_new(true)
        .write(true)
        .mode(0o640)
        .open(path)
        .map_err(BackupError::io("write", path))
}
