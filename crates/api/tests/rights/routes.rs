//! The routes of the API, read from the router itself, and the table of what outsiders get from each.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;

/// What an outsider gets from a route that is filled with what belongs to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// 401, 403 or 404.
    Refused,
    /// Some answer in which nothing of the other's is: an own list, an own thing, a common fact.
    Clean,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) verdict: Verdict,
}

impl Row {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The table in `routes.txt`.
pub(crate) fn table() -> Vec<Row> {
    include_str!("routes.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [method, path, verdict] = words[..] else { panic!("not `METHOD PATH VERDICT`: {line}") };
            let verdict = match verdict {
                "refused" => Verdict::Refused,
                "clean" => Verdict::Clean,
                other => panic!("`{other}` is no verdict: {line}"),
            };
            Row { method: method.to_owned(), path: path.to_owned(), verdict }
        })
        .collect()
}

/// `METHOD PATH` of everything that the router answers. It has no list of its routes, but its debug output has.
pub(crate) fn of_router<S>(router: &Router<S>) -> BTreeSet<String> {
    let text = format!("{router:?}");
    let text = text.split("fallback_router:").next().unwrap_or_default();
    let (mut methods, mut paths) = (BTreeMap::new(), BTreeMap::new());
    for part in text.split("RouteId(").skip(1) {
        let Some((id, rest)) = part.split_once("): ") else { continue };
        let Ok(id) = id.parse::<u32>() else { continue };
        if let Some(path) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
            paths.insert(id, path.to_owned());
        } else if let Some((_, rest)) = rest.split_once("allow_header: Bytes(b\"") {
            methods.insert(id, rest.split('"').next().unwrap_or_default().to_owned());
        }
    }
    assert_eq!(
        methods.keys().collect::<Vec<_>>(),
        paths.keys().collect::<Vec<_>>(),
        "the router's debug output reads otherwise than it did: {text}"
    );
    paths
        .iter()
        .flat_map(|(id, path)| methods[id].split(',').map(move |method| format!("{method} {path}")))
        .filter(|route| !route.starts_with("HEAD "))
        .collect()
}
