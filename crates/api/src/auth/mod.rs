//! Who sends a request: by session cookie, or by the key signature of Cytomine's clients.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use cytomine_domain::{Actor, session};
use cytomine_model::{ErrorKind, Millis};

use crate::describe::{Input, Sketch};
use crate::dialect::signature::{self, KeyAuthorization, SignedRequest};
use crate::edge::origin::{self, Acts};
use crate::edge::{RequestOrigin, SignedTarget};
use crate::error::ApiError;
use crate::state::ApiState;

/// Name of the session's cookie.
pub const COOKIE: &str = "cytomine_session";

/// Whoever sent the request, with valid credentials.
#[derive(Clone, Debug)]
pub struct Caller(pub Known);

/// A known actor; shared, because tiles ask for it thousands of times a second.
#[derive(Clone, Debug)]
pub struct Known(Arc<Actor>);

impl Deref for Known {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        match MaybeCaller::from_request_parts(parts, state).await? {
            MaybeCaller(Some(actor)) => Ok(Self(actor)),
            MaybeCaller(None) => Err(ApiError::new(
                ErrorKind::Unauthenticated,
                "Sign in first, or sign the request with a key; the credentials sent, if any, are not valid",
            )),
        }
    }
}

impl Input for Caller {
    fn describe(sketch: &mut Sketch<'_>) {
        sketch.signed_in = true;
        sketch.refuses(401);
        sketch.refuses(403);
    }
}

/// Whoever sent the request, or nobody. Wrong credentials count as none, as with Cytomine.
#[derive(Clone, Debug)]
pub struct MaybeCaller(pub Option<Known>);

impl FromRequestParts<ApiState> for MaybeCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        if let Some(authorization) = KeyAuthorization::parse(&parts.headers) {
            return by_key(parts, state, authorization).await.map(Self);
        }
        let Some(token) = session_token(&parts.headers) else { return Ok(Self(None)) };
        let actor = session::authenticate(&state.system, token).await?;
        if actor.is_some() {
            require_own_origin(parts, state)?;
        }
        Ok(Self(actor.map(Known)))
    }
}

async fn by_key(
    parts: &Parts,
    state: &ApiState,
    authorization: KeyAuthorization<'_>,
) -> Result<Option<Known>, ApiError> {
    let bases = parts.extensions.get::<RequestOrigin>().map(RequestOrigin::base_urls).unwrap_or_default();
    let target = parts.extensions.get::<SignedTarget>().map_or_else(
        || parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        |target| target.path_and_query.clone(),
    );
    let Some(signed) = SignedRequest::new(parts.method.as_str(), &parts.headers, &target, &bases) else {
        return Ok(None);
    };
    let mut date = None;
    let proves = |private_key: &str| {
        date = signed.verify(private_key, authorization.signature);
        date.is_some()
    };
    let actor = session::authenticate_key(&state.system, authorization.public_key, proves).await?;
    let (Some(actor), Some(date)) = (actor, date) else { return Ok(None) };
    let until = require_fresh(state, date)?;
    if signed.covers_body() && acts(parts) {
        session::use_signature(&state.system, authorization.signature, until).await?;
    }
    Ok(Some(Known(actor)))
}

/// Until when a signature of that date is good.
///
/// # Errors
/// When it no longer is, or not yet: that of a request that somebody has kept is worth nothing.
fn require_fresh(state: &ApiState, date: &str) -> Result<Millis, ApiError> {
    let now = state.system.clock.now();
    let window = i64::try_from(state.signature_window.as_millis()).unwrap_or(i64::MAX);
    let signed = signature::moment(date).map(Millis);
    match signed.filter(|signed| now.since(*signed).abs() <= window) {
        Some(signed) => Ok(Millis(signed.0.saturating_add(window))),
        None => {
            let server = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
            let server = server.strftime("%a, %d %b %Y %H:%M:%S +0000");
            let minutes = state.signature_window.as_secs() / 60;
            let message = format!(
                "The request was signed for `{date}`, and the server's time is {server}: signatures are good for \
                 {minutes} minutes, so set this machine's clock, and write dates as the server's"
            );
            Err(ApiError::new(ErrorKind::Unauthenticated, message))
        }
    }
}

/// Whether the request changes something.
fn acts(parts: &Parts) -> bool {
    !parts.method.is_safe() || parts.extensions.get::<Acts>().is_some()
}

/// The token in the session's cookie.
pub fn session_token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Refuses to act by cookie for pages of foreign origin.
///
/// # Errors
/// When the request changes something and its page is not ours.
pub fn require_own_origin(parts: &Parts, state: &ApiState) -> Result<(), ApiError> {
    let (own, acts) = (parts.extensions.get::<RequestOrigin>(), parts.extensions.get::<Acts>().copied());
    let may = |own| origin::may_act(&parts.method, acts, &parts.headers, own, &state.cors_origins);
    if own.is_some_and(may) {
        return Ok(());
    }
    let remedy = "open the page under the address that the server knows as its own (--public-url, and \
                  --trusted-proxy behind a proxy), or sign the request with a key";
    Err(ApiError::new(
        ErrorKind::Forbidden,
        format!("The request comes from a page of another origin: {remedy}"),
    ))
}
