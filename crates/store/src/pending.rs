//! Bulks in several transactions: what is under way, and the annotations that nobody is to see meanwhile.
//!
//! A bulk of a hundred thousand rows in one transaction keeps the one writer of SQLite for seconds. So it is written in
//! short ones, and the ids of its rows stand in `pending_range` until the last: taking the ranges out is what makes them
//! visible, all at once. Undo and redo of such a bulk do the same. Readers ask the table in the same statement
//! ([`complete!`]); while it is empty that costs one look per statement. There is no column for it in `annotation`, so
//! indexes still answer alone, and nothing has to be cleared in a million rows.

use cytomine_model::{CommandId, Millis};

use crate::dialect::Dialect;
use crate::processes::Key;
use crate::{Read, Row, StoreError, Tx, Write as _, sql};

/// What keeps annotations out that belong to a bulk under way, as a condition on the rows of this alias. Ranges never
/// overlap, so the last one that begins below an id is the only one that can hold it.
macro_rules! complete {
    ($alias:literal) => {
        concat!(
            "(NOT EXISTS (SELECT 1 FROM pending_range) OR coalesce((SELECT q.last_id FROM pending_range q \
             WHERE q.first_id <= ",
            $alias,
            ".id ORDER BY q.first_id DESC LIMIT 1), 0) < ",
            $alias,
            ".id)"
        )
    };
}
pub(crate) use complete;

/// The condition that a column names an annotation which the command `$1` hides.
pub(crate) fn hidden(column: &str) -> String {
    format!(
        "(SELECT CASE WHEN q.last_id >= {column} THEN q.command_id END FROM pending_range q \
         WHERE q.first_id <= {column} ORDER BY q.first_id DESC LIMIT 1) = $1"
    )
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Rows are written; broken off, they go ([`Step::Wipe`]).
    Add,
    /// Rows that never were to be seen are removed; broken off, it is carried on.
    Wipe,
    /// Rows are marked as deleted; broken off, it is carried on.
    Away,
    /// Rows come back; broken off, they are marked again ([`Step::Away`]).
    Back,
}

impl Step {
    const ALL: [Self; 4] = [Self::Add, Self::Wipe, Self::Away, Self::Back];

    fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Wipe => "wipe",
            Self::Away => "away",
            Self::Back => "back",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// What clears up after it.
    fn cleared(self) -> Self {
        match self {
            Self::Add | Self::Wipe => Self::Wipe,
            Self::Away | Self::Back => Self::Away,
        }
    }
}

/// A bulk under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its command; of a new bulk, the one that will be.
    pub command: CommandId,
    /// What is going on.
    pub step: Step,
    /// An id taken when it began: what is deleted by a command above it was hidden already.
    pub since: i64,
    /// When it last went on.
    pub alive: Millis,
}

fn pending(row: &Row) -> Result<Pending, StoreError> {
    Ok(Pending {
        command: row.id("command_id")?,
        step: row.parsed("step", Step::parse)?,
        since: row.get("since_id")?,
        alive: row.time("alive")?,
    })
}

/// Ranges in one statement; each is three values.
const RANGES: usize = 5_000;

/// Begins one: hides the annotations with ids in these inclusive ranges, whether they are there yet or not.
///
/// # Errors
/// [`StoreError::Duplicate`] when some of them are hidden already, by this command or another.
pub async fn begin(
    tx: &mut Tx,
    command: CommandId,
    step: Step,
    now: Millis,
    ranges: &[(i64, i64)],
) -> Result<Pending, StoreError> {
    tx.hold(Key::Bulk).await?;
    let bulk = Pending { command, step, since: tx.next_id().await?, alive: now };
    let statement =
        sql("INSERT INTO pending_bulk (command_id, step, since_id, alive) VALUES ($1, $2, $3, $4)")
            .bind(command)
            .bind(step.as_str())
            .bind(bulk.since)
            .bind(now);
    tx.execute(statement).await?;
    hide(tx, bulk, ranges).await?;
    Ok(bulk)
}

