//! What hangs on any entity: properties, descriptions, tags, files. One set of use cases serves all of them; a noun states
//! what is its own ([`Hanging`]).
//!
//! Whoever sees the entity sees what hangs on it; what it takes to change that is [`Deed::Describe`] on the entity (rest-api,
//! rule `META`). Whoever adds something holds the entity's row, so that it cannot go meanwhile, and two cannot add what
//! there may be only one of.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;

use cytomine_model::{Action, Entity, EntityKind, Millis, Page, ProjectId, Scope};
use cytomine_store::condition::{Condition, Field};
use cytomine_store::table::Table;
use cytomine_store::{self as store, Read, Tx};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::Bulk;
use crate::{Actor, DomainError, Outcome, System, access};

pub use cytomine_store::hanging::hangs;

/// An entity that something hangs on.
pub type Subject = (EntityKind, i64);

/// A kind whose entities hang on any other.
pub trait Hanging: Table + Into<Entity> {
    /// What a client says of one; on an edit, absent fields keep their value.
    type Fields: Send;
    /// Fields that a list of all can be filtered by.
    const FILTERS: &'static [Field] = &[];
    /// Whether one can stand in the way of another on the same entity.
    const EXCLUSIVE: bool = false;
    /// Whether guests, too, change and delete those on annotations that they may change.
    const FOR_GUESTS: bool = false;

    /// One without a word in it yet.
    fn begin(id: Self::Id, on: Subject, now: Millis) -> Self;

    /// What it hangs on.
    fn subject(&self) -> Subject;

    /// When it was made, and last changed.
    fn moments(&self) -> (Millis, Option<Millis>);

    /// It, at the beginning of a sentence.
    fn words(&self) -> String;

    /// Takes over what a client says; `now` is the moment of a change.
    ///
    /// # Errors
    /// When that makes no sense.
    fn fill(&mut self, fields: Self::Fields, now: Option<Millis>) -> Result<(), DomainError>;

    /// Why there may not be another beside it, if so.
    fn excludes(&self, _other: &Self) -> Option<String> {
        None
    }

    /// Looks up what else a new one names; fails where that is not there for the actor.
    fn admit(
        &mut self,
        _tx: &mut Tx,
        _actor: &Actor,
    ) -> impl Future<Output = Result<(), DomainError>> + Send {
        async { Ok(()) }
    }
}

impl<T: Hanging> Noun for T {
    const BEARS_RIGHTS: bool = false;

    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let subject = self.subject();
        let for_guests = T::FOR_GUESTS && subject.0 == EntityKind::Annotation;
        match deed {
            Deed::See => access::on(ex, actor, subject, Deed::See).await,
            Deed::Edit | Deed::Delete if for_guests => access::on(ex, actor, subject, Deed::Edit).await,
            _ => describe(ex, actor, subject).await,
        }
    }
}

/// The right to change what hangs on an entity.
async fn describe<E: Read>(ex: &mut E, actor: &Actor, subject: Subject) -> Result<Reach, DomainError> {
    let reach = access::on(ex, actor, subject, Deed::Describe).await?;
    if reach.project.is_none() {
        access::require(actor, Action::DescribeOther)?;
    }
    Ok(reach)
}

/// Fails unless the actor may hang something on that entity.
///
/// # Errors
/// When there is no such entity, or no right.
pub async fn authorize(system: &System, actor: &Actor, on: Option<Subject>) -> Result<(), DomainError> {
    let on = on.ok_or_else(nowhere)?;
    bearer(on)?;
    describe(&mut &system.db, actor, on).await.map(|_| ())
}

fn nowhere() -> DomainError {
    DomainError::invalid("Say what it belongs to: give `domainClassName` and `domainIdent`")
}

/// Fails for what hangs itself.
fn bearer((kind, _): Subject) -> Result<(), DomainError> {
    if !hangs(kind) {
        return Ok(());
    }
    let kind = kind.name();
    Err(DomainError::invalid(format!("Nothing can be given to a {kind}: name what that belongs to")))
}

