//! The purge: what was deleted more than 30 days ago goes for good, rows first, then the bytes that no row names.
//!
//! Commands that were neither given nor undone or done again for that long can be undone no more. Rows that bear the mark
//! of one go, children before what they hang on, few at a time so that nobody waits; what anything still names stays. A
//! purge that breaks off has left whole rows behind, and the next one goes on. Lines of activity and the commands that
//! they name stay, and so does an account that such a line names.

use std::time::Duration;

use cytomine_model::{EntityKind, Millis};
use cytomine_store as store;
use cytomine_store::purge::Marks;

use crate::{DomainError, System};

/// How long deleted things are kept, and can be brought back.
pub const KEPT: Duration = crate::change::KEPT;

/// Rows that are looked at or removed together.
const AT_A_TIME: i64 = 2_000;

/// What a purge removed, or would remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Commands that can be undone no more.
    pub commands: u64,
    /// Rows of each kind of which any went, in the order in which they went.
    pub rows: Vec<(EntityKind, u64)>,
    /// Bytes of files among them that nothing else names; the sweep removes these.
    pub bytes: u64,
}

impl Purged {
    /// Whether there was nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.commands == 0 && self.rows.is_empty()
    }

    fn add(&mut self, kind: EntityKind, count: u64) {
        if count == 0 {
            return;
        }
        match self.rows.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, rows)) => *rows += count,
            None => self.rows.push((kind, count)),
        }
    }
}

/// Removes what was deleted longer ago than `kept`. None when another process is at it.
///
/// # Errors
/// When the database refuses; what was removed before stays so.
pub async fn run(system: &System, kept: Duration) -> Result<Option<Purged>, DomainError> {
    let Some(_turn) = system.db.purge_turn().await? else { return Ok(None) };
    let before = moment(system, kept);
    let mut purged = Purged::default();
    loop {
        let mut tx = system.db.begin().await?;
        let discarded = store::purge::discard(&mut tx, before, AT_A_TIME).await?;
        tx.commit().await?;
        purged.commands += discarded;
        if discarded == 0 {
            break;
        }
    }
    let catalogue = store::purge::catalogue(&system.db).await?;
    // What goes late in one pass may have kept what comes early in it.
    while pass(system, &catalogue, (before, Marks::Discarded), &mut purged).await? > 0 {}
    Ok(Some(purged))
}

/// What [`run`] would remove, without removing it: at most this, for what is kept may keep what it stands on.
pub async fn preview(system: &System, kept: Duration) -> Result<Purged, DomainError> {
    let before = moment(system, kept);
    let commands = store::purge::discardable(&system.db, before).await?;
    let mut purged = Purged { commands, ..Purged::default() };
    let catalogue = store::purge::catalogue(&system.db).await?;
    pass(system, &catalogue, (before, Marks::Discardable), &mut purged).await?;
    Ok(purged)
}

fn moment(system: &System, kept: Duration) -> Millis {
    Millis(system.clock.now().0.saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX)))
}

/// Goes through all kinds once. Tells how many rows went.
async fn pass(
    system: &System,
    catalogue: &store::purge::Catalogue,
    which: (Millis, Marks),
    purged: &mut Purged,
) -> Result<u64, DomainError> {
    let mut all = 0;
    for kind in store::rows::children_first() {
        let mut after = 0;
        while let Some((ids, last)) = catalogue.doomed(&system.db, kind, which, (after, AT_A_TIME)).await? {
            after = last;
            if ids.is_empty() {
                continue;
            }
            purged.bytes += store::purge::bytes(&system.db, kind, &ids).await?;
            let count = if which.1 == Marks::Discarded {
                let mut unit = system.begin_as(cytomine_model::UserId(0)).await?;
                let count = store::purge::remove(&mut unit.tx, kind, &ids).await?;
                unit.finish(system).await?;
                count
            } else {
                u64::try_from(ids.len()).unwrap_or(u64::MAX)
            };
            all += count;
            purged.add(kind, count);
        }
    }
    Ok(all)
}
