//! Signing in and out by password, and the admin session (rest-api 2.5).

pub mod wire;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use cytomine_domain::{DomainError, session};
use cytomine_model::{Action, ErrorKind};
use serde_json::Value;

use self::wire::{Session, SignIn};
use crate::auth::{COOKIE, Caller, session_token};
use crate::edge::RequestOrigin;
use crate::error::ApiError;
use crate::extract::Told;
use crate::routes::{Right, Routes, delete, get, post};
use crate::state::ApiState;
use crate::user::wire::Flags;

/// Largest body of a sign-in in bytes.
const SIGN_IN: usize = 8 << 10;

/// Routes of sessions.
pub fn routes() -> Routes {
    let mut routes = Routes::of("Sessions")
        .with(get("/session", show, "Tell who is signed in").signed_in().clean())
        .with(
            post("/session", sign_in, "Sign in with name and password")
                .right(Right::Public)
                .takes(SIGN_IN)
                .gives::<Json<Session>>()
                .sketched(|sketch| [401, 403, 429].into_iter().for_each(|status| sketch.refuses(status))),
        )
        .with(delete("/session", sign_out, "Sign out").signed_in().sketched(|sketch| {
            sketch.answers.insert(204, ("The session is over", "", Value::Null));
        }));
    for prefix in ["", "/api"] {
        let path = |rest: &str| format!("{prefix}/session/admin/{rest}");
        routes = routes
            .with(
                get(path("open"), open_admin, "Open the administrator's session")
                    .acts()
                    .needs(Action::OpenAdminSession),
            )
            .with(
                get(path("close"), close_admin, "Close the administrator's session")
                    .acts()
                    .signed_in()
                    .clean(),
            )
            .with(get(path("info"), info, "Tell which session is open").signed_in().clean());
    }
    routes
}

async fn sign_in(
    State(state): State<ApiState>,
    Extension(origin): Extension<RequestOrigin>,
    headers: HeaderMap,
    Told(body): Told<SignIn>,
) -> Result<Response, ApiError> {
    // Nobody is known yet, but a foreign page must not sign a visitor in as somebody else either.
    if let Some(sent) = headers.get(header::ORIGIN)
        && !origin.base_urls().iter().any(|base| sent.as_bytes() == base.as_bytes())
        && !state.cors_origins.contains(sent)
    {
        return Err(ApiError::new(
            ErrorKind::Forbidden,
            "Sign in from a page of this server; see --public-url",
        ));
    }
    let (Some(username), Some(password)) = (body.username.get(), body.password.get()) else {
        return Err(DomainError::invalid("Give `username` and `password`").into());
    };
    match session::sign_in(&state.system, &username, &password, origin.client).await {
        Ok((token, actor)) => {
            let mut response = Json(Session::of(&actor)).into_response();
            let cookie = cookie(token.as_str(), session::LONGEST.as_secs(), &origin);
            response.headers_mut().insert(SET_COOKIE, cookie);
            Ok(response)
        }
        Err(error) if error.kind == ErrorKind::TooMany => {
            let wait = error.values.get("retryAfter").and_then(Value::as_i64).unwrap_or(60);
            let mut response = ApiError::from(error).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

async fn show(Caller(actor): Caller) -> Json<Session> {
    Json(Session::of(&actor))
}

async fn sign_out(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Extension(origin): Extension<RequestOrigin>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(token) = session_token(&headers) {
        session::sign_out(&state.system, token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(SET_COOKIE, cookie("", 0, &origin));
    Ok(response)
}

async fn open_admin(State(state): State<ApiState>, Caller(actor): Caller) -> Result<Json<Flags>, ApiError> {
    let actor = session::open_admin(&state.system, &actor).await?;
    Ok(Json(Flags::of(&actor)))
}

async fn close_admin(State(state): State<ApiState>, Caller(actor): Caller) -> Result<Json<Flags>, ApiError> {
    let actor = session::close_admin(&state.system, &actor).await?;
    Ok(Json(Flags::of(&actor)))
}

async fn info(Caller(actor): Caller) -> Json<Flags> {
    Json(Flags::of(&actor))
}

fn cookie(token: &str, max_age: u64, origin: &RequestOrigin) -> HeaderValue {
    let secure = if origin.is_secure() { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    HeaderValue::try_from(text).expect("a token of hexadecimal digits makes a valid header")
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;
    use crate::edge::OriginResolver;

    #[test]
    fn the_cookie_is_secure_when_the_request_came_by_tls() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("a.example"));
        for (tls, expected) in [
            (false, "cytomine_session=ab12; Path=/; HttpOnly; SameSite=Lax; Max-Age=5"),
            (true, "cytomine_session=ab12; Path=/; HttpOnly; SameSite=Lax; Max-Age=5; Secure"),
        ] {
            let resolver = OriginResolver { tls, ..OriginResolver::default() };
            let origin = resolver.resolve(None, &Uri::from_static("/session"), &headers);
            assert_eq!(cookie("ab12", 5, &origin), expected);
        }
    }
}
