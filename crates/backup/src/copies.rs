//! Copies of slides in the target: each once, encrypted, under the SHA-256 of its content.
//!
//! A backup that copies slides also writes `slides.sha256`, the hashes of its slides in the clear, so that pruning
//! knows which copies are still needed without being able to decrypt anything.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use cytomine_store::backup::facts::NamedFile;
use cytomine_store::{BlobKey, Blobs};

use crate::seal::{self, Keys, Sealer};
use crate::target::{Held, Target, flush, unfinished};
use crate::{BackupError, SlidesMode, facts::Facts};

/// The list of hashes in the folder of a backup.
pub const HASHES: &str = "slides.sha256";

/// Where the copy of a content is.
fn place(target: &Target, sha256: &str) -> PathBuf {
    target.slides().join(sha256.get(..2).unwrap_or("xx")).join(format!("{sha256}.age"))
}

/// Whether that can be a hash, and so a part of a path.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A file of the slide storage in this data directory; none when the name is none.
pub(crate) fn stored(data: &Path, file: &NamedFile) -> Option<PathBuf> {
    let key: BlobKey = file.key.parse().ok()?;
    Some(Blobs::path_in(data, &key))
}

/// Whether the file is there with the size that the database knows.
pub(crate) fn present(data: &Path, file: &NamedFile) -> bool {
    stored(data, file)
        .and_then(|path| fs::metadata(path).ok())
        .is_some_and(|facts| facts.is_file() && i64::try_from(facts.len()) == Ok(file.size))
}

/// Copies a slide unless the target has its content. False when the bytes are not those that the database knows.
pub(crate) fn keep(target: &Target, keys: &Keys, data: &Path, file: &NamedFile) -> Result<bool, BackupError> {
    let Some(from) = stored(data, file).filter(|_| is_hash(&file.sha256)) else { return Ok(false) };
    let copy = place(target, &file.sha256);
    if copy.exists() {
        return Ok(true);
    }
    let folder = copy.parent().unwrap_or(target.root());
    fs::create_dir_all(folder).map_err(BackupError::io("make the directory", folder))?;
    let new = unfinished(&target.slides());
    let outcome = (|| {
        let mut sealer = Sealer::create(keys, &new, false)?;
        sealer.add_file(&from)?;
        let made = sealer.finish()?;
        if made.plain_sha256 != file.sha256 {
            return Ok(false);
        }
        // Read back: what is kept for years must be what was meant.
        seal::check_sealed(&target.slides(), &made)?;
        fs::rename(&new, &copy).map_err(BackupError::io("rename", &copy))?;
        flush(folder)?;
        Ok(true)
    })();
    if !matches!(outcome, Ok(true)) {
        let _ = fs::remove_file(&new);
    }
    outcome
}

/// Puts slides that the list names and the storage lacks back from their copies. Tells how many were put back, and
/// which could not be.
pub(crate) async fn put_back(
    target: &Target,
    keys: &Keys,
    data: &Path,
    list: &Path,
) -> Result<(u64, Vec<String>), BackupError> {
    let mut put = 0;
    let mut lost = Vec::new();
    let file = fs::File::open(list).map_err(BackupError::io("read", list))?;
    let mut blobs = None;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(BackupError::io("read", list))?;
        let file = listed(&line).ok_or_else(|| BackupError::Damaged {
            path: list.to_owned(),
            what: "a line is no slide".to_owned(),
        })?;
        if present(data, &file) {
            continue;
        }
        let (Ok(key), true) = (file.key.parse::<BlobKey>(), is_hash(&file.sha256)) else {
            lost.push(format!("{}: no name of a stored file", file.key));
            continue;
        };
        let copy = place(target, &file.sha256);
        if !copy.exists() {
            lost.push(format!("{}: the target has no copy of it", file.key));
            continue;
        }
        let blobs = match &blobs {
            Some(blobs) => blobs,
            None => blobs.insert(Blobs::open_disk(data)?),
        };
        let staged = blobs.stage().await?;
        let size = u64::try_from(file.size).unwrap_or(0);
        let (keys, copy) = (keys.clone(), copy.clone());
        let sealed = crate::blocking(move || {
            let storage = Path::new("the slide storage");
            staged.fill(|to| seal::unseal(&keys, &copy, false, (size, &file.sha256), to, storage))
        })
        .await?;
        blobs.publish(sealed, &key).await?;
        put += 1;
    }
    Ok((put, lost))
}

