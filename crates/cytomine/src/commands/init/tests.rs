//! What a first run and a rotation make of the chart's template.

use super::authority::Stage;
use super::bundle::Bundle;
use super::slots::SLOTS;
use super::yaml::Document;
use super::{create, objects, rotate};
use crate::cli::init::{DNS_PATTERN, Init, Rotate};
use crate::cli::{Cli, Command};
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
        "tls.internal.ca.next.crt",
        "tls.internal.ca.previous",
        "tls.internal.leaves.server.crt",
        "tls.internal.leaves.postgres.crt",
        "tls.internal.leaves.maintenance.crt",
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
    assert_eq!(known.len(), SLOTS.len(), "a secret that the chart does not know");
    for slot in known {
        assert!(!get(&made.values, slot.path).is_empty(), "{}", slot.path);
    }
    for path in [
        "tls.internal.ca",
        "tls.internal.leaves.server",
        "tls.internal.leaves.postgres",
        "tls.internal.leaves.maintenance",
        "edge.tls",
    ] {
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
    assert!(all.len() >= 14, "{all:?}");
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
    let keys = vec!["secrets.apiKeys.admin.public", "secrets.apiKeys.admin.private"];
    let authority = vec!["tls.internal.ca.next.crt"];
    let edge = vec!["edge.tls.crt"];
    for (wanted, expected) in [
        (Rotate::AdminPassword, vec!["secrets.adminPassword"]),
        (Rotate::ApiKeys, keys.clone()),
        (Rotate::Database, database.clone()),
        (Rotate::Edge, edge.clone()),
        (Rotate::Ca, authority.clone()),
        (Rotate::All, [vec!["secrets.adminPassword"], keys, database, authority, edge].concat()),
    ] {
        let mut bundle = bundle(&before);
        rotate::renew(&[wanted], &mut bundle).unwrap();
        let after = bundle.values.text();
        assert_eq!(changed(&before, &after), expected, "{wanted:?}");
    }
}

#[test]
fn the_authority_is_exchanged_in_three_stages() {
    const LEAVES: [&str; 4] = [
        "tls.internal.leaves.server.crt",
        "tls.internal.leaves.postgres.crt",
        "tls.internal.leaves.maintenance.crt",
        "edge.tls.crt",
    ];
    let first = create::fill(&init(&[]), TEMPLATE).unwrap().values;
    let mut bundle = bundle(&first);
    let mut stage = || {
        let outcome = rotate::renew(&[Rotate::Ca], &mut bundle).unwrap();
        (outcome.stage.unwrap(), bundle.values.text(), bundle.trusted().unwrap())
    };
    let (old, next) = ("tls.internal.ca.crt", "tls.internal.ca.next.crt");

    let (reached, second, trusted) = stage();
    assert_eq!(reached, Stage::Announced);
    assert_eq!(trusted, get(&first, old) + &get(&second, next));

    let (reached, third, trusted) = stage();
    assert_eq!(reached, Stage::Signing);
    assert_eq!(get(&third, old), get(&second, next));
    assert_eq!(get(&third, "tls.internal.ca.key"), get(&second, "tls.internal.ca.next.key"));
    assert_eq!((get(&third, next), get(&third, "tls.internal.ca.next.key")), (String::new(), String::new()));
    assert_eq!(get(&third, "tls.internal.ca.previous"), get(&first, old));
    assert_eq!(trusted, get(&third, old) + &get(&first, old));
    for leaf in LEAVES {
        assert_ne!(get(&second, leaf), get(&third, leaf), "{leaf} is made anew");
    }

    let (reached, fourth, trusted) = stage();
    assert_eq!(reached, Stage::Finished);
    assert_eq!(changed(&third, &fourth), ["tls.internal.ca.previous"]);
    assert_eq!(trusted, get(&third, old));
    // Certificates themselves differ in length, for signatures do.
    let around = |text: &str| {
        let mut inside = false;
        let outer = text.lines().filter(|line| {
            let begins = line.contains("-----BEGIN");
            let counts = begins || !inside;
            inside = (inside || begins) && !line.contains("-----END");
            counts
        });
        outer.count()
    };
    assert_eq!(around(&fourth), around(&first), "the file has the lines that it had before");

    assert_eq!(stage().0, Stage::Announced, "the next exchange begins");
}

#[test]
fn the_first_authority_needs_no_exchange() {
    let empty = create::fill(&init(&["--no-secrets"]), TEMPLATE).unwrap().values;
    let mut bundle = bundle(&empty);
    let outcome = rotate::renew(&[Rotate::Ca], &mut bundle).unwrap();
    assert_eq!(outcome.stage, Some(Stage::First));
    assert_eq!(outcome.made.len(), 5, "{:?}", outcome.made);
    assert_eq!(bundle.trusted().unwrap(), get(&bundle.values.text(), "tls.internal.ca.crt"));
}

#[test]
fn a_signing_key_that_is_not_there_is_not_rotated() {
    let values = create::fill(&init(&[]), TEMPLATE).unwrap().values;
    let mut bundle = bundle(&values);
    let error = rotate::renew(&[Rotate::Database, Rotate::Signing], &mut bundle).unwrap_err().to_string();
    assert!(error.contains("no signing key") && error.contains("--rotate api-keys"), "{error}");
    assert_eq!(bundle.values.text(), values);
}

#[test]
fn names_that_are_none_get_no_certificate() {
    let values = create::fill(&init(&[]), TEMPLATE).unwrap().values;
    let mut bundle =
        bundle(&values.replace("extraServerNames: []", "extraServerNames: [ims.test, '*.test']"));
    let error = rotate::renew(&[Rotate::Edge], &mut bundle).unwrap_err().to_string();
    assert!(error.contains("`extraServerNames` has '*.test'"), "{error}");
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
            "lab-cytomine-given" => &[
                "admin-password",
                "server-key",
                "backup-phrase",
                "api-admin-public",
                "api-admin-private",
                "owner",
                "app",
                "readonly",
                "backup",
            ],
            "lab-cytomine-given-ca" => &["tls.crt", "tls.key"],
            _ => &["ca.crt", "tls.crt", "tls.key"],
        };
        for key in keys {
            assert_ne!(object.get(&["stringData", key]), Ok(String::new()), "{name} {key}");
        }
    }
    assert_eq!(objects.len(), 6);
    assert_eq!(
        get(&made.values, "tls.internal.provided.maintenanceSecret"),
        "lab-cytomine-given-tls-maintenance"
    );
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
    assert_eq!(
        (get(&production, "image.pullPolicy"), get(&production, "backup.enabled")),
        ("Always".into(), "true".into())
    );
    assert_eq!(get(&production, "secrets.generate"), "strict");
    let empty = create::fill(&init(&["--profile", "production", "--no-secrets"]), TEMPLATE).unwrap().values;
    assert_eq!(get(&empty, "secrets.generate"), "auto");
}

#[test]
fn host_names_are_judged_by_the_pattern_of_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(schema["properties"]["serverName"]["pattern"], DNS_PATTERN);
    assert_eq!(schema["properties"]["serverName"]["maxLength"], 253);
}
