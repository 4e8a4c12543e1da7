//! A system with a slide, and what these tests ask of the program.

use std::path::{Path, PathBuf};
use std::process::Output;

use cytomine_store::{Db, sql};
use serde_json::Value;

use crate::place::{Place, block_on};
use crate::process::{run, stderr, stdout};

const SLIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/CMU-1-Small-Region.svs");

/// A system with one slide in the project "Lung", and a phrase for its backups.
pub(crate) struct System {
    pub(crate) place: Place,
}

pub(crate) fn ok(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(output), stderr(output));
    stdout(output)
}

/// All that a failed command said.
pub(crate) fn failed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(output), stderr(output));
    stdout(output) + &stderr(output)
}

impl System {
    pub(crate) fn new(place: Place) -> Self {
        place.file("phrase", "correct horse battery staple");
        place.file("password", "secret-of-admin");
        let system = Self { place };
        let password = system.text("password");
        ok(&system.run(&["import", SLIDE, "--project", "Lung", "--admin-password-file", &password]));
        system
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.place.path(name).to_str().unwrap().to_owned()
    }

    /// Runs a command on the system.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut all = Vec::new();
        run(&self.place.with(arguments, &mut all))
    }

    fn backup_flags(&self) -> [String; 4] {
        [
            "--backup-target".to_owned(),
            self.text("backups"),
            "--backup-phrase-file".to_owned(),
            self.text("phrase"),
        ]
    }

    /// `backup push` with these flags.
    pub(crate) fn push(&self, more: &[&str]) -> Output {
        let flags = self.backup_flags();
        let mut arguments = vec!["backup", "push"];
        arguments.extend(flags.iter().map(String::as_str));
        arguments.extend(more);
        let mut all = self.place.flags();
        // No key of the server is needed.
        if let Some(key) = all.iter().position(|flag| flag == "--key-file") {
            all.drain(key..key + 2);
        }
        arguments.extend(all.iter().map(String::as_str));
        run(&arguments)
    }

    /// A backup; its name.
    pub(crate) fn pushed(&self, more: &[&str]) -> String {
        let more: Vec<&str> = more.iter().copied().chain(["--json"]).collect();
        let answer: Value = serde_json::from_str(&ok(&self.push(&more))).unwrap();
        answer["name"].as_str().unwrap().to_owned()
    }

    /// `backup fetch` of the newest to `into`.
    pub(crate) fn fetch(&self, into: &str) -> Output {
        let into = self.text(into);
        let flags = self.backup_flags();
        let mut arguments = vec!["backup", "fetch", "--into", &into];
        arguments.extend(flags.iter().map(String::as_str));
        run(&arguments)
    }

    /// `backup list --json`.
    pub(crate) fn list(&self) -> Value {
        let target = self.text("backups");
        let mut all = self.place.flags();
        if let Some(key) = all.iter().position(|flag| flag == "--key-file") {
            all.drain(key..key + 2);
        }
        let mut arguments = vec!["backup", "list", "--json", "--backup-target", &target];
        arguments.extend(all.iter().map(String::as_str));
        serde_json::from_str(&ok(&run(&arguments))).unwrap()
    }

    /// `verify` of the database at this address (`None` = the live one) against what was fetched to `against`.
    pub(crate) fn verify(&self, database: Option<&str>, against: &str, more: &[&str]) -> Output {
        let (against, data) = (self.text(against), self.text("data"));
        let live = self.place.postgres.as_ref().map(|database| database.url.as_str());
        let mut arguments = vec!["verify", "--against", &against, "--data", &data];
        if let Some(url) = database.or(live) {
            arguments.extend(["--database", url]);
        }
        arguments.extend(more);
        run(&arguments)
    }

    /// The file of the one slide.
    pub(crate) fn slide(&self) -> PathBuf {
        let slides = self.place.path("data/slides");
        let folder = std::fs::read_dir(slides).unwrap().next().unwrap().unwrap().path();
        std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
    }

    /// Names of accounts.
    pub(crate) fn users(&self) -> Vec<String> {
        let users: Value = serde_json::from_str(&ok(&self.run(&["user", "list", "--json"]))).unwrap();
        users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    }

    /// Runs a statement on the live database.
    pub(crate) fn statement(&self, text: &'static str) {
        block_on(async {
            let db = self.place.db().await;
            execute(&db, text).await;
            db.close().await;
        });
    }
}

pub(crate) async fn execute(db: &Db, text: &'static str) {
    db.administer(sql(text)).await.unwrap();
}

/// Flips a bit in the middle of a file.
pub(crate) fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}