/// Which one is meant: by its id, by what it hangs on where that has one only, or by both.
#[derive(Clone, Copy, Debug)]
pub struct Which {
    /// What it hangs on.
    pub on: Option<Subject>,
    /// Its id.
    pub id: Option<i64>,
}

async fn find<T: Hanging>(
    mut ex: impl Read,
    actor: &Actor,
    which: Which,
    deed: Deed,
) -> Result<(T, Reach), DomainError> {
    if let Some(on) = which.on {
        // Else the answer would tell somebody else whether there is one.
        access::on(&mut ex, actor, on, Deed::See).await?;
    }
    let found: Option<T> = match (which.id, which.on) {
        (Some(id), _) => access::unasked(&mut ex, id.into(), Unasked::AskedNext).await?,
        (None, Some((kind, id))) => store::hanging::of(&mut ex, kind, &[id]).await?.pop(),
        (None, None) => None,
    };
    let found = found.filter(|found| which.on.is_none_or(|on| on == found.subject()));
    let place = which.id.or(which.on.map(|(_, id)| id)).unwrap_or_default();
    let found = found.ok_or_else(|| DomainError::not_found(T::KIND.name(), place))?;
    let reach = found.may(&mut ex, actor, deed).await?;
    Ok((found, reach))
}

/// One that the actor may see.
///
/// # Errors
/// When there is none, or no right.
pub async fn get<T: Hanging>(system: &System, actor: &Actor, which: Which) -> Result<T, DomainError> {
    Ok(find(&system.db, actor, which, Deed::See).await?.0)
}

/// Those on an entity that the actor may see, oldest first.
///
/// # Errors
/// When there is no such entity, or no right.
pub async fn on<T: Hanging>(system: &System, actor: &Actor, on: Subject) -> Result<Vec<T>, DomainError> {
    access::on(&mut &system.db, actor, on, Deed::See).await?;
    Ok(store::hanging::of(&system.db, on.0, &[on.1]).await?)
}

/// A page of all of a kind, for administrators, and how many there are.
///
/// # Errors
/// When the actor is none.
pub async fn all<T: Hanging>(
    system: &System,
    actor: &Actor,
    page: Page,
) -> Result<(Vec<T>, i64), DomainError> {
    access::require(actor, Action::SeeEverything)?;
    Ok(store::hanging::list(&system.db, Scope::Everything, (&[], &[]), page).await?)
}

/// All of a kind on what the actor may see, newest first.
pub async fn seen<T: Hanging>(
    system: &System,
    actor: &Actor,
    conditions: &[Condition],
) -> Result<Vec<T>, DomainError> {
    let filter = (conditions, T::FILTERS);
    let (mut list, _): (Vec<T>, _) =
        store::hanging::list(&system.db, actor.scope(), filter, Page::ALL).await?;
    if actor.admin_by_now {
        return Ok(list);
    }
    // Outside of projects there are few things, and as many rules as kinds.
    let mut visible: HashMap<Subject, bool> = HashMap::new();
    for on in list.iter().map(T::subject).filter(|on| !store::hanging::lies_in_project(on.0)) {
        if let Entry::Vacant(unasked) = visible.entry(on) {
            unasked.insert(access::on(&mut &system.db, actor, on, Deed::See).await.is_ok());
        }
    }
    list.retain(|one| visible.get(&one.subject()).is_none_or(|visible| *visible));
    Ok(list)
}

