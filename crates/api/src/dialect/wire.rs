//! How values stand in Cytomine's JSON: dates as text of milliseconds, every key listed even when null.
//!
//! Optional fields of answers are plain `Option`s without `skip_serializing_if`: that is how nulls get listed.

use cytomine_model::{May, Millis, Thing};
use serde::{Serialize, Serializer};
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::loose::schema_of;

/// A moment as classic objects write it: text of ms since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ms(pub i64);

impl From<Millis> for Ms {
    fn from(moment: Millis) -> Self {
        Self(moment.0)
    }
}

impl Serialize for Ms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl PartialSchema for Ms {
    fn schema() -> RefOr<Schema> {
        schema_of(json!({
            "description": "Milliseconds since 1970 as text",
            "type": "string",
            "pattern": "^-?[0-9]+$",
            "example": "1753006530123",
        }))
    }
}

impl ToSchema for Ms {}

/// A key that is always null: Cytomine lists it, this server has nothing to say under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Nothing;

impl PartialSchema for Nothing {
    fn schema() -> RefOr<Schema> {
        schema_of(json!({ "type": "null" }))
    }
}

impl ToSchema for Nothing {}

/// What the caller may do with a thing, as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(pub May);

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.words())
    }
}

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        let mut words: Vec<&str> =
            Thing::ALL.into_iter().flat_map(|thing| thing.told()).map(|(word, _)| *word).collect();
        words.sort_unstable();
        words.dedup();
        schema_of(json!({
            "description": "What the caller may do with it; other words may come with newer releases",
            "type": "array",
            "items": { "type": "string", "enum": words },
            "example": ["edit"],
        }))
    }
}

impl ToSchema for Words {
    fn name() -> std::borrow::Cow<'static, str> {
        "May".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        created: Ms,
        updated: Option<Ms>,
        deleted: Nothing,
        name: Option<String>,
    }

    #[test]
    fn dates_are_strings_and_nulls_are_listed() {
        let row = Row { created: Ms(12), updated: None, deleted: Nothing, name: None };
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"created":"12","updated":null,"deleted":null,"name":null}"#
        );
        let row = Row { created: Ms(12), updated: Some(Ms(-3)), deleted: Nothing, name: None };
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"created":"12","updated":"-3","deleted":null,"name":null}"#
        );
    }
}
