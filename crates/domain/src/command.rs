//! Undo and redo.
//!
//! Rows that a command deleted bear its id; rows that undo takes away again bear it too. So both begin by
//! bringing back everything that bears the id, and then take away the other half: undo what the command had made,
//! redo what it had deleted. An edit is undone by writing the columns that it changed as they were before, unless
//! somebody has changed them since.
//!
//! Whoever may still give a command may undo it: a right that was lost does not come back by the back door. Where rows go,
//! the same stands in the way as if they were deleted by themselves.

use cytomine_model::{
    Action, Command, CommandAction, CommandId, Entity, EntityKind, ErrorKind, ProjectId, UserId,
};
use cytomine_store::stored::{self, State};
use cytomine_store::{self as store};

use crate::member::seats;
use crate::noun::{self, Deed};
use crate::unit::tell;
use crate::{Actor, DomainError, Done, System, Unit, access, account, long_bulk};

/// A command that was undone or done again.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What happened to the entities now: undoing an addition deletes.
    pub done: Done,
    /// How many entities the command named.
    pub count: u64,
    /// These entities as they are now, or as they were before they went; the first [`SHOWN`] of them.
    pub entities: Vec<Entity>,
}

/// Entities that an answer to undo or redo shows at most; a bulk of thousands is told by its message.
pub const SHOWN: usize = 100;

/// Undoes the actor's last command, or the named one of theirs. None when there is nothing to undo.
///
/// # Errors
/// When the command cannot be undone any more, e.g. because its name is taken by now.
pub async fn undo(
    system: &System,
    actor: &Actor,
    id: Option<CommandId>,
) -> Result<Option<Replayed>, DomainError> {
    replay(system, actor, id, Way::Undo).await
}

/// Does again what the actor undid last, or the named command of theirs. None when there is nothing to redo.
///
/// # Errors
/// As [`undo`].
pub async fn redo(
    system: &System,
    actor: &Actor,
    id: Option<CommandId>,
) -> Result<Option<Replayed>, DomainError> {
    replay(system, actor, id, Way::Redo).await
}

/// Back or forth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Undo,
    Redo,
}

async fn replay(
    system: &System,
    actor: &Actor,
    id: Option<CommandId>,
    way: Way,
) -> Result<Option<Replayed>, DomainError> {
    let Some((mut unit, command)) = begin(system, actor, id, way).await? else { return Ok(None) };
    if long_bulk::is_long(command.kind, &command.ids) {
        drop(unit);
        // Where it all lies takes a look at every row: nobody shall wait for that.
        let places = store::change::spots(&system.db, command.kind, &command.ids).await?;
        return if comes(&command, way) {
            let all = command.ids.clone();
            replay_hidden(system, actor, (command, way), all, Some(places)).await
        } else {
            let id = Some(command.id);
            let Some((mut unit, command)) = begin(system, actor, id, way).await? else { return Ok(None) };
            unit.places = Some(places);
            step(system, actor, unit, command, way).await.map(Some)
        };
    }
    if comes(&command, way) {
        let hanging = store::rows::parts::deleted(&mut unit.tx, command.id).await?;
        if long_bulk::is_long(EntityKind::Annotation, &hanging) {
            drop(unit);
            return replay_hidden(system, actor, (command, way), hanging, None).await;
        }
    }
    step(system, actor, unit, command, way).await.map(Some)
}

/// Whether what the command is about comes back.
fn comes(command: &Command, way: Way) -> bool {
    match way {
        Way::Undo => command.action == CommandAction::Delete,
        Way::Redo => command.action == CommandAction::Add,
    }
}

/// Begins a unit on the command that is to be undone or redone, if there is one.
async fn begin(
    system: &System,
    actor: &Actor,
    id: Option<CommandId>,
    way: Way,
) -> Result<Option<(Unit, Command)>, DomainError> {
    let mut unit = system.begin(actor).await?;
    unit.tx.hold_undo(actor.id()).await?;
    let command = match (id, way) {
        (Some(id), _) => {
            own(&mut unit, actor, id).await?.filter(|command| command.undone == (way == Way::Redo))
        }
        (None, Way::Undo) => store::command::to_undo(&mut unit.tx, actor.id()).await?,
        (None, Way::Redo) => store::command::to_redo(&mut unit.tx, actor.id()).await?,
    };
    Ok(command.map(|command| (unit, command)))
}