/// What became of the slides of a backup.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) count: u64,
    pub(crate) bytes: u64,
    pub(crate) missing: Option<u64>,
    /// Names of the first that are missing.
    pub(crate) names: Vec<String>,
}

/// Writes the list of slides of a backup, and copies them where that is asked for.
pub(crate) fn list(
    facts: &mut Facts,
    mode: SlidesMode,
    held: &Held,
    keys: &Keys,
    data: &Path,
    folder: &Path,
    sealer: &mut Sealer,
) -> Result<Listed, BackupError> {
    // A pod that has not the slides mounted can list them, not look at them.
    let there = Blobs::folder_in(data).is_dir();
    if !there && mode == SlidesMode::Copy {
        return Err(BackupError::Missing {
            path: Blobs::folder_in(data),
            remedy: "slides are to be copied: mount their volume at --data, or choose --backup-slides inventory",
        });
    }
    let mut listed = Listed { missing: there.then_some(0), ..Listed::default() };
    let hashes = folder.join(HASHES);
    let mut known = match mode {
        SlidesMode::Copy => {
            let file = fs::File::create_new(&hashes).map_err(BackupError::io("write", &hashes))?;
            Some(std::io::BufWriter::new(file))
        }
        _ => None,
    };
    while let Some(file) = facts.file()? {
        let line = serde_json::json!({ "path": file.key, "size": file.size, "sha256": file.sha256 });
        sealer.add(format!("{line}\n").as_bytes())?;
        listed.count += 1;
        listed.bytes += u64::try_from(file.size).unwrap_or(0);
        if !there {
            continue;
        }
        let whole = present(data, &file)
            && match &mut known {
                Some(known) => {
                    let kept = keep(held.target(), keys, data, &file)?;
                    if kept {
                        writeln!(known, "{}", file.sha256).map_err(BackupError::io("write", &hashes))?;
                    }
                    kept
                }
                None => true,
            };
        if !whole {
            listed.missing = listed.missing.map(|missing| missing + 1);
            if listed.names.len() < 5 {
                listed.names.push(file.key);
            }
        }
    }
    if let Some(known) = known {
        let file =
            known.into_inner().map_err(|cause| BackupError::io("write", &hashes)(cause.into_error()))?;
        file.sync_all().map_err(BackupError::io("write", &hashes))?;
    }
    Ok(listed)
}

/// Removes copies that no backup of the target needs. A backup whose list cannot be read keeps them all.
pub(crate) fn prune(held: &Held) -> Result<u64, BackupError> {
    let target = held.target();
    if !target.slides().is_dir() {
        return Ok(0);
    }
    let mut needed = HashSet::new();
    for entry in target.entries()? {
        match &entry.manifest {
            Ok(manifest) if manifest.slides.mode != SlidesMode::Copy => {}
            Ok(_) => {
                let path = target.folder(&entry.name).join(HASHES);
                let text = fs::read_to_string(&path).map_err(BackupError::io("read", &path))?;
                needed.extend(text.lines().map(str::to_owned));
            }
            Err(_) => return Ok(0),
        }
    }
    let mut removed = 0;
    let slides = target.slides();
    for folder in fs::read_dir(&slides).map_err(BackupError::io("list", &slides))?.flatten() {
        let Ok(files) = fs::read_dir(folder.path()) else { continue };
        for file in files.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let unneeded =
                name.strip_suffix(".age").is_some_and(|sha256| is_hash(sha256) && !needed.contains(sha256));
            if unneeded {
                fs::remove_file(file.path()).map_err(BackupError::io("remove", &file.path()))?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// A line of the list of slides.
fn listed(line: &str) -> Option<NamedFile> {
    #[derive(serde::Deserialize)]
    struct Line {
        path: String,
        size: i64,
        sha256: String,
    }
    let Line { path, size, sha256 } = serde_json::from_str(line).ok()?;
    Some(NamedFile { key: path, size, sha256 })
}
