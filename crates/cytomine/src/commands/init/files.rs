//! Files that are whole or not there, readable by their owner only.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::InitError;

/// What step 1 writes and Helm reads.
pub(super) const VALUES: &str = "values.yaml";
/// The chart's list of all keys.
pub(super) const TEMPLATE: &str = "values.template.yaml";
/// Secret objects for `kubectl apply`.
pub(super) const SECRETS: &str = "secrets.yaml";
/// ExternalSecret objects for `kubectl apply`.
pub(super) const EXTERNAL: &str = "external-secrets.yaml";

/// Whether there is something of this name, be it only a link that leads nowhere.
pub(super) fn exists(file: &Path) -> Result<bool, InitError> {
    match std::fs::symlink_metadata(file) {
        Ok(_) => Ok(true),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(InitError::File { file: file.to_owned(), what: "looked at", cause }),
    }
}

/// The text of a file.
pub(super) fn read(file: &Path) -> Result<String, InitError> {
    std::fs::read_to_string(file).map_err(|cause| InitError::File {
        file: file.to_owned(),
        what: "read",
        cause,
    })
}

/// Writes a new file; one that is there stays as it is.
pub(super) fn write_new(file: &Path, text: &str) -> Result<(), InitError> {
    let failed = |cause| InitError::File { file: file.to_owned(), what: "written", cause };
    staged(file, text)
        .and_then(|(staged, folder)| {
            staged.persist_noclobber(file).map_err(|error| error.error)?;
            std::fs::File::open(folder)?.sync_all()
        })
        .map_err(failed)
}

/// Replaces a file, or the file that a link leads to.
pub(super) fn replace(file: &Path, text: &str) -> Result<(), InitError> {
    let failed = |cause| InitError::File { file: file.to_owned(), what: "written", cause };
    std::fs::canonicalize(file)
        .and_then(|file| {
            let (staged, folder) = staged(&file, text)?;
            staged.persist(&file).map_err(|error| error.error)?;
            std::fs::File::open(folder)?.sync_all()
        })
        .map_err(failed)
}

/// The text on the disk under a temporary name, mode 0600, beside the file; and their folder.
fn staged(file: &Path, text: &str) -> std::io::Result<(tempfile::NamedTempFile, PathBuf)> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut staged = tempfile::Builder::new().prefix(".cytomine-init-").tempfile_in(folder)?;
    staged.write_all(text.as_bytes())?;
    staged.as_file().sync_all()?;
    Ok((staged, folder.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(file: &Path) -> u32 {
        std::fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_private_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("values.yaml");
        write_new(&file, "first\n").unwrap();
        assert_eq!(mode(&file), 0o600);
        assert!(write_new(&file, "second\n").is_err());
        assert_eq!(read(&file).unwrap(), "first\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing temporary stays");
    }

    #[test]
    fn a_link_stays_a_link_and_the_file_becomes_private() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("real.yaml"), folder.path().join("values.yaml"));
        std::fs::write(&file, "old\n").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, "new\n").unwrap();
        assert_eq!(read(&file).unwrap(), "new\n");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(mode(&file), 0o600);
    }

    #[test]
    fn a_link_that_leads_nowhere_counts_as_there() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("values.yaml");
        assert!(!exists(&link).unwrap());
        std::os::unix::fs::symlink(folder.path().join("gone"), &link).unwrap();
        assert!(exists(&link).unwrap());
    }
}
