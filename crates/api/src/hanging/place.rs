//! The place of a request: the entity that its address names, and what it says after that.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cytomine_domain::hanging::{Subject, Which};
use cytomine_model::{Action, EntityKind, ErrorKind};
use serde_json::{Value, json};

use super::bears;
use crate::describe::{Input, Segment, Sketch};
use crate::dialect::DialectError;
use crate::dialect::class::{java_class, kind_of};
use crate::dialect::loose::{Id, Text};
use crate::error::ApiError;
use crate::extract::Path;
use crate::state::ApiState;

/// Nouns with addresses of their own below which things hang, beside `domain/{class}/{id}`.
///
/// With each, the right to change what hangs there.
const NOUNS: [(&str, EntityKind, Action); 3] = [
    ("project", EntityKind::Project, Action::DescribeProject),
    ("annotation", EntityKind::Annotation, Action::DescribeAnnotation),
    ("imageinstance", EntityKind::ImageInstance, Action::DescribeImage),
];

/// The beginnings of addresses below which things hang, each with the right to change these. Below a class stands a
/// project as well as anything else; of other things their nouns say.
pub fn parents() -> impl Iterator<Item = (String, Action)> {
    let nouns = NOUNS.iter().map(|(noun, _, describe)| (format!("/api/{noun}/{{id}}"), *describe));
    std::iter::once(("/api/domain/{class}/{id}".to_owned(), Action::DescribeProject)).chain(nouns)
}

/// The entity that an address names, if it does, and the last segment with a value.
#[derive(Clone, Debug)]
pub struct Place {
    /// What things hang on.
    pub subject: Option<Subject>,
    name: String,
    /// What comes after it: the id of one of them, or a key.
    pub rest: Option<String>,
}

impl Place {
    /// The entity.
    ///
    /// # Errors
    /// When the address names none: a defect of the list of routes.
    pub fn on(&self) -> Result<Subject, ApiError> {
        let cause = "it names no entity";
        let missing = || ApiError::new(ErrorKind::Internal, format!("A path cannot be read: {cause}"));
        self.subject.ok_or_else(missing)
    }

    /// Which one of those that hang is meant.
    ///
    /// # Errors
    /// When what should be an id is none.
    pub fn which(&self) -> Result<Which, ApiError> {
        let id = self.rest.as_deref().map(|text| number(&self.name, text)).transpose()?;
        Ok(Which { on: self.subject, id })
    }
}

fn number(name: &str, text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| DialectError::invalid(name, text, "a whole number").into())
}

fn kind_in(name: &str, class: &str) -> Result<EntityKind, ApiError> {
    let known = kind_of(class).filter(|kind| bears(*kind));
    let expected = "the class of an entity, such as `be.cytomine.domain.project.Project`";
    known.ok_or_else(|| DialectError::invalid(name, class, expected).into())
}

/// The entity that a body names, if it does.
///
/// # Errors
/// When it names half of one, or a class that is none.
pub fn subject(class: Text, id: Id) -> Result<Option<Subject>, ApiError> {
    match (class.get().filter(|class| !class.is_empty()), id.get()) {
        (Some(class), Some(id)) => Ok(Some((kind_in("domainClassName", &class)?, id))),
        _ => Ok(None),
    }
}

impl FromRequestParts<ApiState> for Place {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Path(values) = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await?;
        let noun = parts.uri.path().split('/').nth(2).unwrap_or_default();
        let named = NOUNS.iter().find(|(known, ..)| *known == noun);
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or_default();
        let subject = match named {
            Some((_, kind, _)) => Some((*kind, number("id", &next().1)?)),
            None if noun == "domain" => Some((kind_in("class", &next().1)?, number("id", &next().1)?)),
            None => None,
        };
        let (name, rest) = values.next().map_or_else(Default::default, |(name, rest)| (name, Some(rest)));
        Ok(Self { subject, name, rest })
    }
}

impl Input for Place {
    fn describe(sketch: &mut Sketch<'_>) {
        if sketch.names.is_empty() {
            return;
        }
        sketch.refuses(400);
        sketch.refuses(404);
        for name in sketch.names.clone() {
            let schema = match name.as_str() {
                "class" => classes(),
                "key" => String::schema(),
                _ => i64::schema(),
            };
            sketch.parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
    }
}

/// Classes in addresses; some clients write them with `_`.
fn classes() -> Value {
    let known = EntityKind::ALL.iter().copied().filter(|kind| bears(*kind));
    let names: Vec<String> = known.map(|kind| java_class(kind).replace('.', "[._]")).collect();
    json!({
        "type": "string",
        "pattern": format!("^({})$", names.join("|")),
        "example": java_class(EntityKind::Project),
    })
}
