//! Undo and redo.
//!
//! Rows that a command deleted bear its id; rows that undo takes away again bear it too. So both begin by
//! bringing back everything that bears the id, and then take away the other half: undo what the command had made,
//! redo what it had deleted. An edit is undone by writing the entity as it was before.

mod load;
mod rights;

use cytomine_model::{Command, CommandAction, CommandId, Entity, EntityKind};
use cytomine_store as store;

use crate::{Actor, DomainError, Done, System, Unit, change};

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
    let mut unit = system.begin(actor).await?;
    unit.tx.hold_undo(actor.id()).await?;
    let command = match (id, way) {
        (Some(id), _) => {
            own(&mut unit, actor, id).await?.filter(|command| command.undone == (way == Way::Redo))
        }
        (None, Way::Undo) => store::command::to_undo(&mut unit.tx, actor.id()).await?,
        (None, Way::Redo) => store::command::to_redo(&mut unit.tx, actor.id()).await?,
    };
    let Some(command) = command else { return Ok(None) };
    let living = load::entities(&mut unit.tx, &command).await?;
    if command.kind == EntityKind::Annotation && command.action == CommandAction::Edit {
        unit.spots = store::change::spots(&mut unit.tx, command.kind, &command.ids).await?;
    }
    bring_back(&mut unit, &command).await?;
    // Now that everything is there that the command is about; without the right it goes again with the transaction.
    rights::require(&mut unit.tx, actor, &command).await?;
    let (taken_away, state, position, action) = match way {
        Way::Undo => {
            let action = match command.action {
                CommandAction::Add => CommandAction::Delete,
                CommandAction::Delete => CommandAction::Add,
                CommandAction::Edit => CommandAction::Edit,
            };
            (CommandAction::Add, &command.before, Some(unit.id().await?), action)
        }
        Way::Redo => (CommandAction::Delete, &command.after, None, command.action),
    };
    remove(&mut unit, &command, taken_away).await?;
    write_entity(&mut unit, state.as_ref()).await?;
    let entities = load::entities(&mut unit.tx, &command).await?;
    store::command::set_undone(&mut unit.tx, command.id, position).await?;
    if let Some(project) = command.project {
        unit.in_project(project);
    }
    let touched = change::touched(&command);
    unit.tell(command.id, &if way == Way::Undo { change::reversed(touched) } else { touched }).await?;
    if bears_rights(command.kind) {
        unit.rights_changed();
    }
    unit.finish(system).await?;
    Ok(Some(replayed(&command, action, if entities.is_empty() { living } else { entities })))
}

/// Whether rights, or what is kept in memory beside them, can change with entities of this kind. Annotations and
/// terms are undone often; that must not cost everybody their cached rights.
fn bears_rights(kind: EntityKind) -> bool {
    !matches!(
        kind,
        EntityKind::Annotation | EntityKind::AnnotationTerm | EntityKind::Term | EntityKind::RelationTerm
    )
}

async fn own(unit: &mut Unit, actor: &Actor, id: CommandId) -> Result<Option<Command>, DomainError> {
    let command = store::command::by_id(&mut unit.tx, id).await?;
    let command = command.ok_or_else(|| DomainError::not_found("Command", id))?;
    if command.user != actor.id() {
        return Err(DomainError::forbidden("Only who gave a command may undo or redo it"));
    }
    Ok(Some(command))
}

/// Takes away what the command made (`Add`) or had deleted (`Delete`).
async fn remove(unit: &mut Unit, command: &Command, action: CommandAction) -> Result<(), DomainError> {
    if command.action == action {
        store::rows::delete_with_dependents(&mut unit.tx, command.kind, &command.ids, command.id).await?;
    }
    for touched in command.dependents.iter().filter(|touched| touched.action == action) {
        store::rows::delete_with_dependents(&mut unit.tx, touched.kind, &touched.ids, command.id).await?;
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

async fn write_entity(unit: &mut Unit, entity: Option<&Entity>) -> Result<(), DomainError> {
    match entity {
        Some(Entity::Project(project)) => store::project::update(&mut unit.tx, project).await?,
        Some(Entity::Ontology(ontology)) => store::ontology::update(&mut unit.tx, ontology).await?,
        Some(Entity::Term(term)) => store::term::update(&mut unit.tx, term).await?,
        Some(Entity::Annotation(annotation)) => store::annotation::update(&mut unit.tx, annotation).await?,
        Some(Entity::User(user)) => store::user::update(&mut unit.tx, user).await?,
        Some(Entity::Storage(storage)) => store::storage::update(&mut unit.tx, storage).await?,
        Some(Entity::UploadedFile(file)) => store::uploaded_file::update(&mut unit.tx, file).await?,
        Some(Entity::AbstractImage(image)) => store::abstract_image::update(&mut unit.tx, image).await?,
        Some(Entity::AbstractSlice(slice)) => store::abstract_slice::update(&mut unit.tx, slice).await?,
        Some(Entity::ImageInstance(image)) => store::image_instance::update(&mut unit.tx, image).await?,
        Some(Entity::SliceInstance(slice)) => store::slice_instance::update(&mut unit.tx, slice).await?,
        Some(other) => return Err(not_undoable(other.kind())),
        None => {}
    }
    Ok(())
}

fn not_undoable(kind: EntityKind) -> DomainError {
    DomainError::new(
        cytomine_model::ErrorKind::NotFound,
        format!("You cannot delete your last operation! (changes of {} are not undone)", kind.as_str()),
    )
}

fn replayed(command: &Command, action: CommandAction, entities: Vec<Entity>) -> Replayed {
    Replayed {
        done: Done { command: command.id, action, kind: command.kind, message: command.message.clone() },
        count: command.ids.iter().map(|(first, last)| first.abs_diff(*last) + 1).sum(),
        entities,
    }
}
