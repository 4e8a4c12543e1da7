//! The whole edge around a small application.

use super::*;
use axum::body::Body;
use axum::extract::Path;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Json};
use http::{Method, StatusCode, Version, header};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

async fn project(
    Path(id): Path<i64>,
    Extension(target): Extension<SignedTarget>,
    Extension(origin): Extension<RequestOrigin>,
) -> Json<serde_json::Value> {
    Json(json!({ "id": id, "target": target.path_and_query, "base": origin.base_url() }))
}

async fn tile() -> Response {
    let mut response = ([(header::CACHE_CONTROL, "private, max-age=86400")], "tile").into_response();
    response.extensions_mut().insert(TileSource::PassThrough);
    response
}

async fn broken() -> &'static str {
    panic!("a defect, on purpose")
}

fn app(metrics: &Metrics, cors: &[&'static str]) -> Router {
    let router = Router::new()
        .route("/api/project/{id}", get(project))
        .route("/api/tile", get(tile))
        .route("/api/broken", post(broken));
    wrap(
        router,
        EdgeOptions {
            metrics: metrics.clone(),
            cors_origins: cors.iter().map(|origin| HeaderValue::from_static(origin)).collect(),
            ..EdgeOptions::default()
        },
    )
}

/// Sends it, to a host unless it names one itself.
async fn send(app: Router, request: http::request::Builder) -> Response {
    let mut request = request.body(Body::empty()).unwrap();
    request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("slides.example"));
    app.oneshot(request).await.unwrap()
}

#[tokio::test]
async fn a_request_names_one_host() {
    let app = app(&Metrics::default(), &[]);
    let of = |version, hosts: &[&'static str]| {
        let mut request = Request::get("/api/tile").version(version);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        request.body(Body::empty()).unwrap()
    };
    for (request, status) in [
        (of(Version::HTTP_11, &["a"]), 200),
        (of(Version::HTTP_10, &[]), 200),
        (of(Version::HTTP_11, &[]), 400),
        (of(Version::HTTP_11, &["a", "b"]), 400),
        (of(Version::HTTP_11, &["a/b"]), 400),
    ] {
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
        assert!(response.headers().contains_key(header::X_CONTENT_TYPE_OPTIONS));
        assert!(status == 200 || text(response).await.contains("\"code\":\"request.host\""));
    }
}

