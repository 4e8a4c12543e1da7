//! Starting before the database, waiting for migrations, working off the queue apart, stopping.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;
use tokio::time::Instant;

use cytomine_model::{JobId, Millis};
use cytomine_store::job::{self, NewJob};

use crate::place::{Place, block_on, forward};
use crate::process::{Running, cytomine, free_port, run, stderr, stdout};

#[test]
fn a_database_that_is_away_is_waited_for_and_readiness_says_so() {
    let Some(place) = Place::pg() else { return };
    let real = place.postgres.as_ref().unwrap().url.clone();
    let (before, name) = real.rsplit_once('/').unwrap();
    let (scheme, address) = before.rsplit_once('@').unwrap();
    let port = free_port();
    let url = format!("{scheme}@127.0.0.1:{port}/{name}");
    let (data, key) = (place.path("data"), place.path("server.key"));
    let flags = ["--data", data.to_str().unwrap(), "--database", &url, "--key-file", key.to_str().unwrap()];
    let mut programs = [Running::start("serve", &flags), Running::start("worker", &flags)];
    for program in &mut programs {
        program.until("/health/started", |status, _| status == 503);
        assert_eq!(program.ask("/health/live").unwrap().0, 200);
        let report = program.until("/health/ready?verbose", |status, body| {
            status == 503 && body.contains("database: cannot reach")
        });
        assert!(report.starts_with("process: starting, begun at 2"), "{report}");
        assert!(report.contains(&format!("postgres://127.0.0.1:{port}: ")), "{report}");
        assert!(report.contains("schema: not known before the database answers"), "{report}");
        assert!(report.contains("storage: ok ("), "{report}");
    }
    forward(port, address.parse().unwrap());
    let begun = Instant::now();
    for program in &mut programs {
        program.ready();
        assert_eq!(program.ask("/health/started").unwrap().0, 200);
        let report = program.ask("/health/ready?verbose").unwrap().1;
        assert!(report.contains("database: ok (") && report.contains("failed last at 2"), "{report}");
        assert!(program.log().contains("the database is not open yet; trying again"), "{}", program.log());
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "pauses are two seconds at most");
    assert!(programs[1].ask("/health/ready?verbose").unwrap().1.contains("queue: ok"));
    programs.into_iter().for_each(Running::stop);
    place.drop();
}

#[test]
fn a_start_that_waits_can_be_stopped() {
    let place = Place::lite();
    let key = place.file("key", &"0123456789abcdef".repeat(4));
    let url = format!("postgres://ada@127.0.0.1:{}/x", free_port());
    let data = place.path("data");
    let flags = ["--data", data.to_str().unwrap(), "--database", &url, "--key-file", &key];
    for command in ["serve", "worker"] {
        let mut program = Running::start(command, &flags);
        program.until("/health/started", |status, _| status == 503);
        program.stop();
    }
}

#[test]
fn tables_that_somebody_else_migrates_are_waited_for() {
    Place::both(|place| {
        let mut all = Vec::new();
        let mut server = Running::start("serve", &place.with(&["--migrate", "wait"], &mut all));
        let report = server.until("/health/ready?verbose", |status, body| {
            status == 503 && body.contains("schema: the tables have version 0")
        });
        assert!(report.contains("run `cytomine migrate`") && report.contains("database: ok"), "{report}");
        assert_eq!(server.ask("/health/started").unwrap().0, 503);
        // Other commands do not migrate behind the back of whoever wants to.
        let mut all = Vec::new();
        let refused = run(&place.with(&["user", "list", "--migrate", "wait"], &mut all));
        assert!(stderr(&refused).contains("the tables have version 0"), "{}", stderr(&refused));

        let mut all = place.flags();
        if let Some(at) = all.iter().position(|flag| flag == "--key-file") {
            all.drain(at..at + 2);
        }
        let migrate: Vec<&str> = ["migrate"].into_iter().chain(all.iter().map(String::as_str)).collect();
        let migrated = run(&migrate);
        let text = stdout(&migrated);
        assert!(
            text.starts_with("The tables were brought from version 0 to "),
            "{text}{}",
            stderr(&migrated)
        );
        server.ready();
        assert!(server.log().contains("waiting for `cytomine migrate`"), "{}", server.log());
        let again: Vec<&str> = migrate.iter().copied().chain(["--json"]).collect();
        let facts: serde_json::Value = serde_json::from_str(&stdout(&run(&again))).unwrap();
        assert!(facts["from"] == facts["to"] && facts["to"].as_i64().unwrap() > 0, "{facts}");
        server.stop();
    });
}

