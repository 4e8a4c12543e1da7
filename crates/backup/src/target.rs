//! The directory that holds backups.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use cytomine_model::Millis;

use crate::manifest::{self, Manifest};
use crate::{BackupError, Retention, moment, seal};

/// Begins the names of what is not finished.
const UNFINISHED: &str = ".new-";

/// A directory of backups.
#[derive(Clone, Debug)]
pub struct Target {
    root: PathBuf,
}

/// A backup that is there.
#[derive(Debug)]
pub struct Entry {
    /// Name of its folder.
    pub name: String,
    /// The moment that it shows.
    pub time: Millis,
    /// What it says of itself, or why that cannot be read.
    pub manifest: Result<Manifest, BackupError>,
}

/// The right to write to a target, until it is dropped.
#[derive(Debug)]
pub struct Held {
    target: Target,
    _lock: File,
}

/// A backup that is being made; dropped before [`Draft::publish`], it is gone.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) folder: PathBuf,
    root: PathBuf,
    published: bool,
}

impl Target {
    /// The target at this directory, which is made when it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(root: &Path) -> Result<Self, BackupError> {
        fs::create_dir_all(root).map_err(BackupError::io("make the directory", root))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The target at a directory that is there.
    ///
    /// # Errors
    /// When it is not.
    pub fn open(root: &Path) -> Result<Self, BackupError> {
        if root.is_dir() {
            return Ok(Self { root: root.to_owned() });
        }
        Err(BackupError::Missing {
            path: root.to_owned(),
            remedy: "check --backup-target, and that the volume of the backups is mounted",
        })
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a backup.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Takes the right to write; what an interrupted backup left is removed.
    ///
    /// # Errors
    /// When another process has it.
    pub fn hold(self) -> Result<Held, BackupError> {
        let path = self.root.join(".lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(BackupError::io("write", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(self.root)),
            Err(TryLockError::Error(cause)) => {
                tracing::warn!(%cause, "the target of the backups has no locks: let two backups never run at once");
            }
        }
        for place in [self.root.clone(), self.slides()] {
            for path in listed(&place)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if name.starts_with(UNFINISHED) {
                    // What stays takes room, nothing worse.
                    let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                }
            }
        }
        Ok(Held { target: self, _lock: lock })
    }

    /// Where copies of slides are.
    pub(crate) fn slides(&self) -> PathBuf {
        self.root.join("slides")
    }

    /// Everything that bears the name of a backup, oldest first.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, BackupError> {
        let mut entries = Vec::new();
        for path in listed(&self.root)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(time) = moment::parse(&name) {
                entries.push(Entry { name, time, manifest: Manifest::read(&path) });
            }
        }
        entries.sort_by_key(|entry| entry.time);
        Ok(entries)
    }

    /// The backup of that name, or for `latest` the newest one.
    ///
    /// # Errors
    /// When there is none, or its manifest cannot be read.
    pub fn find(&self, name: &str) -> Result<(String, Manifest), BackupError> {
        let mut entries = self.entries()?;
        if entries.is_empty() {
            return Err(BackupError::Empty(self.root.clone()));
        }
        let place = match name {
            "latest" => Some(entries.len() - 1),
            name => entries.iter().position(|entry| entry.name == name),
        };
        let Some(place) = place else {
            return Err(BackupError::Unknown { name: name.to_owned(), target: self.root.clone() });
        };
        let entry = entries.swap_remove(place);
        entry.manifest.map(|manifest| (entry.name, manifest))
    }
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let entries = match fs::read_dir(folder) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(BackupError::io("list", folder))?,
    };
    entries.map(|entry| Ok(entry.map_err(BackupError::io("list", folder))?.path())).collect()
}

/// A name for something that is not finished.
pub(crate) fn unfinished(folder: &Path) -> PathBuf {
    folder.join(format!("{UNFINISHED}{:016x}", cytomine_domain::random::number()))
}

/// Flushes a folder, so that what was renamed in it survives a crash.
pub(crate) fn flush(folder: &Path) -> Result<(), BackupError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(BackupError::io("flush", folder))
}

impl Held {
    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Begins a backup.
    pub(crate) fn draft(&self) -> Result<Draft, BackupError> {
        let folder = unfinished(&self.target.root);
        fs::create_dir(&folder).map_err(BackupError::io("make the directory", &folder))?;
        Ok(Draft { folder, root: self.target.root.clone(), published: false })
    }

