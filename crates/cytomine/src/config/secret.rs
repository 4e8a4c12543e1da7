//! Secrets: the first line of a file, so that they show up in no list of processes and no dump of variables.

use std::fs;
use std::path::{Path, PathBuf};

/// A secret that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("The file {file} of {flag} cannot be read ({source}): check path and permissions")]
    Unreadable { flag: &'static str, file: PathBuf, source: std::io::Error },
    #[error("The file {file} of {flag} is empty: its first line must be the secret")]
    Empty { flag: &'static str, file: PathBuf },
}

/// Reads the secret that `flag` names the file of. Spaces belong to it, the line's end does not.
pub(crate) fn read(flag: &'static str, file: &Path) -> Result<String, SecretError> {
    let text = whole(flag, file)?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(SecretError::Empty { flag, file: file.to_owned() }),
    }
}

/// Reads all lines of the file that `flag` names.
pub(crate) fn whole(flag: &'static str, file: &Path) -> Result<String, SecretError> {
    fs::read_to_string(file).map_err(|source| SecretError::Unreadable { flag, file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_counts_with_its_spaces() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        for (content, expected) in [("a b \r\nrest", "a b "), ("alone", "alone"), ("line\n", "line")] {
            fs::write(&file, content).unwrap();
            assert_eq!(read("--x-file", &file).unwrap(), expected);
        }
    }

    #[test]
    fn a_missing_or_empty_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        let text = read("--x-file", &file).unwrap_err().to_string();
        assert!(text.contains("secret of --x-file cannot be read"), "{text}");
        fs::write(&file, "\nsecond").unwrap();
        let text = read("--x-file", &file).unwrap_err().to_string();
        assert!(text.ends_with("is empty: its first line must be the secret"), "{text}");
    }
}
