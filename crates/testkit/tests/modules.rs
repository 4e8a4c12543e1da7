//! Keeps the modules of each crate free of circles: purpose and plan.
//!
//! A module that two others reach in a circle can be read, tested and moved only together with them. The sources are
//! read as text: `crate::NAME` (and `super::NAME` where that means the same) outside of tests is a step from the
//! top-level module of the file to the one that NAME is, or that the crate's root takes NAME from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Steps that close a circle and stand for now: crate, from, to, why. The list only shrinks: the test fails when one of
/// them closes none any more.
const ALLOWED: &[(&str, &str, &str, &str)] =
    &[("domain", "access", "noun", "what a noun allows is asked where rights are asked, of projects too")];

type Graph = BTreeMap<String, BTreeSet<String>>;

fn crates() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("testkit lies in crates/");
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(folder)
        .expect("crates/ can be read")
        .map(|entry| entry.expect("an entry can be read"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path().join("src")))
        .filter(|(_, source)| source.is_dir())
        .collect();
    found.sort();
    found
}

/// Every source file below a folder, as its module path and its text.
fn files(folder: &Path, path: &[String], found: &mut Vec<(Vec<String>, String)>) {
    for entry in std::fs::read_dir(folder).expect("sources can be read") {
        let entry = entry.expect("an entry can be read").path();
        let stem = entry.file_stem().expect("an entry has a name").to_string_lossy().into_owned();
        let mut path = path.to_vec();
        if entry.is_dir() {
            path.push(stem);
            files(&entry, &path, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") && stem != "tests" {
            if stem != "mod" {
                path.push(stem);
            }
            found.push((path, std::fs::read_to_string(&entry).expect("a source is text")));
        }
    }
}

/// The text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.find("#[cfg(test)]\nmod ").map_or(text, |end| &text[..end]);
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}

/// The names behind `crate::`: one, or those of a list in braces.
fn names(rest: &str) -> Vec<&str> {
    let Some(list) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let (mut depth, mut begins, mut found) = (0, true, Vec::new());
    for (place, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if letter.is_whitespace() => {}
            _ => {
                if begins {
                    found.push(word(&list[place..]));
                }
                begins = false;
            }
        }
    }
    found
}

/// The names that a text takes from the root of its crate; `depth` is how deep its module lies.
fn taken(code: &str, depth: usize) -> Vec<&str> {
    let from_root = ["crate::".to_owned(), "super::".repeat(depth)];
    let mut found = Vec::new();
    for prefix in from_root {
        for (place, _) in code.match_indices(&prefix) {
            let before = code[..place].chars().next_back();
            if before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '_' | ':' | '$')) {
                found.extend(names(&code[place + prefix.len()..]));
            }
        }
    }
    found
}

/// What the root of a crate hands on under its own name: name and module.
fn handed_on(root: &str, modules: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in root.split("use ").skip(1) {
        let part = part.split(';').next().unwrap_or_default();
        let part = part.trim_start_matches("crate::").trim_start_matches("self::");
        let module = word(part);
        let Some(rest) = part[module.len()..].strip_prefix("::") else { continue };
        if modules.contains(module) {
            found.extend(names(rest).into_iter().map(|name| (name.to_owned(), module.to_owned())));
        }
    }
    found
}

/// The steps between the top-level modules of a crate.
fn graph(sources: &[(Vec<String>, String)]) -> Graph {
    let is_root = |path: &[String]| path.len() == 1 && matches!(path[0].as_str(), "lib" | "main");
    let modules: BTreeSet<String> =
        sources.iter().filter(|(path, _)| !is_root(path)).map(|(path, _)| path[0].clone()).collect();
    let roots: String =
        sources.iter().filter(|(path, _)| is_root(path)).map(|(_, text)| code(text)).collect();
    let handed_on = handed_on(&roots, &modules);
    let mut graph = Graph::new();
    for (path, text) in sources.iter().filter(|(path, _)| !is_root(path)) {
        let steps = graph.entry(path[0].clone()).or_default();
        for name in taken(&code(text), path.len()) {
            let to = modules.get(name).or_else(|| handed_on.get(name));
            steps.extend(to.filter(|to| **to != path[0]).cloned());
        }
    }
    graph
}

/// A way from one module to another, both ends included.
fn way(graph: &Graph, from: &str, to: &str) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![vec![from.to_owned()]];
    while let Some(path) = waiting.pop() {
        let last = path.last()?.clone();
        if last == to {
            return Some(path);
        }
        for next in graph.get(&last).into_iter().flatten() {
            if seen.insert(next.clone()) {
                waiting.push(path.iter().chain([next]).cloned().collect());
            }
        }
    }
    None
}

/// A circle, as the modules in it; none where there is none.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    graph.iter().find_map(|(from, steps)| {
        steps.iter().find_map(|to| {
            let mut around = way(graph, to, from)?;
            around.insert(0, from.clone());
            Some(around)
        })
    })
}

fn graphs() -> Vec<(String, Graph)> {
    let read = |(name, source): (String, PathBuf)| {
        let mut sources = Vec::new();
        files(&source, &[], &mut sources);
        (name, graph(&sources))
    };
    crates().into_iter().map(read).collect()
}

#[test]
fn modules_of_a_crate_form_no_circle() {
    let mut circles = Vec::new();
    for (name, mut graph) in graphs() {
        for (_, from, to, _) in ALLOWED.iter().filter(|(allowed, ..)| *allowed == name) {
            graph.entry((*from).to_owned()).or_default().remove(*to);
        }
        circles.extend(circle(&graph).map(|circle| format!("{name}: {}", circle.join(" > "))));
    }
    assert!(circles.is_empty(), "what both need belongs in a third module:\n{}", circles.join("\n"));
}

#[test]
fn what_is_allowed_still_closes_a_circle() {
    let graphs: BTreeMap<String, Graph> = graphs().into_iter().collect();
    for (name, from, to, _) in ALLOWED {
        let graph = &graphs[*name];
        let there = graph.get(*from).is_some_and(|steps| steps.contains(*to));
        assert!(
            there && way(graph, to, from).is_some(),
            "{name}: {from} > {to} is mended: take its line out"
        );
    }
}

#[test]
fn circles_are_found() {
    let source = |path: &str, text: &str| (path.split('/').map(str::to_owned).collect(), text.to_owned());
    let mut sources = vec![
        source("lib", "mod a;\nmod b;\nmod c;\npub use b::{Bee, deep::Hive};"),
        source("a", "use crate::{Bee, c::{self, d}};"),
        source("b", "// crate::a\nfn f() { super::c::g() }\n#[cfg(test)]\nmod tests { use crate::a; }"),
        source("c", "use std::fmt;"),
        source("c/d", "use super::super::e::f; use super::g;"),
        source("e", ""),
    ];
    let graph_of = |sources: &[(Vec<String>, String)]| graph(sources);
    let steps = graph_of(&sources);
    let found = |from: &str| steps[from].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!((found("a"), found("b"), found("c")), (vec!["b", "c"], vec!["c"], vec!["e"]));
    assert_eq!(circle(&steps), None);
    sources.push(source("e/f", "pub use crate::Bee;"));
    assert_eq!(circle(&graph_of(&sources)).unwrap(), ["b", "c", "e", "b"]);
}
