//! Single lines of a YAML file, read and changed without touching the others.
//!
//! Plan: values.yaml belongs to people once it is written, so a rotation must keep their order, comments and spelling,
//! which no parser and writer of YAML does. A key is found by indentation. Understood are values on one line (plain,
//! in quotes) and texts after `|`; whatever else stands at a key that is asked for is an error, never a guess.

use std::fmt::Write as _;

/// Why a key cannot be read or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No line has this key.
    Missing,
    /// The value is written in a way that is not understood.
    Shape,
}

/// One document of a file, by lines.
#[derive(Debug, Clone)]
pub(super) struct Document {
    lines: Vec<String>,
}

/// Where a key stands.
#[derive(Debug)]
struct Spot<'a> {
    line: usize,
    indent: usize,
    /// The line up to and with the colon.
    head: &'a str,
    /// What follows the colon, without spaces before it.
    rest: &'a str,
}

/// A value as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    text: String,
    /// With its `#`; empty when there is none.
    comment: String,
    /// First line after the value.
    end: usize,
}

impl Document {
    /// The lines of a text.
    pub(super) fn new(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    /// All lines, each with its end.
    pub(super) fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        })
    }

    /// Whether there is such a key.
    pub(super) fn has(&self, path: &[&str]) -> bool {
        self.find(path).is_some()
    }

    /// The text of a key; `null` and nothing are empty texts.
    pub(super) fn get(&self, path: &[&str]) -> Result<String, Trouble> {
        let spot = self.find(path).ok_or(Trouble::Missing)?;
        self.found(&spot).map(|found| found.text)
    }

    /// Gives a key a new text and keeps the comment behind it.
    pub(super) fn set(&mut self, path: &[&str], text: &str) -> Result<(), Trouble> {
        self.put(path, |indent| {
            if !text.contains('\n') {
                return (quoted(text), Vec::new());
            }
            let margin = " ".repeat(indent + 2);
            let lines = text
                .lines()
                .map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") });
            ("|".to_owned(), lines.collect())
        })
    }

    /// Gives a key a word of YAML, such as a number or `true`.
    pub(super) fn set_word(&mut self, path: &[&str], word: &str) -> Result<(), Trouble> {
        self.put(path, |_| (word.to_owned(), Vec::new()))
    }

    /// The texts of a list, written as `[a, b]` or as lines that begin with a hyphen.
    pub(super) fn list(&self, path: &[&str]) -> Result<Vec<String>, Trouble> {
        let spot = self.find(path).ok_or(Trouble::Missing)?;
        if let Some(inner) = spot.rest.strip_prefix('[') {
            let (inner, after) = inner.split_once(']').ok_or(Trouble::Shape)?;
            comment(after)?;
            return inner.split(',').map(str::trim).filter(|item| !item.is_empty()).map(item).collect();
        }
        if !comment(spot.rest)?.is_empty() || spot.rest.is_empty() {
            let below = self.lines.iter().skip(spot.line + 1).map(String::as_str);
            return below
                .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
                .take_while(|line| indent(line) >= spot.indent && line.trim_start().starts_with("- "))
                .map(|line| item(line.trim_start()[2..].trim()))
                .collect();
        }
        Err(Trouble::Shape)
    }

    fn put(
        &mut self,
        path: &[&str],
        value: impl FnOnce(usize) -> (String, Vec<String>),
    ) -> Result<(), Trouble> {
        let spot = self.find(path).ok_or(Trouble::Missing)?;
        let found = match self.found(&spot) {
            Err(Trouble::Shape) if flow_end(spot.rest).is_some() => {
                let after = flow_end(spot.rest).unwrap_or_default();
                Found { text: String::new(), comment: comment(after)?.to_owned(), end: spot.line + 1 }
            }
            found => found?,
        };
        let (first, more) = value(spot.indent);
        let mut line = format!("{} {first}", spot.head);
        if !found.comment.is_empty() {
            let _ = write!(line, " {}", found.comment);
        }
        let range = spot.line..found.end;
        self.lines.splice(range, std::iter::once(line).chain(more));
        Ok(())
    }

    fn find(&self, path: &[&str]) -> Option<Spot<'_>> {
        let mut above: Vec<(usize, &str)> = Vec::new();
        let mut block = None;
        for (number, line) in self.lines.iter().enumerate() {
            let body = line.trim_start_matches(' ');
            let indent = indent(line);
            if block.is_some_and(|outer| body.is_empty() || indent > outer) {
                continue;
            }
            block = None;
            let Some((key, length)) = key(body) else { continue };
            above.retain(|(outer, _)| *outer < indent);
            above.push((indent, key));
            let (head, rest) = line.split_at(indent + length);
            let rest = rest.trim_start_matches(' ');
            if rest.starts_with(['|', '>']) {
                block = Some(indent);
            }
            if above.len() == path.len() && above.iter().map(|(_, key)| *key).eq(path.iter().copied()) {
                return Some(Spot { line: number, indent, head, rest });
            }
        }
        None
    }

    fn found(&self, spot: &Spot<'_>) -> Result<Found, Trouble> {
        let next = spot.line + 1;
        let of =
            |text: String, after: &str| Ok(Found { text, comment: comment(after)?.to_owned(), end: next });
        match spot.rest.chars().next() {
            Some('"') => double_quoted(spot.rest).and_then(|(text, after)| of(text, after)),
            Some('\'') => single_quoted(spot.rest).and_then(|(text, after)| of(text, after)),
            Some('|') => self.block(spot),
            Some('>' | '{' | '[' | '&' | '*' | '!' | '%' | '@' | '`') => Err(Trouble::Shape),
            None | Some('#') => {
                let below = self.lines.iter().skip(next).find(|line| {
                    let body = line.trim();
                    !body.is_empty() && !body.starts_with('#')
                });
                if below.is_some_and(|line| indent(line) > spot.indent || line.trim_start().starts_with("- "))
                {
                    return Err(Trouble::Shape);
                }
                of(String::new(), spot.rest)
            }
            Some(_) => {
                let (text, after) = spot.rest.find(" #").map_or((spot.rest, ""), |at| spot.rest.split_at(at));
                // A plain text may go on in the next line.
                if self
                    .lines
                    .get(next)
                    .is_some_and(|line| indent(line) > spot.indent && !line.trim().is_empty())
                {
                    return Err(Trouble::Shape);
                }
                let text = text.trim_end();
                of(if matches!(text, "null" | "~") { String::new() } else { text.to_owned() }, after)
            }
        }
    }

    /// A text after `|` (one line end stays) or `|-` (none stays).
    fn block(&self, spot: &Spot<'_>) -> Result<Found, Trouble> {
        let (keep, after) = match spot.rest.strip_prefix("|-") {
            Some(after) => ("", after),
            None => ("\n", &spot.rest[1..]),
        };
        let comment = comment(after)?.to_owned();
        let below = self.lines.iter().skip(spot.line + 1);
        let mut lines: Vec<&str> = below
            .map(String::as_str)
            .take_while(|line| line.trim().is_empty() || indent(line) > spot.indent)
            .collect();
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let margin = lines.iter().find(|line| !line.trim().is_empty()).map_or(0, |line| indent(line));
        let mut text = Vec::with_capacity(lines.len());
        for line in &lines {
            text.push(if line.trim().is_empty() { "" } else { line.get(margin..).ok_or(Trouble::Shape)? });
            if !line.trim().is_empty() && indent(line) < margin {
                return Err(Trouble::Shape);
            }
        }
        let keep = if text.is_empty() { "" } else { keep };
        Ok(Found { text: text.join("\n") + keep, comment, end: spot.line + 1 + lines.len() })
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The key at the start of a line without its indentation, and the length up to and with the colon.
fn key(body: &str) -> Option<(&str, usize)> {
    let (key, after) = match body.chars().next()? {
        quote @ ('"' | '\'') => body[1..].split_once(quote).map(|(key, _)| (key, key.len() + 2))?,
        _ => {
            let end = body.find(|letter: char| {
                !(letter.is_ascii_alphanumeric() || "_./".contains(letter) || letter == '-')
            })?;
            (&body[..end], end)
        }
    };
    // `- name: x` is an item of a list, `---` starts a document.
    if key.is_empty() || key.starts_with('-') {
        return None;
    }
    let rest = body[after..].strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with(' ')).then_some((key, after + 1))
}

