//! Files sent as they are, by ranges where the client asks for one, never read into memory.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use cytomine_domain::upload::Download;
use cytomine_model::ErrorKind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower_http::services::ServeFile;

use crate::error::ApiError;

/// Answers with the bytes under their original name.
///
/// # Errors
/// When the file cannot be opened.
pub async fn send(download: Download, request: Request) -> Result<Response, ApiError> {
    let tag = format!("\"{}\"", download.sha256);
    let same =
        request.headers().get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes());
    if same {
        return Ok((axum::http::StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut file = ServeFile::new(&download.path);
    let response = file.try_call(request).await.map_err(|cause| {
        tracing::error!(%cause, "a file cannot be sent");
        ApiError::new(
            ErrorKind::Unavailable,
            "The bytes of this file cannot be read at the moment; try again",
        )
    })?;
    let mut response = response.map(Body::new);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    for (name, value) in [(header::CONTENT_DISPOSITION, disposition(&download.name)), (header::ETAG, tag)] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// The name twice (RFC 6266): in plain letters for old clients, and whole.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_graphic() && !matches!(letter, '"' | '\\') || letter == ' ' {
                letter
            } else {
                '_'
            }
        })
        .collect();
    format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        utf8_percent_encode(name, NON_ALPHANUMERIC)
    )
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_are_told_twice() {
        assert_eq!(
            disposition("é \"1\".svs"),
            "attachment; filename=\"_ _1_.svs\"; filename*=UTF-8''%C3%A9%20%221%22%2Esvs"
        );
    }
}
