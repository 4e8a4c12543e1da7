//! Long bulks: rows by the hundred thousand, written, undone and redone in transactions of a fifth of a second at most,
//! so that whoever draws meanwhile waits for one of them and not for all. Until the last, nobody sees any of it; what
//! became of it is one command, one line of activity, one change.
//!
//! The bulk stands in the database while it is under way. Whoever is at it says so with every part; where nobody has for
//! [`STALE`], or the system starts anew, it is cleared up: what was to be added is removed, what was to go goes, and what
//! was to come back stays away.

use std::time::Duration;

use cytomine_model::{CommandId, EntityKind, ErrorKind, Millis};
use cytomine_store::{self as store, StoreError, Tx, pending};
use tokio::time::Instant;

pub(crate) use cytomine_store::pending::{Pending, Step};

use crate::{DomainError, System};

/// More annotations than these are a long bulk.
pub const LONG: u64 = 10_000;

/// Nobody has been at a bulk for so long: whoever was is gone.
pub const STALE: Duration = Duration::from_secs(120);

/// What a part shall take: half of the most, since disks and neighbours have their moments.
const PART: Duration = Duration::from_millis(100);

/// Rest between two parts. Another process on SQLite gets its turn only when it looks while nobody writes.
const REST: Duration = Duration::from_millis(5);

/// Waits between attempts to clear up: who deletes the same rows at the same moment, by another order, makes PostgreSQL
/// break one of the two off.
const ATTEMPTS: &[Duration] =
    &[Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(500)];

/// Whether these (inclusive) ranges of ids are a long bulk.
pub(crate) fn is_long(kind: EntityKind, ranges: &[(i64, i64)]) -> bool {
    kind == EntityKind::Annotation && count(ranges) > LONG
}

/// Ids in inclusive ranges.
pub(crate) fn count(ranges: &[(i64, i64)]) -> u64 {
    ranges.iter().map(|(first, last)| first.abs_diff(*last) + 1).sum()
}

/// How many rows a part holds: as many as take [`PART`], by what the last one took.
#[derive(Debug)]
pub(crate) struct Pace(usize);

impl Pace {
    /// Begins carefully.
    pub(crate) fn new() -> Self {
        Self(500)
    }

    /// Rows of the next part.
    pub(crate) fn rows(&self) -> usize {
        self.0
    }

    fn learn(&mut self, took: Duration) {
        let factor = PART.as_secs_f64() / took.as_secs_f64().max(0.001);
        // At most doubled, so that one lucky part does not make the next one long.
        let rows = self.0 as f64 * factor.clamp(0.1, 2.0);
        self.0 = (rows as usize).clamp(100, 50_000);
    }

    /// Notes what a part took, and lets others have their turn.
    pub(crate) async fn rest(&mut self, begun: Instant) {
        self.learn(begun.elapsed());
        tokio::time::sleep(REST).await;
    }
}

/// Hides the annotations with ids in these ranges, from the end of the transaction on.
///
/// # Errors
/// When some of them are hidden already.
pub(crate) async fn hide(
    tx: &mut Tx,
    command: CommandId,
    step: Step,
    now: Millis,
    ranges: &[(i64, i64)],
) -> Result<Pending, DomainError> {
    pending::begin(tx, command, step, now, ranges).await.map_err(busy)
}

/// Hides more with a bulk, from the end of the transaction on.
///
/// # Errors
/// As those of [`hide`].
pub(crate) async fn hide_more(
    tx: &mut Tx,
    bulk: Pending,
    ranges: &[(i64, i64)],
) -> Result<Pending, DomainError> {
    pending::hide(tx, bulk, ranges).await.map_err(busy)?;
    Ok(bulk)
}

fn busy(error: StoreError) -> DomainError {
    let StoreError::Duplicate { .. } = error else { return error.into() };
    DomainError::conflict(
        "Another request adds, deletes, undoes or does again these annotations at the moment: try again in a minute",
    )
}

/// Says that the bulk goes on, as part of the transaction that takes it further.
///
/// # Errors
/// When somebody else has cleared it up.
pub(crate) async fn goes_on(tx: &mut Tx, bulk: Pending, now: Millis) -> Result<(), DomainError> {
    if pending::renew(tx, bulk, now).await? { Ok(()) } else { Err(broken_off()) }
}

/// Shows what the bulk hid, from the end of the transaction on.
///
/// # Errors
/// When somebody else has cleared it up.
pub(crate) async fn show(tx: &mut Tx, bulk: Pending) -> Result<(), DomainError> {
    if pending::end(tx, bulk).await? { Ok(()) } else { Err(broken_off()) }
}

fn broken_off() -> DomainError {
    let minutes = STALE.as_secs() / 60;
    DomainError::new(
        ErrorKind::Conflict,
        format!(
            "The request did not get on for {minutes} minutes and was broken off: nothing has changed; send it again"
        ),
    )
}

