//! What clients may keep, and whether they still have it.
//!
//! A validator names the bytes that a picture is made of and the version of this program, which decides how it is
//! made; the rest of what a picture depends on stands in its address. So it is known before any pixel is touched.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cytomine_domain::pixels::PixelSource;
use cytomine_slide::Plane;

use super::answer::Refused;
use crate::describe::{Input, Sketch};

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    /// For ever: the address names the content.
    Immutable,
    /// A day: the pixels of an image do not change, only who may see them.
    Day,
    /// To be asked for each time: an edit may change it.
    Revalidate,
}

impl Freshness {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Immutable => "private, max-age=31536000, immutable",
            Self::Day => "private, max-age=86400",
            Self::Revalidate => "private, no-cache",
        })
    }
}

/// A strong validator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validator(HeaderValue);

/// Pictures may come out differently after an update of the program.
const RENDERER: &str = env!("CARGO_PKG_VERSION");

impl Validator {
    /// Of pictures of these pixels.
    pub(super) fn of(source: &PixelSource) -> Self {
        Self::from_text(format!("\"{}\"", content(source)))
    }

    /// Of pictures of these pixels that something else is drawn on, too.
    pub(super) fn with(source: &PixelSource, drawn: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        drawn.hash(&mut hasher);
        Self::from_text(format!("\"{}-{:016x}\"", content(source), hasher.finish()))
    }

    fn from_text(text: String) -> Self {
        // Hexadecimal digits and a version number make a header value; anything else matches nothing.
        Self(HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\"")))
    }
}

/// The bytes, the plane where it is not the first, and the version of this program.
fn content(source: &PixelSource) -> String {
    let Plane { c, z, t } = source.planes.shown;
    match (c, z, t) {
        (0, 0, 0) => format!("{}-{RENDERER}", source.content_id),
        _ => format!("{}-{c}.{z}.{t}-{RENDERER}", source.content_id),
    }
}

/// What the client has already, by its `If-None-Match`.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    held: Vec<HeaderValue>,
    /// Reads can be answered from what the client has; a POST carries more than its address says.
    read: bool,
}

impl<S: Sync> FromRequestParts<S> for Condition {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let held = parts.headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect();
        Ok(Self { held, read: matches!(parts.method, Method::GET | Method::HEAD) })
    }
}

impl Input for Condition {
    fn describe(_: &mut Sketch<'_>) {}
}

impl Condition {
    /// Answers "not modified" where the client has the picture, else what `make` makes, with the headers of caching.
    pub(super) async fn answer<F>(
        &self,
        validator: &Validator,
        freshness: Freshness,
        make: F,
    ) -> Result<Response, Refused>
    where
        F: Future<Output = Result<Response, Refused>>,
    {
        if !self.read {
            let mut response = make.await?;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            return Ok(response);
        }
        let mut response =
            if self.holds(validator) { StatusCode::NOT_MODIFIED.into_response() } else { make.await? };
        mark(response.headers_mut(), validator, freshness);
        Ok(response)
    }

    fn holds(&self, validator: &Validator) -> bool {
        self.held.iter().filter_map(|value| value.to_str().ok()).any(|list| names(list, validator))
    }
}

fn mark(headers: &mut HeaderMap, validator: &Validator, freshness: Freshness) {
    headers.insert(header::ETAG, validator.0.clone());
    headers.insert(header::CACHE_CONTROL, freshness.header());
}

/// Weak comparison with each of a list, as RFC 9110 wants it for `If-None-Match`. Our validators hold no comma.
fn names(list: &str, validator: &Validator) -> bool {
    list.split(',').map(str::trim).any(|held| {
        held == "*" || held.strip_prefix("W/").unwrap_or(held).as_bytes() == validator.0.as_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_weak_ones_and_the_star_are_understood() {
        let validator = Validator(HeaderValue::from_static("\"ab-0.1.0\""));
        for list in ["\"ab-0.1.0\"", "W/\"ab-0.1.0\"", "\"x\", \"ab-0.1.0\"", "*", "\"x\",W/\"ab-0.1.0\""] {
            assert!(names(list, &validator), "{list}");
        }
        for list in ["", "\"x\"", "ab-0.1.0", "\"ab-0.1.0", "\"ab-0.1.1\""] {
            assert!(!names(list, &validator), "{list}");
        }
    }
}
