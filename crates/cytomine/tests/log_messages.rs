//! The words of warnings and errors are fixed, what varies is a field: the support bundle carries the words out of the
//! house, and a name in them would be a patient's one day.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// Commands that run to their end before a person; nothing of their log is kept.
const BEFORE_A_PERSON: [&str; 4] = ["backup", "init", "restore", "verify"];

/// Sources of all crates, without tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let aside = name == "tests" || path.parent().unwrap().ends_with("commands");
            if !(aside && (name == "tests" || BEFORE_A_PERSON.contains(&name.as_str()))) {
                sources(&path, found);
            }
        } else if let Some(name) = name.strip_suffix(".rs") {
            let aside = path.parent().unwrap().ends_with("commands") && BEFORE_A_PERSON.contains(&name);
            if name != "tests" && !aside {
                found.push(path);
            }
        }
    }
}

/// The arguments of every `warn!(...)` and `error!(...)` of tracing in a text, with their place in it.
fn calls(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for macro_name in ["warn!(", "error!("] {
        for (at, _) in text.match_indices(&format!("tracing::{macro_name}")) {
            let begin = at + "tracing::".len() + macro_name.len();
            let (mut depth, mut quoted, mut escaped) = (1, false, false);
            let end = text[begin..].char_indices().find(|(_, letter)| {
                match (letter, quoted) {
                    ('"', _) if !escaped => quoted = !quoted,
                    ('(', false) => depth += 1,
                    (')', false) => depth -= 1,
                    _ => {}
                }
                escaped = *letter == '\\' && !escaped;
                depth == 0
            });
            found.push((at, &text[begin..begin + end.unwrap().0]));
        }
    }
    found
}

/// The last text in quotes, which is the message.
fn message(arguments: &str) -> &str {
    let end = arguments.rfind('"').unwrap_or(0);
    let begin = arguments[..end].rfind('"').map_or(0, |at| at + 1);
    &arguments[begin..end]
}

#[test]
fn warnings_and_errors_have_fixed_words() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for entry in fs::read_dir(crates).unwrap() {
        sources(&entry.unwrap().path().join("src"), &mut files);
    }
    let mut seen = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for (at, arguments) in calls(text) {
            seen += 1;
            let line = text[..at].lines().count() + 1;
            let place = format!("{}:{line}", file.display());
            assert!(!message(arguments).contains('{'), "{place}: `{arguments}`: make what varies a field");
            assert!(message(arguments).len() > 3, "{place}: `{arguments}` has no words");
        }
    }
    assert!(seen > 20, "only {seen} calls were found: is the search broken?");
}

#[test]
fn a_message_with_a_value_in_it_is_found() {
    let text = r#"tracing::warn!(%cause, "lost {name}"); tracing::error!(a = f("(\""), "fixed")"#;
    let found: Vec<&str> = calls(text).into_iter().map(|(_, arguments)| message(arguments)).collect();
    assert_eq!(found, ["lost {name}", "fixed"]);
}
