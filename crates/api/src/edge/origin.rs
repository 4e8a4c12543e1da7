//! The check against forged requests: who changes something by cookie must come from a page of ours.
//!
//! Browsers send `Origin` with every unsafe method and no page can change it. With a GET that changes something, as
//! Cytomine's interface has some, they tell the page by `Sec-Fetch-Site` (over TLS), `Referer` or both; a page that hides
//! both is a foreign one, and so is a link in a message. Requests authenticated by a key or token need no check, since
//! nothing sends those by itself.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use super::RequestOrigin;

/// Stands in the extensions of requests to operations that change something whatever their method.
#[derive(Clone, Copy, Debug)]
pub struct Acts;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request that is authenticated by cookie may act: it only reads, or it comes from a page of this server or
/// of one of `allowed` (the list of CORS). Where nothing tells the page, it is refused like a foreign one.
pub fn may_act(
    method: &Method,
    acts: Option<Acts>,
    headers: &HeaderMap,
    own: &RequestOrigin,
    allowed: &[HeaderValue],
) -> bool {
    let ours = |origin: &[u8]| {
        allowed.iter().any(|allowed| allowed == origin)
            || own.base_urls().iter().any(|base| origin == base.as_bytes())
    };
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    match only(headers, &header::ORIGIN) {
        _ if reads && acts.is_none() => true,
        Sent::Once(origin) => ours(origin.as_bytes()),
        Sent::Often => false,
        Sent::Never if !reads => false,
        Sent::Never => match (only(headers, &SEC_FETCH_SITE), only(headers, &header::REFERER)) {
            (Sent::Once(site), _) => site == "same-origin",
            (Sent::Never, Sent::Once(page)) => origin_of(page).is_some_and(|origin| ours(origin.as_bytes())),
            _ => false,
        },
    }
}

/// How often a header was sent.
enum Sent<'a> {
    Never,
    Once(&'a HeaderValue),
    Often,
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Sent<'a> {
    let mut sent = headers.get_all(name).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Sent::Never,
        (Some(value), None) => Sent::Once(value),
        (Some(_), Some(_)) => Sent::Often,
    }
}

/// `https://slides.example/page` -> `https://slides.example`.
fn origin_of(page: &HeaderValue) -> Option<String> {
    let page: Uri = page.to_str().ok()?.parse().ok()?;
    Some(format!("{}://{}", page.scheme_str()?, page.authority()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::OriginResolver;
    use http::Uri;

    const VIEWER: HeaderValue = HeaderValue::from_static("https://viewer.example");

    fn check(method: &Method, host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let own = OriginResolver::default().resolve(None, &Uri::from_static("/"), &headers);
        may_act(method, None, &headers, &own, &[VIEWER])
    }

    /// What a browser tells with a GET that changes something, at `http://a.example`.
    fn acting_get(told: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("a.example"));
        for (name, value) in told {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let own = OriginResolver::default().resolve(None, &Uri::from_static("/"), &headers);
        let acts = |method: &Method| may_act(method, Some(Acts), &headers, &own, &[VIEWER]);
        assert_eq!(acts(&Method::GET), acts(&Method::HEAD));
        acts(&Method::GET)
    }

    #[test]
    fn a_get_that_acts_comes_from_our_page() {
        assert!(acting_get(&[("origin", "http://a.example")]));
        assert!(acting_get(&[("origin", "https://viewer.example"), ("sec-fetch-site", "cross-site")]));
        assert!(acting_get(&[("sec-fetch-site", "same-origin")]));
        assert!(acting_get(&[("referer", "http://a.example/#/project/5")]));
        assert!(acting_get(&[("referer", "http://a.example/projects?x=http://evil.example")]));
    }

    #[test]
    fn a_get_that_acts_comes_from_no_other() {
        let cases: &[&[(&str, &str)]] = &[
            &[],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("referer", "http://a.example/")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("origin", "null"), ("referer", "http://a.example/")],
            &[("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("referer", "http://evil.example/http://a.example/")],
            &[("referer", "http://a.example.evil.example/")],
            &[("referer", "http://a.example@evil.example/")],
            &[("referer", "https://a.example/")],
            &[("referer", "/projects")],
            &[("referer", "")],
            &[("referer", "http://a.example/"), ("referer", "http://evil.example/")],
        ];
        for told in cases {
            assert!(!acting_get(told), "{told:?}");
        }
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
        assert!(!may_act(&Method::POST, None, &headers, &own, &[]));
    }
}
