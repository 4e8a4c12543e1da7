//! What a first run and a rotation make of the chart's template.

use super::bundle::Bundle;
use super::slots::SLOTS;
use super::yaml::Document;
use super::{create, names, objects, rotate};
use crate::cli::{Cli, Command, Init, Rotate};
use clap::Parser as _;

const TEMPLATE: &str = include_str!("../../../../../charts/cytomine/values.template.yaml");
const SCHEMA: &str = include_str!("../../../../../charts/cytomine/values.schema.json");

fn init(flags: &[&str]) -> Init {
    let cli = Cli::try_parse_from(["cytomine", "init"].iter().chain(flags)).unwrap();
    let Command::Init(init) = cli.command else { panic!("another command") };
    *init
}

fn get(text: &str, path: &str) -> String {
    Document::new(text)
        .get(&path.split('.').collect::<Vec<_>>())
        .unwrap_or_else(|trouble| panic!("{path}: {trouble:?}"))
}

fn bundle(values: &str) -> Bundle {
    Bundle {
        values: Document::new(values),
        values_file: "values.yaml".into(),
        secrets: None,
        secrets_file: "secrets.yaml".into(),
        namespace: "cytomine".into(),
        release: "cytomine".into(),
    }
}

/// Keys whose lines differ, by name.
fn changed(before: &str, after: &str) -> Vec<&'static str> {
    let certificates = [
        "tls.internal.ca.crt",
        "tls.internal.leaves.server.crt",
        "tls.internal.leaves.postgres.crt",
        "edge.tls.crt",
    ];
    let document = Document::new(before);
    let slots = SLOTS.iter().map(|slot| slot.path);
    slots
        .chain(certificates)
        .filter(|path| document.has(&path.split('.').collect::<Vec<_>>()))
        .filter(|path| get(before, path) != get(after, path))
        .collect()
}

#[test]
fn every_key_of_the_template_that_init_knows_is_filled() {
    let made = create::fill(&init(&[]), TEMPLATE).unwrap();
    let template = Document::new(TEMPLATE);
    let known: Vec<_> =
        SLOTS.iter().filter(|slot| template.has(&slot.path.split('.').collect::<Vec<_>>())).collect();
    assert!(known.len() >= 7, "the template lost its secrets");
    for slot in known {
        assert!(!get(&made.values, slot.path).is_empty(), "{}", slot.path);
    }
    for path in ["tls.internal.ca", "tls.internal.leaves.server", "tls.internal.leaves.postgres", "edge.tls"]
    {
        assert!(
            get(&made.values, &format!("{path}.crt")).starts_with("-----BEGIN CERTIFICATE-----\n"),
            "{path}"
        );
        assert!(
            get(&made.values, &format!("{path}.key")).starts_with("-----BEGIN PRIVATE KEY-----\n"),
            "{path}"
        );
    }
    assert_eq!(get(&made.values, "tls.internal.leaves.server.notAfter").len(), 20);
}

#[test]
fn without_secrets_the_values_are_the_template() {
    let made = create::fill(&init(&["--no-secrets"]), TEMPLATE).unwrap();
    assert!(made.names.is_empty() && made.beside.is_none());
    let keys = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !line.starts_with('#') && *line != "---")
            .map(|line| line.split(" # ").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(keys(&made.values), keys(TEMPLATE));
    assert!(!made.values.contains(" @ "), "words for the maker of the schema are not for people");
}

#[test]
fn two_runs_share_no_secret() {
    let (one, two) =
        (create::fill(&init(&[]), TEMPLATE).unwrap(), create::fill(&init(&[]), TEMPLATE).unwrap());
    let all = changed(&one.values, &two.values);
    assert!(all.len() >= 11, "{all:?}");
}

#[test]
fn each_rotation_changes_its_own_and_nothing_else() {
    let before = create::fill(&init(&[]), TEMPLATE).unwrap().values;
    let database = vec![
        "secrets.database.owner",
        "secrets.database.app",
        "secrets.database.readonly",
        "secrets.database.backup",
    ];
    let authority = vec![
        "tls.internal.ca.crt",
        "tls.internal.leaves.server.crt",
        "tls.internal.leaves.postgres.crt",
        "edge.tls.crt",
    ];
    for (wanted, expected) in [
        (Rotate::AdminPassword, vec!["secrets.adminPassword"]),
        (Rotate::Database, database.clone()),
        (Rotate::Edge, vec!["edge.tls.crt"]),
        (Rotate::Ca, authority.clone()),
        (Rotate::All, [vec!["secrets.adminPassword"], database, authority].concat()),
    ] {
        let mut bundle = bundle(&before);
        rotate::renew(&[wanted], &mut bundle).unwrap();
        let after = bundle.values.text();
        let found: Vec<_> = changed(&before, &after)
            .into_iter()
            .filter(|path| !path.starts_with("secrets.apiKeys") && !path.ends_with("Key"))
            .collect();
        assert_eq!(found, expected, "{wanted:?}");
        assert_eq!(get(&before, "secrets.serverKey"), get(&after, "secrets.serverKey"));
    }
}

