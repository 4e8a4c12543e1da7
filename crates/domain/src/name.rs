//! What every name must be: one line of text that people can read.

use crate::DomainError;

/// Refuses a name that would not be shown as it is: with control characters (ends of lines and tabs too), or with
/// signs that turn the direction of what stands beside them. `key` is what clients call it.
///
/// # Errors
/// Kind invalid, with the first such character.
pub(crate) fn readable(key: &str, name: &str) -> Result<(), DomainError> {
    match name.chars().find(|letter| hidden(*letter)) {
        None => Ok(()),
        Some(letter) => {
            let character = format!("U+{:04X}", u32::from(letter));
            Err(DomainError::invalid(format!(
                "The name given as `{key}` holds the control character {character}: take it out"
            )))
        }
    }
}

fn hidden(letter: char) -> bool {
    // Marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9, section 2); line and
    // paragraph separators.
    letter.is_control() || matches!(letter, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_readable_line() {
        for name in ["Lung 3", "Poumon d'été", "肺", "رئة", "a\u{200D}b", "🔬", ""] {
            assert!(readable("name", name).is_ok(), "{name}");
        }
        for name in ["a\nb", "a\tb", "\u{1B}[31m", "a\u{7F}", "a\u{85}b", "gpj.\u{202E}exe", "a\u{2029}b"] {
            let refused = readable("name", name).expect_err("it is refused");
            assert!(refused.message.contains("U+"), "{}", refused.message);
        }
    }
}
