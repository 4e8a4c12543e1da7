//! Tags: words that everybody sees and may mark things with.

use cytomine_model::{Action, EntityKind, Page, Sort, Tag, TagId};
use cytomine_store::{self as store, Read};

use crate::noun::{Deed, Noun, Reach};
use crate::unit::bulk::Bulk;
use crate::{Actor, DomainError, Outcome, System, access, name};

/// Longest name, in characters.
const LONGEST: usize = 255;

/// A tag.
///
/// # Errors
/// When there is none.
pub async fn get(system: &System, actor: &Actor, id: TagId) -> Result<Tag, DomainError> {
    access::get(&system.db, actor, id, Deed::See).await
}

/// A page of all tags, and how many there are.
pub async fn list(
    system: &System,
    _: &Actor,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Tag>, i64), DomainError> {
    Ok(store::tag::list(&system.db, sort, page).await?)
}

/// Makes tags: each name is checked by itself, the good ones are written as one step.
///
/// # Errors
/// When the actor is a guest; a name that is missing, too long or taken is told in the answer.
pub async fn create_many(
    system: &System,
    actor: &Actor,
    names: Vec<Option<String>>,
) -> Result<Bulk<Tag>, DomainError> {
    access::require(actor, Action::CreateTag)?;
    let mut unit = system.begin(actor).await?;
    let ids = unit.ids(names.len()).await?;
    let mut bulk = Bulk::default();
    for (place, (name, id)) in names.into_iter().zip(ids).enumerate() {
        let name = match valid(name.as_deref()) {
            Ok(name) => name,
            Err(cause) => {
                bulk.refused.push((place, cause));
                continue;
            }
        };
        let twice = bulk.added.iter().any(|tag: &Tag| tag.name == name);
        if twice || store::tag::is_taken(&mut unit.tx, &name).await? {
            bulk.refused.push((place, DomainError::already_exists(taken(&name))));
            continue;
        }
        let (user, creator) = (actor.id(), actor.user.username.clone());
        bulk.added.push(Tag { id: TagId(id), name, user, creator, created: unit.now, updated: None });
    }
    let Some(Tag { name, .. }) = bulk.added.last() else { return Ok(bulk) };
    let message = format!("Tag {name} added");
    // Somebody else may have made it just now.
    let duplicate = DomainError::duplicate(taken(name));
    store::table::insert_many(&mut unit.tx, &bulk.added).await.map_err(duplicate)?;
    let ids: Vec<i64> = bulk.added.iter().map(|tag| tag.id.0).collect();
    unit.added(EntityKind::Tag, &ids);
    bulk.done = Some(unit.commit(system, message).await?);
    Ok(bulk)
}

/// Renames a tag.
///
/// # Errors
/// When the actor may not, or the name is missing, too long or taken.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: TagId,
    name: Option<String>,
) -> Result<Outcome<Tag>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Tag, id.0).await?;
    let before: Tag = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
    let name = valid(Some(name.as_deref().unwrap_or(&before.name)))?;
    let tag = Tag { name, updated: Some(unit.now), ..before.clone() };
    let duplicate = DomainError::duplicate(taken(&tag.name));
    store::table::update(&mut unit.tx, &before, &tag).await.map_err(duplicate)?;
    unit.edited(&before, &tag);
    let done = unit.commit(system, format!("Tag {} edited", tag.name)).await?;
    Ok(Outcome { entity: tag, done })
}

/// Deletes a tag, and takes it off what it marks.
///
/// # Errors
/// When there is none, or the actor may not.
pub async fn delete(system: &System, actor: &Actor, id: TagId) -> Result<Outcome<Tag>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Tag, id.0).await?;
    let tag: Tag = access::get(&mut unit.tx, actor, id, Deed::Delete).await?;
    unit.deleted(EntityKind::Tag, &[id.0]).await?;
    let done = unit.commit(system, format!("Tag {} deleted", tag.name)).await?;
    Ok(Outcome { entity: tag, done })
}

impl Noun for Tag {
    const BEARS_RIGHTS: bool = false;

    /// Everybody sees tags. Who made one changes it until something is marked with it; then administrators do.
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        match deed {
            Deed::See => return Ok(Reach::OUTSIDE),
            Deed::Add => access::require(actor, Action::CreateTag)?,
            _ => access::require_on(actor, Action::EditTag, Some(self.user))?,
        }
        let others = access::require(actor, Action::EditTag).is_ok();
        if !others && matches!(deed, Deed::Edit | Deed::Delete) && store::tag::is_used(ex, self.id).await? {
            return Err(DomainError::forbidden(
                "Things are marked with this tag: only an administrator changes it",
            ));
        }
        Ok(Reach::OUTSIDE)
    }
}

fn valid(name: Option<&str>) -> Result<String, DomainError> {
    let name = name.unwrap_or_default().trim();
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(DomainError::invalid("A tag needs a name of 1 to 255 characters: give `name`"));
    }
    name::readable("name", name)?;
    Ok(name.to_owned())
}

fn taken(name: &str) -> String {
    format!("There is a tag named {name} already; choose another name, or use that one")
}
