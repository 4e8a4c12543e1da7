//! One unit of work per request: everything a use case changes is written in one transaction or not at all.

pub mod bulk;
pub(crate) mod tell;

use cytomine_model::command::id_ranges;
use cytomine_model::{
    Changes, Command, CommandAction, CommandId, EntityKind, Millis, ProjectId, SeatChange, Touched, UserId,
};
use cytomine_store::change::Spot;
use cytomine_store::job::NewJob;
use cytomine_store::{self as store, Tx};

use crate::job::{self, Job};
use crate::long_bulk::{self, Pending, Step};
use crate::noun::Noun;
use crate::{Actor, DomainError, System};

/// A transaction together with the command it will leave.
///
/// Use: [`System::begin`], ids, writes through [`Unit::tx`], one of [`Unit::added`], [`Unit::edited`],
/// [`Unit::deleted`] per kind touched, [`Unit::commit`]. Dropped before that, nothing was written.
#[derive(Debug)]
pub struct Unit {
    /// The transaction.
    pub tx: Tx,
    /// The moment that all rows of the unit bear.
    pub now: Millis,
    user: UserId,
    command: Option<CommandId>,
    draft: Option<Draft>,
    project: Option<ProjectId>,
    /// Where annotations were that it moves.
    pub(crate) spots: Vec<Spot>,
    /// Where its annotations lie, where that was found out before.
    pub(crate) places: Option<Vec<Spot>>,
    /// What it hides, and goes when it has ended.
    going: Option<Pending>,
    rights_changed: bool,
    jobs: bool,
}

#[derive(Debug)]
struct Draft {
    action: CommandAction,
    kind: EntityKind,
    ids: Vec<(i64, i64)>,
    dependents: Vec<Touched>,
    changes: Option<Changes>,
}

impl Draft {
    /// Adds rows: to those that the command is about, or to what came along.
    fn add(&mut self, action: CommandAction, kind: EntityKind, ids: Vec<(i64, i64)>) {
        if self.kind == kind && self.action == action {
            self.ids.extend(ids);
        } else {
            self.dependents.push(Touched { action, kind, ids });
        }
    }
}

/// What a committed unit left behind, for the answer to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The command, to undo it.
    pub command: CommandId,
    /// What it did.
    pub action: CommandAction,
    /// To what kind of entity.
    pub kind: EntityKind,
    /// What a person reads.
    pub message: String,
}

/// An entity as the use case left it, and the command that did it.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The entity after the operation; before it for a deletion.
    pub entity: T,
    /// The command.
    pub done: Done,
}

impl System {
    /// Begins a unit of work of that actor.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn begin(&self, actor: &Actor) -> Result<Unit, DomainError> {
        self.begin_as(actor.id()).await
    }

    /// Begins a unit of work that reads an entity, changes part of it and writes it back: nobody else changes it
    /// meanwhile, in this process or another.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn begin_on(&self, actor: &Actor, kind: EntityKind, id: i64) -> Result<Unit, DomainError> {
        let mut unit = self.begin(actor).await?;
        store::rows::hold(&mut unit.tx, kind, id).await?;
        Ok(unit)
    }

    /// Begins a unit of work in a user's name, for jobs and the command line.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn begin_as(&self, user: UserId) -> Result<Unit, DomainError> {
        Ok(Unit {
            tx: self.db.begin().await?,
            now: self.clock.now(),
            user,
            command: None,
            draft: None,
            project: None,
            spots: Vec::new(),
            places: None,
            going: None,
            rights_changed: false,
            jobs: false,
        })
    }
}

impl Unit {
    /// Takes new ids, ascending.
    pub async fn ids(&mut self, count: usize) -> Result<Vec<i64>, DomainError> {
        Ok(self.tx.next_ids(count).await?)
    }

    /// Takes one new id.
    pub async fn id(&mut self) -> Result<i64, DomainError> {
        Ok(self.tx.next_id().await?)
    }

    /// The id of this unit's command; deleted rows bear it.
    pub async fn command_id(&mut self) -> Result<CommandId, DomainError> {
        if let Some(id) = self.command {
            return Ok(id);
        }
        let id = CommandId(self.tx.next_id().await?);
        self.command = Some(id);
        Ok(id)
    }

    /// Notes new rows. The first kind noted is what the command is about, later ones came along with it.
    pub fn added(&mut self, kind: EntityKind, ids: &[i64]) {
        self.note(CommandAction::Add, kind, id_ranges(ids));
    }

    /// Notes one changed entity: what the command is about, whatever was made or deleted along with it.
    pub(crate) fn edited<T: Noun>(&mut self, before: &T, after: &T) {
        let (kind, id) = (T::KIND, after.id().into());
        self.spots.extend(before.spot());
        let earlier = self.draft.take();
        let mut dependents = Vec::new();
        if let Some(earlier) = earlier {
            dependents.push(Touched { action: earlier.action, kind: earlier.kind, ids: earlier.ids });
            dependents.extend(earlier.dependents);
        }
        self.draft = Some(Draft {
            action: CommandAction::Edit,
            kind,
            ids: vec![(id, id)],
            dependents,
            changes: Some(store::table::changes(before, after)),
        });
    }

    /// Notes what became of seats of a project, alone or together with the edit of it that was noted before.
    pub(crate) fn seated(&mut self, project: ProjectId, seats: Vec<SeatChange>) {
        self.rights_changed();
        self.in_project(project);
        let draft = self.draft.get_or_insert_with(|| Draft {
            action: CommandAction::Edit,
            kind: EntityKind::Project,
            ids: vec![(project.0, project.0)],
            dependents: Vec::new(),
            changes: None,
        });
        draft.changes.get_or_insert_default().seats = seats;
    }

