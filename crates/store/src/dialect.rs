//! Everything in which the two databases differ, each with a test on both.

/// Which database a statement runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Lite,
    /// PostgreSQL.
    Pg,
}

/// Rewrites a statement written for PostgreSQL to what SQLite understands.
///
/// `= ANY($n)` takes an array there; here the array travels as JSON text and the test becomes a sub-query.
/// `<> ALL($n)` likewise. `ILIKE` is SQLite's `LIKE`, which ignores case (of ASCII letters only).
/// `COLLATE "C"` (order by code point) is the order SQLite has anyway.
pub(crate) fn for_lite(sql: &str) -> String {
    let mut text = sql.replace(" ILIKE ", " LIKE ").replace(" COLLATE \"C\"", "");
    for (marker, replacement) in [
        ("= ANY($", "IN (SELECT value FROM json_each($"),
        ("<> ALL($", "NOT IN (SELECT value FROM json_each($"),
    ] {
        let mut rewritten = String::with_capacity(text.len() + 32);
        let mut rest = text.as_str();
        while let Some(start) = rest.find(marker) {
            let after = &rest[start + marker.len()..];
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            rewritten.push_str(&rest[..start]);
            rewritten.push_str(replacement);
            rewritten.push_str(&after[..digits]);
            rewritten.push_str("))");
            rest = &after[digits + 1..];
        }
        rewritten.push_str(rest);
        text = rewritten;
    }
    unnamed(&text).unwrap_or(text)
}

/// The statement with `?` for `$1`, `$2`..., where they stand in that order and once each.
///
/// For SQLite `$1` is a name, looked up in a list at every binding: a statement of 8,000 values costs 32 million
/// steps each time it runs. A bare `?` has no name.
fn unnamed(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut last = 0_usize;
    let mut quoted = false;
    let mut rest = text;
    while let Some(place) = rest.find(['$', '\'']) {
        let (before, at) = rest.split_at(place);
        plain.push_str(before);
        if let Some(after) = at.strip_prefix('\'') {
            quoted = !quoted;
            plain.push('\'');
            rest = after;
            continue;
        }
        let digits = at[1..].bytes().take_while(u8::is_ascii_digit).count();
        if quoted || at[1..=digits].parse() != Ok(last + 1) {
            return None;
        }
        last += 1;
        plain.push('?');
        rest = &at[1 + digits..];
    }
    plain.push_str(rest);
    Some(plain)
}

/// Escapes `%`, `_` and the escape character itself for a `LIKE ... ESCAPE '\'` pattern.
pub fn like_literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{for_lite, like_literal};

    #[test]
    fn arrays_become_sub_queries_on_sqlite() {
        assert_eq!(
            for_lite("SELECT 1 FROM t WHERE a = ANY($1) AND b <> ALL($12) ORDER BY c COLLATE \"C\""),
            "SELECT 1 FROM t WHERE a IN (SELECT value FROM json_each($1)) AND b NOT IN (SELECT value FROM json_each($12)) ORDER BY c"
        );
    }

    #[test]
    fn values_in_order_lose_their_names_on_sqlite() {
        assert_eq!(
            for_lite("SELECT 'a''b', $1 WHERE x = ANY($2) AND y = $3"),
            "SELECT 'a''b', ? WHERE x IN (SELECT value FROM json_each(?)) AND y = ?"
        );
        for kept in ["SELECT $2, $1", "SELECT $1, $1", "SELECT '$1', $1", "SELECT $"] {
            assert_eq!(for_lite(kept), kept);
        }
    }

    #[test]
    fn like_patterns_hold_their_letters() {
        assert_eq!(like_literal(r"50%_\x"), r"50\%\_\\x");
    }
}
