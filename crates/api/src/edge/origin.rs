//! The check against forged requests: who changes something by cookie must come from a page of ours.
//!
//! Browsers send `Origin` with every unsafe method and no page can change it. Requests authenticated by a key or
//! token need no check, since nothing sends those by itself.

use http::{HeaderMap, HeaderValue, Method, header};

use super::RequestOrigin;

/// Whether a request that is authenticated by cookie may act: its method only reads, or its `Origin` is this
/// server's own or one of `allowed` (the list of CORS). A missing `Origin` is refused like a foreign one.
pub fn may_act(method: &Method, headers: &HeaderMap, own: &RequestOrigin, allowed: &[HeaderValue]) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let mut sent = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (sent.next(), sent.next()) else { return false };
    allowed.contains(origin) || own.base_urls().iter().any(|base| origin.as_bytes() == base.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::OriginResolver;
    use http::Uri;

    fn check(method: &Method, host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let own = OriginResolver::default().resolve(None, &Uri::from_static("/"), &headers);
        may_act(method, &headers, &own, &[HeaderValue::from_static("https://viewer.example")])
    }

    #[test]
    fn reading_needs_no_origin() {
        assert!(check(&Method::GET, "h", None));
        assert!(check(&Method::HEAD, "h", Some("http://evil.example")));
        assert!(check(&Method::OPTIONS, "h", Some("null")));
    }

    #[test]
    fn acting_needs_our_own_or_an_allowed_one() {
        assert!(check(&Method::POST, "a.example:8080", Some("http://a.example:8080")));
        assert!(check(&Method::DELETE, "a.example:80", Some("http://a.example")));
        assert!(check(&Method::PUT, "a.example", Some("https://viewer.example")));
    }

    #[test]
    fn everything_else_is_refused() {
        for origin in [
            None,
            Some("null"),
            Some(""),
            Some("https://a.example"),
            Some("http://a.example:8080"),
            Some("http://a.example.evil.example"),
            Some("http://evil.example/http://a.example"),
        ] {
            assert!(!check(&Method::POST, "a.example", origin), "{origin:?}");
        }
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("h"));
        headers.append(header::ORIGIN, HeaderValue::from_static("http://h"));
        headers.append(header::ORIGIN, HeaderValue::from_static("http://evil.example"));
        let own = OriginResolver::default().resolve(None, &Uri::from_static("/"), &headers);
        assert!(!may_act(&Method::POST, &headers, &own, &[]));
    }
}