    /// Removes the backups that the rule does not keep; only good ones count, and bad ones stay to be looked at. Gives
    /// the names of what was removed.
    pub fn prune(&self, rule: Retention) -> Result<Vec<String>, BackupError> {
        let mut good: Vec<(Millis, String)> = Vec::new();
        for entry in self.target.entries()? {
            let Ok(manifest) = &entry.manifest else { continue };
            let folder = self.target.folder(&entry.name);
            let whole = manifest.files.iter().all(|file| {
                fs::metadata(folder.join(&file.name)).is_ok_and(|facts| facts.len() == file.size)
            });
            if whole {
                good.push((entry.time, entry.name));
            }
        }
        let times: Vec<Millis> = good.iter().map(|(time, _)| *time).collect();
        let kept = rule.keep(&times);
        let mut removed = Vec::new();
        for (time, name) in good {
            if !kept.contains(&time) {
                // Renamed first: what is half removed must bear no name.
                let (folder, doomed) = (self.target.folder(&name), unfinished(&self.target.root));
                fs::rename(&folder, &doomed).map_err(BackupError::io("remove", &folder))?;
                fs::remove_dir_all(&doomed).map_err(BackupError::io("remove", &doomed))?;
                removed.push(name);
            }
        }
        Ok(removed)
    }
}

impl Draft {
    /// Writes the manifest, flushes, and gives the backup its name.
    pub(crate) fn publish(mut self, manifest: &Manifest) -> Result<(), BackupError> {
        let path = self.folder.join(manifest::FILE);
        fs::write(&path, manifest.to_text()).map_err(BackupError::io("write", &path))?;
        File::open(&path).and_then(|file| file.sync_all()).map_err(BackupError::io("write", &path))?;
        if Manifest::read(&path)? != *manifest {
            return Err(BackupError::Damaged { path, what: "it is not what was written".to_owned() });
        }
        for entry in &manifest.files {
            seal::check_sealed(&self.folder, entry)?;
        }
        flush(&self.folder)?;
        let name = self.root.join(&manifest.time);
        fs::rename(&self.folder, &name).map_err(BackupError::io("rename", &name))?;
        self.published = true;
        flush(&self.root)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // The next backup tries again.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Engine, SlidesMode};

    fn put(target: &Target, name: &str) {
        let time = moment::parse(name).unwrap();
        let manifest = Manifest::new(Engine::Sqlite, 1, time, None, SlidesMode::None);
        fs::create_dir(target.folder(name)).unwrap();
        fs::write(target.folder(name).join(manifest::FILE), manifest.to_text()).unwrap();
    }

    #[test]
    fn backups_are_found_by_name_and_the_newest_as_latest() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::make(&folder.path().join("b")).unwrap();
        assert!(matches!(target.find("latest"), Err(BackupError::Empty(_))));
        for name in ["2026-11-24T02-17-00Z", "2026-11-25T02-17-00Z"] {
            put(&target, name);
        }
        fs::create_dir(target.folder("lost+found")).unwrap();
        assert_eq!(target.find("latest").unwrap().0, "2026-11-25T02-17-00Z");
        assert_eq!(target.find("2026-11-24T02-17-00Z").unwrap().1.time, "2026-11-24T02-17-00Z");
        assert!(matches!(target.find("2026-11-24T02-17-01Z"), Err(BackupError::Unknown { .. })));
        assert!(matches!(target.find("../b"), Err(BackupError::Unknown { .. })));
        assert!(matches!(Target::open(&folder.path().join("c")), Err(BackupError::Missing { .. })));
    }

    #[test]
    fn one_process_writes_and_leftovers_go() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::make(folder.path()).unwrap();
        fs::create_dir(folder.path().join(".new-1")).unwrap();
        let held = target.clone().hold().unwrap();
        assert!(!folder.path().join(".new-1").exists());
        assert!(matches!(target.clone().hold(), Err(BackupError::Busy(_))));
        let draft = held.draft().unwrap();
        let path = draft.folder.clone();
        drop(draft);
        assert!(!path.exists());
        drop(held);
        target.hold().unwrap();
    }

    #[test]
    fn pruning_leaves_the_newest_good_one_and_all_bad_ones() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::make(folder.path()).unwrap();
        for day in 1..=5 {
            put(&target, &format!("2026-11-0{day}T00-00-00Z"));
        }
        // The newest is bad, and an old one.
        for bad in ["2026-11-05T00-00-00Z", "2026-11-02T00-00-00Z"] {
            fs::write(target.folder(bad).join(manifest::FILE), "{}").unwrap();
        }
        let held = target.clone().hold().unwrap();
        let rule = Retention { daily: 0, weekly: 0, monthly: 0 };
        assert_eq!(held.prune(rule).unwrap(), ["2026-11-01T00-00-00Z", "2026-11-03T00-00-00Z"]);
        let left: Vec<String> = target.entries().unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(left, ["2026-11-02T00-00-00Z", "2026-11-04T00-00-00Z", "2026-11-05T00-00-00Z"]);
        assert!(held.prune(rule).unwrap().is_empty());
    }
}
