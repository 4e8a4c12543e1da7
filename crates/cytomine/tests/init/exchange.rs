//! The exchange of the private authority: at each stage, what pods show is trusted by pods of the stage before.

use std::path::Path;

use crate::tools::{Maker, both, openssl, read, values, verifies};

/// What a stage trusts, and the certificates it shows.
struct Stage {
    trusted: String,
    shown: Vec<(String, &'static str)>,
}

impl Stage {
    fn of_values(folder: &Path) -> Self {
        let values = values(&read(folder, "values.yaml"));
        let get = |path: &str| values[path].clone();
        let ca = |part: &str| get(&format!("tls.internal.ca.{part}"));
        Self {
            trusted: ca("crt") + &ca("next.crt") + &ca("previous"),
            shown: vec![
                (get("tls.internal.leaves.server.crt"), "sslserver"),
                (get("tls.internal.leaves.postgres.crt"), "sslserver"),
                (get("tls.internal.leaves.maintenance.crt"), "sslclient"),
                (get("edge.tls.crt"), "sslserver"),
            ],
        }
    }

    fn of_secrets(folder: &Path) -> Self {
        let values = values(&read(folder, "secrets.yaml"));
        // Documents: 1 all secrets, 2 the authority, 3 server, 4 database, 5 backup, 6 edge.
        let get = |document: u8, key: &str| values[&format!("{document}.stringData.{key}")].clone();
        let trusted = get(3, "ca.crt");
        for document in 4..=6 {
            assert_eq!(get(document, "ca.crt"), trusted);
        }
        assert_eq!(trusted, get(2, "tls.crt") + &get(2, "next.crt") + &get(2, "previous.crt"));
        let usages = ["sslserver", "sslserver", "sslclient", "sslserver"];
        let shown = (3..=6).zip(usages).map(|(document, usage)| (get(document, "tls.crt"), usage)).collect();
        Self { trusted, shown }
    }

    fn authorities(&self) -> usize {
        self.trusted.matches("-----BEGIN CERTIFICATE-----").count()
    }
}

fn exchange(maker: &Maker, flags: &[&str], stage: fn(&Path) -> Stage) {
    let (folder, _) = maker.made(flags);
    let mut stages = vec![stage(folder.path())];
    for (number, text) in ["1 of 3", "2 of 3", "3 of 3", "1 of 3"].into_iter().enumerate() {
        let printed = maker.succeed(folder.path(), &["--rotate", "ca"]);
        assert!(printed.contains(text), "{printed}");
        assert_eq!(printed.contains("--rotate ca again"), text != "3 of 3", "{printed}");
        stages.push(stage(folder.path()));
        assert_eq!(stages.last().unwrap().authorities(), [2, 2, 1, 2][number]);
    }
    let scratch = tempfile::tempdir().unwrap();
    let accepts = |truster: &Stage, shower: &Stage| {
        shower.shown.iter().all(|(crt, usage)| verifies(scratch.path(), &truster.trusted, crt, usage))
    };
    for (number, pair) in stages.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        assert!(accepts(after, after), "stage {number} verifies itself");
        assert!(accepts(before, after), "pods that have not read stage {number} yet trust those that have");
        assert!(accepts(after, before), "pods that have read stage {number} trust those that have not");
    }
    assert!(!accepts(&stages[0], &stages[2]), "a new authority signs");
    assert!(!accepts(&stages[3], &stages[0]), "the old authority is trusted no more");
}

#[test]
fn no_stage_refuses_what_the_stage_beside_it_shows() {
    if openssl(&["version"]).is_none() {
        return;
    }
    for maker in both() {
        exchange(&maker, &[], Stage::of_values);
        exchange(&maker, &["--mode", "secret"], Stage::of_secrets);
    }
}

#[test]
fn the_first_authority_is_made_at_once() {
    for maker in both() {
        let (folder, _) = maker.made(&["--no-secrets"]);
        let printed = maker.succeed(folder.path(), &["--rotate", "ca"]);
        assert!(printed.contains("made at once, for there was none"), "{printed}");
        assert_eq!(Stage::of_values(folder.path()).authorities(), 1);
    }
}
