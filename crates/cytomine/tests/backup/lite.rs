//! On SQLite.

use serde_json::json;

use crate::place::Place;
use crate::process::{Running, run};
use crate::system::{System, failed, flip, ok};

#[test]
fn a_backup_is_made_listed_fetched_and_agrees_with_what_it_shows() {
    let system = System::new(Place::lite());
    let name = system.pushed(&[]);
    let folder = system.place.path("backups").join(&name);
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["db.dump.zst.age", "manifest.json", "slides.jsonl.zst.age"]);
    for file in ["db.dump.zst.age", "slides.jsonl.zst.age"] {
        assert!(std::fs::read(folder.join(file)).unwrap().starts_with(b"age-encryption.org/v1\n"), "{file}");
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["engine"], &manifest["format"]), (&json!("sqlite"), &json!(1)));
    assert_eq!(manifest["slides"]["count"], 1);
    assert_eq!(manifest["slides"]["missing"], 0);

    let listed = system.list();
    assert_eq!(listed["backups"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&listed["backups"][0]["name"], &listed["backups"][0]["result"]),
        (&json!(name), &json!("ok"))
    );

    ok(&system.fetch("fetched"));
    let verified = ok(&system.verify(None, "fetched", &["--record-drill"]));
    assert!(verified.contains("1 read, a tile of each drawn"), "{verified}");
    assert_eq!(system.list()["drills"][0]["result"], "ok");
    let slides = std::fs::read_to_string(system.place.path("fetched/slides.jsonl")).unwrap();
    assert!(slides.contains("CMU-1-Small-Region.svs") && slides.lines().count() == 1, "{slides}");

    // The database is away: the target tells.
    std::fs::rename(system.place.path("data/cytomine.db"), system.place.path("data/away.db")).unwrap();
    assert_eq!(system.list()["backups"][0]["name"], json!(name));
    assert!(!system.place.path("data/cytomine.db").exists(), "asking makes no database");
}

#[test]
fn what_changed_since_is_found_by_name() {
    let system = System::new(Place::lite());
    system.pushed(&[]);
    ok(&system.fetch("fetched"));
    system.statement("UPDATE user_account SET firstname = 'Eve'");
    let text = failed(&system.verify(None, "fetched", &["--record-drill"]));
    assert!(text.contains("rows of the table user_account differ from the backup"), "{text}");
    assert_eq!(system.list()["drills"][0]["result"], "failed");
    system.statement("INSERT INTO role (id, authority) VALUES (9, 'ROLE_NEW')");
    let text = failed(&system.verify(None, "fetched", &[]));
    assert!(text.contains("the table role has 5 rows, the backup 4"), "{text}");
    system.statement("DELETE FROM role WHERE id = 9");
    system.statement("UPDATE id_sequence SET last = 100");
    let text = failed(&system.verify(None, "fetched", &[]));
    assert!(text.contains("the next id would be below"), "{text}");
}

#[test]
fn a_damaged_or_missing_slide_is_found() {
    let system = System::new(Place::lite());
    system.pushed(&[]);
    ok(&system.fetch("fetched"));
    let slide = system.slide();
    flip(&slide);
    let text = failed(&system.verify(None, "fetched", &[]));
    assert!(text.contains("its bytes are not those that were stored"), "{text}");
    std::fs::remove_file(&slide).unwrap();
    let text = failed(&system.verify(None, "fetched", &[]));
    assert!(text.contains("1 slide files are missing or have another size: upload-"), "{text}");
    ok(&system.verify(None, "fetched", &["--slides", "0"]));
    // A backup is made all the same, and says so.
    let pushed = ok(&system.push(&[]));
    assert!(pushed.contains("1 slides are not in the storage"), "{pushed}");
}

#[test]
fn a_damaged_backup_a_wrong_phrase_and_missing_settings_are_told_with_a_remedy() {
    let system = System::new(Place::lite());
    let name = system.pushed(&[]);
    let phrase = std::fs::read(system.place.path("phrase")).unwrap();
    std::fs::write(system.place.path("phrase"), "wrong").unwrap();
    let text = failed(&system.fetch("fetched"));
    assert!(text.contains("was encrypted with another phrase"), "{text}");
    assert!(!system.place.path("fetched/manifest.json").exists());
    std::fs::write(system.place.path("phrase"), phrase).unwrap();

    let database = system.place.path("backups").join(&name).join("db.dump.zst.age");
    flip(&database);
    let text = failed(&system.fetch("fetched"));
    assert!(text.contains("its SHA-256 differs") && text.contains("take another backup"), "{text}");
    std::fs::remove_file(&database).unwrap();
    let text = failed(&system.fetch("fetched"));
    assert!(text.contains("db.dump.zst.age is missing"), "{text}");

    let target = system.text("backups");
    let data = system.text("data");
    let text = failed(&run(&["backup", "push", "--data", &data, "--backup-target", &target]));
    assert!(text.contains("--backup-phrase-file") && text.contains("--backup-recipient"), "{text}");
    let text = failed(&run(&["backup", "fetch", "--into", &data]));
    assert!(text.contains("--backup-target"), "{text}");
    let text = failed(&system.push(&["--backup-scratch", "/nowhere"]));
    assert!(text.contains("/nowhere"), "{text}");
    let listed = system.list();
    assert_eq!(listed["backups"][0]["result"], "failed", "{listed}");
}

