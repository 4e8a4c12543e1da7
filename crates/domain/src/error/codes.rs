//! Codes of errors: one for each text that a user may read, so that it can be said in another language.
//!
//! Where an error is made stands its English text and nothing else; the list here gives each text its code. `<name>`
//! in a text is a value, which the error then carries by that name. A test reads the sources of this crate and of
//! `api` and fails on a text that has no code, so the list is complete.

use cytomine_model::ErrorKind;
use serde_json::{Map, Value};

mod list;

pub use list::CODES;

/// The code of a text and the values in it; for an unknown text the code of its kind.
pub fn of(kind: ErrorKind, message: &str) -> (&'static str, Map<String, Value>) {
    for (code, text) in CODES {
        if let Some(values) = read(text, message) {
            return (code, values);
        }
    }
    (general(kind), Map::new())
}

/// What is said of a failure of which no more is known.
pub fn general(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "invalid",
        ErrorKind::Unauthenticated => "unauthenticated",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not_found",
        ErrorKind::AlreadyExists => "already_exists",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Unprocessable => "unprocessable",
        ErrorKind::TooMany => "too_many",
        ErrorKind::NotImplemented => "not_implemented",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Internal => "internal",
    }
}

/// The values of a message, if it is made of that text.
fn read(text: &str, message: &str) -> Option<Map<String, Value>> {
    let mut values = Map::new();
    let mut rest = message;
    let mut parts = text.split('<');
    rest = rest.strip_prefix(parts.next()?)?;
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let (name, literal) = part.split_once('>')?;
        // The last literal ends the message; one before it ends at its first occurrence.
        let end = match (parts.peek(), literal) {
            (None, literal) => rest.len().checked_sub(literal.len()).filter(|_| rest.ends_with(literal))?,
            (Some(_), literal) => rest.find(literal)?,
        };
        values.insert(name.to_owned(), Value::from(&rest[..end]));
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn texts_are_found_with_their_values() {
        let found = |text, message| read(text, message).map(Value::Object);
        assert_eq!(found("Gone", "Gone"), Some(serde_json::json!({})));
        assert_eq!(found("Gone", "Gone again"), None);
        assert_eq!(
            found("<what> not found: <id>", "Term not found: 5"),
            Some(serde_json::json!({ "what": "Term", "id": "5" }))
        );
        assert_eq!(
            found("`<a>` is `<b>`", "`x` is `y` is `z`"),
            Some(serde_json::json!({ "a": "x", "b": "y` is `z" }))
        );
        assert_eq!(found("The `<a>`", "The `é`"), Some(serde_json::json!({ "a": "é" })));
        assert_eq!(found("a<x>", "b"), None);
    }

    #[test]
    fn codes_are_unique() {
        let codes: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes.len(), CODES.len());
    }

    /// A text with its values left out, as it stands in a source (`{...}`) or in the list (`<...>`).
    fn outline(text: &str, open: char, close: char) -> String {
        let text = text.replace("{{", "\u{1}").replace("}}}", "}\u{2}").replace("}}", "\u{2}");
        let mut outline = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(open) {
            outline.push_str(before);
            outline.push('\u{3}');
            rest = after.split_once(close).map_or("", |(_, after)| after);
        }
        outline.push_str(rest);
        outline.replace('\u{1}', "{").replace('\u{2}', "}")
    }

    /// The first text among the arguments of each call that makes an error.
    fn texts(source: &str) -> Vec<String> {
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let mut texts = Vec::new();
        for maker in ["DomainError::", "ApiError::"] {
            for (place, _) in source.match_indices(maker) {
                let Some((name, arguments)) = source[place + maker.len()..].split_once('(') else { continue };
                let makers =
                    ["new", "invalid", "forbidden", "conflict", "already_exists", "duplicate", "with_status"];
                if !makers.contains(&name) {
                    continue;
                }
                let arguments = arguments.replace("ErrorKind::", "").trim_start().to_owned();
                // The text stands first, or after the kind; or a variable does, which holds it.
                let lead = arguments.split('"').next().unwrap_or_default();
                if !lead.contains([')', '{', ';']) && arguments.contains('"') {
                    texts.push(literal(&arguments[lead.len() + 1..], lead.contains("format!")));
                    continue;
                }
                let variable =
                    lead.split(')').next().unwrap_or_default().rsplit(',').next().unwrap_or_default();
                let binding = format!("let {} =", variable.trim());
                let Some(bound) = source[..place].rfind(&binding) else { continue };
                let bound = &source[bound + binding.len()..place];
                let lead = bound.split('"').next().unwrap_or_default();
                if !lead.contains([';', '{']) && bound.contains('"') {
                    texts.push(literal(&bound[lead.len() + 1..], lead.contains("format!")));
                }
            }
        }
        texts
    }

    /// A string literal of Rust, read up to its end.
    fn literal(text: &str, formatted: bool) -> String {
        let mut read = String::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => match letters.next() {
                    Some('\n') => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                    Some(other) => read.push(other),
                    None => break,
                },
                other => read.push(other),
            }
        }
        // Only formatted texts have values; braces of others are their own.
        if formatted { read } else { read.replace('{', "{{").replace('}', "}}") }
    }

    #[test]
    fn what_the_slide_reader_says_has_its_code() {
        use cytomine_slide::SlideError;
        let (what, place, remedy) = (String::from("what"), String::from("place"), String::from("remedy"));
        let errors = [
            SlideError::NotASlide { what: what.clone() },
            SlideError::Unsupported { what: what.clone(), remedy },
            SlideError::Damaged { what: what.clone(), place },
            SlideError::TooLarge { what: "width", value: 2, limit: 1, remedy: "crop it" },
            SlideError::OutOfBounds { what: what.clone(), has: "3 levels".to_owned() },
            SlideError::InvalidRequest { what },
        ];
        for error in errors {
            let code = |message: &str| of(ErrorKind::Invalid, message).0;
            assert!(code(&error.to_string()).starts_with("slide."), "{error}");
            assert!(
                !error.is_content() || code(&format!("a.svs: {error}")).starts_with("upload."),
                "{error}"
            );
        }
    }

    #[test]
    fn every_text_has_its_code() {
        let known: BTreeSet<String> = CODES
            .iter()
            .map(|(_, text)| outline(&text.replace('{', "{{").replace('}', "}}"), '<', '>'))
            .collect();
        let mut folders = vec![
            concat!(env!("CARGO_MANIFEST_DIR"), "/src").into(),
            concat!(env!("CARGO_MANIFEST_DIR"), "/../api/src").into(),
        ];
        let (mut missing, mut seen): (Vec<String>, usize) = (Vec::new(), 0);
        while let Some(folder) = folders.pop() {
            let folder: std::path::PathBuf = folder;
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                for text in texts(&std::fs::read_to_string(&path).unwrap()) {
                    seen += 1;
                    let outline = outline(&text, '{', '}');
                    let varies = outline.trim_matches('\u{3}').len() < 10;
                    if !varies
                        && !known.contains(&outline)
                        && !NOT_FOR_USERS.iter().any(|own| text.starts_with(own))
                    {
                        missing.push(format!("{}: {text}", path.display()));
                    }
                }
            }
        }
        assert!(seen > 120, "only {seen} texts were found");
        assert!(
            missing.is_empty(),
            "give these texts a code in error/codes/list.rs:\n{}",
            missing.join("\n")
        );
    }

    /// Texts whose values are words themselves, so that the list has one text for each.
    const NOT_FOR_USERS: [&str; 3] = [
        "This needs the rights of an administrator",
        "The user {user} {message}",
        "This server key is not the one that the database was set up with",
    ];
}