/// Hangs many on entities: each is checked by itself, the good ones are written as one step.
///
/// # Errors
/// Only what concerns all of them, such as the database being out of reach.
pub async fn create_many<T: Hanging>(
    system: &System,
    actor: &Actor,
    list: Vec<(Option<Subject>, T::Fields)>,
) -> Result<Bulk<T>, DomainError> {
    let mut bulk = Bulk::default();
    if list.is_empty() {
        return Ok(bulk);
    }
    let mut unit = system.begin(actor).await?;
    let mut subjects: Vec<Subject> = list.iter().filter_map(|(on, _)| *on).collect();
    // In one order for everybody: two bulks would else wait for each other.
    subjects.sort_unstable_by_key(|(kind, id)| (kind.as_str(), *id));
    subjects.dedup();
    for (kind, id) in &subjects {
        store::rows::hold(&mut unit.tx, *kind, *id).await?;
    }
    let ids = unit.ids(list.len()).await?;
    let mut beside: HashMap<Subject, (Option<ProjectId>, Vec<T>)> = HashMap::new();
    for (place, ((on, fields), id)) in list.into_iter().zip(ids).enumerate() {
        let made = async {
            let on = on.ok_or_else(nowhere)?;
            let there = match beside.entry(on) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(beside_of::<T>(&mut unit.tx, actor, on).await?),
            };
            let mut one = T::begin(id.into(), on, unit.now);
            one.fill(fields, None)?;
            one.admit(&mut unit.tx, actor).await?;
            match there.1.iter().find_map(|other| other.excludes(&one)) {
                Some(why) => Err(DomainError::already_exists(why)),
                None => {
                    if T::EXCLUSIVE {
                        there.1.push(one.clone());
                    }
                    Ok(one)
                }
            }
        };
        match made.await {
            Ok(one) => bulk.added.push(one),
            Err(cause) => bulk.refuse(place, cause)?,
        }
    }
    let Some(first) = bulk.added.first() else { return Ok(bulk) };
    let message = match bulk.added.len() {
        1 => format!("{} added", first.words()),
        count => format!("{count} added: {}, ...", first.words()),
    };
    store::table::insert_many(&mut unit.tx, &bulk.added).await?;
    let ids: Vec<i64> = bulk.added.iter().map(|one| one.id().into()).collect();
    unit.added(T::KIND, &ids);
    let mut projects = bulk.added.iter().map(|one| beside.get(&one.subject()).and_then(|there| there.0));
    if let Some(Some(project)) = projects.next()
        && projects.all(|other| other == Some(project))
    {
        unit.in_project(project);
    }
    bulk.done = Some(unit.commit(system, message).await?);
    Ok(bulk)
}

/// The project of an entity whose row is held, for an actor who may hang something on it, and what excludes others there.
async fn beside_of<T: Hanging>(
    tx: &mut Tx,
    actor: &Actor,
    on: Subject,
) -> Result<(Option<ProjectId>, Vec<T>), DomainError> {
    bearer(on)?;
    let project = describe(tx, actor, on).await?.project.map(|access| access.project.id);
    let there = if T::EXCLUSIVE { store::hanging::of(tx, on.0, &[on.1]).await? } else { Vec::new() };
    Ok((project, there))
}

/// Changes one.
///
/// # Errors
/// When there is none, no right, or what the client says makes no sense.
pub async fn update<T: Hanging>(
    system: &System,
    actor: &Actor,
    which: Which,
    fields: T::Fields,
) -> Result<Outcome<T>, DomainError> {
    let (before, _) = find::<T>(&system.db, actor, which, Deed::Edit).await?;
    let mut unit = system.begin_on(actor, T::KIND, before.id().into()).await?;
    let which = Which { id: Some(before.id().into()), ..which };
    let (before, reach) = find::<T>(&mut unit.tx, actor, which, Deed::Edit).await?;
    let mut one = before.clone();
    one.fill(fields, Some(unit.now))?;
    store::table::update(&mut unit.tx, &before, &one).await?;
    unit.edited(&before, &one);
    if let Some(access) = reach.project {
        unit.in_project(access.project.id);
    }
    let done = unit.commit(system, format!("{} edited", one.words())).await?;
    Ok(Outcome { entity: one, done })
}

/// Takes one away.
///
/// # Errors
/// When there is none, or no right.
pub async fn delete<T: Hanging>(
    system: &System,
    actor: &Actor,
    which: Which,
) -> Result<Outcome<T>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let (entity, reach) = find::<T>(&mut unit.tx, actor, which, Deed::Delete).await?;
    unit.deleted(T::KIND, &[entity.id().into()]).await?;
    if let Some(access) = reach.project {
        unit.in_project(access.project.id);
    }
    let done = unit.commit(system, format!("{} deleted", entity.words())).await?;
    Ok(Outcome { entity, done })
}
