//! Names of stored files: a folder of the upload and a name inside it, nothing that could leave the store.

use std::fmt;
use std::str::FromStr;

use super::BlobError;

/// `upload-<uuid>/<name>`: two segments, none of them empty or made of dots.
///
/// A key that exists is valid: the ways in are [`BlobKey::new`] and [`FromStr`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey(String);

/// Longest name in bytes; file systems end at 255.
const LONGEST: usize = 180;

impl BlobKey {
    /// A new key that nothing else bears, for a file that its user calls `name`.
    pub fn new(name: &str) -> Self {
        Self(format!("upload-{}/{}", uuid::Uuid::new_v4(), sanitised(name)))
    }

    /// A new key for the pyramid made from the file that its user calls `name`.
    pub fn converted(name: &str) -> Self {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        Self::new(&format!("{stem}.tif"))
    }

    /// The key as text, as it stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BlobKey {
    type Err = BlobError;

    fn from_str(text: &str) -> Result<Self, BlobError> {
        let segments: Vec<&str> = text.split('/').collect();
        let [folder, name] = segments[..] else { return Err(BlobError::Key(text.to_owned())) };
        let plain = |segment: &str| {
            !segment.is_empty()
                && segment.bytes().any(|byte| byte != b'.')
                && !segment.contains(['\\', '\0'])
                && segment.len() <= 255
        };
        if folder.starts_with("upload-") && plain(folder) && plain(name) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BlobError::Key(text.to_owned()))
        }
    }
}

/// The last part of a name or path, without characters that mean something to shells, addresses or file systems
/// (the list of Cytomine's image server, image-server 5.1, with controls and backslashes).
fn sanitised(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let clean: String = last
        .chars()
        .map(|letter| match letter {
            ' ' | '(' | ')' | '+' | '*' | '@' | '\'' | '"' | '$' | '€' | '£' | '°' | '`' | '[' | ']'
            | '#' | '?' | '%' | '&' | '<' | '>' | '|' | ':' | ';' => '-',
            letter if letter.is_control() => '-',
            letter => letter,
        })
        .collect();
    let clean = clean.trim_start_matches('.');
    if clean.is_empty() {
        return "file".to_owned();
    }
    if clean.len() <= LONGEST {
        return clean.to_owned();
    }
    // The ending stays, since people recognise files by it.
    let ending = clean.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.len() <= 16);
    let mut end = LONGEST;
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    ending.map_or_else(|| clean[..end].to_owned(), |ending| format!("{}.{ending}", &clean[..end]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BlobKey, sanitised};

    #[test]
    fn names_lose_folders_and_marks() {
        assert_eq!(sanitised("a slide (1).svs"), "a-slide--1-.svs");
        assert_eq!(sanitised(r"C:\scans\B.svs"), "B.svs");
        assert_eq!(sanitised("/tmp/../x/é.tif"), "é.tif");
        assert_eq!(sanitised(".."), "file");
        assert_eq!(sanitised(""), "file");
        let long = sanitised(&format!("{}.svs", "é".repeat(300)));
        assert!(long.len() <= 200 && long.ends_with("é.svs"), "{long}");
    }

    #[test]
    fn keys_cannot_leave_the_store() {
        for text in ["upload-1/a.svs", "upload-1/a..b", "upload-1/..."] {
            assert_eq!(text.parse::<BlobKey>().is_ok(), !text.ends_with("..."), "{text}");
        }
        for text in [
            "",
            "a",
            "/etc/passwd",
            "upload-1",
            "upload-1/",
            "upload-1/..",
            "upload-1/../x",
            "upload-/a/b",
            "../a",
            "x/a",
            "upload-1/a\0b",
            "upload-1/a\\b",
        ] {
            assert!(text.parse::<BlobKey>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_name_gives_a_key_that_reads_back(name in any::<String>()) {
            for key in [BlobKey::new(&name), BlobKey::converted(&name)] {
                prop_assert_eq!(key.as_str().parse::<BlobKey>().unwrap(), key);
            }
        }

        #[test]
        fn no_key_holds_a_parent_folder(text in "[./a-z\\\\]{0,12}") {
            if let Ok(key) = format!("upload-{text}").parse::<BlobKey>() {
                prop_assert!(key.as_str().split('/').all(|segment| segment != ".." && segment != "."));
            }
        }
    }
}
