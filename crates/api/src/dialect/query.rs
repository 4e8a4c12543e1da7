//! The parameters of a request: those of its query, and for POST the keys of its body merged in.
//!
//! Plan: one pass over the raw query into an ordered list (requests have few parameters, so a list beats a map);
//! typed getters read loosely what the clients write. Absent, and empty where emptiness has no meaning, is `None`.

use std::borrow::Cow;
use std::str::FromStr;

use serde_json::Value;

use super::{DialectError, boolean, dates, ids, loose};

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

    /// Adds the keys of a JSON object, as Cytomine does for requests that exist as GET and as POST. A key of the
    /// query wins over one of the body; arrays become comma-separated text; `null` and nested objects are left out.
    pub fn merge_body(&mut self, body: &Value) {
        let Value::Object(fields) = body else { return };
        for (name, value) in fields {
            if self.text(name).is_some() {
                continue;
            }
            // No database can hold U+0000, and no parameter means anything with it.
            if let Some(text) = parameter_text(value).filter(|text| !text.contains('\0')) {
                self.pairs.push((name.clone(), text.into_owned()));
            }
        }
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

    /// A switch; absent is `false`.
    ///
    /// # Errors
    /// [`DialectError::InvalidValue`] when it is not a boolean.
    pub fn flag(&self, name: &str) -> Result<bool, DialectError> {
        Ok(self.bool(name)?.unwrap_or(false))
    }

    /// A boolean that may be absent.
    ///
    /// # Errors
    /// [`DialectError::InvalidValue`] when it is not a boolean.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, DialectError> {
        self.filled(name).map(|text| boolean::parse_bool(name, text)).transpose()
    }

    /// One id.
    ///
    /// # Errors
    /// [`DialectError::InvalidValue`] when it is not an id.
    pub fn id(&self, name: &str) -> Result<Option<i64>, DialectError> {
        self.filled(name).map(|text| ids::parse_id(name, text)).transpose()
    }

    /// A list of ids; present and empty is an empty list, which must not be taken for "all".
    ///
    /// # Errors
    /// [`DialectError::InvalidValue`] when an element is not an id.
    pub fn ids(&self, name: &str) -> Result<Option<Vec<i64>>, DialectError> {
        self.text(name).map(|text| ids::parse_ids(name, text)).transpose()
    }

    /// A moment in ms since 1970.
    ///
    /// # Errors
    /// [`DialectError::InvalidValue`] when it is not a date.
    pub fn date(&self, name: &str) -> Result<Option<i64>, DialectError> {
        self.filled(name).map(|text| dates::parse_date(name, text)).transpose()
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

/// A JSON value as the text it would have in a query.
fn parameter_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Array(items) => {
            Some(Cow::Owned(items.iter().filter_map(parameter_text).collect::<Vec<_>>().join(",")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn query(raw: &str) -> Query {
        Query::parse(Some(raw)).unwrap()
    }

    #[test]
    fn values_are_decoded_once() {
        let query = query("name=a%20b+c&showWKT=True&users=&max");
        assert_eq!(query.text("name"), Some("a b c"));
        assert_eq!(query.flag("showWKT"), Ok(true));
        assert_eq!(query.ids("users"), Ok(Some(vec![])));
        assert_eq!(query.text("max"), Some(""));
        assert_eq!(query.filled("max"), None);
        assert_eq!(query.text("other"), None);
        assert_eq!(query.flag("other"), Ok(false));
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert_eq!(Query::parse(Some("a=1&b=2&a=1")), Err(DialectError::DuplicateParameter("a".to_owned())));
    }

    #[test]
    fn body_keys_are_merged_and_the_query_wins() {
        let mut query = query("image=5");
        query.merge_body(&json!({ "image": 6, "users": [1, 2], "showWKT": true, "bbox": null, "name": "x" }));
        assert_eq!(query.id("image"), Ok(Some(5)));
        assert_eq!(query.ids("users"), Ok(Some(vec![1, 2])));
        assert_eq!(query.flag("showWKT"), Ok(true));
        assert_eq!(query.text("bbox"), None);
        assert_eq!(query.text("name"), Some("x"));
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
                    let _ = (query.ids(name), query.date(name), query.bool(name), query.id(name));
                }
            }
        }
    }
}
