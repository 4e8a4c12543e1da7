//! The script against the program: the same flags give the same files, but for the random parts, whose form is held.

use std::collections::{BTreeMap, HashSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::tools::{Maker, chart, files, mode, openssl, read, save, scripts, values, verifies};

/// Flags of first runs.
const FIRST: &[&[&str]] = &[
    &[],
    &["--server-name", "slides.example.org", "--namespace", "lab", "--release=lab"],
    &["--no-tls", "--profile", "dev"],
    &["--no-secrets", "--profile=production"],
    &["--profile", "production"],
    &["--mode", "secret"],
    &["--mode", "secret", "--no-tls", "--profile", "production", "--release", "lab"],
    &["--mode", "external", "--namespace", "lab"],
];

/// A text with every random part replaced by its form; what has no such form stays as it is.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut pem = false;
    for line in text.lines() {
        let body = line.trim_start();
        if pem {
            assert!(body.len() <= 64, "{line}");
            pem = !body.starts_with("-----END");
            continue;
        }
        pem = body.starts_with("-----BEGIN");
        let parts: Vec<_> = line.split('"').map(form).collect();
        masked.push_str(&parts.join("\""));
        masked.push('\n');
    }
    masked
}

fn form(text: &str) -> &str {
    let all = |kind: fn(&u8) -> bool| text.as_bytes().iter().all(kind);
    match text.len() {
        32 if all(u8::is_ascii_alphanumeric) => "32 letters",
        43 if all(u8::is_ascii_alphanumeric) => "43 letters",
        64 if all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte)) => "64 hexadecimal digits",
        36 if uuid::Uuid::parse_str(text)
            .is_ok_and(|id| (id.get_version_num(), id.get_variant()) == (4, uuid::Variant::RFC4122)) =>
        {
            "UUIDv4"
        }
        20 if text.parse::<jiff::Timestamp>().is_ok() => "time",
        _ => text,
    }
}

/// Secrets of a file by their keys.
fn secrets(text: &str) -> BTreeMap<String, String> {
    let random =
        |value: &String| value.starts_with("-----BEGIN") || !["time", value.as_str()].contains(&form(value));
    values(text).into_iter().filter(|(_, value)| random(value)).collect()
}

/// What a certificate says, but for its key, number and times.
fn facts(folder: &Path, crt: &str) -> Vec<String> {
    let file = save(folder, "facts.pem", crt);
    let openssl = |flags: &[&str]| {
        openssl(&[&["x509", "-in", &file, "-noout", "-nameopt", "RFC2253"], flags].concat()).unwrap()
    };
    let kinds = "subjectAltName,keyUsage,extendedKeyUsage,basicConstraints";
    let text = openssl(&["-startdate", "-enddate", "-subject", "-issuer", "-ext", kinds]);
    let date = |name: &str| {
        let text = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        jiff::civil::DateTime::strptime("%b %e %H:%M:%S %Y", text.trim_end_matches(" GMT")).unwrap()
    };
    let hours = date("notBefore=").duration_until(date("notAfter=")).as_hours();
    // The heading of an extension begins a line, its value does not.
    let mut facts: Vec<_> = text
        .replace("\n ", " ")
        .lines()
        .filter(|line| !line.starts_with("not"))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    facts.push(format!("hours: {hours}"));
    let whole = openssl(&["-text"]);
    for known in ["ASN1 OID: prime256v1", "ecdsa-with-SHA256", "Subject Key Identifier", "Version: 3"] {
        assert!(whole.contains(known), "{known}: {whole}");
    }
    facts.push(format!("names its issuer: {}", whole.contains("X509v3 Authority Key Identifier")));
    facts.sort();
    facts
}

/// Certificates of a file by their keys.
fn certificates(text: &str) -> BTreeMap<String, String> {
    let pems = values(text).into_iter();
    pems.filter(|(_, value)| value.starts_with("-----BEGIN CERTIFICATE")).collect()
}

/// Certificates of these keys say the same in both files.
fn same_facts(one: &str, two: &str, keys: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (certificates(one), certificates(two));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (key, crt) in one.iter().filter(|(key, _)| keys.contains(key)) {
        assert_eq!(facts(folder.path(), crt), facts(folder.path(), &two[key]), "{key}");
    }
}

