//! Which backups stay: the newest of each of the last days, weeks and months that have one, and always the newest. With
//! it stay those of the day before it: one made by hand must not go with the next, which an upgrade makes by itself.

use std::collections::BTreeSet;

use cytomine_model::Millis;

use crate::moment::civil;

/// How long before the newest one all stay, unless no days are kept at all.
const RECENT: i64 = 86_400_000;

/// How many of each stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days.
    pub daily: u32,
    /// Weeks (ISO 8601, Monday to Sunday).
    pub weekly: u32,
    /// Months.
    pub monthly: u32,
}

impl Retention {
    /// Of these good backups, those that stay. Days, weeks and months without a backup do not count, so a pause makes
    /// nothing disappear.
    pub fn keep(self, backups: &[Millis]) -> BTreeSet<Millis> {
        let mut newest_first = backups.to_vec();
        newest_first.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept: BTreeSet<Millis> = newest_first.first().copied().into_iter().collect();
        if let Some(newest) = newest_first.first().filter(|_| self.daily > 0) {
            kept.extend(newest_first.iter().filter(|time| newest.0 - time.0 < RECENT));
        }
        let mut pick = |count: u32, period: fn(Millis) -> (i16, i16)| {
            let mut seen = BTreeSet::new();
            for time in &newest_first {
                if seen.len() < count as usize && seen.insert(period(*time)) {
                    kept.insert(*time);
                }
            }
        };
        pick(self.daily, |time| {
            let date = civil(time).date();
            (date.year(), date.day_of_year())
        });
        pick(self.weekly, |time| {
            let week = civil(time).date().iso_week_date();
            (week.year(), week.week().into())
        });
        pick(self.monthly, |time| {
            let date = civil(time).date();
            (date.year(), date.month().into())
        });
        kept
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::moment;

    const RULE: Retention = Retention { daily: 7, weekly: 4, monthly: 6 };
    const DAY: i64 = 86_400_000;

    fn names(kept: &BTreeSet<Millis>) -> Vec<String> {
        kept.iter().rev().map(|time| moment::name(*time)[..10].to_owned()).collect()
    }

    #[test]
    fn a_year_of_nights_leaves_days_weeks_and_months() {
        let last = moment::parse("2026-11-24T02-17-00Z").unwrap().0;
        let backups: Vec<Millis> = (0..365).map(|day| Millis(last - day * DAY)).collect();
        assert_eq!(
            names(&RULE.keep(&backups)),
            [
                "2026-11-24",
                "2026-11-23",
                "2026-11-22",
                "2026-11-21",
                "2026-11-20",
                "2026-11-19",
                "2026-11-18",
                "2026-11-15",
                "2026-11-08",
                "2026-10-31",
                "2026-09-30",
                "2026-08-31",
                "2026-07-31",
                "2026-06-30",
            ]
        );
    }

    #[test]
    fn of_a_day_the_newest_stays_and_a_pause_removes_nothing() {
        let last = moment::parse("2026-11-24T22-00-00Z").unwrap().0;
        let hour = DAY / 24;
        let backups = [last, last - hour, last - 26 * hour, last - 27 * hour, last - 400 * DAY].map(Millis);
        // The one of an hour ago is of the last day, the one of 27 hours ago is neither that nor the newest of its day.
        assert_eq!(RULE.keep(&backups), BTreeSet::from([backups[0], backups[1], backups[2], backups[4]]));
        let rule = Retention { daily: 0, weekly: 0, monthly: 0 };
        assert_eq!(rule.keep(&backups), BTreeSet::from([backups[0]]));
    }

    proptest! {
        #[test]
        fn the_newest_stays_and_the_bounds_hold(
            times in proptest::collection::vec(0_i64..2_000_000_000_000, 0..60),
            daily in 0_u32..10, weekly in 0_u32..6, monthly in 0_u32..8,
        ) {
            let backups: Vec<Millis> = times.into_iter().map(Millis).collect();
            let kept = Retention { daily, weekly, monthly }.keep(&backups);
            prop_assert!(kept.iter().all(|time| backups.contains(time)));
            prop_assert_eq!(kept.last(), backups.iter().max());
            let newest = kept.last().map_or(0, |time| time.0);
            let recent = backups.iter().filter(|time| newest - time.0 < RECENT).collect::<BTreeSet<_>>().len();
            prop_assert!(kept.len() <= recent.max(1) + (daily + weekly + monthly) as usize);
            // Pruning again removes nothing more.
            let again: Vec<Millis> = kept.iter().copied().collect();
            prop_assert_eq!(Retention { daily, weekly, monthly }.keep(&again), kept);
        }
    }
}
