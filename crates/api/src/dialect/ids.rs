//! Ids as clients write them: numbers, numbers in strings, lists as arrays or as text.
//!
//! Lists in a query are separated by `,`; several of Cytomine's endpoints take `_` as well, so both work everywhere.

use serde_json::Value;

use super::DialectError;

const EXPECTED: &str = "an id, a whole number";
const EXPECTED_LIST: &str = "ids separated by `,` or `_`";

/// Reads one id from text.
///
/// # Errors
/// [`DialectError::InvalidValue`] when it is not a whole number of 64 bits.
pub fn parse_id(name: &str, text: &str) -> Result<i64, DialectError> {
    text.trim().parse().map_err(|_| DialectError::invalid(name, text, EXPECTED))
}

/// Reads a list of ids from text: `1,2`, `1_2`, `[1, 2]`, or nothing.
///
/// # Errors
/// [`DialectError::InvalidValue`] when an element is not an id. Empty elements are skipped: clients leave a
/// separator at the end.
pub fn parse_ids(name: &str, text: &str) -> Result<Vec<i64>, DialectError> {
    let inner = text.trim();
    let inner = inner.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(inner);
    inner
        .split([',', '_'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| DialectError::invalid(name, text, EXPECTED_LIST)))
        .collect()
}

/// Reads one id from JSON: a number, or a number in a string. `null` and `""` are absence: `None`.
///
/// Some clients send the whole object where its id is meant (`{"id": 12, ...}`); its `id` is taken.
///
/// # Errors
/// [`DialectError::InvalidValue`] for anything else, fractions included.
pub fn id_of(name: &str, value: &Value) -> Result<Option<i64>, DialectError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => parse_id(name, text).map(Some),
        Value::Number(number) => {
            whole(number).map(Some).ok_or_else(|| DialectError::invalid(name, &number.to_string(), EXPECTED))
        }
        Value::Object(fields) => match fields.get("id") {
            Some(id @ (Value::Number(_) | Value::String(_))) => id_of(name, id),
            _ => Err(DialectError::invalid(name, &value.to_string(), EXPECTED)),
        },
        other => Err(DialectError::invalid(name, &other.to_string(), EXPECTED)),
    }
}

/// Reads a list of ids from JSON: an array, one id, or text as in [`parse_ids`]. `null` is absence: `None`;
/// an empty list is a list.
///
/// # Errors
/// [`DialectError::InvalidValue`] when an element is not an id.
pub fn ids_of(name: &str, value: &Value) -> Result<Option<Vec<i64>>, DialectError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => parse_ids(name, text).map(Some),
        Value::Array(items) => items
            .iter()
            .filter_map(|item| id_of(name, item).transpose())
            .collect::<Result<Vec<_>, _>>()
            .map(Some),
        one => Ok(id_of(name, one)?.map(|id| vec![id])),
    }
}

/// A JSON number as a whole one; `12.0` is whole, as scripts that pass through floats write it.
fn whole(number: &serde_json::Number) -> Option<i64> {
    // Above 2^53 a float no longer names one integer, so it cannot be an id.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn lists_use_commas_underscores_or_brackets() {
        assert_eq!(parse_ids("terms", "1,2,3"), Ok(vec![1, 2, 3]));
        assert_eq!(parse_ids("terms", "1_2_3"), Ok(vec![1, 2, 3]));
        assert_eq!(parse_ids("terms", "[1, -2]"), Ok(vec![1, -2]));
        assert_eq!(parse_ids("terms", "4,"), Ok(vec![4]));
        assert_eq!(parse_ids("terms", ""), Ok(vec![]));
        assert!(parse_ids("terms", "1,x").is_err());
    }

    #[test]
    fn json_ids_are_numbers_strings_or_objects() {
        assert_eq!(id_of("image", &json!(7)), Ok(Some(7)));
        assert_eq!(id_of("image", &json!("7")), Ok(Some(7)));
        assert_eq!(id_of("image", &json!(7.0)), Ok(Some(7)));
        assert_eq!(id_of("image", &json!({ "id": 7, "name": "a" })), Ok(Some(7)));
        assert_eq!(id_of("image", &json!(null)), Ok(None));
        assert_eq!(id_of("image", &json!("")), Ok(None));
        assert!(id_of("image", &json!(7.5)).is_err());
        assert!(id_of("image", &json!(true)).is_err());
        assert!(id_of("image", &json!({})).is_err());
    }

    #[test]
    fn json_lists_tell_absent_from_empty() {
        assert_eq!(ids_of("term", &json!(null)), Ok(None));
        assert_eq!(ids_of("term", &json!([])), Ok(Some(vec![])));
        assert_eq!(ids_of("term", &json!([1, "2", null])), Ok(Some(vec![1, 2])));
        assert_eq!(ids_of("term", &json!("1,2")), Ok(Some(vec![1, 2])));
        assert_eq!(ids_of("term", &json!(5)), Ok(Some(vec![5])));
    }

    proptest! {
        #[test]
        fn a_printed_list_reads_back(ids in proptest::collection::vec(any::<i64>(), 0..20), under in any::<bool>()) {
            let text = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(if under { "_" } else { "," });
            prop_assert_eq!(parse_ids("ids", &text), Ok(ids));
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse_ids("ids", &text);
            let _ = parse_id("id", &text);
        }
    }
}