/// Brings back, still hidden, all that the command of a bulk deleted.
///
/// # Errors
/// When the database refuses, or somebody else has cleared the bulk up.
pub(crate) async fn bring_back(system: &System, bulk: Pending) -> Result<(), DomainError> {
    let mut pace = Pace::new();
    loop {
        let mut tx = system.db.begin().await?;
        let begun = Instant::now();
        goes_on(&mut tx, bulk, system.clock.now()).await?;
        let most = i64::try_from(pace.rows()).unwrap_or(i64::MAX);
        let back = store::rows::parts::bring_back(&mut tx, bulk.command, most).await?;
        tx.commit().await?;
        pace.rest(begun).await;
        if back < most.unsigned_abs() {
            return Ok(());
        }
    }
}

/// Clears a bulk up that fails or whose rows go anyway. What goes wrong here is left to [`sweep`]: nobody sees the rows.
pub(crate) async fn clear_up(system: &System, bulk: Pending) {
    for wait in ATTEMPTS {
        let Err(cause) = try_to_clear_up(system, bulk).await else { return };
        tracing::info!(command = %bulk.command, %cause, "rows that nobody sees could not be removed; trying again");
        tokio::time::sleep(*wait).await;
    }
    if let Err(cause) = try_to_clear_up(system, bulk).await {
        tracing::warn!(command = %bulk.command, %cause, "rows that nobody sees could not be removed; trying again later");
    }
}

async fn try_to_clear_up(system: &System, bulk: Pending) -> Result<(), DomainError> {
    // As it stands now: its steps have renewed it.
    let Some(known) = pending::of(&system.db, bulk.command).await? else { return Ok(()) };
    if known.step == bulk.step { take(system, known).await } else { Ok(()) }
}

/// Takes a bulk over and clears it up.
async fn take(system: &System, stale: Pending) -> Result<(), DomainError> {
    let mut tx = system.db.begin().await?;
    let taken = pending::take_over(&mut tx, stale, system.clock.now()).await?;
    tx.commit().await?;
    let Some(bulk) = taken else { return Ok(()) };
    let mut spans = Spans { ranges: pending::ranges(&system.db, bulk.command).await?, place: 0 };
    let mut pace = Pace::new();
    while let Some(span) = spans.next(pace.rows()) {
        let mut tx = system.db.begin().await?;
        let begun = Instant::now();
        if !pending::renew(&mut tx, bulk, system.clock.now()).await? {
            return Ok(());
        }
        match bulk.step {
            Step::Add | Step::Wipe => store::rows::parts::wipe(&mut tx, bulk, span).await?,
            Step::Away | Step::Back => store::rows::parts::mark(&mut tx, bulk, span).await?,
        }
        tx.commit().await?;
        pace.rest(begun).await;
    }
    let mut tx = system.db.begin().await?;
    match bulk.step {
        Step::Add | Step::Wipe => store::rows::parts::wipe_rest(&mut tx, bulk).await?,
        Step::Away | Step::Back => store::rows::parts::mark_rest(&mut tx, bulk).await?,
    }
    pending::end(&mut tx, bulk).await?;
    tx.commit().await?;
    Ok(())
}

/// Spans of ids that hold so many of the ranges' ids each.
struct Spans {
    ranges: Vec<(i64, i64)>,
    place: usize,
}

impl Spans {
    fn next(&mut self, rows: usize) -> Option<(i64, i64)> {
        let (first, mut last) = *self.ranges.get(self.place)?;
        let mut left = i64::try_from(rows).unwrap_or(i64::MAX);
        while left > 0 && self.place < self.ranges.len() {
            let range = &mut self.ranges[self.place];
            last = range.1.min(range.0.saturating_add(left - 1));
            left -= last - range.0 + 1;
            if last == range.1 {
                self.place += 1;
            } else {
                range.0 = last + 1;
            }
        }
        Some((first, last))
    }
}

/// Clears bulks up that nobody has been at since that moment. Tells how many there were.
pub(crate) async fn sweep(system: &System, before: Millis) -> Result<usize, DomainError> {
    let stale = pending::stale(&system.db, before).await?;
    for bulk in &stale {
        take(system, *bulk).await?;
        tracing::info!(command = %bulk.command, "cleared up after a bulk that was broken off");
    }
    Ok(stale.len())
}

/// Clears bulks up that nobody has been at for [`STALE`]. Tells how many there were.
pub async fn sweep_stale(system: &System) -> Result<usize, DomainError> {
    let age = i64::try_from(STALE.as_millis()).unwrap_or(i64::MAX);
    sweep(system, Millis(system.clock.now().0.saturating_sub(age))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_near_to_what_they_shall_take() {
        let mut pace = Pace::new();
        for _ in 0..20 {
            // 50 µs a row.
            let took = Duration::from_micros(50 * pace.rows() as u64);
            pace.learn(took);
        }
        assert_eq!(pace.rows(), 2_000);
        pace.learn(Duration::from_secs(2));
        assert_eq!(pace.rows(), 200);
    }

    #[test]
    fn spans_cover_all_ids_once() {
        let mut spans = Spans { ranges: vec![(1, 5), (7, 7), (10, 30)], place: 0 };
        let all: Vec<_> = std::iter::from_fn(|| spans.next(6)).collect();
        assert_eq!(all, [(1, 7), (10, 15), (16, 21), (22, 27), (28, 30)]);
    }
}
