//! `cytomine init` as people run it: files, their modes, what is printed, and certificates that others verify.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn init(folder: &Path, flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cytomine"))
        .arg("init")
        .args(flags)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// A folder in which a run with these flags succeeded, and what it printed.
fn made(flags: &[&str]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = init(folder.path(), flags);
    assert!(output.status.success(), "{output:?}");
    (folder, String::from_utf8(output.stdout).unwrap())
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

/// Every PEM text of a file by the key before it, with the key above: `ca.crt`, `server.key`, `tls.crt`.
fn pems(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut above = vec![(0, String::new())];
    let mut current: Option<String> = None;
    for line in text.lines() {
        let body = line.trim_start();
        if body.starts_with("-----BEGIN") {
            let path: Vec<_> = above.iter().rev().take(2).rev().map(|(_, key)| key.as_str()).collect();
            current = Some(path.join("."));
        }
        if let Some(path) = &current {
            let pem: &mut String = found.entry(path.clone()).or_default();
            pem.push_str(body);
            pem.push('\n');
            if body.starts_with("-----END") {
                current = None;
            }
        } else if let Some((key, _)) = body.split_once(':') {
            let indent = line.len() - body.len();
            above.retain(|(outer, _)| *outer < indent);
            above.push((indent, key.to_owned()));
        }
    }
    found
}

fn openssl(arguments: &[&str]) -> Option<String> {
    match Command::new("openssl").args(arguments).output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "openssl {arguments:?}: {text}");
            Some(text)
        }
        Err(_) => {
            eprintln!("skipped: certificates are not verified, for openssl is not on this machine");
            None
        }
    }
}

