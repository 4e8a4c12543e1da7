//! The web UI's files, from memory.
//!
//! Names under `assets/` carry a hash of their content and are cached for ever; the others are asked for again with
//! an ETag. The page itself is answered for every address that is no API's, because the UI routes by itself
//! (history mode); its nonce is new every time, so it has no ETag.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::CspNonce;

/// The page.
const INDEX: &str = "index.html";

/// What stands in the page for the nonce.
const NONCE: &str = "__CSP_NONCE__";

/// Trees that belong to the API: unknown addresses there are errors, never the page.
const API_TREES: [&str; 9] =
    ["/api", "/session", "/server", "/upload", "/ims", "/health", "/iiif", "/dicomweb", "/assets"];

/// One file of the build, as embedded.
#[derive(Debug, Clone)]
pub struct UiFile {
    /// Path inside of the build: `assets/index-3f2a.js`. `x.br` and `x.gz` are `x` compressed.
    pub path: String,
    /// Content.
    pub bytes: Cow<'static, [u8]>,
    /// Hash of the content.
    pub hash: [u8; 32],
    /// Media type.
    pub media_type: String,
}

#[derive(Debug)]
struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    etag: HeaderValue,
    media_type: HeaderValue,
    cache: HeaderValue,
}

/// The web UI.
#[derive(Debug)]
pub struct UiAssets {
    files: HashMap<String, Asset>,
    page: String,
}

/// The build is no web UI.
#[derive(Debug, thiserror::Error)]
#[error("The embedded web UI has no {INDEX}: build it with `make build`")]
pub struct NoPage;

impl UiAssets {
    /// Takes the files of the build.
    ///
    /// # Errors
    /// [`NoPage`] without an `index.html`.
    pub fn new(files: impl IntoIterator<Item = UiFile>) -> Result<Self, NoPage> {
        let mut compressed = HashMap::new();
        let mut page = None;
        let mut assets = HashMap::new();
        for file in files {
            let bytes = match file.bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            if file.path.ends_with(".br") || file.path.ends_with(".gz") {
                compressed.insert(file.path, bytes);
            } else if file.path == INDEX {
                page = Some(String::from_utf8_lossy(&bytes).into_owned());
            } else {
                let asset = Asset::new(&file.path, bytes, &file.hash, &file.media_type);
                assets.insert(file.path, asset);
            }
        }
        for (path, asset) in &mut assets {
            asset.brotli = compressed.remove(&format!("{path}.br"));
            asset.gzip = compressed.remove(&format!("{path}.gz"));
        }
        Ok(Self { files: assets, page: page.ok_or(NoPage)? })
    }

    /// Answers a request that no route took: a file, the page at `/`, or the page where a browser opens an address.
    /// `None` for everything else, which is not found.
    pub fn respond(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        if let Some(asset) = path.strip_prefix('/').and_then(|name| self.files.get(name)) {
            return Some(asset.respond(headers));
        }
        let foreign = API_TREES
            .iter()
            .any(|tree| path.strip_prefix(tree).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        (path == "/" || !foreign && wants_html(headers)).then(|| self.page())
    }

    fn page(&self) -> Response {
        let nonce = CspNonce::fresh();
        let mut response = Response::new(Body::from(self.page.replace(NONCE, &nonce.0)));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response.extensions_mut().insert(nonce);
        response
    }
}

impl Asset {
    fn new(path: &str, plain: Bytes, hash: &[u8; 32], media_type: &str) -> Self {
        let digest: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let cache =
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        Self {
            plain,
            brotli: None,
            gzip: None,
            etag: HeaderValue::try_from(format!("\"{digest}\""))
                .expect("hexadecimal digits fit into a header"),
            media_type: HeaderValue::try_from(media_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            cache: HeaderValue::from_static(cache),
        }
    }

    fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = Response::new(Body::empty());
        let known = request
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == "*" || tag.as_bytes() == self.etag.as_bytes());
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let (bytes, encoding) = match (&self.brotli, &self.gzip) {
                (Some(bytes), _) if accepts(request, "br") => (bytes, Some("br")),
                (_, Some(bytes)) if accepts(request, "gzip") => (bytes, Some("gzip")),
                _ => (&self.plain, None),
            };
            *response.body_mut() = Body::from(bytes.clone());
            response.headers_mut().insert(header::CONTENT_TYPE, self.media_type.clone());
            if let Some(encoding) = encoding {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, self.cache.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

/// Whether a browser opens an address, as opposed to a script that calls one.
fn wants_html(headers: &HeaderMap) -> bool {
    let accept = header_text(headers, &header::ACCEPT);
    accept.split(',').any(|part| part.split(';').next().unwrap_or_default().trim() == "text/html")
}

/// Whether an encoding is named, and not with a weight of 0.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    header_text(headers, &header::ACCEPT_ENCODING).split(',').any(|part| {
        let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
        let weight = parameters.trim().strip_prefix("q=").map(|q| q.trim().parse::<f32>().unwrap_or(0.0));
        name.trim().eq_ignore_ascii_case(encoding) && weight != Some(0.0)
    })
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    fn file(path: &str, bytes: &'static str, media_type: &str) -> UiFile {
        UiFile {
            path: path.to_owned(),
            bytes: Cow::Borrowed(bytes.as_bytes()),
            hash: [bytes.len() as u8; 32],
            media_type: media_type.to_owned(),
        }
    }

