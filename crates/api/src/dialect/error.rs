//! What can be wrong with the spelling of a request.
//!
//! `api/error.rs` maps these to a status and to Cytomine's error JSON; the text names the parameter, the value and
//! what would be understood, because it is shown to the user as it is.

/// A request that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialectError {
    /// A query parameter came twice. Cytomine refuses this too, since a filter given twice has no agreed meaning.
    #[error("The parameter `{0}` is given more than once: send it once")]
    DuplicateParameter(String),
    /// A value is not of the type its parameter or key has.
    #[error("`{name}` has the value `{value}`: expected {expected}")]
    InvalidValue {
        /// Parameter or JSON key, as the client wrote it.
        name: String,
        /// The offending text, shortened to 100 characters.
        value: String,
        /// What would be understood.
        expected: &'static str,
    },
    /// A path segment that holds several values has another shape than its route.
    #[error("`{segment}` is not understood: expected {expected}")]
    InvalidSegment {
        /// The segment, shortened to 100 characters.
        segment: String,
        /// The shape of the route.
        expected: &'static str,
    },
}

impl DialectError {
    /// An [`DialectError::InvalidValue`] with its value shortened for display.
    pub(crate) fn invalid(name: &str, value: &str, expected: &'static str) -> Self {
        Self::InvalidValue { name: name.to_owned(), value: shortened(value), expected }
    }

    /// The same, of the value of that name.
    pub(crate) fn named(self, name: &str) -> Self {
        match self {
            Self::InvalidValue { value, expected, .. } => {
                Self::InvalidValue { name: name.to_owned(), value, expected }
            }
            other => other,
        }
    }

    /// An [`DialectError::InvalidSegment`] with its segment shortened for display.
    pub(crate) fn segment(segment: &str, expected: &'static str) -> Self {
        Self::InvalidSegment { segment: shortened(segment), expected }
    }
}

/// The first 100 characters: enough to recognise, too few to fill a log.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shortened_on_character_borders() {
        let error = DialectError::invalid("max", &"é".repeat(500), "a whole number");
        let text = error.to_string();
        assert!(text.starts_with("`max` has the value `é"), "{text}");
        assert_eq!(text.matches('é').count(), 100);
        assert!(text.contains('…'), "{text}");
    }
}
