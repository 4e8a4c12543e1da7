//! What a backup says of itself, in the clear: `manifest.json`.

use std::fs;
use std::path::Path;

use cytomine_model::Millis;
use serde::{Deserialize, Serialize};

use crate::{BackupError, moment};

/// Name of the file.
pub const FILE: &str = "manifest.json";

/// The form that is written, and the newest that is read.
const FORMAT: u32 = 1;

/// Larger files are no manifests.
const LONGEST: u64 = 16 << 20;

/// Which kind of database was backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// `pg_dump` in custom format.
    Postgresql,
    /// A database file.
    Sqlite,
}

impl Engine {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Postgresql => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }

    /// What the database is called in a folder that a backup was fetched into.
    pub fn file(self) -> &'static str {
        match self {
            Self::Postgresql => "db.dump",
            Self::Sqlite => "db.sqlite",
        }
    }
}

/// What becomes of the slides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlidesMode {
    /// They are listed with sizes and hashes.
    Inventory,
    /// They are listed, and copied to the target where it has them not yet.
    Copy,
    /// Nothing.
    None,
}

/// A file of the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedFile {
    /// Name in the folder of the backup.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Bytes once it is decrypted and decompressed.
    pub plain_size: u64,
    /// SHA-256 of those.
    pub plain_sha256: String,
}

/// A table of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Rows.
    pub rows: i64,
    /// Hash of the rows, see [`cytomine_store::backup::facts`].
    pub hash: String,
}

/// The slides that the database names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slides {
    /// What was done with them.
    pub mode: SlidesMode,
    /// How many files.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them were not in the storage, or not as the database says. None = the storage was not there to look.
    pub missing: Option<u64>,
}

/// A backup's description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of this file.
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    /// Kind of database.
    pub engine: Engine,
    /// Number of the newest migration.
    pub schema: i64,
    /// The moment that it shows, as in the folder's name.
    pub time: String,
    /// Public address of the server, where it is known.
    pub server: Option<String>,
    /// What each table holds.
    pub tables: Vec<Table>,
    /// The files beside this one.
    pub files: Vec<SealedFile>,
    /// The slides.
    pub slides: Slides,
}

impl Manifest {
    /// A manifest of the present form.
    pub(crate) fn new(
        engine: Engine,
        schema: i64,
        time: Millis,
        server: Option<String>,
        mode: SlidesMode,
    ) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            engine,
            schema,
            time: moment::name(time),
            server,
            tables: Vec::new(),
            files: Vec::new(),
            slides: Slides { mode, count: 0, bytes: 0, missing: Some(0) },
        }
    }

    /// Reads the file, or the one in that folder.
    ///
    /// # Errors
    /// When it is missing, no manifest, or of a newer form.
    pub fn read(path: &Path) -> Result<Self, BackupError> {
        let path = if path.is_dir() { &path.join(FILE) } else { path };
        let size = fs::metadata(path).map_err(BackupError::io("read", path))?.len();
        let text = if size > LONGEST {
            String::new()
        } else {
            fs::read_to_string(path).map_err(BackupError::io("read", path))?
        };
        Self::parse(&text).map_err(|what| BackupError::Unreadable { path: path.to_owned(), what })
    }

    /// Reads the text; the error says what is wrong with it.
    ///
    /// # Errors
    /// When it is no manifest, or of a newer form.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let damaged = |cause: serde_json::Error| format!("it is no manifest of a backup ({cause})");
        // The form comes first: of a newer one nothing else need be as it is here.
        let form: Form = serde_json::from_str(text).map_err(damaged)?;
        if form.format == 0 || form.format > FORMAT {
            return Err(format!(
                "it has form {}, this program reads {FORMAT}: use a newer release",
                form.format
            ));
        }
        let manifest: Self = serde_json::from_str(text).map_err(damaged)?;
        if moment::parse(&manifest.time).is_none() {
            return Err(format!("`{}` is no time", manifest.time));
        }
        for file in &manifest.files {
            let plain = file.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
            let hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !plain || file.name.starts_with('.') || !hex(&file.sha256) || !hex(&file.plain_sha256) {
                return Err(format!("`{}` is no file of a backup", file.name));
            }
        }
        Ok(manifest)
    }

    /// The text.
    ///
    /// # Panics
    /// Never: every value can be written as JSON.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers alone can always be written") + "\n"
    }

    /// The moment that the backup shows.
    pub fn moment(&self) -> Millis {
        moment::parse(&self.time).unwrap_or(Millis(0))
    }

    /// The entry of a file.
    pub fn file(&self, name: &str) -> Option<&SealedFile> {
        self.files.iter().find(|file| file.name == name)
    }

    /// Bytes of the backup without copies of slides.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// Refuses what a newer program made, and the other kind of database.
    ///
    /// # Errors
    /// See above.
    pub fn require(&self, engine: Engine, known: i64) -> Result<(), BackupError> {
        if self.engine != engine {
            return Err(BackupError::Engine { backup: self.engine.word(), database: engine.word() });
        }
        if self.schema > known {
            return Err(BackupError::Newer { found: self.schema, known, program: self.program.clone() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some() -> Manifest {
        let mut manifest =
            Manifest::new(Engine::Sqlite, 3, Millis(1_795_486_620_000), None, SlidesMode::Copy);
        manifest.tables.push(Table { name: "term".to_owned(), rows: 2, hash: "17".to_owned() });
        let sha256 = "ab".repeat(32);
        manifest.files.push(SealedFile {
            name: "db.dump.zst.age".to_owned(),
            size: 5,
            sha256: sha256.clone(),
            plain_size: 9,
            plain_sha256: sha256,
        });
        manifest
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Manifest::parse(&some().to_text()).unwrap(), some());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let change = |edit: &dyn Fn(&mut Manifest)| {
            let mut manifest = some();
            edit(&mut manifest);
            Manifest::parse(&manifest.to_text()).unwrap_err()
        };
        assert!(change(&|manifest| manifest.format = 2).contains("use a newer release"));
        assert!(
            change(&|manifest| manifest.time = "yesterday".to_owned()).contains("`yesterday` is no time")
        );
        for name in ["../db", "a/b", ".hidden"] {
            assert!(change(&|manifest| manifest.files[0].name = name.to_owned()).contains("is no file"));
        }
        assert!(change(&|manifest| manifest.files[0].sha256 = "x".to_owned()).contains("is no file"));
        assert!(Manifest::parse("{}").unwrap_err().contains("no manifest of a backup"));
        assert!(Manifest::parse("{\"format\": 9}").unwrap_err().contains("form 9"));
    }

    #[test]
    fn newer_schemas_and_other_databases_are_refused() {
        let manifest = some();
        manifest.require(Engine::Sqlite, 3).unwrap();
        manifest.require(Engine::Sqlite, 4).unwrap();
        let text = manifest.require(Engine::Sqlite, 2).unwrap_err().to_string();
        assert!(text.contains("schema 3") && text.contains("a newer one"), "{text}");
        let text = manifest.require(Engine::Postgresql, 3).unwrap_err().to_string();
        assert!(text.contains("of SQLite and the database is PostgreSQL"), "{text}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = Manifest::parse(&text);
        }

        #[test]
        fn a_manifest_with_a_changed_byte_is_read_or_refused(place in 0_usize..900, byte in 0_u8..128) {
            let mut bytes = some().to_text().into_bytes();
            let place = place % bytes.len();
            bytes[place] = byte;
            if let Ok(manifest) = Manifest::parse(&String::from_utf8_lossy(&bytes)) {
                prop_assert!(manifest.files.iter().all(|file| !file.name.contains('/')));
            }
        }
    }
}