fn save(folder: &Path, name: &str, text: &str) -> String {
    let file: PathBuf = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn the_first_run_writes_one_private_file_and_prints_no_secret() {
    let (folder, printed) = made(&[]);
    assert_eq!(files(folder.path()), ["values.yaml"]);
    let file = folder.path().join("values.yaml");
    assert_eq!(mode(&file), 0o600);
    let text = std::fs::read_to_string(file).unwrap();
    let password = text.lines().find_map(|line| line.trim().strip_prefix("adminPassword: \"")).unwrap();
    let password = password.split('"').next().unwrap();
    assert_eq!(password.len(), 32);
    for quoted in text.split('"').filter(|part| part.len() >= 32 && !part.contains(' ')) {
        assert!(!printed.contains(quoted), "a secret is printed:\n{printed}");
    }
    for expected in
        ["password of admin", "private CA", "edge certificate", "helm install", "https://cytomine.test"]
    {
        assert!(printed.contains(expected), "{expected} is not in:\n{printed}");
    }
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let (folder, _) = made(&[]);
    let file = folder.path().join("values.yaml");
    let before = std::fs::read(&file).unwrap();
    for flags in [&[][..], &["--no-tls"], &["--mode", "secret"], &["--dry-run"]] {
        let output = init(folder.path(), flags);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "values.yaml is already there; nothing changed (use --rotate to make new secrets)\n"
        );
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert_eq!(files(folder.path()), ["values.yaml"]);
}

#[test]
fn certificates_are_verified_by_another_program() {
    let (folder, _) = made(&["--server-name", "slides.example.org", "--namespace", "lab"]);
    let pems = pems(&std::fs::read_to_string(folder.path().join("values.yaml")).unwrap());
    let ca = save(folder.path(), "ca.pem", &pems["ca.crt"]);
    for (leaf, hosts) in [
        (
            "server",
            &[
                "cytomine",
                "cytomine.lab.svc",
                "cytomine.lab.svc.cluster.local",
                "slides.example.org",
                "localhost",
            ][..],
        ),
        ("postgres", &["cytomine-postgres", "cytomine-postgres.lab.svc.cluster.local", "localhost"]),
        ("tls", &["slides.example.org"]),
    ] {
        let crt = save(folder.path(), "leaf.pem", &pems[&format!("{leaf}.crt")]);
        for host in hosts {
            let flags = [
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                "-verify_hostname",
                host,
                "-CAfile",
                &ca,
                &crt,
            ];
            if openssl(&flags).is_none() {
                return;
            }
        }
        let text = openssl(&["x509", "-in", &crt, "-noout", "-text"]).unwrap();
        assert!(text.contains("ASN1 OID: prime256v1") && !text.contains('*'), "{text}");
        assert!(text.contains("CA:FALSE"), "{text}");
        openssl(&["x509", "-in", &crt, "-noout", "-checkend", &(396 * 24 * 60 * 60).to_string()]);
        let key = save(folder.path(), "leaf.key", &pems[&format!("{leaf}.key")]);
        let of_key = openssl(&["pkey", "-in", &key, "-pubout"]).unwrap();
        assert_eq!(of_key, openssl(&["x509", "-in", &crt, "-noout", "-pubkey"]).unwrap());
    }
    openssl(&["x509", "-in", &ca, "-noout", "-checkend", &(3649 * 24 * 60 * 60).to_string()]);
}

#[test]
fn a_rotation_changes_only_what_it_names() {
    let (folder, _) = made(&[]);
    let file = folder.path().join("values.yaml");
    let before = std::fs::read_to_string(&file).unwrap();
    let dry = init(folder.path(), &["--rotate", "admin-password", "--dry-run"]);
    assert!(dry.status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);

    let output = init(folder.path(), &["--rotate", "admin-password"]);
    assert!(output.status.success(), "{output:?}");
    let after = std::fs::read_to_string(&file).unwrap();
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(changed.len(), 1);
    assert!(changed[0].1.trim().starts_with("adminPassword: "));
    assert_eq!(mode(&file), 0o600);

    let output = init(folder.path(), &["--rotate", "edge"]);
    assert!(output.status.success(), "{output:?}");
    let (old, new) = (pems(&after), pems(&std::fs::read_to_string(&file).unwrap()));
    let differing: Vec<_> = old.keys().filter(|key| old[*key] != new[*key]).collect();
    assert_eq!(differing, ["tls.crt", "tls.key"]);
    let (ca, crt) =
        (save(folder.path(), "ca.pem", &new["ca.crt"]), save(folder.path(), "edge.pem", &new["tls.crt"]));
    openssl(&["verify", "-x509_strict", "-verify_hostname", "cytomine.test", "-CAfile", &ca, &crt]);
}

#[test]
fn secrets_apart_are_written_and_rotated_in_their_own_file() {
    let (folder, _) = made(&["--mode", "secret"]);
    assert_eq!(files(folder.path()), ["secrets.yaml", "values.yaml"]);
    let (secrets, values) = (folder.path().join("secrets.yaml"), folder.path().join("values.yaml"));
    assert_eq!((mode(&secrets), mode(&values)), (0o600, 0o600));
    let before = (std::fs::read_to_string(&secrets).unwrap(), std::fs::read_to_string(&values).unwrap());
    let output = init(folder.path(), &["--rotate", "database"]);
    assert!(output.status.success(), "{output:?}");
    let after = (std::fs::read_to_string(&secrets).unwrap(), std::fs::read_to_string(&values).unwrap());
    assert_eq!(after.1, before.1);
    let changed = before.0.lines().zip(after.0.lines()).filter(|(old, new)| old != new).count();
    assert_eq!((changed, after.0.lines().count()), (4, before.0.lines().count()));

    std::fs::remove_file(&values).unwrap();
    let output = init(folder.path(), &["--mode", "secret"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("secrets.yaml is already there"));
    assert_eq!(std::fs::read_to_string(&secrets).unwrap(), after.0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let (folder, printed) = made(&["--dry-run", "--mode", "secret"]);
    assert!(files(folder.path()).is_empty());
    assert!(printed.contains("Nothing is written") && printed.contains("database passwords"), "{printed}");
}

#[test]
fn wrong_flags_are_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for (flags, expected) in [
        (
            &["--server-name", "https://cytomine.test"][..],
            "at '/serverName': 'https://cytomine.test' does not match pattern '^",
        ),
        (&["--rotate", "everything"], "admin-password"),
        (&["--rotate", "all", "--no-tls"], "cannot be used with"),
        (&["--no-secrets", "--mode", "secret"], "cannot be used with"),
        (&["--namespace", "A"], "small letters"),
    ] {
        let output = init(folder.path(), flags);
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(expected), "{flags:?}: {text}");
    }
    let output = init(folder.path(), &["--rotate", "all"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is nothing to rotate"));
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_line_that_people_rewrote_stops_a_rotation_with_its_name() {
    let (folder, _) = made(&[]);
    let file = folder.path().join("values.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let start = text.find("  adminPassword: ").unwrap();
    let end = start + text[start..].find('\n').unwrap();
    let mine = format!("{}  adminPassword: *other{}", &text[..start], &text[end..]);
    std::fs::write(&file, &mine).unwrap();
    let output = init(folder.path(), &["--rotate", "all"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("`secrets.adminPassword`"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), mine);
}

#[test]
fn version_and_help_are_there() {
    let folder = tempfile::tempdir().unwrap();
    for (flag, expected) in [("--version", env!("CARGO_PKG_VERSION")), ("--help", "--rotate <WHAT>")] {
        let output = init(folder.path(), &[flag]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains(expected), "{flag}");
    }
}
