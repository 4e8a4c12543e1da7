//! `status`, `doctor` with its bundle, and `admin drop-old`.

use std::collections::BTreeMap;
use std::io::Read;

use cytomine_model::{JobId, Millis};
use cytomine_store::job::{self, NewJob};
use serde_json::Value;

use crate::place::{Place, block_on};
use crate::process::{Running, run, stderr, stdout};

#[test]
fn nowhere_is_no_system_and_none_is_made() {
    let place = Place::lite();
    for command in ["status", "doctor"] {
        let (mut all, off) = (Vec::new(), ["--metrics-listen", "off"]);
        let arguments: Vec<&str> = [command]
            .into_iter()
            .chain(if command == "doctor" { &off[..] } else { &[] }.iter().copied())
            .collect();
        let output = run(&place.with(&arguments, &mut all));
        assert!(stdout(&output).contains("there is no system in "), "{}", stdout(&output));
        assert_eq!(output.status.code(), Some(i32::from(command == "status")), "{command}");
    }
    assert!(!place.path("data").exists());
}

#[test]
fn status_tells_how_the_system_is() {
    Place::both(|place| {
        let mut all = Vec::new();
        let mut server = Running::start("serve", &place.with(&[], &mut all));
        server.ready();
        let mut all = Vec::new();
        let output = run(&place.with(&["status", "--json"], &mut all));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(report["ok"], true, "{report}");
        assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(report["schema"]["version"], report["schema"]["known"]);
        assert_eq!(report["queue"], serde_json::json!({ "waiting": 0, "running": 0, "failed": 0 }));
        assert!(report["storage"]["free"].as_u64().unwrap() > 0, "{report}");
        assert_eq!((&report["lastBackup"], &report["lastDrill"]), (&Value::Null, &Value::Null));
        let product = report["database"]["product"].as_str().unwrap();
        let expected = if place.postgres.is_some() { "PostgreSQL " } else { "SQLite " };
        assert!(product.starts_with(expected), "{product}");
        let mut all = Vec::new();
        let text = stdout(&run(&place.with(&["status"], &mut all)));
        for word in ["Database", "Schema", "Queue", "0 waiting, 0 running", "Last backup", "Storage"] {
            assert!(text.contains(word), "{word} is missing in {text}");
        }
        server.stop();
    });
}

#[test]
fn status_of_a_database_that_is_away_fails_with_cause_and_remedy() {
    let place = Place::lite();
    let key = place.file("key", &"0123456789abcdef".repeat(4));
    let url = format!("postgres://ada@127.0.0.1:{}/x", crate::process::free_port());
    let data = place.path("data");
    let output = run(&["status", "--data", data.to_str().unwrap(), "--database", &url, "--key-file", &key]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("cannot reach the database postgres://127.0.0.1:"), "{text}");
    assert!(text.contains("Check address, user, database"), "{text}");
}

#[test]
fn doctor_finds_a_well_system_well_and_names_what_is_not() {
    Place::both(|place| {
        let mut all = Vec::new();
        let mut server = Running::start("serve", &place.with(&[], &mut all));
        server.ready();
        let operators = server.operators.to_string();
        let arguments = ["doctor", "--metrics-listen", &operators, "--json"];
        let mut all = Vec::new();
        let output = run(&place.with(&arguments, &mut all));
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let states: BTreeMap<&str, &str> = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| (check["name"].as_str().unwrap(), check["state"].as_str().unwrap()))
            .collect();
        let mut expected = vec!["settings", "database", "encoding", "schema", "server", "version"];
        if place.postgres.is_some() {
            expected.extend(["clock", "database TLS", "privileges"]);
        }
        for name in expected {
            assert_eq!(states.get(name), Some(&"ok"), "{name} in {report}");
        }
        assert!(states.contains_key("storage") && states.contains_key("storage speed"), "{report}");
        server.stop();

        let mut all = Vec::new();
        let arguments =
            ["doctor", "--metrics-listen", "off", "--tls-cert", "/no/such.crt", "--tls-key", "/no/such.key"];
        let output = run(&place.with(&arguments, &mut all));
        assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
        assert!(stdout(&output).contains("fail  /no/such.crt cannot be used"), "{}", stdout(&output));
    });
}

/// Names and texts of a bundle.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (name, text)
        })
        .collect()
}