#[test]
fn a_rotation_keeps_what_people_wrote() {
    let mine = create::fill(&init(&[]), TEMPLATE)
        .unwrap()
        .values
        .replace("replicas: 1 # Pods", "replicas: 3 # we have three nodes, Pods")
        .replace("serverName: cytomine.test", "serverName: 'slides.example.org'");
    assert!(mine.contains("we have three nodes"));
    let mut bundle = bundle(&mine);
    rotate::renew(&[Rotate::AdminPassword], &mut bundle).unwrap();
    let after = bundle.values.text();
    let differing = mine.lines().zip(after.lines()).filter(|(old, new)| old != new).count();
    assert_eq!((differing, mine.lines().count()), (1, after.lines().count()));
    assert_eq!(bundle.names().unwrap().hosts, ["slides.example.org"]);
}

#[test]
fn what_another_renews_is_not_rotated() {
    let values = create::fill(&init(&["--no-tls"]), TEMPLATE).unwrap().values;
    assert_eq!((get(&values, "protocol"), get(&values, "edge.tls.mode")), ("http".into(), "disabled".into()));
    assert_eq!(get(&values, "edge.tls.crt"), "");
    let error = rotate::renew(&[Rotate::Edge], &mut bundle(&values)).unwrap_err().to_string();
    assert!(error.starts_with("edge.tls.mode is `disabled`"), "{error}");
    rotate::renew(&[Rotate::All], &mut bundle(&values)).unwrap();

    let empty = create::fill(&init(&["--no-secrets"]), TEMPLATE).unwrap().values;
    let error = rotate::renew(&[Rotate::Edge], &mut bundle(&empty)).unwrap_err().to_string();
    assert!(error.contains("--rotate ca"), "{error}");
}

#[test]
fn a_rotation_that_finds_nothing_is_no_success() {
    let mut bundle =
        bundle("secrets: {}\ntls:\n  internal:\n    mode: selfSigned\nedge:\n  tls:\n    mode: selfSigned\n");
    let error = rotate::renew(&[Rotate::ApiKeys], &mut bundle).unwrap_err().to_string();
    assert!(error.starts_with("values.yaml has no key for what --rotate names"), "{error}");
}

#[test]
fn secrets_apart_leave_only_names_in_the_values() {
    let made = create::fill(&init(&["--mode", "secret", "--release", "lab"]), TEMPLATE).unwrap();
    assert_eq!(get(&made.values, "secrets.existingSecret"), "lab-cytomine-given");
    assert_eq!(get(&made.values, "tls.internal.provided.serverSecret"), "lab-cytomine-given-tls-server");
    assert_eq!(get(&made.values, "edge.tls.secretName"), "lab-cytomine-given-edge");
    for secret in ["secrets.adminPassword", "secrets.database.owner", "tls.internal.ca.key", "edge.tls.key"] {
        assert_eq!(get(&made.values, secret), "", "{secret}");
    }
    assert!(!made.values.contains("-----BEGIN"));
    let (_, objects) = objects::parse(&made.beside.unwrap());
    for (name, object) in &objects {
        let keys: &[&str] = match name.as_str() {
            "lab-cytomine-given" => &["admin-password", "server-key", "owner", "app", "readonly", "backup"],
            "lab-cytomine-given-ca" => &["tls.crt", "tls.key"],
            _ => &["ca.crt", "tls.crt", "tls.key"],
        };
        for key in keys {
            assert_ne!(object.get(&["stringData", key]), Ok(String::new()), "{name} {key}");
        }
    }
    assert!(objects.len() >= 5);
}

#[test]
fn a_store_outside_gets_names_and_no_secret_is_made() {
    let made = create::fill(&init(&["--mode", "external"]), TEMPLATE).unwrap();
    assert!(made.names.is_empty());
    let file = made.beside.unwrap();
    assert!(
        file.contains("kind: ExternalSecret\n") && file.contains("secretKey: admin-password\n"),
        "{file}"
    );
    assert_eq!(get(&made.values, "secrets.existingSecret"), "cytomine-given");
}

#[test]
fn profiles_set_what_they_name() {
    let dev = create::fill(&init(&["--profile", "dev"]), TEMPLATE).unwrap().values;
    assert_eq!(
        (get(&dev, "ingress.className"), get(&dev, "ingress.controller")),
        ("nginx".into(), "nginx".into())
    );
    let production = create::fill(&init(&["--profile", "production"]), TEMPLATE).unwrap().values;
    assert_eq!(get(&production, "image.pullPolicy"), "Always");
    assert_eq!(get(&production, "secrets.generate"), "strict");
    let empty = create::fill(&init(&["--profile", "production", "--no-secrets"]), TEMPLATE).unwrap().values;
    assert_eq!(get(&empty, "secrets.generate"), "auto");
}

#[test]
fn host_names_are_judged_by_the_pattern_of_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(schema["properties"]["serverName"]["pattern"], names::DNS_PATTERN);
    assert_eq!(schema["properties"]["serverName"]["maxLength"], 253);
}
