//! The parameters of a query as text; types are read from them where requests are (`crate::extract`).
//!
//! Plan: one pass over the raw query into an ordered list (requests have few parameters, so a list beats a map).
//! Absent, and empty where emptiness has no meaning, is `None`.

use std::str::FromStr;

use super::{DialectError, loose};

/// The parameters of one request, each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Decodes a raw query string (without `?`).
    ///
    /// # Errors
    /// [`DialectError::DuplicateParameter`] when a name comes twice.
    pub fn parse(raw: Option<&str>) -> Result<Self, DialectError> {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            if query.text(&name).is_some() {
                return Err(DialectError::DuplicateParameter(name.into_owned()));
            }
            if let Some(DialectError::InvalidValue { value, expected, .. }) =
                loose::unstorable(&value, None).or_else(|| loose::unstorable(&name, None))
            {
                return Err(DialectError::InvalidValue {
                    name: name.replace('\0', "\u{2400}"),
                    value,
                    expected,
                });
            }
            query.pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(query)
    }

    /// All parameters in the order of the request, by themselves.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.pairs
    }

    /// All parameters in the order of the request.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The text of a parameter, `Some("")` when it is there without a value.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The text of a parameter that means nothing when empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).map(str::trim).filter(|text| !text.is_empty())
    }

    /// A number (or anything with `FromStr`); `expected` completes the sentence of the error.
    ///
    /// # Errors
    /// [`DialectError::InvalidValue`] when it does not parse.
    pub fn parsed<T: FromStr>(&self, name: &str, expected: &'static str) -> Result<Option<T>, DialectError> {
        self.filled(name)
            .map(|text| text.parse().map_err(|_| DialectError::invalid(name, text, expected)))
            .transpose()
    }
}

impl FromIterator<(String, String)> for Query {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self { pairs: pairs.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn query(raw: &str) -> Query {
        Query::parse(Some(raw)).unwrap()
    }

    #[test]
    fn values_are_decoded_once() {
        let query = query("name=a%20b+c&showWKT=True&users=&max");
        assert_eq!(query.text("name"), Some("a b c"));
        assert_eq!(query.text("users"), Some(""));
        assert_eq!(query.text("max"), Some(""));
        assert_eq!(query.filled("max"), None);
        assert_eq!(query.text("other"), None);
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert_eq!(Query::parse(Some("a=1&b=2&a=1")), Err(DialectError::DuplicateParameter("a".to_owned())));
    }

    #[test]
    fn numbers_name_the_parameter_when_wrong() {
        let query = query("maxSize=big");
        let error = query.parsed::<u32>("maxSize", "a number of pixels").unwrap_err();
        assert_eq!(error.to_string(), "`maxSize` has the value `big`: expected a number of pixels");
    }

    proptest! {
        #[test]
        fn no_query_panics(raw in "[ -~]{0,80}") {
            if let Ok(query) = Query::parse(Some(&raw)) {
                for (name, _) in query.pairs() {
                    let _ = query.parsed::<u64>(name, "a number");
                }
            }
        }
    }
}
