//! Keeps the layers pointing one way: purpose and plan.
//!
//! Every crate of the workspace has a rank, and may depend (normal and build dependencies) on crates of lower rank only;
//! `api` and `worker` reach the database through `domain`, never through `store`. `docs/architecture.md` draws the ranks.
//! The facts come from `cargo metadata`, so that renamed and target-specific dependencies count as well. `testkit` is for
//! tests: it may use every crate, and none may use it but in `[dev-dependencies]`.

use std::process::Command;

use serde_json::Value;

/// Crate and rank, as `docs/architecture.md` draws them.
const RANKS: [(&str, u8); 9] = [
    ("cytomine", 5),
    ("cytomine-api", 4),
    ("cytomine-worker", 4),
    ("cytomine-backup", 4),
    ("cytomine-domain", 3),
    ("cytomine-store", 2),
    ("cytomine-slide", 2),
    ("cytomine-geometry", 1),
    ("cytomine-model", 0),
];

/// For tests only, outside of the ranks.
const TESTKIT: &str = "cytomine-testkit";

/// Dependencies that the ranks allow and the architecture does not.
const FORBIDDEN: [(&str, &str); 2] =
    [("cytomine-api", "cytomine-store"), ("cytomine-worker", "cytomine-store")];

/// A dependency of a crate of the workspace, as `cargo metadata` states it.
#[derive(Clone, Copy)]
struct Dependency<'a> {
    from: &'a str,
    to: &'a str,
    dev: bool,
}

fn rank(name: &str) -> Option<u8> {
    RANKS.iter().find(|(ranked, _)| *ranked == name).map(|(_, rank)| *rank)
}

/// What is wrong with one dependency, or nothing.
fn violation(dependency: Dependency<'_>) -> Option<String> {
    let Dependency { from, to, dev } = dependency;
    if dev || from == TESTKIT {
        return None;
    }
    if to == TESTKIT {
        return Some(format!("{from} may use {TESTKIT} in [dev-dependencies] only"));
    }
    let to_rank = rank(to)?;
    let Some(from_rank) = rank(from) else {
        return Some(format!("{from} has no rank: give it one in RANKS and in docs/architecture.md"));
    };
    if to_rank >= from_rank {
        return Some(format!("{from} (rank {from_rank}) may not depend on {to} (rank {to_rank})"));
    }
    FORBIDDEN
        .contains(&(from, to))
        .then(|| format!("{from} may not depend on {to}: ask cytomine-domain, which knows who may do what"))
}

/// The packages of this workspace.
fn workspace_packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the cargo that built this test is still there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    metadata["packages"].as_array().expect("metadata lists packages").clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn crates_depend_on_lower_ranks_only() {
    let packages = workspace_packages();
    let violations: Vec<String> = packages
        .iter()
        .flat_map(|package| {
            package["dependencies"].as_array().into_iter().flatten().map(|dependency| Dependency {
                from: text(package, "name"),
                to: text(dependency, "name"),
                dev: text(dependency, "kind") == "dev",
            })
        })
        .filter_map(violation)
        .collect();
    assert!(violations.is_empty(), "the layers point one way:\n{}", violations.join("\n"));
}

#[test]
fn every_crate_has_a_rank() {
    let packages = workspace_packages();
    let mut found: Vec<&str> =
        packages.iter().map(|package| text(package, "name")).filter(|name| *name != TESTKIT).collect();
    let mut expected: Vec<&str> = RANKS.iter().map(|(name, _)| *name).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "RANKS must name each crate of the workspace");
}

#[test]
fn wrong_dependencies_are_named() {
    let wrong = |from, to| violation(Dependency { from, to, dev: false });
    assert!(wrong("cytomine-model", "cytomine-geometry").is_some(), "upwards");
    assert!(wrong("cytomine-store", "cytomine-slide").is_some(), "sideways");
    assert!(wrong("cytomine-api", "cytomine-store").is_some(), "past the domain");
    assert!(wrong("cytomine-domain", TESTKIT).is_some(), "testkit in a release");
    assert!(wrong("cytomine-new", "cytomine-model").is_some(), "a crate without a rank");

    assert_eq!(wrong("cytomine-domain", "cytomine-store"), None);
    assert_eq!(wrong("cytomine-model", "serde"), None);
    assert_eq!(violation(Dependency { from: "cytomine-store", to: TESTKIT, dev: true }), None);
}
