//! A client of the router, signed in as one user.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, header};
use serde_json::Value;
use tower::ServiceExt as _;

/// Origin that requests of browsers bear; it equals the host below.
const ORIGIN: &str = "http://cytomine.test";
const HOST: &str = "cytomine.test";

/// Speaks to the application as one user, or as nobody.
#[derive(Clone, Debug)]
pub struct Client {
    router: Router,
    cookie: Option<String>,
    /// The account it is signed in with, 0 for nobody.
    pub id: i64,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|cause| {
            panic!("status {}, not JSON ({cause}): {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// The JSON of a successful answer.
    ///
    /// # Panics
    /// When the status is not 200.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// A header as text, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Client {
    /// A client with a session cookie (`name=value`), or with none.
    pub fn new(router: Router, cookie: Option<String>, id: i64) -> Self {
        Self { router, cookie, id }
    }

    /// The same session at another application.
    #[must_use]
    pub fn elsewhere(&self, router: Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// Sends any request; host, origin and cookie are added.
    ///
    /// # Panics
    /// When the body cannot be read.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.entry(header::HOST).or_insert_with(|| HOST.parse().expect("a host is a header value"));
        headers.entry(header::ORIGIN).or_insert_with(|| ORIGIN.parse().expect("an origin is a header value"));
        if let Some(cookie) = &self.cookie {
            headers.insert(header::COOKIE, cookie.parse().expect("a cookie is a header value"));
        }
        let response = self.router.clone().oneshot(request).await.expect("the router does not fail");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("the body can be read");
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |value| Body::from(value.to_string()));
        self.send(request.body(body).expect("path and headers are valid")).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// The id of a new entity: POSTs its document to the address of its noun.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn made(&self, noun: &str, document: &Value) -> i64 {
        let answer = self.post(&format!("/api/{noun}.json"), document).await.ok();
        answer[noun]["id"].as_i64().unwrap_or_else(|| panic!("no id of a {noun} in {answer}"))
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }
}