async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn a_request_with_the_ending_reaches_its_route_and_keeps_its_target() {
    let request = Request::get("/api/project/5.json?a=%5B").header(header::HOST, "slides.example:8080");
    let response = send(app(&Metrics::default(), &[]), request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache, no-store, max-age=0, must-revalidate");
    assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    assert!(response.headers().contains_key("x-request-id"));
    assert!(!response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert_eq!(
        text(response).await,
        r#"{"id":5,"target":"/api/project/5.json?a=%5B","base":"http://slides.example:8080"}"#
    );
}

#[tokio::test]
async fn bodies_have_a_limit_that_a_route_may_raise_or_lower() {
    let length = || post(|body: bytes::Bytes| async move { body.len().to_string() });
    let router = Router::new()
        .route("/api/term", length())
        .route("/api/annotation", length().layer(DefaultBodyLimit::max(64 << 20)))
        .route("/session", length().layer(DefaultBodyLimit::max(8 << 10)));
    let app = wrap(router, EdgeOptions::default());
    for (path, taken) in [
        ("/api/term.json", crate::body::JSON_LIMIT),
        ("/api/annotation.json", 64 << 20),
        ("/session", 8 << 10),
    ] {
        let request = |bytes| {
            let request = Request::post(path).header(header::HOST, "slides.example");
            request.body(Body::from(vec![b' '; bytes])).unwrap()
        };
        assert_eq!(text(app.clone().oneshot(request(taken)).await.unwrap()).await, taken.to_string());
        let refused = app.clone().oneshot(request(taken + 1)).await.unwrap();
        assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test]
async fn unknown_addresses_are_protected_too() {
    let response = send(app(&Metrics::default(), &[]), Request::get("/api/unknown.json")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(response.headers().contains_key(header::X_CONTENT_TYPE_OPTIONS));
}

#[tokio::test]
async fn tls_is_pinned_on_public_names_only() {
    for (host, pinned) in [("slides.example", true), ("localhost:8443", false)] {
        let origin = OriginResolver { tls: true, ..OriginResolver::default() };
        let router = Router::new().route("/", get(|| async { "" }));
        let app = wrap(router, EdgeOptions { origin, ..EdgeOptions::default() });
        let response = send(app, Request::get("/").header(header::HOST, host)).await;
        assert_eq!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY), pinned, "{host}");
    }
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let app = app(&Metrics::default(), &[]);
    let response = send(app.clone(), Request::post("/api/broken")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = text(response).await;
    assert!(body.contains("Internal error") && !body.contains("on purpose"), "{body}");
    assert_eq!(send(app, Request::get("/api/tile")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn foreign_pages_may_call_when_they_are_on_the_list() {
    let viewer = "https://viewer.example";
    let preflight = || {
        Request::builder()
            .method(Method::OPTIONS)
            .uri("/api/project/5.json")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
    };
    let metrics = Metrics::default();
    let allowed = send(app(&metrics, &[viewer]), preflight().header(header::ORIGIN, viewer)).await;
    assert_eq!(allowed.status(), StatusCode::OK);
    assert_eq!(allowed.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], viewer);
    assert_eq!(allowed.headers()[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
    assert_eq!(allowed.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS], "content-type");

    let foreign =
        send(app(&metrics, &[viewer]), preflight().header(header::ORIGIN, "https://evil.example")).await;
    assert!(!foreign.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));

    let read = send(app(&metrics, &[viewer]), Request::get("/api/tile").header(header::ORIGIN, viewer)).await;
    assert_eq!(read.headers()[header::ACCESS_CONTROL_EXPOSE_HEADERS], "content-disposition");
    assert_eq!(read.headers()[header::CACHE_CONTROL], "private, max-age=86400");

    let closed = send(app(&metrics, &[]), Request::get("/api/tile").header(header::ORIGIN, viewer)).await;
    assert!(!closed.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
}

#[tokio::test]
async fn requests_and_tiles_are_counted_by_route() {
    let metrics = Metrics::default();
    let app = app(&metrics, &[]);
    for target in
        ["/api/project/5.json", "/api/project/6.json?authorization=secret", "/api/tile", "/api/no/such"]
    {
        send(app.clone(), Request::get(target)).await;
    }
    let page = text(metrics.page()).await;
    for line in [
        r#"cytomine_http_requests_total{method="GET",route="/api/project/{id}",status="200"} 2"#,
        r#"cytomine_http_requests_total{method="GET",route="other",status="404"} 1"#,
        r#"cytomine_http_request_duration_seconds_count{route="/api/project/{id}"} 2"#,
        r#"cytomine_tiles_total{source="passthrough"} 1"#,
        "cytomine_http_requests_in_flight 0",
        "process_resident_memory_bytes ",
        "process_cpu_seconds_total ",
        "# EOF",
    ] {
        assert!(page.contains(line), "{line} is missing in\n{page}");
    }
    assert!(!page.contains("secret"));
}

#[tokio::test]
async fn probes_tell_the_phases_apart() {
    let health = Health::new(vec![]);
    let app = health::admin_routes(health.clone(), Metrics::default());
    let status = async |path: &str| send(app.clone(), Request::get(path)).await.status().as_u16();
    assert_eq!(status("/health/live").await, 200);
    assert_eq!(status("/health/started").await, 503);
    assert_eq!(status("/health/ready").await, 503);
    health.set_started();
    assert_eq!(status("/health/started").await, 200);
    assert_eq!(status("/health/ready").await, 200);
    health.drain();
    assert_eq!(status("/health/started").await, 200);
    assert_eq!(status("/health/ready").await, 503);
    assert_eq!(status("/health/live").await, 200);
    let reason = send(app.clone(), Request::get("/health/ready?verbose")).await;
    assert!(text(reason).await.starts_with("process: shutting down, begun at 2"));
    assert_eq!(status("/metrics").await, 200);
}