/// Hides more annotations with a bulk, as [`begin`] does.
///
/// # Errors
/// [`StoreError::Duplicate`] as that of [`begin`].
pub async fn hide(tx: &mut Tx, bulk: Pending, ranges: &[(i64, i64)]) -> Result<(), StoreError> {
    let command = bulk.command;
    for part in ranges.chunks(RANGES) {
        let mut statement = sql("INSERT INTO pending_range (first_id, last_id, command_id) VALUES ");
        for (place, (first, last)) in part.iter().enumerate() {
            statement.push(if place == 0 { "(" } else { ", (" }).push_value(*first).push(", ");
            statement.push_value(*last).push(", ").push_value(command).push(")");
        }
        tx.execute(statement).await?;
    }
    let overlap = sql("SELECT 1 FROM pending_range p WHERE EXISTS (SELECT 1 FROM pending_range q \
         WHERE q.first_id > p.first_id AND q.first_id <= p.last_id) LIMIT 1");
    match tx.first(overlap).await? {
        Some(_) => Err(StoreError::Duplicate { constraint: "pending_range".to_owned() }),
        None => Ok(()),
    }
}

/// Waits until no bulk is in the middle of a part, and lets none begin or go on until the transaction ends. Whoever marks
/// annotations by another order than a part does would get stuck with it.
pub async fn pause(tx: &mut Tx) -> Result<(), StoreError> {
    tx.hold(Key::Bulk).await?;
    if tx.dialect() == Dialect::Lite {
        return Ok(());
    }
    // Every part begins by renewing the row of its bulk.
    tx.rows(sql("SELECT command_id FROM pending_bulk ORDER BY command_id FOR UPDATE")).await.map(|_| ())
}

/// Takes ids for a bulk, ascending and mostly consecutive: two bulks do not take them by turns, which would make a range
/// of each id.
pub async fn reserve(tx: &mut Tx, count: usize) -> Result<Vec<i64>, StoreError> {
    tx.hold(Key::Bulk).await?;
    tx.next_ids(count).await
}

/// Notes that it goes on. False when it no longer does: somebody else has taken it over or ended it.
pub async fn renew(tx: &mut Tx, bulk: Pending, now: Millis) -> Result<bool, StoreError> {
    let statement = sql("UPDATE pending_bulk SET alive = $3 WHERE command_id = $1 AND step = $2")
        .bind(bulk.command)
        .bind(bulk.step.as_str())
        .bind(now);
    Ok(tx.execute(statement).await? > 0)
}

/// Takes one over that has not gone on since it was read, to clear up after it. None when it has, or is over.
pub async fn take_over(tx: &mut Tx, stale: Pending, now: Millis) -> Result<Option<Pending>, StoreError> {
    let step = stale.step.cleared();
    let statement = sql("UPDATE pending_bulk SET alive = $4, step = $5 \
         WHERE command_id = $1 AND step = $2 AND alive = $3")
    .bind(stale.command)
    .bind(stale.step.as_str())
    .bind(stale.alive)
    .bind(now)
    .bind(step.as_str());
    Ok((tx.execute(statement).await? > 0).then_some(Pending { step, alive: now, ..stale }))
}

/// The ranges that a bulk hides, ascending.
pub async fn ranges(mut ex: impl Read, command: CommandId) -> Result<Vec<(i64, i64)>, StoreError> {
    let statement =
        sql("SELECT first_id, last_id FROM pending_range WHERE command_id = $1 ORDER BY first_id")
            .bind(command);
    let rows = ex.rows(statement).await?;
    rows.iter().map(|row| Ok((row.get("first_id")?, row.get("last_id")?))).collect()
}

/// Ends it: what it hid is seen, if it lives. False when somebody else has ended it or taken it over.
pub async fn end(tx: &mut Tx, bulk: Pending) -> Result<bool, StoreError> {
    // A second that waits here for the first would find the row gone.
    if !renew(tx, bulk, bulk.alive).await? {
        return Ok(false);
    }
    tx.execute(sql("DELETE FROM pending_range WHERE command_id = $1").bind(bulk.command)).await?;
    tx.execute(sql("DELETE FROM pending_bulk WHERE command_id = $1").bind(bulk.command)).await?;
    Ok(true)
}

/// What is under way with a command.
pub async fn of(mut ex: impl Read, command: CommandId) -> Result<Option<Pending>, StoreError> {
    let statement =
        sql("SELECT command_id, step, since_id, alive FROM pending_bulk WHERE command_id = $1").bind(command);
    ex.first(statement).await?.as_ref().map(pending).transpose()
}

/// Those that have not gone on since that moment.
pub async fn stale(mut ex: impl Read, before: Millis) -> Result<Vec<Pending>, StoreError> {
    let statement = sql("SELECT command_id, step, since_id, alive FROM pending_bulk WHERE alive < $1 \
         ORDER BY command_id")
    .bind(before);
    ex.rows(statement).await?.iter().map(pending).collect()
}