/// What follows a value: nothing or a comment.
fn comment(after: &str) -> Result<&str, Trouble> {
    let text = after.trim();
    (text.is_empty() || text.starts_with('#')).then_some(text).ok_or(Trouble::Shape)
}

/// What follows an empty map or list.
fn flow_end(rest: &str) -> Option<&str> {
    rest.strip_prefix("{}").or_else(|| rest.strip_prefix("[]"))
}

fn item(text: &str) -> Result<String, Trouble> {
    let (text, after) = match text.chars().next() {
        Some('"') => double_quoted(text)?,
        Some('\'') => single_quoted(text)?,
        _ => {
            let (text, after) = text.find(" #").map_or((text, ""), |at| text.split_at(at));
            (text.trim_end().to_owned(), after)
        }
    };
    comment(after)?;
    Ok(text)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn double_quoted(rest: &str) -> Result<(String, &str), Trouble> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((text, &rest[at + 1..])),
            '\\' => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, escaped @ ('"' | '\\' | '/'))) => text.push(escaped),
                _ => return Err(Trouble::Shape),
            },
            letter => text.push(letter),
        }
    }
    Err(Trouble::Shape)
}

fn single_quoted(rest: &str) -> Result<(String, &str), Trouble> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            text.push(letter);
        } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((text, &rest[at + 1..]));
        }
    }
    Err(Trouble::Shape)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = "\
# A heading
serverName: cytomine.test # Name
list: [a, \"b\"] # Items
more:
  - c
  - 'd' # Last
secrets: # Kept
  adminPassword: \"a\\\"b\" # Of admin
  empty:
  'nothing': ~
  database:
    owner: 'it''s'
  key: | # PEM
    -----BEGIN-----
    owner: no key
    -----END-----
  flow: {a: b}
owner: other
";

    #[test]
    fn keys_are_found_by_indentation() {
        let document = Document::new(FILE);
        let get = |path: &str| document.get(&path.split('.').collect::<Vec<_>>());
        assert_eq!(get("serverName"), Ok("cytomine.test".into()));
        assert_eq!(get("secrets.adminPassword"), Ok("a\"b".into()));
        assert_eq!((get("secrets.empty"), get("secrets.nothing")), (Ok(String::new()), Ok(String::new())));
        assert_eq!((get("secrets.database.owner"), get("owner")), (Ok("it's".into()), Ok("other".into())));
        assert_eq!(get("secrets.key"), Ok("-----BEGIN-----\nowner: no key\n-----END-----\n".into()));
        assert_eq!(
            (get("secrets.owner"), get("adminPassword")),
            (Err(Trouble::Missing), Err(Trouble::Missing))
        );
        assert_eq!((get("secrets"), get("secrets.flow")), (Err(Trouble::Shape), Err(Trouble::Shape)));
    }

    #[test]
    fn lists_are_read_in_both_forms() {
        let document = Document::new(FILE);
        assert_eq!(document.list(&["list"]), Ok(vec!["a".into(), "b".into()]));
        assert_eq!(document.list(&["more"]), Ok(vec!["c".into(), "d".into()]));
        assert_eq!(document.list(&["serverName"]), Err(Trouble::Shape));
        assert_eq!(Document::new("a: []\n").list(&["a"]), Ok(Vec::new()));
    }

    #[test]
    fn a_change_touches_its_lines_only() {
        let mut document = Document::new(FILE);
        document.set(&["secrets", "adminPassword"], "new").unwrap();
        document.set(&["secrets", "key"], "one\ntwo\n").unwrap();
        document.set(&["secrets", "empty"], "x").unwrap();
        document.set_word(&["owner"], "true").unwrap();
        let expected = FILE
            .replace("adminPassword: \"a\\\"b\" #", "adminPassword: \"new\" #")
            .replace("    -----BEGIN-----\n    owner: no key\n    -----END-----\n", "    one\n    two\n")
            .replace("  empty:\n", "  empty: \"x\"\n")
            .replace("owner: other", "owner: true");
        assert_eq!(document.text(), expected);
        assert_eq!(document.set(&["secrets", "flow"], "x"), Err(Trouble::Shape));
        assert_eq!(document.text(), expected);
    }

    #[test]
    fn what_is_not_understood_is_no_guess() {
        for value in [
            "\"open",
            "'open",
            "\"a\" b",
            "> folded",
            "|2",
            "*other",
            "\"\\x41\"",
            "plain\n  goes on",
            "\n  - a",
        ] {
            let mut document = Document::new(&format!("a: {value}\nb: c\n"));
            let before = document.text();
            assert_eq!(document.get(&["a"]), Err(Trouble::Shape), "{value}");
            assert_eq!(document.set(&["a"], "x"), Err(Trouble::Shape), "{value}");
            assert_eq!(document.text(), before);
        }
    }

    proptest! {
        #[test]
        fn what_was_set_is_read_again(text in "[ -~]{0,40}", lines in prop::collection::vec("[!-~]{1,20}", 2..5)) {
            let mut document = Document::new(FILE);
            let block = lines.join("\n") + "\n";
            for path in [&["secrets", "adminPassword"][..], &["secrets", "key"], &["owner"]] {
                document.set(path, &text).unwrap();
                prop_assert_eq!(document.get(path), Ok(text.clone()));
                document.set(path, &block).unwrap();
                prop_assert_eq!(document.get(path), Ok(block.clone()));
            }
            prop_assert_eq!(document.get(&["serverName"]), Ok("cytomine.test".into()));
        }

        #[test]
        fn no_text_stops_the_reader(text in "[a-c: #'\"|>\\[\\]{}\\\\\n-]{0,60}") {
            let mut document = Document::new(&text);
            for path in [&["a"][..], &["b", "a"]] {
                let _ = document.get(path);
                let _ = document.list(path);
                let _ = document.set(path, "x");
            }
        }
    }
}
