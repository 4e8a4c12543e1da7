//! What is written, printed and refused, by the program and by the script.

use crate::tools::{both, files, mode, openssl, pems, save};

#[test]
fn the_first_run_writes_one_private_file_and_prints_no_secret() {
    for maker in both() {
        let (folder, printed) = maker.made(&[]);
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
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    for maker in both() {
        let (folder, _) = maker.made(&[]);
        let file = folder.path().join("values.yaml");
        let before = std::fs::read(&file).unwrap();
        for flags in [&[][..], &["--no-tls"], &["--mode", "secret"], &["--dry-run"]] {
            let output = maker.run(folder.path(), flags);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(
                String::from_utf8(output.stdout).unwrap(),
                "values.yaml is already there; nothing changed (use --rotate to make new secrets)\n"
            );
        }
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert_eq!(files(folder.path()), ["values.yaml"]);
    }
}

#[test]
fn certificates_are_verified_by_another_program() {
    for maker in both() {
        let (folder, _) = maker.made(&["--server-name", "slides.example.org", "--namespace", "lab"]);
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
}

#[test]
fn a_rotation_changes_only_what_it_names() {
    for maker in both() {
        let (folder, _) = maker.made(&[]);
        let file = folder.path().join("values.yaml");
        let before = std::fs::read_to_string(&file).unwrap();
        let dry = maker.run(folder.path(), &["--rotate", "admin-password", "--dry-run"]);
        assert!(dry.status.success());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before);

        let output = maker.run(folder.path(), &["--rotate", "admin-password"]);
        assert!(output.status.success(), "{output:?}");
        let after = std::fs::read_to_string(&file).unwrap();
        let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
        assert_eq!(changed.len(), 1);
        assert!(changed[0].1.trim().starts_with("adminPassword: "));
        assert_eq!(mode(&file), 0o600);

        let output = maker.run(folder.path(), &["--rotate", "edge"]);
        assert!(output.status.success(), "{output:?}");
        let (old, new) = (pems(&after), pems(&std::fs::read_to_string(&file).unwrap()));
        let differing: Vec<_> = old.keys().filter(|key| old[*key] != new[*key]).collect();
        assert_eq!(differing, ["tls.crt", "tls.key"]);
        let (ca, crt) =
            (save(folder.path(), "ca.pem", &new["ca.crt"]), save(folder.path(), "edge.pem", &new["tls.crt"]));
        openssl(&["verify", "-x509_strict", "-verify_hostname", "cytomine.test", "-CAfile", &ca, &crt]);
    }
}

#[test]
fn secrets_apart_are_written_and_rotated_in_their_own_file() {
    for maker in both() {
        let (folder, _) = maker.made(&["--mode", "secret"]);
        assert_eq!(files(folder.path()), ["secrets.yaml", "values.yaml"]);
        let (secrets, values) = (folder.path().join("secrets.yaml"), folder.path().join("values.yaml"));
        assert_eq!((mode(&secrets), mode(&values)), (0o600, 0o600));
        let before = (std::fs::read_to_string(&secrets).unwrap(), std::fs::read_to_string(&values).unwrap());
        let output = maker.run(folder.path(), &["--rotate", "database"]);
        assert!(output.status.success(), "{output:?}");
        let after = (std::fs::read_to_string(&secrets).unwrap(), std::fs::read_to_string(&values).unwrap());
        assert_eq!(after.1, before.1);
        let changed = before.0.lines().zip(after.0.lines()).filter(|(old, new)| old != new).count();
        assert_eq!((changed, after.0.lines().count()), (4, before.0.lines().count()));

        std::fs::remove_file(&values).unwrap();
        let output = maker.run(folder.path(), &["--mode", "secret"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stderr).unwrap().contains("secrets.yaml is already there"));
        assert_eq!(std::fs::read_to_string(&secrets).unwrap(), after.0);
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    for maker in both() {
        let (folder, printed) = maker.made(&["--dry-run", "--mode", "secret"]);
        assert!(files(folder.path()).is_empty());
        assert!(
            printed.contains("Nothing is written") && printed.contains("database passwords"),
            "{printed}"
        );
    }
}

#[test]
fn wrong_flags_are_refused_before_anything_is_made() {
    for maker in both() {
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
            let output = maker.run(folder.path(), flags);
            assert_eq!(output.status.code(), Some(2), "{flags:?}");
            let text = String::from_utf8(output.stderr).unwrap();
            assert!(text.contains(expected), "{flags:?}: {text}");
        }
        let output = maker.run(folder.path(), &["--rotate", "all"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stderr).unwrap().contains("there is nothing to rotate"));
        assert!(files(folder.path()).is_empty());
    }
}

#[test]
fn a_line_that_people_rewrote_stops_a_rotation_with_its_name() {
    for maker in both() {
        let (folder, _) = maker.made(&[]);
        let file = folder.path().join("values.yaml");
        let text = std::fs::read_to_string(&file).unwrap();
        let start = text.find("  adminPassword: ").unwrap();
        let end = start + text[start..].find('\n').unwrap();
        let mine = format!("{}  adminPassword: *other{}", &text[..start], &text[end..]);
        std::fs::write(&file, &mine).unwrap();
        let output = maker.run(folder.path(), &["--rotate", "all"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stderr).unwrap().contains("`secrets.adminPassword`"));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), mine);
    }
}

#[test]
fn version_and_help_are_there() {
    for maker in both() {
        let folder = tempfile::tempdir().unwrap();
        for (flag, expected) in [("--version", env!("CARGO_PKG_VERSION")), ("--help", "--rotate <WHAT>")] {
            let output = maker.run(folder.path(), &[flag]);
            assert!(output.status.success());
            assert!(String::from_utf8(output.stdout).unwrap().contains(expected), "{flag}");
        }
    }
}