    /// Deletes living rows with all that hangs on them, and notes it. Tells how many of `kind` went.
    pub async fn deleted(&mut self, kind: EntityKind, ids: &[i64]) -> Result<u64, DomainError> {
        let command = self.command_id().await?;
        let ranges = id_ranges(ids);
        let count = self.take_away(kind, &ranges, command).await?;
        self.note(CommandAction::Delete, kind, ranges);
        Ok(count)
    }

    /// Deletes living rows with all that hangs on them, in a command's name. A long bulk of annotations, named or hanging
    /// on them, is hidden with the end of the transaction and goes after it.
    pub(crate) async fn take_away(
        &mut self,
        kind: EntityKind,
        ranges: &[(i64, i64)],
        command: CommandId,
    ) -> Result<u64, DomainError> {
        if long_bulk::is_long(kind, ranges) {
            self.hide(command, ranges).await?;
            return Ok(long_bulk::count(ranges));
        }
        if kind != EntityKind::Annotation && store::rows::takes_annotations(kind) {
            store::pending::pause(&mut self.tx).await?;
        }
        let most = long_bulk::LONG;
        let gone = store::rows::delete_with_dependents(&mut self.tx, kind, ranges, command, most).await?;
        if !gone.left.is_empty() {
            self.hide(command, &gone.left).await?;
        }
        Ok(gone.count)
    }

    async fn hide(&mut self, command: CommandId, ranges: &[(i64, i64)]) -> Result<(), DomainError> {
        self.going = Some(match self.going {
            Some(going) => long_bulk::hide_more(&mut self.tx, going, ranges).await?,
            None => long_bulk::hide(&mut self.tx, command, Step::Away, self.now, ranges).await?,
        });
        Ok(())
    }

    /// Begins a long bulk of new annotations: hides them, whatever becomes of the unit's own command.
    pub(crate) async fn begin_bulk(&mut self, ranges: &[(i64, i64)]) -> Result<Pending, DomainError> {
        let command = self.command_id().await?;
        long_bulk::hide(&mut self.tx, command, Step::Add, self.now, ranges).await
    }

    /// Makes this the unit that ends a long bulk: its rows are seen, its command is written.
    ///
    /// # Errors
    /// When somebody else has cleared the bulk up.
    pub(crate) async fn end_bulk(&mut self, bulk: Pending) -> Result<(), DomainError> {
        self.command = Some(bulk.command);
        long_bulk::show(&mut self.tx, bulk).await
    }

    /// Fails while something stands in the way of these entities' going.
    ///
    /// # Errors
    /// With what stands in the way.
    pub(crate) async fn free<T: Noun>(&mut self, ids: &[T::Id]) -> Result<(), DomainError> {
        let command = self.command_id().await?;
        T::free(&mut self.tx, ids, command).await
    }

    fn note(&mut self, action: CommandAction, kind: EntityKind, ids: Vec<(i64, i64)>) {
        match &mut self.draft {
            None => {
                self.draft = Some(Draft { action, kind, ids, dependents: Vec::new(), changes: None });
            }
            Some(draft) => draft.add(action, kind, ids),
        }
    }

    /// Names the project that the activity line belongs to.
    pub fn in_project(&mut self, project: ProjectId) {
        self.project = Some(project);
    }

    /// Notes that this unit changes who may do what: caches drop what they hold, here at once, elsewhere soon.
    pub fn rights_changed(&mut self) {
        self.rights_changed = true;
    }

    /// Queues a job in the same transaction.
    pub async fn enqueue<J: Job>(&mut self, job: &J) -> Result<cytomine_model::JobId, DomainError> {
        let (id, payload) = (cytomine_model::JobId(self.tx.next_id().await?), job::payload(job)?);
        let row = NewJob { id, kind: J::NAME, queue: J::QUEUE, priority: J::PRIORITY, payload: &payload };
        store::job::insert(&mut self.tx, row, self.now).await?;
        self.jobs = true;
        Ok(id)
    }

    /// Writes command, activity and changes and makes all durable.
    ///
    /// # Errors
    /// When the database refuses, or the unit noted nothing (a defect of the use case); then nothing was written.
    pub async fn commit(mut self, system: &System, message: impl Into<String>) -> Result<Done, DomainError> {
        let message = message.into();
        let id = self.command_id().await?;
        let draft = self.draft.take().ok_or_else(|| {
            DomainError::new(cytomine_model::ErrorKind::Internal, "A unit of work ended without a command")
        })?;
        let done = Done { command: id, action: draft.action, kind: draft.kind, message: message.clone() };
        let command = Command {
            id,
            user: self.user,
            action: draft.action,
            kind: draft.kind,
            ids: draft.ids,
            dependents: draft.dependents,
            changes: draft.changes,
            project: self.project,
            message,
            undone: false,
            created: self.now,
        };
        store::command::insert(&mut self.tx, &command).await?;
        let line = self.tx.next_id().await?;
        let (user, project, now) = (self.user, self.project, self.now);
        store::command::insert_activity(&mut self.tx, line, user, project, id, &command.message, now).await?;
        self.tell(id, &tell::touched(&command)).await?;
        self.finish(system).await?;
        Ok(done)
    }

    /// Makes durable what is no step of a user: sessions, progress of jobs, undo itself.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    pub async fn finish(mut self, system: &System) -> Result<(), DomainError> {
        if self.rights_changed {
            store::rights::raise(&mut self.tx).await?;
        }
        self.tx.commit().await?;
        if self.rights_changed {
            system.forget_rights();
        }
        if self.jobs {
            system.jobs_waiting.notify_one();
        }
        if let Some(bulk) = self.going {
            long_bulk::clear_up(system, bulk).await;
        }
        Ok(())
    }
}
