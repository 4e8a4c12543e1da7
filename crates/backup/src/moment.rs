//! Names of backups: the moment that they show, in UTC, without letters that file systems refuse.

use cytomine_model::Millis;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

const FORMAT: &str = "%Y-%m-%dT%H-%M-%SZ";

/// The date and time of a moment in UTC.
pub(crate) fn civil(time: Millis) -> DateTime {
    Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).datetime()
}

/// `2026-11-24T02-17-00Z`.
pub fn name(time: Millis) -> String {
    civil(time).strftime(FORMAT).to_string()
}

/// The moment that a name says; none when it is no name of a backup.
pub fn parse(text: &str) -> Option<Millis> {
    let time: DateTime = civil::DateTime::strptime(FORMAT, text).ok()?;
    let time = Millis(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond());
    // What is read leniently ("2026-1-2") is no name.
    (name(time) == text).then_some(time)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_says_its_moment() {
        assert_eq!(name(Millis(1_795_486_620_999)), "2026-11-24T02-17-00Z");
        assert_eq!(parse("2026-11-24T02-17-00Z"), Some(Millis(1_795_486_620_000)));
        for text in
            ["", "latest", "2026-11-24", "2026-13-24T02-17-00Z", "2026-11-24T2-17-00Z", ".new-x", "../x"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_second_has_a_name(second in 0_i64..10_000_000_000) {
            prop_assert_eq!(parse(&name(Millis(second * 1000))), Some(Millis(second * 1000)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,30}") {
            if let Some(time) = parse(&text) {
                prop_assert_eq!(name(time), text);
            }
        }
    }
}
