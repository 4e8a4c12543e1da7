//! Properties: keys and values on any entity.

use cytomine_geometry::Bounds;
use cytomine_model::{
    AnnotationId, EntityKind, ImageInstance, ImageInstanceId, Millis, ProjectId, Property, PropertyId, UserId,
};
use cytomine_store as store;

use crate::hanging::{Hanging, Subject};
use crate::noun::Deed;
use crate::{Actor, DomainError, System, Unit, access, hanging};

/// Longest key, in bytes.
const LONGEST_KEY: usize = 1_000;

impl Hanging for Property {
    /// Key and value.
    type Fields = (Option<String>, Option<String>);

    fn begin(id: PropertyId, (kind, entity): Subject, now: Millis) -> Self {
        let (key, value) = (String::new(), String::new());
        Self { id, kind, entity, key, value, created: now, updated: None }
    }

    fn subject(&self) -> Subject {
        (self.kind, self.entity)
    }

    fn moments(&self) -> (Millis, Option<Millis>) {
        (self.created, self.updated)
    }

    fn words(&self) -> String {
        format!("Property {}", self.key)
    }

    fn fill(&mut self, (key, value): Self::Fields, now: Option<Millis>) -> Result<(), DomainError> {
        if let Some(key) = key {
            self.key = key.trim().to_owned();
        }
        if self.key.is_empty() || self.key.len() > LONGEST_KEY {
            return Err(DomainError::invalid(format!(
                "The key of a property has {} bytes: give 1 to {LONGEST_KEY}",
                self.key.len()
            )));
        }
        self.value = value.unwrap_or_else(|| std::mem::take(&mut self.value));
        self.updated = now;
        Ok(())
    }
}

/// Writes properties of entities of one kind that are made in the same unit: triples of entity, key, value.
///
/// # Errors
/// When a key is empty or too long, or the database refuses.
pub(crate) async fn insert_all(
    unit: &mut Unit,
    kind: EntityKind,
    entries: &[(i64, String, String)],
) -> Result<(), DomainError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut properties = Vec::with_capacity(entries.len());
    for (id, (entity, key, value)) in unit.ids(entries.len()).await?.into_iter().zip(entries) {
        let mut property = Property::begin(PropertyId(id), (kind, *entity), unit.now);
        property.fill((Some(key.clone()), Some(value.clone())), None)?;
        properties.push(property);
    }
    Ok(store::table::insert_many(&mut unit.tx, &properties).await?)
}

/// Copies the properties of one entity to another.
pub(crate) async fn copy(
    unit: &mut Unit,
    (from_kind, from): Subject,
    (to_kind, to): Subject,
) -> Result<(), DomainError> {
    let properties: Vec<Property> = store::hanging::of(&mut unit.tx, from_kind, &[from]).await?;
    let entries: Vec<(i64, String, String)> =
        properties.into_iter().map(|property| (to, property.key, property.value)).collect();
    insert_all(unit, to_kind, &entries).await
}

/// The latest property of an entity with that key.
///
/// # Errors
/// When there is none, or the actor may not see the entity.
pub async fn by_key(system: &System, actor: &Actor, on: Subject, key: &str) -> Result<Property, DomainError> {
    let found: Vec<Property> = hanging::on(system, actor, on).await?;
    let found = found.into_iter().rfind(|property| property.key == key.trim());
    found.ok_or_else(|| DomainError::not_found("Property", key))
}

/// Keys of properties on the images of a project (`kind`), or on the annotations of a project or of one image; with the
/// users whose these are where that is asked for.
///
/// # Errors
/// When neither project nor image is given, or the actor may not see it.
pub async fn keys(
    system: &System,
    actor: &Actor,
    kind: EntityKind,
    (project, image): (Option<ProjectId>, Option<ImageInstanceId>),
    with_users: bool,
) -> Result<Vec<(String, Option<UserId>)>, DomainError> {
    let project = match (project, image) {
        (_, Some(image)) => image_of(system, actor, image).await?.project,
        (Some(project), None) => access::project(&system.db, actor, project).await?.project.id,
        (None, None) => {
            return Err(DomainError::invalid("Keys of what? Give `idProject`, or `idImage` for annotations"));
        }
    };
    Ok(store::property::keys(&system.db, kind, project, image, with_users).await?)
}

async fn image_of(system: &System, actor: &Actor, id: ImageInstanceId) -> Result<ImageInstance, DomainError> {
    access::get(&system.db, actor, id, Deed::See).await
}

/// Where a user's annotations on an image have their centres, with the values that they have for a key: of all, or of
/// those whose bounds meet the region.
///
/// # Errors
/// When the actor may not see the image.
pub async fn positions(
    system: &System,
    actor: &Actor,
    (image, user): (ImageInstanceId, UserId),
    key: &str,
    region: Option<Bounds>,
) -> Result<Vec<(AnnotationId, f64, f64, String)>, DomainError> {
    image_of(system, actor, image).await?;
    Ok(store::property::positions(&system.db, image, user, key, region).await?)
}
