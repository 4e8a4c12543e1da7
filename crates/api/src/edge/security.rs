//! Headers that tell browsers what our answers may do, and who may read them.

use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use cytomine_domain::random;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// The policy without a nonce, for everything that is no page of ours.
///
/// Blob workers and images are OpenLayers' (WebGL renderer, pictures made in the page).
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; worker-src 'self' blob:; style-src 'self'; \
                      object-src 'none'; frame-ancestors 'self'; base-uri 'none'";

/// What Cytomine's clients need to see on JSON, because they mount a cache on GET.
const JSON_CACHE: &str = "no-cache, no-store, max-age=0, must-revalidate";

/// A number used once that allows the style elements of one page. A handler that answers HTML prints it into the
/// page and puts it into the response's extensions; the policy then names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CspNonce(pub String);

impl CspNonce {
    /// 128 fresh random bits.
    pub fn fresh() -> Self {
        Self(STANDARD_NO_PAD.encode(random::bytes::<16>()))
    }
}

/// Adds the headers to an answer; `pin_tls` tells browsers to use TLS for a year.
pub fn protect(response: &mut Response, pin_tls: bool) {
    let policy = match response.extensions().get::<CspNonce>() {
        Some(CspNonce(nonce)) => {
            let styled = POLICY.replace("style-src 'self'", &format!("style-src 'self' 'nonce-{nonce}'"));
            HeaderValue::try_from(styled).unwrap_or(HeaderValue::from_static(POLICY))
        }
        None => HeaderValue::from_static(POLICY),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if pin_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) && is_json(headers) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(JSON_CACHE));
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(kind)) = headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str) else { return false };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.starts_with("application/") && kind.ends_with("json")
}

/// The layer that answers preflights and echoes allowed origins; `None` when there are none to allow.
///
/// A preflight is answered before anyone asks who the user is, since browsers send it without credentials.
pub fn cors(origins: Vec<HeaderValue>) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_credentials(true)
            .allow_methods([
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::DELETE,
                Method::PATCH,
                Method::OPTIONS,
            ])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([header::CONTENT_DISPOSITION]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn protected(content_type: Option<&'static str>, cache: Option<&'static str>) -> Response {
        let mut response = Response::new(Body::empty());
        for (name, value) in [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, cache)] {
            if let Some(value) = value {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
        }
        protect(&mut response, false);
        response
    }

    #[test]
    fn the_policy_names_the_nonce_of_a_page() {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(CspNonce("abc".to_owned()));
        protect(&mut response, true);
        assert_eq!(
            response.headers()[header::CONTENT_SECURITY_POLICY],
            "default-src 'self'; img-src 'self' blob: data:; worker-src 'self' blob:; \
             style-src 'self' 'nonce-abc'; object-src 'none'; frame-ancestors 'self'; base-uri 'none'"
        );
        assert_eq!(response.headers()[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    }

    #[test]
    fn json_is_never_cached_unless_its_handler_says_so() {
        for kind in ["application/json", "application/json;charset=UTF-8", "application/problem+json"] {
            assert_eq!(protected(Some(kind), None).headers()[header::CACHE_CONTROL], JSON_CACHE, "{kind}");
        }
        let own = protected(Some("application/json"), Some("no-cache"));
        assert_eq!(own.headers()[header::CACHE_CONTROL], "no-cache");
        for kind in [Some("image/jpeg"), None] {
            assert!(!protected(kind, None).headers().contains_key(header::CACHE_CONTROL));
        }
    }

    #[test]
    fn nonces_differ_and_fit_into_a_header() {
        let (one, two) = (CspNonce::fresh(), CspNonce::fresh());
        assert_ne!(one, two);
        assert_eq!(one.0.len(), 22);
    }
}
