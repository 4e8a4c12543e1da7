//! Storages: each belongs to one user, who alone (and administrators) sees and fills it.

use cytomine_model::{
    AbstractImage, Action, CommandId, EditionMode, EntityKind, May, Page, Scope, Sort, Storage, StorageId,
    Thing, UserId,
};
use cytomine_store::uploaded_file::UploadedFileFilter;
use cytomine_store::{self as store, Read, Tx};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, System, Unit, access, name};

/// A storage of the actor's (or any, for administrators).
///
/// # Errors
/// When there is none, or it belongs to somebody else.
pub async fn get(system: &System, actor: &Actor, id: StorageId) -> Result<Storage, DomainError> {
    access::get(&system.db, actor, id, Deed::See).await
}

/// A storage that the actor may put files into.
///
/// # Errors
/// When there is none, the actor is a guest, or it belongs to somebody else.
pub(crate) async fn fillable(ex: impl Read, actor: &Actor, id: StorageId) -> Result<Storage, DomainError> {
    let storage: Storage = access::get(ex, actor, id, Deed::See).await?;
    access::require_on(actor, Action::FillStorage, Some(storage.user))?;
    Ok(storage)
}

/// What the actor may do with a storage.
pub fn may(actor: &Actor, storage: &Storage) -> May {
    May::of(Thing::Storage, actor.standing(), EditionMode::Classic, storage.user == actor.id())
}

/// Whose a storage is; nobody's once it was deleted.
pub(crate) async fn owner(ex: impl Read, id: StorageId) -> Result<Option<UserId>, DomainError> {
    let storage = access::unasked::<Storage>(ex, id, Unasked::AskedNext).await?;
    Ok(storage.map(|storage| storage.user))
}

/// A page of the storages that the actor sees, and how many there are.
pub async fn list(
    system: &System,
    actor: &Actor,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Storage>, i64), DomainError> {
    Ok(store::storage::list(&system.db, actor.scope(), sort, page).await?)
}

/// Makes a storage; `owner` other than the actor is for administrators.
///
/// # Errors
/// When the actor is a guest, the name is missing, or the owner is somebody else.
pub async fn create(
    system: &System,
    actor: &Actor,
    name: Option<&str>,
    owner: Option<UserId>,
) -> Result<Outcome<Storage>, DomainError> {
    bulk::create(system, actor, NewStorage { name: name.map(str::to_owned), owner }).await
}

/// A storage to be made.
#[derive(Clone, Debug, Default)]
pub struct NewStorage {
    /// Name.
    pub name: Option<String>,
    /// Whose it is; absent: its maker's.
    pub owner: Option<UserId>,
}

impl New for NewStorage {
    type Made = Storage;

    async fn write(self, unit: &mut Unit, actor: &Actor) -> Result<(Storage, String), DomainError> {
        access::require(actor, Action::Upload)?;
        let owner = self.owner.unwrap_or(actor.id());
        if owner != actor.id() {
            access::require(actor, Action::GiveAway)?;
        }
        let storage = insert(unit, owner, &named(self.name.as_deref())?).await?;
        unit.added(EntityKind::Storage, &[storage.id.0]);
        let message = format!("Storage {} added", storage.name);
        Ok((storage, message))
    }
}

/// Writes a storage of a user's; the caller notes it in the unit.
pub async fn insert(unit: &mut Unit, owner: UserId, name: &str) -> Result<Storage, DomainError> {
    let storage = Storage {
        id: StorageId(unit.id().await?),
        name: name.to_owned(),
        user: owner,
        created: unit.now,
        updated: None,
    };
    store::table::insert(&mut unit.tx, &storage).await?;
    Ok(storage)
}

/// The storage that a user's uploads go to by themselves: the oldest, made where there is none.
pub async fn personal(system: &System, user: UserId, username: &str) -> Result<Storage, DomainError> {
    if let Some(storage) = store::storage::first_of(&system.db, user).await? {
        return Ok(storage);
    }
    let mut unit = system.begin_as(user).await?;
    if let Some(storage) = store::storage::first_of(&mut unit.tx, user).await? {
        return Ok(storage);
    }
    let storage = insert(&mut unit, user, &format!("{username} storage")).await?;
    unit.finish(system).await?;
    Ok(storage)
}

/// Changes name or owner; a new owner is for administrators.
///
/// # Errors
/// When the storage is not the actor's.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: StorageId,
    name: Option<&str>,
    owner: Option<UserId>,
) -> Result<Outcome<Storage>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Storage, id.0).await?;
    let before: Storage = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
    let mut storage = before.clone();
    if let Some(name) = name {
        storage.name = named(Some(name))?;
    }
    if let Some(owner) = owner.filter(|owner| *owner != before.user) {
        access::require(actor, Action::GiveAway)?;
        storage.user = owner;
        unit.rights_changed();
    }
    storage.updated = Some(unit.now);
    store::table::update(&mut unit.tx, &before, &storage).await?;
    unit.edited(&before, &storage);
    let message = format!("Storage {} edited", storage.name);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: storage, done })
}

/// Deletes a storage with its files, none of which a project may use.
///
/// # Errors
/// When the storage is not the actor's, or a project uses an image of it.
pub async fn delete(system: &System, actor: &Actor, id: StorageId) -> Result<Outcome<Storage>, DomainError> {
    let mut unit = system.begin(actor).await?;
    let storage: Storage = access::get(&mut unit.tx, actor, id, Deed::Delete).await?;
    unit.free::<Storage>(&[id]).await?;
    unit.deleted(EntityKind::Storage, &[id.0]).await?;
    unit.rights_changed();
    let done = unit.commit(system, format!("Storage {} deleted", storage.name)).await?;
    Ok(Outcome { entity: storage, done })
}

impl Noun for Storage {
    async fn may<E: Read>(&self, _: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let action = if deed == Deed::See { Action::SeeStorage } else { Action::EditStorage };
        access::require_on(actor, action, Some(self.user))?;
        Ok(Reach::OUTSIDE)
    }

    async fn free(tx: &mut Tx, ids: &[StorageId], command: CommandId) -> Result<(), DomainError> {
        for id in ids {
            let filter = UploadedFileFilter { storage: Some(*id), ..Default::default() };
            let (files, _) =
                store::uploaded_file::list(&mut *tx, Scope::Everything, &filter, None, Page::ALL).await?;
            let files: Vec<_> = files.iter().map(|file| file.id).collect();
            let images = store::abstract_image::of_files(&mut *tx, &files).await?;
            AbstractImage::free(tx, &images, command).await?;
        }
        Ok(())
    }
}

fn named(name: Option<&str>) -> Result<String, DomainError> {
    match name.map(str::trim) {
        Some(name) if !name.is_empty() => {
            name::readable("name", name)?;
            Ok(name.to_owned())
        }
        _ => Err(DomainError::invalid("A storage needs a name: give `name`")),
    }
}
