//! Dates as clients write them, all to milliseconds since 1970 (UTC).
//!
//! Queries hold ms; bodies hold ms as number or string, or ISO 8601. V2 clients leave the zone out; it is then
//! UTC, the only reading that does not depend on where the server stands.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::Value;

use super::DialectError;

const EXPECTED: &str = "milliseconds since 1970, or a date such as 2026-07-20T10:15:30.123Z";

/// Reads a moment from text.
///
/// # Errors
/// [`DialectError::InvalidValue`] when it is neither a number of ms nor ISO 8601.
pub fn parse_date(name: &str, text: &str) -> Result<i64, DialectError> {
    let trimmed = text.trim();
    let refused = || DialectError::invalid(name, text, EXPECTED);
    if let Ok(ms) = trimmed.parse::<i64>() {
        return Ok(ms);
    }
    if let Ok(ms) = trimmed.parse::<f64>() {
        // Computed rows carry decimals (`1752998400000.123`) and come back as they were sent.
        return if ms.is_finite() && ms.abs() < 9e15 { Ok(ms.floor() as i64) } else { Err(refused()) };
    }
    if let Ok(moment) = trimmed.parse::<Timestamp>() {
        return Ok(moment.as_millisecond());
    }
    let local: DateTime = trimmed.parse().map_err(|_| refused())?;
    let zoned = local.to_zoned(TimeZone::UTC).map_err(|_| refused())?;
    Ok(zoned.timestamp().as_millisecond())
}

/// Reads a moment from JSON. `null` and `""` are absence: `None`.
///
/// # Errors
/// [`DialectError::InvalidValue`] as in [`parse_date`].
pub fn date_of(name: &str, value: &Value) -> Result<Option<i64>, DialectError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => parse_date(name, text).map(Some),
        Value::Number(number) => parse_date(name, &number.to_string()).map(Some),
        other => Err(DialectError::invalid(name, &other.to_string(), EXPECTED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn milliseconds_and_iso_dates_mean_the_same() {
        let ms = 1_784_542_530_123;
        assert_eq!(parse_date("d", "1784542530123"), Ok(ms));
        assert_eq!(parse_date("d", "1784542530123.9"), Ok(ms));
        assert_eq!(parse_date("d", "2026-07-20T10:15:30.123Z"), Ok(ms));
        assert_eq!(parse_date("d", "2026-07-20T12:15:30.123+02:00"), Ok(ms));
        assert_eq!(parse_date("d", "2026-07-20T10:15:30.123456"), Ok(ms));
        assert_eq!(parse_date("d", "2026-07-20"), Ok(1_784_505_600_000));
    }

    #[test]
    fn json_dates_are_numbers_or_strings() {
        assert_eq!(date_of("d", &json!(12)), Ok(Some(12)));
        assert_eq!(date_of("d", &json!("12")), Ok(Some(12)));
        assert_eq!(date_of("d", &json!(null)), Ok(None));
        assert!(date_of("d", &json!([1])).is_err());
        assert!(date_of("d", &json!("yesterday")).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse_date("d", &text);
        }

        #[test]
        fn milliseconds_read_back(ms in any::<i64>()) {
            prop_assert_eq!(parse_date("d", &ms.to_string()), Ok(ms));
        }
    }
}
