//! Tags on entities.

use cytomine_model::{EntityKind, Millis, Tag, TagDomainAssociation, TagDomainAssociationId, TagId};
use cytomine_store::condition::Field;
use cytomine_store::{self as store, Tx};

use crate::access::{self, Deed};
use crate::hanging::{Hanging, Subject};
use crate::{Actor, DomainError};

impl Hanging for TagDomainAssociation {
    /// The tag.
    type Fields = Option<TagId>;

    const FILTERS: &'static [Field] = store::tag::ASSOCIATION_FIELDS;
    const EXCLUSIVE: bool = true;

    fn begin(id: TagDomainAssociationId, (kind, entity): Subject, now: Millis) -> Self {
        Self { id, tag: TagId(0), name: String::new(), kind, entity, created: now, updated: None }
    }

    fn subject(&self) -> Subject {
        (self.kind, self.entity)
    }

    fn moments(&self) -> (Millis, Option<Millis>) {
        (self.created, self.updated)
    }

    fn words(&self) -> String {
        format!("Tag {} on {} {}", self.name, self.kind.name(), self.entity)
    }

    fn fill(&mut self, tag: Option<TagId>, _: Option<Millis>) -> Result<(), DomainError> {
        let missing = || DomainError::invalid("Which tag? Give its id as `tag`");
        self.tag = tag.ok_or_else(missing)?;
        Ok(())
    }

    fn excludes(&self, other: &Self) -> Option<String> {
        (self.tag == other.tag).then(|| format!("It is marked with the tag {} already", other.name))
    }

    async fn admit(&mut self, tx: &mut Tx, actor: &Actor) -> Result<(), DomainError> {
        // Held, so that it is not deleted meanwhile.
        store::rows::hold(&mut *tx, EntityKind::Tag, self.tag.0).await?;
        self.name = access::get::<Tag>(tx, actor, self.tag, Deed::See).await?.name;
        Ok(())
    }
}