#[test]
fn a_server_without_a_worker_leaves_the_queue_to_one_apart() {
    Place::both(|place| {
        let mut all = Vec::new();
        let mut server = Running::start("serve", &place.with(&["--worker-embedded=false"], &mut all));
        server.ready();
        let id = block_on(async {
            let db = place.db().await;
            let mut tx = db.begin().await.unwrap();
            let id = JobId(tx.next_id().await.unwrap());
            let queued = NewJob { id, kind: "of a later release", queue: "main", priority: 0, payload: "{}" };
            job::insert(&mut tx, queued, Millis(1)).await.unwrap();
            tx.commit().await.unwrap();
            db.close().await;
            id
        });
        // A worker that does not know the job notes so and leaves it to others.
        let left = || {
            block_on(async {
                let db = place.db().await;
                let job = job::by_id(&db, id).await.unwrap().unwrap();
                db.close().await;
                job.error
            })
        };
        let queue = || {
            let mut all = Vec::new();
            let output = run(&place.with(&["status", "--json"], &mut all));
            let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
            (report["queue"]["waiting"].as_i64().unwrap(), report["queue"]["running"].as_i64().unwrap())
        };
        sleep(Duration::from_millis(1500));
        assert_eq!((queue(), left()), ((1, 0), None), "the server took a job");
        let mut all = Vec::new();
        let mut worker = Running::start("worker", &place.with(&["--worker-concurrency", "1"], &mut all));
        worker.ready();
        let begun = Instant::now();
        while left().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?} {}", queue(), worker.log());
            sleep(Duration::from_millis(100));
        }
        assert_eq!(queue(), (1, 0), "{:?}", left());
        worker.stop();
        server.stop();
    });
}

#[test]
fn readiness_fails_at_once_on_sigterm_while_an_open_request_is_finished() {
    let place = Place::lite();
    let mut all = Vec::new();
    let mut server = Running::start("serve", &place.with(&[], &mut all));
    server.ready();
    let mut open = TcpStream::connect(server.listen).unwrap();
    open.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let body = r#"{"username":"nobody","password":"x"}"#;
    let (first, last) = body.split_at(10);
    write!(
        open,
        "POST /session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{first}",
        body.len()
    )
    .unwrap();
    sleep(Duration::from_millis(200));
    server.signal("-TERM");
    let begun = Instant::now();
    let report = server.until("/health/ready?verbose", |status, _| status == 503);
    assert!(report.starts_with("process: shutting down"), "{report}");
    assert!(begun.elapsed() < Duration::from_secs(1), "it took {:?}", begun.elapsed());
    assert_eq!(server.ask("/health/live").unwrap().0, 200);
    open.write_all(last.as_bytes()).unwrap();
    let mut answer = [0; 12];
    open.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    drop(open);
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn a_variable_with_a_secret_ends_the_start_with_its_name() {
    let place = Place::lite();
    let data = place.path("data");
    for command in ["serve", "worker"] {
        let output = cytomine(&[command, "--data", data.to_str().unwrap()])
            .env("CYTOMINE_ADMIN_PASSWORD", "hunter2")
            .output()
            .unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(text.contains("The variable CYTOMINE_ADMIN_PASSWORD looks like a secret"), "{text}");
        assert!(!text.contains("hunter2") && !data.exists(), "{text}");
    }
}

#[test]
fn what_is_logged_changes_with_the_settings_file() {
    let place = Place::lite();
    let config = place.file("config.toml", "[log]\nfilter = 'warn'\n");
    let mut all = Vec::new();
    let mut server = Running::start("serve", &place.with(&["--config", &config], &mut all));
    server.ready();
    let ping = "GET /server/ping HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    crate::process::request(server.listen, ping).unwrap();
    assert!(!server.log().contains("request answered"), "{}", server.log());
    place.file("config.toml", "[log]\nfilter = 'debug'\n");
    let begun = Instant::now();
    while !server.log().contains("request answered") {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", server.log());
        crate::process::request(server.listen, ping).unwrap();
        sleep(Duration::from_millis(200));
    }
    // A file that cannot be used changes nothing.
    place.file("config.toml", "[log\n");
    let begun = Instant::now();
    while !server.log().contains("cannot be used; what was set stays") {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", server.log());
        sleep(Duration::from_millis(200));
    }
    server.stop();
}
