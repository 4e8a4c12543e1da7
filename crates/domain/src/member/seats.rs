//! What a command keeps of members and default layers, and how it is undone: the seats that it changed, each as it was
//! before and after. Whoever changes members, by whatever way, reads the seats before and has the differences noted.

use std::collections::{BTreeMap, BTreeSet};

use cytomine_model::{Action, ErrorKind, ProjectId, ProjectRole, Seat, SeatChange, User, UserId};
use cytomine_store as store;
use cytomine_store::stored::State;

use super::{enter, keep_manager, last_representative};
use crate::access::{self, Unasked};
use crate::{Actor, DomainError, Unit};

/// The seats of a project at some moment.
pub(crate) type Seats = BTreeMap<UserId, Seat>;

/// The seats of a project as they are.
pub(crate) async fn now(unit: &mut Unit, project: ProjectId) -> Result<Seats, DomainError> {
    Ok(store::seat::of_project(&mut unit.tx, project).await?)
}

/// Notes in the unit what became of the seats of a project since. Tells whether anything did.
pub(crate) async fn note(unit: &mut Unit, project: ProjectId, before: &Seats) -> Result<bool, DomainError> {
    let after = now(unit, project).await?;
    let users: BTreeSet<UserId> = before.keys().chain(after.keys()).copied().collect();
    let change = |user: UserId| {
        let (before, after) = (before.get(&user).copied(), after.get(&user).copied());
        (before != after).then_some(SeatChange { user, before, after })
    };
    let changes: Vec<SeatChange> = users.into_iter().filter_map(change).collect();
    let any = !changes.is_empty();
    if any {
        unit.seated(project, changes);
    }
    Ok(any)
}

/// Writes the seats that a command changed as they were before or after it, where they still are as it left them. The
/// right is asked as things are now, so that nobody who lost it takes it back; what a project cannot be without stands
/// in the way as if the change were made by hand.
///
/// # Errors
/// When the right is gone, a seat was changed since, or its user cannot have it any more.
pub(crate) async fn restore(
    unit: &mut Unit,
    actor: &Actor,
    project: ProjectId,
    changes: &[SeatChange],
    state: State,
) -> Result<(), DomainError> {
    let access = access::project(&mut unit.tx, actor, project).await?;
    let role = |seat: &Option<Seat>| seat.map(|seat| seat.role);
    let members = changes.iter().any(|change| role(&change.before) != role(&change.after));
    access.require(if members { Action::ManageMembers } else { Action::EditProject }, None)?;
    let found = now(unit, project).await?;
    for change in changes {
        let (wanted, left) = match state {
            State::Before => (change.before, change.after),
            State::After => (change.after, change.before),
        };
        let here = found.get(&change.user).copied();
        let Some(seat) = merged(here, left, wanted) else {
            let name = name_of(unit, change.user).await?;
            let text =
                format!("What {name} is in the project was changed again since; change it by hand instead");
            return Err(DomainError::new(ErrorKind::Conflict, text));
        };
        if let Some(seat) = seat
            && role(&here) != Some(seat.role)
        {
            let known = store::project::member_of(&mut unit.tx, project, change.user).await?;
            enter(unit, project, change.user, seat.role, known).await?;
        }
        store::seat::put(&mut unit.tx, project, change.user, seat).await?;
    }
    let left = now(unit, project).await?;
    let represented = |seats: &Seats| seats.values().any(|seat| seat.is_representative);
    if represented(&found) && !represented(&left) {
        return Err(last_representative());
    }
    let lowered = |user: &UserId| {
        let role = |seats: &Seats| seats.get(user).map(|seat| seat.role);
        role(&found) == Some(ProjectRole::Manager) && role(&left) != Some(ProjectRole::Manager)
    };
    if found.keys().any(lowered) {
        keep_manager(&mut unit.tx, project).await?;
    }
    unit.rights_changed();
    Ok(())
}

/// What becomes of a seat as it is here when the change from `left` to `wanted` is made on it; none where somebody changed
/// the same since.
fn merged(here: Option<Seat>, left: Option<Seat>, wanted: Option<Seat>) -> Option<Option<Seat>> {
    fn part<T: PartialEq>(here: T, left: &T, wanted: T) -> Option<T> {
        if *left == wanted {
            return Some(here);
        }
        (here == *left).then_some(wanted)
    }
    let (Some(here), Some(left)) = (here, left) else {
        return (here.is_none() && left.is_none()).then_some(wanted);
    };
    let Some(wanted) = wanted else {
        return (Seat { since: left.since, ..here } == left).then_some(None);
    };
    Some(Some(Seat {
        role: part(here.role, &left.role, wanted.role)?,
        is_representative: part(here.is_representative, &left.is_representative, wanted.is_representative)?,
        since: here.since,
        layer: part(here.layer, &left.layer, wanted.layer)?,
    }))
}

/// What people call a user.
pub(crate) async fn name_of(unit: &mut Unit, user: UserId) -> Result<String, DomainError> {
    let found = access::unasked::<User>(&mut unit.tx, user, Unasked::Reached).await?;
    Ok(found.map_or_else(|| user.to_string(), |user| user.username))
}