#[test]
fn a_first_run_gives_what_the_program_gives() {
    for script in scripts() {
        for flags in FIRST {
            let (theirs, told) = Maker::program().made(flags);
            let (ours, said) = script.made(flags);
            assert_eq!(said, told, "{script:?} {flags:?}");
            assert_eq!(files(ours.path()), files(theirs.path()), "{script:?} {flags:?}");
            for name in files(ours.path()) {
                assert_eq!(mode(&ours.path().join(&name)), 0o600, "{name}");
                let [ours, theirs] = [&ours, &theirs].map(|folder| read(folder.path(), &name));
                assert_eq!(masked(&ours), masked(&theirs), "{script:?} {flags:?} {name}");
                let (ours, theirs) = (secrets(&ours), secrets(&theirs));
                assert!(ours.iter().all(|(key, value)| theirs[key] != *value), "a secret is no secret");
            }
        }
    }
}

#[test]
fn every_awk_gives_the_same() {
    let Some(script) = scripts().into_iter().next() else { return };
    let (theirs, _) = Maker::program().made(&["--mode", "secret"]);
    let expected = ["values.yaml", "secrets.yaml"].map(|name| masked(&read(theirs.path(), name)));
    for awk in ["mawk", "original-awk", "gawk --posix", "busybox awk"] {
        let (name, _) = awk.split_once(' ').unwrap_or((awk, ""));
        let there = Command::new("sh").args(["-c", "command -v \"$1\"", "sh", name]).output().unwrap();
        if !there.status.success() {
            eprintln!("skipped: init.sh is not tried with {awk}, which is not on this machine");
            continue;
        }
        let (folder, programs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = stand_in(programs.path(), "awk", &format!("exec {awk} \"$@\""));
        // Before and after an exchange of the authority the files are alike.
        for (flags, alike) in [
            (["--mode", "secret"], true),
            (["--rotate", "ca"], false),
            (["--rotate", "all"], false),
            (["--rotate", "ca"], true),
        ] {
            let output = script.command(folder.path(), &flags).env("PATH", &path).output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{awk} {flags:?}: {output:?}");
            let texts = ["values.yaml", "secrets.yaml"].map(|name| masked(&read(folder.path(), name)));
            assert_eq!(texts == expected, alike, "{awk} {flags:?}");
        }
    }
}

#[test]
fn certificates_say_what_those_of_the_program_say() {
    let Some(script) = scripts().into_iter().next() else { return };
    let flags = &["--server-name", "slides.example.org", "--namespace", "lab", "--release", "lab"];
    let ((theirs, _), (ours, _)) = (Maker::program().made(flags), script.made(flags));
    let (theirs, ours) = (read(theirs.path(), "values.yaml"), read(ours.path(), "values.yaml"));
    assert_eq!(certificates(&ours).len(), 5);
    same_facts(&ours, &theirs, &certificates(&ours).into_keys().collect::<Vec<_>>());
    let folder = tempfile::tempdir().unwrap();
    let said = |key: &str| facts(folder.path(), &values(&ours)[key]).join("\n");
    let server = said("tls.internal.leaves.server.crt");
    for name in [
        "lab-cytomine",
        "lab-cytomine.lab.svc",
        "lab-cytomine.lab.svc.cluster.local",
        "slides.example.org",
        "localhost",
    ] {
        assert!(server.split([' ', ',', '\n']).any(|word| word == format!("DNS:{name}")), "{name}: {server}");
    }
    assert!(server.contains("hours: 9529"), "397 days and the hour for clocks that are behind: {server}");
    let backup = said("tls.internal.leaves.maintenance.crt");
    assert!(
        backup.contains("subject=CN=backup") && backup.contains("TLS Web Client Authentication"),
        "{backup}"
    );
    assert!(!backup.contains("Server Authentication"), "{backup}");
    assert!(said("tls.internal.ca.crt").contains("hours: 87601"), "ten years");
    for (key, value) in values(&ours).iter().filter(|(key, _)| key.ends_with("notAfter")) {
        let crt = save(folder.path(), "end.pem", &values(&ours)[&key.replace("notAfter", "crt")]);
        let end = openssl(&["x509", "-in", &crt, "-noout", "-enddate", "-dateopt", "iso_8601"]).unwrap();
        assert_eq!(end.trim(), format!("notAfter={}", value.replace('T', " ")), "{key}");
    }
    // The leaf of one is no leaf of the other's authority.
    let ca = |text: &str| values(text)["tls.internal.ca.crt"].clone();
    let edge = values(&ours)["edge.tls.crt"].clone();
    assert!(verifies(folder.path(), &ca(&ours), &edge, "sslserver"));
    assert!(!verifies(folder.path(), &ca(&theirs), &edge, "sslserver"));
}

/// Keys whose values differ.
fn changed(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (values(before), values(after));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    before.into_iter().filter(|(key, value)| after[key] != *value).map(|(key, _)| key).collect()
}

#[test]
fn later_runs_change_what_the_program_changes() {
    let steps = [
        &["--rotate", "admin-password"][..],
        &["--rotate", "api-keys"],
        &["--rotate", "database,edge"],
        &["--rotate", "ca"],
        &["--rotate=ca", "--dry-run"],
        &["--rotate", "ca"],
        &["--rotate", "edge", "--rotate", "ca"],
        &["--rotate", "all"],
        &["--rotate", "signing"],
    ];
    for (number, script) in scripts().into_iter().enumerate() {
        // One shell is tried with both places of secrets, the others with the longer way.
        let places = [("secret", "secrets.yaml"), ("values", "values.yaml")];
        for (mode, file) in places.into_iter().take(if number == 0 { 2 } else { 1 }) {
            let (first, _) = Maker::program().made(&["--mode", mode]);
            let second = tempfile::tempdir().unwrap();
            for name in files(first.path()) {
                std::fs::copy(first.path().join(&name), second.path().join(&name)).unwrap();
            }
            let places = [first.path(), second.path()];
            let mut makers = [Maker::program(), script.clone()];
            for flags in steps {
                let before = places.map(|place| read(place, file));
                let said = [0, 1].map(|one| {
                    let output = makers[one].run(places[one], flags);
                    let texts = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
                    (output.status.code(), texts)
                });
                assert_eq!(said[0], said[1], "{script:?} {mode} {flags:?}");
                let after = places.map(|place| read(place, file));
                assert_eq!(masked(&after[0]), masked(&after[1]), "{script:?} {mode} {flags:?}");
                // Made within one second, a new certificate ends when the old one does.
                let end = |key: &String| key.ends_with(".notAfter");
                let changes = [0, 1].map(|one| {
                    let changed = changed(&before[one], &after[one]);
                    changed.into_iter().filter(|key| !end(key)).collect::<Vec<_>>()
                });
                assert_eq!(changes[0], changes[1], "{script:?} {mode} {flags:?}");
                let nothing = flags.contains(&"signing") || flags.contains(&"--dry-run");
                assert_eq!(changes[0].is_empty(), nothing, "{script:?} {mode} {flags:?}");
                if number == 0 {
                    same_facts(&after[0], &after[1], &changes[0]);
                }
                // Each goes on with what the other made.
                makers.reverse();
            }
        }
    }
}

#[test]
fn what_the_program_refuses_is_refused_in_its_words() {
    let Some(script) = scripts().into_iter().next() else { return };
    let (folder, _) = Maker::program().made(&[]);
    let good = read(folder.path(), "values.yaml");
    let odd = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let password = format!("adminPassword: \"{}\"", values(&good)["secrets.adminPassword"]);
    for (text, flags) in [
        (odd(&password, "adminPassword: *other"), "all"),
        (odd(&password, "adminPassword: 'a' b"), "admin-password"),
        (odd(&password, "adminPassword:\n    - a"), "admin-password"),
        (odd("  validity: 397", "  validity: ten"), "edge"),
        (odd("serverName: cytomine.test", "serverName: Cytomine.test"), "edge"),
        (odd("extraServerNames: []", "extraServerNames: [ims.test, '*.test'] # mine"), "edge"),
        (odd("extraServerNames: []", "extraServerNames: {a: b}"), "edge"),
        (odd("clusterDomain: cluster.local", "clusterDomain: a..b"), "edge"),
        (odd("    mode: selfSigned", "    mode: certManager"), "ca"),
        (odd("existingSecret: \"\" # One", "existingSecret: mine # One"), "all"),
        (odd("      next: #", "      later: #"), "ca"),
        (odd("serverName: cytomine.test", "servername: cytomine.test"), "edge"),
    ] {
        let said = [&script, &Maker::program()].map(|maker| {
            std::fs::write(folder.path().join("values.yaml"), &text).unwrap();
            let output = maker.run(folder.path(), &["--rotate", flags]);
            assert!(read(folder.path(), "values.yaml") == text, "{flags}: something is changed");
            (output.status.code(), String::from_utf8(output.stderr).unwrap())
        });
        assert_eq!(said[0].0, Some(1), "{said:?}");
        assert_eq!(said[0], said[1]);
    }
}

#[test]
fn values_that_people_rewrote_are_changed_as_the_program_changes_them() {
    let Some(script) = scripts().into_iter().next() else { return };
    let (folder, _) = Maker::program().made(&[]);
    let good = read(folder.path(), "values.yaml");
    let password = format!("adminPassword: \"{}\"", values(&good)["secrets.adminPassword"]);
    let mine = good
        .replace(&password, "\"adminPassword\": 'it''s' # \"mine\"")
        .replace(
            "extraServerNames: [] # ",
            "extraServerNames: # Mine, and\n  # more\n- \"ims.test\"\n- 10.1.2.3 # ",
        )
        .replace("serverName: cytomine.test", "serverName: \"slides.example.org\"")
        .replace("nameOverride: \"\"", "nameOverride: ~");
    let texts = [&script, &Maker::program()].map(|maker| {
        std::fs::write(folder.path().join("values.yaml"), &mine).unwrap();
        maker.succeed(folder.path(), &["--rotate", "admin-password,edge"]);
        read(folder.path(), "values.yaml")
    });
    assert_eq!(masked(&texts[0]), masked(&texts[1]));
    assert!(texts[0].contains("\"adminPassword\": \"") && texts[0].contains("\" # \"mine\""));
    let scratch = tempfile::tempdir().unwrap();
    let edges = texts.map(|text| facts(scratch.path(), &values(&text)["edge.tls.crt"]));
    assert_eq!(edges[0], edges[1]);
    let said = edges[0].join("\n");
    assert!(said.contains("DNS:slides.example.org, DNS:ims.test, IP Address:10.1.2.3"), "{said}");
}

/// A folder whose program of this name runs this text; with it before all others, the path.
fn stand_in(folder: &Path, name: &str, text: &str) -> String {
    let file = PathBuf::from(save(folder, name, &format!("#!/bin/sh\n{text}\n")));
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

/// Whether this process was started as a background job of a script: a shell cannot trap what was ignored before it.
fn ignores_interrupts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & 0b10 != 0
}

#[test]
fn an_interrupted_run_leaves_the_old_file_and_nothing_else() {
    for script in scripts() {
        let (folder, _) = script.made(&[]);
        let before = read(folder.path(), "values.yaml");
        let (programs, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (text, signal, code) in [
            ("exit 1", None, 1),
            (": >\"$STARTED\"; sleep 1; exit 1", Some("TERM"), 143),
            (": >\"$STARTED\"; sleep 1; exit 1", Some("INT"), 130),
        ] {
            if signal == Some("INT") && ignores_interrupts() {
                println!("skipped: this run ignores SIGINT, and so does every shell that it starts");
                continue;
            }
            let started = programs.path().join("started");
            let _ = std::fs::remove_file(&started);
            let mut command = script.command(folder.path(), &["--rotate", "edge,database"]);
            command.env("PATH", stand_in(programs.path(), "openssl", text)).env("STARTED", &started);
            command.env("TMPDIR", scratch.path()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut run = command.spawn().unwrap();
            if let Some(signal) = signal {
                while !started.exists() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                let kill = Command::new("kill").args(["-s", signal, &run.id().to_string()]).status();
                assert!(kill.unwrap().success());
            }
            assert_eq!(run.wait().unwrap().code(), Some(code), "{script:?} {text}");
            assert_eq!(read(folder.path(), "values.yaml"), before);
            assert_eq!(files(folder.path()), ["values.yaml"]);
            assert!(files(scratch.path()).is_empty(), "keys stay in the folder for temporary files");
        }
    }
}

#[test]
fn no_secret_stands_in_the_arguments_of_a_program() {
    let Some(script) = scripts().into_iter().next() else { return };
    let (folder, programs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = programs.path().join("log");
    let mut path = String::new();
    for name in
        ["openssl", "awk", "od", "tr", "cut", "cat", "cp", "mv", "ln", "mktemp", "dirname", "date", "cmp"]
    {
        let text =
            format!("printf '%s\\n' \"$@\" >>'{}'\nPATH=${{PATH#*:}} exec {name} \"$@\"", log.display());
        path = stand_in(programs.path(), name, &text);
    }
    let output = script.command(folder.path(), &["--mode", "secret"]).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("genpkey") && log.contains("-N128"), "the stand-ins were used");
    for (key, secret) in secrets(&read(folder.path(), "secrets.yaml")) {
        let line = secret.lines().find(|line| !line.starts_with('-')).unwrap();
        assert!(!log.contains(line), "{key}");
    }
}

#[test]
fn two_hundred_secrets_are_two_hundred_and_use_the_whole_alphabet() {
    let Some(_) = scripts().first() else { return };
    let text = "
        die() { printf '%s\\n' \"$1\" >&2; exit 1; }
        . \"$1/init/secrets.sh\"
        number=0
        while [ $number -lt 200 ]; do
          for kind in password phrase uuid hex; do make $kind; echo; done
          number=$((number + 1))
        done";
    let output = Command::new("sh").args(["-euc", text, "sh"]).arg(chart()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let made = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = made.lines().collect();
    assert_eq!(lines.len(), 800);
    assert_eq!(lines.iter().collect::<HashSet<_>>().len(), 800, "a secret came twice");
    for four in lines.chunks(4) {
        let forms: Vec<_> = four.iter().map(|secret| form(secret)).collect();
        assert_eq!(forms, ["32 letters", "43 letters", "UUIDv4", "64 hexadecimal digits"], "{four:?}");
    }
    // Of 15,000 letters each of the 62 comes 242 times on average; 145 or less of one has a chance below 1 in 10^9.
    let mut counts = BTreeMap::new();
    for letter in lines.chunks(4).flat_map(|four| [four[0], four[1]]).flat_map(str::chars) {
        *counts.entry(letter).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 62, "{counts:?}");
    assert!(counts.values().all(|count| (146..=340).contains(count)), "{counts:?}");
    let variants: HashSet<_> = lines.chunks(4).map(|four| four[2].as_bytes()[19]).collect();
    assert_eq!(variants.len(), 4, "all variants of UUIDs come");
}

#[test]
fn without_random_numbers_nothing_is_made() {
    let Some(script) = scripts().into_iter().next() else { return };
    let (folder, programs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for text in ["exit 1", "echo 1 2 3"] {
        let path = stand_in(programs.path(), "od", text);
        let output = script.command(folder.path(), &[]).env("PATH", path).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("The system gives no random numbers"), "{said}");
        assert!(files(folder.path()).is_empty());
    }
}

#[test]
fn the_script_prefers_the_program() {
    let Some(script) = scripts().into_iter().next() else { return };
    let (folder, programs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = stand_in(programs.path(), "cytomine", "echo \"the program got: $*\"");
    let run = |flags: &[&str], named: Option<&str>| {
        let mut command = script.command(folder.path(), flags);
        command.env("PATH", &path);
        match named {
            None => command.env_remove("CYTOMINE_BIN"),
            Some(program) => command.env("CYTOMINE_BIN", program),
        };
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let named = programs.path().join("cytomine");
    for named in [None, named.to_str()] {
        assert_eq!(run(&["--no-tls"], named), "the program got: init --out . --no-tls\n");
    }
    assert!(run(&["--dry-run"], Some("")).contains("Nothing is written"), "it is hidden");

    // The folder of the chart is the place, wherever one stands.
    let script = chart().join("init.sh");
    let output = Command::new("sh")
        .arg(&script)
        .arg("--no-tls")
        .env("PATH", &path)
        .env_remove("CYTOMINE_BIN")
        .output();
    let expected = format!("the program got: init --out {} --no-tls\n", chart().display());
    assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap(), expected);
}

/// Helm; none where it is not.
fn helm() -> Option<PathBuf> {
    let helm = std::env::var_os("CYTOMINE_HELM").map_or_else(|| PathBuf::from("helm"), PathBuf::from);
    if Command::new(&helm).arg("version").output().is_ok_and(|output| output.status.success()) {
        return Some(helm);
    }
    eprintln!(
        "skipped: helm does not read what init makes, for it is not on PATH and CYTOMINE_HELM does not name it"
    );
    None
}

#[test]
fn the_chart_renders_the_same_objects_twice_from_what_either_makes() {
    let Some(helm) = helm() else { return };
    for maker in [Some(Maker::program()), scripts().into_iter().next()].into_iter().flatten() {
        for flags in [&[][..], &["--no-tls"], &["--mode", "secret"], &["--profile", "production"]] {
            let (folder, _) = maker.made(flags);
            let home = tempfile::tempdir().unwrap();
            let render = || {
                let values = folder.path().join("values.yaml");
                let mut command = Command::new(&helm);
                command.args(["template", "cytomine"]).arg(chart()).args([
                    "--namespace",
                    "cytomine",
                    "--values",
                ]);
                command.arg(values).env("HELM_CACHE_HOME", home.path());
                let output =
                    command.env("HELM_CONFIG_HOME", home.path()).env("HELM_DATA_HOME", home.path()).output();
                let output = output.unwrap();
                assert!(output.status.success(), "{flags:?}: {}", String::from_utf8_lossy(&output.stderr));
                output.stdout
            };
            let rendered = render();
            assert!(rendered == render(), "{maker:?} {flags:?}: something is made at each rendering");
            assert!(String::from_utf8(rendered).unwrap().contains("kind: StatefulSet"));
        }
    }
}
