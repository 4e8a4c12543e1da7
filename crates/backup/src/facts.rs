//! The facts beside a dump, as lines of JSON (see [`cytomine_store::backup::snapshot`]), read one after the other.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use cytomine_model::Millis;
use cytomine_store::backup::facts::NamedFile;
use serde::Deserialize;

use crate::BackupError;
use crate::manifest::Table;

/// Longer lines are no facts.
const LONGEST: u64 = 64 << 10;

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Begin { schema: Option<i64>, time: i64 },
    Table { table: String, rows: i64, hash: String },
    File { file: String, size: i64, sha256: String },
    End { end: bool },
}

/// What the facts begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) schema: i64,
    pub(crate) time: Millis,
    pub(crate) tables: Vec<Table>,
}

/// A text of facts, being read.
pub(crate) struct Facts {
    lines: BufReader<File>,
    path: PathBuf,
    number: u64,
    // The first line about a file, which is only known once it is read.
    held: Option<Line>,
}

impl Facts {
    /// Opens it and reads up to the files.
    pub(crate) fn open(path: &Path) -> Result<(Head, Self), BackupError> {
        let file = File::open(path).map_err(BackupError::io("read", path))?;
        let mut facts = Self { lines: BufReader::new(file), path: path.to_owned(), number: 0, held: None };
        let Line::Begin { schema: Some(schema), time } = facts.line()? else {
            return Err(facts.refused("it does not begin with schema and time"));
        };
        let mut head = Head { schema, time: Millis(time), tables: Vec::new() };
        loop {
            match facts.line()? {
                Line::Table { table, rows, hash } => head.tables.push(Table { name: table, rows, hash }),
                other => {
                    facts.held = Some(other);
                    return Ok((head, facts));
                }
            }
        }
    }

    /// The next file; none at the end.
    pub(crate) fn file(&mut self) -> Result<Option<NamedFile>, BackupError> {
        let line = match self.held.take() {
            Some(line) => line,
            None => self.line()?,
        };
        match line {
            Line::File { file, size, sha256 } => Ok(Some(NamedFile { key: file, size, sha256 })),
            Line::End { end: true } => Ok(None),
            _ => Err(self.refused("it is no file")),
        }
    }

    fn line(&mut self) -> Result<Line, BackupError> {
        use std::io::Read as _;
        self.number += 1;
        let mut text = String::new();
        let read = self.lines.by_ref().take(LONGEST).read_line(&mut text);
        read.map_err(BackupError::io("read", &self.path))?;
        if text.is_empty() {
            return Err(self.refused("the text is cut off"));
        }
        serde_json::from_str(&text).map_err(|cause| self.refused(&cause.to_string()))
    }

    fn refused(&self, what: &str) -> BackupError {
        BackupError::Unreadable {
            path: self.path.clone(),
            what: format!("line {}: {what}. Make the dump and its facts again", self.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(Head, Vec<NamedFile>), BackupError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.jsonl");
        std::fs::write(&path, text).unwrap();
        let (head, mut facts) = Facts::open(&path)?;
        let mut files = Vec::new();
        while let Some(file) = facts.file()? {
            files.push(file);
        }
        Ok((head, files))
    }

    const GOOD: &str = r#"{"schema" : 1, "time" : 5}
{"table" : "term", "rows" : 2, "hash" : "17"}
{"file": "upload-a/b", "size": 3, "sha256": "ab"}
{"end":true}
"#;

    #[test]
    fn all_lines_are_read() {
        let (head, files) = read(GOOD).unwrap();
        assert_eq!((head.schema, head.time, head.tables.len()), (1, Millis(5), 1));
        assert_eq!(files, [NamedFile { key: "upload-a/b".to_owned(), size: 3, sha256: "ab".to_owned() }]);
    }

    #[test]
    fn a_text_that_is_cut_off_or_mixed_up_is_refused_with_its_line() {
        for end in 0..GOOD.trim_end().len() {
            assert!(read(&GOOD[..end]).is_err(), "{end}");
        }
        let text = read(&GOOD.replace("\"end\"", "\"table\"")).unwrap_err().to_string();
        assert!(text.contains("line 4"), "{text}");
        assert!(read(&GOOD.replace("\"schema\" : 1", "\"schema\" : null")).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\{\"[a-z]{3,6}\":[0-9a-z\"]{0,5}\\}\n){0,5}") {
            let _ = read(&text);
        }
    }
}
