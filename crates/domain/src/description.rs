//! Descriptions of entities.

use cytomine_model::{Description, DescriptionId, Millis};

use crate::DomainError;
use crate::hanging::{Hanging, Subject};

impl Hanging for Description {
    /// The text.
    type Fields = Option<String>;

    const EXCLUSIVE: bool = true;
    const FOR_GUESTS: bool = true;

    fn begin(id: DescriptionId, (kind, entity): Subject, now: Millis) -> Self {
        Self { id, kind, entity, data: String::new(), created: now, updated: None }
    }

    fn subject(&self) -> Subject {
        (self.kind, self.entity)
    }

    fn moments(&self) -> (Millis, Option<Millis>) {
        (self.created, self.updated)
    }

    fn words(&self) -> String {
        format!("Description of {} {}", self.kind.name(), self.entity)
    }

    fn fill(&mut self, data: Option<String>, now: Option<Millis>) -> Result<(), DomainError> {
        self.data = data.unwrap_or_else(|| std::mem::take(&mut self.data));
        self.updated = now;
        Ok(())
    }

    fn excludes(&self, _: &Self) -> Option<String> {
        Some("It has a description already: change that one".to_owned())
    }
}