#[test]
fn the_bundle_holds_what_helps_and_no_secret_and_no_patient() {
    Place::both(|place| {
        let password = place.file("password", "plum-4711-secret\n");
        let mut all = Vec::new();
        let mut server =
            Running::start("serve", &place.with(&["--admin-password-file", &password], &mut all));
        server.ready();
        block_on(async {
            let db = place.db().await;
            let mut tx = db.begin().await.unwrap();
            let id = JobId(tx.next_id().await.unwrap());
            // A job that this release does not know: the worker of the server warns in its log.
            let queued = |id, kind| NewJob { id, kind, queue: "main", priority: 0, payload: "Doe_Jane.svs" };
            job::insert(&mut tx, queued(id, "convert-later"), Millis(1)).await.unwrap();
            let failed = JobId(tx.next_id().await.unwrap());
            job::insert(&mut tx, queued(failed, "convert"), Millis(1)).await.unwrap();
            let now = Millis(i64::MAX / 2_000);
            job::take_this(&mut tx, failed, "me", now).await.unwrap();
            assert!(job::finish(&mut tx, failed, "me", Some("Doe_Jane.svs is damaged"), now).await.unwrap());
            tx.commit().await.unwrap();
            db.close().await;
        });
        server.until("/health/errors", |_, body| body.contains("an attempt failed"));
        let operators = server.operators.to_string();
        let arguments =
            ["doctor", "--metrics-listen", &operators, "--admin-password-file", &password, "--bundle", "-"];
        let mut all = Vec::new();
        let output = run(&place.with(&arguments, &mut all));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let bundle = unpacked(&output.stdout);
        let names: Vec<&str> =
            bundle.keys().map(|name| name.strip_prefix("cytomine-support/").unwrap()).collect();
        assert_eq!(
            names,
            [
                "doctor.json",
                "errors.txt",
                "failed-jobs.json",
                "health.txt",
                "metrics.txt",
                "settings.json",
                "status.json",
                "versions.json"
            ]
        );
        let text = |name: &str| &bundle[&format!("cytomine-support/{name}")];
        let settings: Value = serde_json::from_str(text("settings.json")).unwrap();
        assert_eq!(settings["account.admin_password_file"], password.as_str());
        let jobs: Value = serde_json::from_str(text("failed-jobs.json")).unwrap();
        assert_eq!(jobs[0]["kind"], "convert");
        assert!(text("errors.txt").contains("an attempt failed"), "{}", text("errors.txt"));
        let key = place.path("data").join("server.key");
        let key =
            std::fs::read_to_string(if place.postgres.is_some() { place.path("server.key") } else { key });
        let mut secrets = vec![key.unwrap(), "plum-4711".to_owned(), "Doe".to_owned()];
        let mut all = Vec::new();
        let keys = stdout(&run(&place.with(&["user", "keys", "admin", "--json"], &mut all)));
        let keys: Value = serde_json::from_str(&keys).unwrap();
        secrets.push(keys["privateKey"].as_str().unwrap().to_owned());
        for (name, text) in &bundle {
            for secret in &secrets {
                assert!(!text.contains(secret.trim()), "{name} holds {secret}");
            }
        }
        let file = place.path("bundle.tgz");
        let arguments = ["doctor", "--metrics-listen", &operators, "--bundle", file.to_str().unwrap()];
        let mut all = Vec::new();
        let output = run(&place.with(&arguments, &mut all));
        assert!(stdout(&output).contains("Written to "), "{}", stdout(&output));
        assert_eq!(unpacked(&std::fs::read(&file).unwrap()).len(), 8);
        server.stop();
    });
}

#[test]
fn drop_old_removes_the_files_that_a_restore_set_aside() {
    let place = Place::lite();
    for name in ["cytomine.db", "cytomine_before_restore_1.db", "cytomine_before_restore_1.db-wal"] {
        place.file(&format!("data/{name}"), "x");
    }
    let mut all = Vec::new();
    let output = run(&place.with(&["admin", "drop-old"], &mut all));
    let expected = "dropped cytomine_before_restore_1.db\ndropped cytomine_before_restore_1.db-wal\n";
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    let left: Vec<_> = std::fs::read_dir(place.path("data")).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn drop_old_drops_what_a_restore_set_aside() {
    let Some(place) = Place::pg() else { return };
    let url = place.postgres.as_ref().unwrap().url.clone();
    let name = url.rsplit_once('/').unwrap().1.split('?').next().unwrap().to_owned();
    let old = format!("{name}_before_restore_20261124T021700Z");
    block_on(async {
        let db = place.db().await;
        db.administer(cytomine_store::sql(format!("CREATE DATABASE \"{old}\""))).await.unwrap();
        db.close().await;
    });
    let drop_old = |more: &[&str]| {
        let arguments: Vec<&str> =
            ["admin", "drop-old", "--database", &url].into_iter().chain(more.iter().copied()).collect();
        let output = run(&arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    assert_eq!(drop_old(&["--dry-run"]), format!("would drop {old}\n"));
    assert_eq!(drop_old(&[]), format!("dropped {old}\n"));
    assert_eq!(drop_old(&[]), "There is no database that a restore set aside\n");
    place.drop();
}