#[test]
fn a_restore_takes_the_place_of_a_stopped_system_and_keeps_the_old_one() {
    let system = System::new(Place::lite());
    system.pushed(&[]);
    ok(&system.fetch("fetched"));
    let password = system.text("password");
    ok(&system.run(&["user", "add", "eve", "--password-file", &password]));
    let (from, data) = (system.text("fetched"), system.text("data"));
    let restore = || run(&["restore", "--from-dir", &from, "--data", &data]);

    let flags = system.place.flags();
    let mut server = Running::start("serve", &flags.iter().map(String::as_str).collect::<Vec<_>>());
    server.ready();
    let text = failed(&restore());
    assert!(text.contains("stop it, then restore"), "{text}");
    server.stop();
    assert!(system.users().contains(&"eve".to_owned()));

    let restored = ok(&restore());
    assert!(restored.contains("cytomine_before_restore_2"), "{restored}");
    assert!(!system.users().contains(&"eve".to_owned()));
    let status = ok(&run(&["status", "--data", &data]));
    assert!(status.contains("went well"), "the backup that was restored is not known: {status}");
    ok(&system.verify(None, "fetched", &[]));
    let kept = std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let kept: Vec<String> = kept.filter(|name| name.starts_with("cytomine_before_restore_")).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let old = system.place.path("old");
    std::fs::create_dir(&old).unwrap();
    std::fs::copy(system.place.path("data").join(&kept[0]), old.join("cytomine.db")).unwrap();
    let users = ok(&run(&["user", "list", "--json", "--data", old.to_str().unwrap()]));
    assert!(users.contains("\"eve\""), "{users}");

    let mut server = Running::start("serve", &flags.iter().map(String::as_str).collect::<Vec<_>>());
    server.ready();
    server.stop();

    // What is not as the manifest says is not put in place.
    let path = system.place.path("fetched/manifest.json");
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut other = manifest.clone();
    other["tables"][0]["hash"] = json!("1");
    std::fs::write(&path, other.to_string()).unwrap();
    let text = failed(&restore());
    assert!(text.contains("rows of the table _sqlx_migrations differ from the backup"), "{text}");
    let mut other = manifest;
    other["schema"] = json!(99);
    std::fs::write(&path, other.to_string()).unwrap();
    let text = failed(&restore());
    assert!(text.contains("schema 99") && text.contains("a newer one"), "{text}");
    ok(&system.run(&["user", "list"]));
}

#[test]
fn copies_of_slides_are_kept_once_and_come_back() {
    let system = System::new(Place::lite());
    let first = system.pushed(&["--backup-slides", "copy"]);
    let copies = || -> Vec<std::path::PathBuf> {
        let slides = system.place.path("backups/slides");
        let folders = std::fs::read_dir(slides).unwrap().map(|folder| folder.unwrap().path());
        folders
            .flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()))
            .collect()
    };
    let copy = copies();
    assert_eq!(copy.len(), 1, "{copy:?}");
    let made = std::fs::metadata(&copy[0]).unwrap().modified().unwrap();
    let second = system.pushed(&["--backup-slides", "copy"]);
    assert_ne!(first, second);
    assert_eq!(copies(), copy);
    assert_eq!(std::fs::metadata(&copy[0]).unwrap().modified().unwrap(), made);

    ok(&system.fetch("fetched"));
    std::fs::remove_file(system.slide()).unwrap();
    failed(&system.verify(None, "fetched", &[]));
    let (from, data) = (system.text("fetched"), system.text("data"));
    let (target, phrase) = (system.text("backups"), system.text("phrase"));
    let restore = ["restore", "--from-dir", &from, "--data", &data, "--backup-target", &target];
    let mut restore = restore.to_vec();
    restore.extend(["--backup-phrase-file", &phrase]);
    let restored = ok(&run(&restore));
    assert!(restored.contains("1 files put back"), "{restored}");
    ok(&system.verify(None, "fetched", &[]));

    // A backup without copies, and nothing older kept: they are not needed any more.
    let flags = ["--backup-daily", "0", "--backup-weekly", "0", "--backup-monthly", "0"];
    system.pushed(&flags);
    assert!(copies().is_empty(), "{:?}", copies());
    let listed = system.list();
    let good = listed["backups"].as_array().unwrap();
    assert_eq!(good.len(), 1, "{listed}");
}
