//! Signing in and out by password, and the admin session (rest-api 2.5).

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use cytomine_domain::{Actor, DomainError, session};
use cytomine_model::{ErrorKind, GlobalRole};
use serde_json::{Map, Value, json};

use crate::auth::{COOKIE, Caller, session_token};
use crate::edge::RequestOrigin;
use crate::error::ApiError;
use crate::request::{Fields, JsonBody};
use crate::state::ApiState;
use crate::user;

/// Routes of sessions.
pub fn routes() -> Router<ApiState> {
    let admin = Router::new()
        .route("/session/admin/open", get(open_admin))
        .route("/session/admin/close", get(close_admin))
        .route("/session/admin/info", get(info));
    Router::new()
        .route("/session", get(show).post(sign_in).delete(sign_out))
        .merge(admin.clone())
        .nest("/api", admin)
}

async fn sign_in(
    State(state): State<ApiState>,
    Extension(origin): Extension<RequestOrigin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
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
    let fields = Fields::of(body)?;
    let (Some(username), Some(password)) = (fields.text("username"), fields.text("password")) else {
        return Err(DomainError::invalid("Give `username` and `password`").into());
    };
    match session::sign_in(&state.system, &username, &password, origin.client).await {
        Ok((token, actor)) => {
            let mut response = Json(answer(&actor)).into_response();
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

async fn show(Caller(actor): Caller) -> Json<Value> {
    Json(answer(&actor))
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

async fn open_admin(State(state): State<ApiState>, Caller(actor): Caller) -> Result<Json<Value>, ApiError> {
    let actor = session::open_admin(&state.system, &actor).await?;
    Ok(Json(Value::Object(flags(&actor))))
}

async fn close_admin(State(state): State<ApiState>, Caller(actor): Caller) -> Result<Json<Value>, ApiError> {
    let actor = session::close_admin(&state.system, &actor).await?;
    Ok(Json(Value::Object(flags(&actor))))
}

async fn info(Caller(actor): Caller) -> Json<Value> {
    Json(Value::Object(flags(&actor)))
}

fn answer(actor: &Actor) -> Value {
    let mut answer = flags(actor);
    answer.insert("user".to_owned(), user::json::actor(actor));
    Value::Object(answer)
}

/// What the roles of the actor amount to, in Cytomine's six words (rest-api 3.1).
pub fn flags(actor: &Actor) -> Map<String, Value> {
    let admin = actor.role >= GlobalRole::Admin;
    let user = actor.role >= GlobalRole::User;
    let flags = [
        ("admin", admin),
        ("user", user && !admin),
        ("guest", !user),
        ("adminByNow", actor.admin_by_now),
        ("userByNow", user),
        ("guestByNow", !user),
    ];
    flags.into_iter().map(|(name, flag)| (name.to_owned(), json!(flag))).collect()
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
