//! The ending `.json`, a literal part of most of Cytomine's addresses, is taken off before routing.
//!
//! axum cannot route `{id}.json`, since a parameter fills its segment. What the client really asked for is kept in
//! [`SignedTarget`], because signatures are made over it.

use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;

/// Path and query exactly as sent: percent-encoded, with the ending. The one thing to check signatures against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTarget {
    /// `/api/project.json?max=0`.
    pub path_and_query: String,
}

/// Trees whose addresses have the ending; a file of the UI keeps its own.
const TREES: [&str; 3] = ["/api/", "/session/", "/server/"];

/// Keeps the target, then takes the ending off the path.
pub fn strip(request: &mut Request) {
    let target = request.uri().path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
    if let Some(uri) = stripped(request.uri()) {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(SignedTarget { path_and_query: target });
}

/// The address without its ending; `None` when it has none.
fn stripped(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let short = path.strip_suffix(".json")?;
    if short.ends_with('/') || !TREES.iter().any(|tree| path.starts_with(tree)) {
        return None;
    }
    let target = match uri.query() {
        Some(query) => format!("{short}?{query}"),
        None => short.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn routed(target: &str) -> String {
        let mut request = Request::builder().uri(target).body(Body::empty()).unwrap();
        strip(&mut request);
        let kept = request.extensions().get::<SignedTarget>().unwrap();
        let sent: Uri = target.parse().unwrap();
        assert_eq!(kept.path_and_query, sent.path_and_query().unwrap().as_str());
        request.uri().to_string()
    }

    #[test]
    fn the_ending_goes_and_the_query_stays() {
        assert_eq!(routed("/api/project/5.json"), "/api/project/5");
        assert_eq!(routed("/api/project.json?name%5Blike%5D=a.json"), "/api/project?name%5Blike%5D=a.json");
        assert_eq!(routed("/session/admin/open.json"), "/session/admin/open");
        assert_eq!(routed("/server/ping.json"), "/server/ping");
        assert_eq!(routed("http://host:8080/api/user/current.json"), "http://host:8080/api/user/current");
    }

    #[test]
    fn other_addresses_are_left_alone() {
        for target in
            ["/api/project/5", "/assets/data.json", "/api/.json", "/upload?x=1.json", "/", "/api.json"]
        {
            assert_eq!(routed(target), target);
        }
    }

    #[test]
    fn one_ending_is_taken_off_not_two() {
        assert_eq!(routed("/api/a.json.json"), "/api/a.json");
    }
}