/// As [`step`], where a long bulk of annotations comes back: before the step, hidden, and seen with it. (What goes is
/// hidden with the step and goes after it.)
async fn replay_hidden(
    system: &System,
    actor: &Actor,
    (command, way): (Command, Way),
    annotations: Vec<(i64, i64)>,
    places: Option<Vec<store::change::Spot>>,
) -> Result<Option<Replayed>, DomainError> {
    let id = Some(command.id);
    let Some((mut unit, command)) = begin(system, actor, id, way).await? else { return Ok(None) };
    let hidden =
        long_bulk::hide(&mut unit.tx, command.id, long_bulk::Step::Back, unit.now, &annotations).await?;
    unit.finish(system).await?;
    let outcome = async {
        long_bulk::bring_back(system, hidden).await?;
        let Some((mut unit, command)) = begin(system, actor, id, way).await? else { return Ok(None) };
        unit.end_bulk(hidden).await?;
        unit.places = places;
        step(system, actor, unit, command, way).await.map(Some)
    }
    .await;
    if !matches!(outcome, Ok(Some(_))) {
        long_bulk::clear_up(system, hidden).await;
    }
    outcome
}

async fn step(
    system: &System,
    actor: &Actor,
    mut unit: Unit,
    command: Command,
    way: Way,
) -> Result<Replayed, DomainError> {
    let now = unit.now;
    if !store::command::replay(&mut unit.tx, command.id, now).await? {
        return Err(too_late());
    }
    let living = entities(&mut unit, &command).await?;
    if command.kind == EntityKind::Annotation && command.action == CommandAction::Edit {
        unit.spots = store::change::spots(&mut unit.tx, command.kind, &command.ids).await?;
    }
    bring_back(&mut unit, &command).await?;
    // Now that everything is there that the command is about; without the right it goes again with the transaction.
    if let Some(project) = command.project {
        access::project(&mut unit.tx, actor, project).await?;
    }
    let deed = Deed::from(command.action);
    let (taken_away, position, action) = match way {
        Way::Undo => {
            let action = match command.action {
                CommandAction::Add => CommandAction::Delete,
                CommandAction::Delete => CommandAction::Add,
                CommandAction::Edit => CommandAction::Edit,
            };
            // An edit may have given the thing to somebody else: the right is that on the thing as it was before.
            require(&mut unit, actor, &command, if deed == Deed::Edit { Deed::See } else { deed }).await?;
            write_state(&mut unit, actor, &command, State::Before).await?;
            let asked = if deed == Deed::Add { Deed::Delete } else { deed };
            require(&mut unit, actor, &command, asked).await?;
            (CommandAction::Add, Some(unit.id().await?), action)
        }
        Way::Redo => {
            require(&mut unit, actor, &command, deed).await?;
            write_state(&mut unit, actor, &command, State::After).await?;
            (CommandAction::Delete, None, command.action)
        }
    };
    take_away(&mut unit, &command, taken_away).await?;
    let entities = entities(&mut unit, &command).await?;
    store::command::set_undone(&mut unit.tx, command.id, position).await?;
    if let Some(project) = command.project {
        unit.in_project(project);
    }
    let touched = tell::touched(&command);
    unit.tell(command.id, &if way == Way::Undo { tell::reversed(touched) } else { touched }).await?;
    if noun::bears_rights(command.kind) {
        unit.rights_changed();
    }
    unit.finish(system).await?;
    Ok(replayed(&command, action, if entities.is_empty() { living } else { entities }))
}

async fn own(unit: &mut Unit, actor: &Actor, id: CommandId) -> Result<Option<Command>, DomainError> {
    let command = store::command::by_id(&mut unit.tx, id).await?;
    if command.is_none() && store::command::discarded(&mut unit.tx, id).await? == Some(actor.id()) {
        return Err(too_late());
    }
    let command = command.ok_or_else(|| DomainError::not_found("Command", id))?;
    access::require_on(actor, Action::Undo, Some(command.user))?;
    Ok(Some(command))
}

fn too_late() -> DomainError {
    DomainError::conflict(
        "This can be undone or done again no more: it is older than 30 days, or you did something else after \
         undoing it. Make the change by hand",
    )
}

fn first_ids(command: &Command) -> impl Iterator<Item = i64> {
    command.ids.iter().flat_map(|(first, last)| *first..=*last).take(SHOWN)
}

