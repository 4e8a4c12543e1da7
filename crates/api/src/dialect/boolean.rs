//! Booleans as clients write them: `true`, `True`, `1`, JSON booleans, numbers and strings.

use serde_json::Value;

use super::DialectError;

const EXPECTED: &str = "`true` or `false`";

/// Reads a boolean from text, whatever its case: Python sends `True`, forms send `on`, scripts `1`.
///
/// # Errors
/// [`DialectError::InvalidValue`] for any other text.
pub fn parse_bool(name: &str, text: &str) -> Result<bool, DialectError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(DialectError::invalid(name, text, EXPECTED)),
    }
}

/// Reads a boolean from JSON. `null` is absence: `None`.
///
/// # Errors
/// [`DialectError::InvalidValue`] for arrays, objects and other numbers than 0 and 1.
pub fn bool_of(name: &str, value: &Value) -> Result<Option<bool>, DialectError> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => parse_bool(name, text).map(Some),
        Value::Number(number) => parse_bool(name, &number.to_string()).map(Some),
        other => Err(DialectError::invalid(name, &other.to_string(), EXPECTED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_spelling_seen_from_a_client_is_read() {
        for text in ["true", "True", "TRUE", "1", " yes", "on"] {
            assert_eq!(parse_bool("x", text), Ok(true), "{text}");
        }
        for text in ["false", "False", "0", "no", "OFF "] {
            assert_eq!(parse_bool("x", text), Ok(false), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_name() {
        let error = parse_bool("showWKT", "maybe").unwrap_err();
        assert_eq!(error.to_string(), "`showWKT` has the value `maybe`: expected `true` or `false`");
    }

    #[test]
    fn json_values_are_read_and_null_is_absent() {
        assert_eq!(bool_of("x", &json!(true)), Ok(Some(true)));
        assert_eq!(bool_of("x", &json!("False")), Ok(Some(false)));
        assert_eq!(bool_of("x", &json!(1)), Ok(Some(true)));
        assert_eq!(bool_of("x", &json!(null)), Ok(None));
        assert_eq!(bool_of("x", &json!("")), Ok(None));
        assert!(bool_of("x", &json!([true])).is_err());
        assert!(bool_of("x", &json!(2)).is_err());
    }
}
