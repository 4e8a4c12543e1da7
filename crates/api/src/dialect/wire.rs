//! How values stand in Cytomine's JSON: dates as strings of milliseconds, every key listed even when null.
//!
//! The functions are for `#[serde(serialize_with = ...)]` on the JSON structs of handlers, whose optional fields
//! are plain `Option`s without `skip_serializing_if`: that is how nulls get listed.

use serde::Serializer;
use serde_json::Value;

/// A moment (ms since 1970) as classic objects write it: a string of ms, or `null`.
pub fn ms(moment: Option<i64>) -> Value {
    moment.map_or(Value::Null, |ms| Value::String(ms.to_string()))
}

/// Serialises ms since 1970 as a string of ms.
///
/// # Errors
/// Those of the serializer.
pub fn ms_string<S: Serializer>(moment: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(moment)
}

/// Serialises optional ms since 1970 as a string of ms, or `null`.
///
/// # Errors
/// Those of the serializer.
pub fn ms_string_or_null<S: Serializer>(moment: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(ms) => serializer.collect_str(ms),
        None => serializer.serialize_none(),
    }
}

/// Serialises a number as clients compare it: `20`, not `20.0`, where it is whole; `null` where it is none.
///
/// # Errors
/// Those of the serializer.
pub fn plain_number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    // Up to 2^53 every whole float is exactly one integer.
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        serializer.serialize_i64(*number as i64)
    } else {
        serializer.serialize_f64(*number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use serde_json::json;

    #[derive(Serialize)]
    struct Row {
        #[serde(serialize_with = "ms_string")]
        created: i64,
        #[serde(serialize_with = "ms_string_or_null")]
        updated: Option<i64>,
        name: Option<String>,
        #[serde(serialize_with = "plain_number")]
        magnification: f64,
    }

    #[test]
    fn dates_are_strings_and_nulls_are_listed() {
        let row = Row { created: 12, updated: None, name: None, magnification: 20.0 };
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"created":"12","updated":null,"name":null,"magnification":20}"#
        );
        let row = Row { created: 12, updated: Some(-3), name: None, magnification: 0.499 };
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"created":"12","updated":"-3","name":null,"magnification":0.499}"#
        );
    }

    #[test]
    fn a_moment_alone() {
        assert_eq!(ms(Some(5)), json!("5"));
        assert_eq!(ms(None), json!(null));
    }
}