/// The living ones among the first [`SHOWN`] entities of a command.
async fn entities(unit: &mut Unit, command: &Command) -> Result<Vec<Entity>, DomainError> {
    let mut entities = Vec::new();
    for id in first_ids(command) {
        entities.extend(noun::shown(&mut unit.tx, command.kind, id).await?);
    }
    Ok(entities)
}

/// Fails unless the actor may do this with what the command is about. Everything must be there.
async fn require(unit: &mut Unit, actor: &Actor, command: &Command, deed: Deed) -> Result<(), DomainError> {
    // Shapes come by thousands, of few people; of other kinds a list may reach over many projects.
    let most = if command.kind == EntityKind::Annotation { SHOWN } else { usize::MAX };
    let mut asked = Vec::new();
    for id in command.ids.iter().flat_map(|(first, last)| *first..=*last).take(most) {
        if command.kind == EntityKind::Annotation {
            let whose = store::annotation::whose(&mut unit.tx, id.into()).await?;
            if asked.contains(&whose) {
                continue;
            }
            asked.push(whose);
        }
        noun::may(&mut unit.tx, actor, (command.kind, id), deed).await?;
    }
    Ok(())
}

/// Takes away what the command made (`Add`) or had deleted (`Delete`), what came along with it first.
async fn take_away(unit: &mut Unit, command: &Command, action: CommandAction) -> Result<(), DomainError> {
    let along = command.dependents.iter().rev().filter(|touched| touched.action == action);
    let main = (command.action == action).then_some((command.kind, &command.ids));
    if let Some((kind, ranges)) = main.filter(|(kind, ranges)| long_bulk::is_long(*kind, ranges)) {
        // What came along hangs on the annotations, and goes with them.
        unit.take_away(kind, ranges, command.id).await?;
        return Ok(());
    }
    for (kind, ranges) in along.map(|touched| (touched.kind, &touched.ids)).chain(main) {
        let ids: Vec<i64> = ranges.iter().flat_map(|(first, last)| *first..=*last).collect();
        noun::free(&mut unit.tx, kind, &ids, command.id).await?;
        unit.take_away(kind, ranges, command.id).await?;
    }
    Ok(())
}

async fn bring_back(unit: &mut Unit, command: &Command) -> Result<(), DomainError> {
    let taken = || {
        DomainError::duplicate(
            "This cannot be brought back: something else has taken its name or place by now",
        )
    };
    store::rows::restore(&mut unit.tx, command.kind, command.id).await.map_err(taken())?;
    for touched in &command.dependents {
        store::rows::restore(&mut unit.tx, touched.kind, command.id).await.map_err(taken())?;
    }
    Ok(())
}

/// Writes what an edit changed as it was before or after it.
async fn write_state(
    unit: &mut Unit,
    actor: &Actor,
    command: &Command,
    state: State,
) -> Result<(), DomainError> {
    let (Some(changes), Some((id, _))) = (&command.changes, command.ids.first()) else { return Ok(()) };
    if !changes.seats.is_empty() {
        seats::restore(unit, actor, ProjectId(*id), &changes.seats, state).await?;
    }
    let taken = DomainError::duplicate(
        "This cannot be brought back: something else has taken its name or place by now",
    );
    let changed = stored::restore(&mut unit.tx, command.kind, *id, changes, state).await.map_err(taken)?;
    if changed.is_empty() {
        if command.kind == EntityKind::User && changes.columns.iter().any(|change| change.column == "enabled")
        {
            // Who was disabled and is no longer comes back by signing in.
            account::end_sessions(&mut unit.tx, UserId(*id)).await?;
        }
        return Ok(());
    }
    let columns = changed.join(", ");
    let message = if state == State::Before {
        format!(
            "This edit cannot be undone: somebody has changed {columns} again since; change it by hand instead"
        )
    } else {
        format!(
            "This edit cannot be done again: somebody has changed {columns} again since; change it by hand instead"
        )
    };
    Err(DomainError::new(ErrorKind::Conflict, message).with_value("changed", changed))
}

fn replayed(command: &Command, action: CommandAction, entities: Vec<Entity>) -> Replayed {
    Replayed {
        done: Done { command: command.id, action, kind: command.kind, message: command.message.clone() },
        count: long_bulk::count(&command.ids),
        entities,
    }
}