    fn ui() -> UiAssets {
        UiAssets::new([
            file("index.html", "<style nonce=\"__CSP_NONCE__\">", "text/html"),
            file("assets/app-1a2b.js", "plain script", "text/javascript"),
            file("assets/app-1a2b.js.br", "brotli", "application/octet-stream"),
            file("assets/app-1a2b.js.gz", "gzip", "application/octet-stream"),
            file("favicon.svg", "<svg/>", "image/svg+xml"),
        ])
        .unwrap()
    }

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    async fn body(response: Response) -> String {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_page_is_answered_for_addresses_of_the_ui_with_a_nonce() {
        let browser = headers(&[(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")]);
        for path in ["/", "/project/12/image/34", "/apiary"] {
            let response = ui().respond(&Method::GET, path, &browser).unwrap();
            let nonce = response.extensions().get::<CspNonce>().unwrap().0.clone();
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
            assert_eq!(body(response).await, format!("<style nonce=\"{nonce}\">"));
        }
    }

    #[test]
    fn scripts_other_methods_and_unknown_api_addresses_get_nothing() {
        let browser = headers(&[(header::ACCEPT, "text/html")]);
        let script = headers(&[(header::ACCEPT, "application/json, */*")]);
        assert!(ui().respond(&Method::GET, "/project/12", &script).is_none());
        assert!(ui().respond(&Method::GET, "/", &script).is_some(), "the front door is open to everyone");
        assert!(ui().respond(&Method::POST, "/project/12", &browser).is_none());
        for path in ["/api/unknown", "/api", "/session/x", "/ims/upload", "/assets/app-old.js"] {
            assert!(ui().respond(&Method::GET, path, &browser).is_none(), "{path}");
        }
    }

    #[tokio::test]
    async fn files_are_answered_in_the_best_encoding_accepted() {
        for (accepted, encoding, content) in [
            ("gzip, deflate, br", Some("br"), "brotli"),
            ("gzip;q=0.5, br;q=0", Some("gzip"), "gzip"),
            ("identity", None, "plain script"),
            ("", None, "plain script"),
        ] {
            let request = headers(&[(header::ACCEPT_ENCODING, accepted)]);
            let response = ui().respond(&Method::GET, "/assets/app-1a2b.js", &request).unwrap();
            let found = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(found, encoding, "{accepted}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
            assert_eq!(body(response).await, content);
        }
    }

    #[test]
    fn an_unchanged_file_is_not_sent_again() {
        let first = ui().respond(&Method::GET, "/favicon.svg", &HeaderMap::new()).unwrap();
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        let mut request = HeaderMap::new();
        request.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        let second = ui().respond(&Method::GET, "/favicon.svg", &request).unwrap();
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(second.headers()[header::ETAG], first.headers()[header::ETAG]);
    }

    #[test]
    fn a_build_without_a_page_is_refused() {
        let error = UiAssets::new([file("a.js", "", "text/javascript")]).unwrap_err();
        assert_eq!(error.to_string(), "The embedded web UI has no index.html: build it with `make build`");
    }
}
