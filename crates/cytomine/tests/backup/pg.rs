//! On PostgreSQL, with its own programs and the scripts of the chart.

use std::process::{Command, Output};

use cytomine_store::backup::TRANSIENT;
use cytomine_store::backup::swap::{SCRATCH, address_of};
use cytomine_store::{Db, Read as _, sql};
use serde_json::json;

use crate::place::{Place, block_on};
use crate::process::{Running, request, run};
use crate::system::{System, execute, failed, ok};

/// The system on a server, and a name for a scratch database there.
struct OnServer {
    system: System,
    url: String,
    scratch: String,
}

impl OnServer {
    fn new() -> Option<Self> {
        let system = System::new(Place::pg()?);
        let url = system.place.postgres.as_ref().unwrap().url.clone();
        let live = url.rsplit_once('/').unwrap().1.split('?').next().unwrap();
        let scratch = format!("{live}_scratch");
        Some(Self { url, scratch, system })
    }

    fn scratch_url(&self) -> String {
        address_of(&self.url, &self.scratch)
    }

    /// Runs a script of the chart with libpq's variables for this server.
    fn script(&self, name: &str, variables: &[(&str, &str)]) -> Output {
        let rest = self.url.split_once("://").unwrap().1;
        let (user, rest) = rest.split_once('@').unwrap();
        let (address, _) = rest.split_once('/').unwrap();
        let (host, port) = address.rsplit_once(':').unwrap();
        let script = format!("{}/../../charts/cytomine/files/{name}", env!("CARGO_MANIFEST_DIR"));
        Command::new("sh")
            .arg(script)
            .envs([("PGUSER", user), ("PGHOST", host), ("PGPORT", port)])
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    fn dump(&self) -> (String, String) {
        let folder = self.system.place.path("dump");
        std::fs::create_dir_all(&folder).unwrap();
        let live = self.url.rsplit_once('/').unwrap().1;
        let folder = folder.to_str().unwrap();
        ok(&self.script("dump.sh", &[("PGDATABASE", live), ("CYTOMINE_DUMP_DIR", folder)]));
        (format!("{folder}/db.dump"), format!("{folder}/facts.jsonl"))
    }

    fn fill_scratch(&self) {
        ok(&self.system.fetch("fetched"));
        let folder = self.system.text("fetched");
        let variables =
            [("CYTOMINE_RESTORE_DIR", folder.as_str()), ("CYTOMINE_RESTORE_DATABASE", self.scratch.as_str())];
        ok(&self.script("restore.sh", &variables));
    }

    fn restore(&self, scratch: &str) -> Output {
        let (from, data) = (self.system.text("fetched"), self.system.text("data"));
        run(&[
            "restore",
            "--from-dir",
            &from,
            "--database",
            scratch,
            "--database-url",
            &self.url,
            "--data",
            &data,
        ])
    }

    /// What a statement gives outside of the live database, a line a row.
    fn on_server(&self, text: &str) -> Vec<String> {
        let address = address_of(&self.url, "postgres");
        let output = Command::new("psql").args(["-q", "-At", "-d", &address, "-c", text]).output().unwrap();
        assert!(output.status.success(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// Drops all that begins with the name of the live database.
    fn drop(self) {
        let live = self.scratch.strip_suffix("_scratch").unwrap();
        let names = format!("SELECT datname::TEXT AS name FROM pg_database WHERE datname LIKE '{live}\\_%'");
        for name in self.on_server(&names) {
            self.on_server(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
        }
        self.system.place.drop();
    }
}

#[test]
fn the_scripts_of_the_chart_and_the_program_say_the_same() {
    let dump = include_str!("../../../../charts/cytomine/files/dump.sh");
    for table in TRANSIENT {
        assert!(dump.contains(&format!("--exclude-table-data=public.{table} ")), "{table}");
    }
    let restore = include_str!("../../../../charts/cytomine/files/restore.sh");
    assert!(restore.contains(&format!("mark='{SCRATCH}'")));
}

#[test]
fn a_dump_is_backed_up_and_a_drill_restores_it_into_a_scratch_database() {
    let Some(on) = OnServer::new() else { return };
    let by_itself = on.system.pushed(&[]);
    let (dump, facts) = on.dump();
    let given = on.system.pushed(&["--dump", &dump, "--facts", &facts]);
    assert_ne!(by_itself, given);
    let listed = on.system.list();
    assert_eq!(listed["backups"][0]["name"], json!(given));

    on.fill_scratch();
    let scratch = on.scratch_url();
    let record = ["--record-drill", "--record-into", on.url.as_str()];
    let verified = ok(&on.system.verify(Some(&scratch), "fetched", &record));
    assert!(verified.contains("1 read, a tile of each drawn"), "{verified}");
    let drill = &on.system.list()["drills"][0];
    assert_eq!((&drill["name"], &drill["result"]), (&json!(given), &json!("ok")));

    block_on(async {
        let db = Db::connect_pg(&scratch, None, 4).await.unwrap();
        execute(&db, "ALTER TABLE user_role DISABLE TRIGGER ALL").await;
        execute(&db, "UPDATE user_role SET user_id = 999999").await;
        db.close().await;
    });
    let text = failed(&on.system.verify(Some(&scratch), "fetched", &record));
    assert!(text.contains("rows of the table user_role differ from the backup"), "{text}");
    assert!(text.contains("rows of user_role name a user_account that does not exist"), "{text}");
    assert_eq!(on.system.list()["drills"][0]["result"], "failed");

    // Without its last line the text of facts is cut off.
    let text = std::fs::read_to_string(&facts).unwrap();
    std::fs::write(&facts, text.trim_end().rsplit_once('\n').unwrap().0).unwrap();
    let text = failed(&on.system.push(&["--dump", &dump, "--facts", &facts]));
    assert!(text.contains("cut off"), "{text}");
    let text = failed(&on.system.push(&["--dump", &facts, "--facts", &facts]));
    assert!(
        text.contains("it does not begin") || text.contains("cut off") || text.contains("no dump"),
        "{text}"
    );
    on.drop();
}

fn sign_in(server: &Running, user: &str) -> u16 {
    let body = json!({ "username": user, "password": "secret-of-admin" }).to_string();
    let text = format!(
        "POST /session HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        server.listen,
        body.len()
    );
    request(server.listen, &text).map_or(0, |(status, _)| status)
}

#[test]
fn a_restore_takes_the_place_of_the_live_database_under_running_servers() {
    let Some(on) = OnServer::new() else { return };
    let (dump, facts) = on.dump();
    on.system.pushed(&["--dump", &dump, "--facts", &facts]);
    let password = on.system.text("password");
    ok(&on.system.run(&["user", "add", "eve", "--password-file", &password]));
    let flags = on.system.place.flags();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut servers = [Running::start("serve", &flags), Running::start("serve", &flags)];
    for server in &mut servers {
        server.ready();
        assert_eq!(sign_in(server, "eve"), 200);
    }
    let last_id = |url: &str| {
        block_on(async {
            let db = Db::connect_pg(url, None, 4).await.unwrap();
            let row = (&db).first(sql("SELECT last_value AS last FROM ids")).await.unwrap().unwrap();
            db.close().await;
            row.get::<i64>("last").unwrap()
        })
    };
    let last = last_id(&on.url);

    let text = failed(&on.restore(&on.scratch));
    assert!(text.contains("There is no database") || text.contains("fetched"), "{text}");
    on.fill_scratch();
    let live = on.scratch.strip_suffix("_scratch").unwrap();
    let text = failed(&on.restore(live));
    assert!(text.contains("is the live database"), "{text}");
    let restored = ok(&on.restore(&on.scratch));
    assert!(restored.contains("_before_restore_2"), "{restored}");
    for server in &mut servers {
        server.ready();
        assert_eq!(sign_in(server, "eve"), 401, "{}", server.log());
        assert_eq!(sign_in(server, "admin"), 200, "{}", server.log());
    }
    assert!(last_id(&on.url) >= last);
    ok(&on.system.verify(None, "fetched", &["--slides", "1"]));

    // The old database is whole, and a second call finds nothing to do.
    let names =
        format!("SELECT datname::TEXT AS name FROM pg_database WHERE datname LIKE '{live}\\_before\\_%'");
    let old = on.on_server(&names);
    assert_eq!(old.len(), 1, "{old:?}");
    let users = block_on(async {
        let db = Db::connect_pg(&address_of(&on.url, &old[0]), None, 4).await.unwrap();
        let rows = (&db).rows(sql("SELECT username FROM user_account")).await.unwrap();
        db.close().await;
        rows.iter().map(|row| row.get("username").unwrap()).collect::<Vec<String>>()
    });
    assert!(users.contains(&"eve".to_owned()), "{users:?}");
    let again = ok(&on.restore(&on.scratch));
    assert!(again.contains("was restored already"), "{again}");

    // Interrupted when the database was closed and nothing renamed: the next call opens it and goes on.
    on.fill_scratch();
    on.on_server(&format!("ALTER DATABASE \"{live}\" WITH ALLOW_CONNECTIONS false"));
    on.on_server(&format!("COMMENT ON DATABASE \"{live}\" IS 'cytomine: closed by a restore'"));
    let restored = ok(&on.restore(&on.scratch));
    assert!(restored.contains("was interrupted"), "{restored}");
    assert_eq!(on.on_server(&names).len(), 2);
    for server in servers {
        let mut server = server;
        server.ready();
        server.stop();
    }

    // A database that was not made for it is not put in place.
    on.on_server(&format!("CREATE DATABASE \"{}\"", on.scratch));
    let text = failed(&on.restore(&on.scratch));
    assert!(text.contains("was not made for a restore"), "{text}");
    on.drop();
}
