//! Making one thing or a list of them. A list is one transaction and one command, whatever the kind: the elements are
//! tried one after the other, the refused ones leave nothing behind and are told, the others are written together or
//! not at all, and undo takes them back as a whole.

use std::future::Future;

use super::{Draft, Unit};
use crate::{Actor, DomainError, Done, Outcome, System};

/// What a client says about something to be made.
pub trait New: Send + Sized {
    /// What its maker is told of.
    type Made: Send;

    /// What is done before the unit begins and holds others up: rights that need no row, hashes of passwords.
    ///
    /// # Errors
    /// When it is refused already.
    fn prepare(
        &mut self,
        _system: &System,
        _actor: &Actor,
    ) -> impl Future<Output = Result<(), DomainError>> + Send {
        async { Ok(()) }
    }

    /// Asks for the rights, writes it, notes it in the unit, and tells what people read of it.
    ///
    /// # Errors
    /// When it is refused.
    fn write(
        self,
        unit: &mut Unit,
        actor: &Actor,
    ) -> impl Future<Output = Result<(Self::Made, String), DomainError>> + Send;
}

/// What became of a list.
#[derive(Debug)]
pub struct Bulk<T> {
    /// What was made.
    pub added: Vec<T>,
    /// Places in the list, from 0, of those that were refused, and why.
    pub refused: Vec<(usize, DomainError)>,
    /// The one command that made the others; none where there was nothing to make.
    pub done: Option<Done>,
}

/// Makes one.
///
/// # Errors
/// When it is refused.
pub(crate) async fn create<N: New>(
    system: &System,
    actor: &Actor,
    mut new: N,
) -> Result<Outcome<N::Made>, DomainError> {
    new.prepare(system, actor).await?;
    let mut unit = system.begin(actor).await?;
    let (entity, message) = new.write(&mut unit, actor).await?;
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity, done })
}

/// Makes those of a list that can be made.
///
/// # Errors
/// Only what concerns all of them, such as the database being out of reach; then nothing was written.
pub async fn create_many<N: New>(
    system: &System,
    actor: &Actor,
    list: Vec<N>,
) -> Result<Bulk<N::Made>, DomainError> {
    let mut bulk = Bulk::default();
    let mut ready = Vec::with_capacity(list.len());
    for (place, mut new) in list.into_iter().enumerate() {
        match new.prepare(system, actor).await {
            Ok(()) => ready.push((place, new)),
            Err(error) => bulk.refuse(place, error)?,
        }
    }
    if ready.is_empty() {
        return Ok(bulk);
    }
    let mut unit = system.begin(actor).await?;
    // Before the elements: an id that one of them takes is free again when that one is taken back.
    unit.command_id().await?;
    let mut words = None;
    for (place, new) in ready {
        let kept = unit.pause().await?;
        match new.write(&mut unit, actor).await {
            Ok((made, message)) => {
                unit.go_on(kept).await?;
                bulk.added.push(made);
                words.get_or_insert(message);
            }
            Err(error) => {
                unit.go_back(kept).await?;
                bulk.refuse(place, error)?;
            }
        }
    }
    if let Some(first) = words {
        let message = match bulk.added.len() {
            1 => first,
            added => format!("{first}, and {} more", added - 1),
        };
        bulk.done = Some(unit.commit(system, message).await?);
    }
    Ok(bulk)
}

impl<T> Default for Bulk<T> {
    fn default() -> Self {
        Self { added: Vec::new(), refused: Vec::new(), done: None }
    }
}

impl<T> Bulk<T> {
    /// What became of a list of one.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn one(mut self) -> Result<Outcome<T>, DomainError> {
        match (self.added.pop(), self.done, self.refused.pop()) {
            (Some(entity), Some(done), _) => Ok(Outcome { entity, done }),
            (_, _, Some((_, cause))) => Err(cause),
            _ => Err(DomainError::invalid("There is nothing to add")),
        }
    }

    /// Notes a refusal; what is not the element's fault ends all.
    pub(crate) fn refuse(&mut self, place: usize, error: DomainError) -> Result<(), DomainError> {
        if error.is_ours() {
            return Err(error);
        }
        self.refused.push((place, error));
        Ok(())
    }
}

/// What a unit had noted before an element of a list.
struct Kept {
    draft: Option<Draft>,
    project: Option<cytomine_model::ProjectId>,
    rights_changed: bool,
    jobs: bool,
}

impl Unit {
    /// Begins an element: what it writes and notes can be taken back alone.
    async fn pause(&mut self) -> Result<Kept, DomainError> {
        self.tx.savepoint().await?;
        Ok(Kept {
            draft: self.draft.take(),
            project: self.project.take(),
            rights_changed: self.rights_changed,
            jobs: self.jobs,
        })
    }

    /// Keeps the element. A command lies in a project where all of its elements do.
    async fn go_on(&mut self, kept: Kept) -> Result<(), DomainError> {
        self.tx.release().await?;
        let Some(mut earlier) = kept.draft else { return Ok(()) };
        if let Some(later) = self.draft.take() {
            earlier.add(later.action, later.kind, later.ids);
            for touched in later.dependents {
                earlier.add(touched.action, touched.kind, touched.ids);
            }
        }
        self.draft = Some(earlier);
        self.project = self.project.filter(|project| kept.project == Some(*project));
        Ok(())
    }

    /// Takes the element back.
    async fn go_back(&mut self, kept: Kept) -> Result<(), DomainError> {
        self.tx.roll_back().await?;
        (self.draft, self.project) = (kept.draft, kept.project);
        (self.rights_changed, self.jobs) = (kept.rights_changed, kept.jobs);
        Ok(())
    }
}
