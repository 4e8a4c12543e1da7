//! Names to sign in with: how they are written, and which look like another.
//!
//! A name tells others whose work something is. So it holds nothing that cannot be seen, and no two accounts bear names
//! that differ in case only, or in letters of other alphabets that look the same.

use cytomine_model::{User, UserId};
use cytomine_store::{self as store, Tx};
use unicode_normalization::UnicodeNormalization as _;

use crate::DomainError;

/// Longest name, in bytes.
const LONGEST: usize = 200;

/// Letters of Cyrillic, Greek, Armenian and of phonetics that look like a Latin one, in small or in capital.
const ALIKE: &[(&str, char)] = &[
    ("аαɑ", 'a'),
    ("вβ", 'b'),
    ("сϲ", 'c'),
    ("ԁɗ", 'd'),
    ("еεҽ", 'e'),
    ("ɡ", 'g'),
    ("нηһհ", 'h'),
    ("іιıӏ", 'i'),
    ("јϳ", 'j'),
    ("кκ", 'k'),
    ("мμ", 'm'),
    ("ոп", 'n'),
    ("оοօσ", 'o'),
    ("рρ", 'p'),
    ("ԛ", 'q'),
    ("г", 'r'),
    ("ѕ", 's'),
    ("тτ", 't'),
    ("սυ", 'u'),
    ("νѵ", 'v'),
    ("ԝω", 'w'),
    ("хχ", 'x'),
    ("уγ", 'y'),
    ("ζ", 'z'),
];

/// The name as it is stored: in composed form, without blanks around it.
///
/// # Errors
/// When it is empty or too long, holds what cannot be seen, or digits alone.
pub(super) fn written(name: &str) -> Result<String, DomainError> {
    let name: String = name.trim().nfkc().collect();
    if name.is_empty() || name.len() > LONGEST {
        return Err(DomainError::invalid("An account needs a name of 1 to 200 characters: give `username`"));
    }
    if let Some(hidden) = name.chars().find(|letter| is_hidden(*letter)) {
        let character = format!("U+{:04X}", u32::from(hidden));
        return Err(DomainError::invalid(format!(
            "The name of an account holds the character {character}, which cannot be seen: leave it out"
        )));
    }
    // A name of digits alone would be taken for an id where both are understood.
    if name.bytes().all(|letter| letter.is_ascii_digit()) {
        return Err(DomainError::invalid(
            "The name of an account needs at least one character that is no digit",
        ));
    }
    Ok(name)
}

/// Whether a letter leaves no mark of its own: controls, zero widths, marks of direction, fillers, variation selectors.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// What the name looks like: names with the same look are taken for each other.
fn look(name: &str) -> String {
    let plain =
        |letter: char| ALIKE.iter().find(|(alike, _)| alike.contains(letter)).map_or(letter, |(_, to)| *to);
    name.nfkc().filter(|letter| !is_hidden(*letter)).flat_map(char::to_lowercase).map(plain).collect()
}

/// Fails when another account has a name that looks the same; nobody takes a name meanwhile.
///
/// # Errors
/// With the name of that account.
pub(super) async fn require_own(tx: &mut Tx, user: &User) -> Result<(), DomainError> {
    tx.hold_names().await?;
    let wanted = look(&user.username);
    let names: Vec<(UserId, String)> = store::user::names(&mut *tx).await?;
    match names.into_iter().find(|(id, name)| *id != user.id && look(name) == wanted) {
        Some((_, name)) if name == user.username => Err(super::taken(&name)),
        Some((_, name)) => Err(DomainError::already_exists(format!(
            "{} looks like {name}, the name of another account: choose another name",
            user.username
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for other in
            ["Admin", "ADMIN", "аdmin", "Аdmіn", "admιn", "ad\u{200b}min", "ａｄｍｉｎ", "adm\u{131}n"]
        {
            assert_eq!(look(other), "admin", "{other:?}");
        }
        for other in ["admin2", "bdmin", "administrator"] {
            assert_ne!(look(other), "admin", "{other:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for name in ["ad\u{200b}min", "ad\u{202e}min", "a\u{7}b", "\u{feff}", "", "  ", "123"] {
            assert!(written(name).is_err(), "{name:?}");
        }
        assert_eq!(written(" jos\u{65}\u{301} ").unwrap(), "jos\u{e9}");
        assert_eq!(written("Ольга").unwrap(), "Ольга");
    }
}
