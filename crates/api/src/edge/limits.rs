//! How much of a request's body is taken into memory.
//!
//! [`JSON_LIMIT`] holds for every extractor of axum too. A route that streams with one of them (multipart uploads)
//! lifts it by `DefaultBodyLimit::disable()`.
//!
//! JSON is read as a whole, so it has a limit; uploads are streamed to disk and have none here. Whether a body is
//! JSON is decided by the endpoint, never by `Content-Type`, because Cytomine's clients leave it out.

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

/// Largest JSON body in bytes: some 200,000 annotations of nuclei in one request.
pub const JSON_LIMIT: usize = 64 << 20;

/// A body that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// More than fits.
    #[error("The request's body is larger than {limit} bytes: send it in several requests")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection broke.
    #[error("The request's body did not arrive completely ({0}): send it again")]
    Broken(String),
    /// Not JSON.
    #[error("The request's body is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

/// Reads a body into memory.
///
/// # Errors
/// [`BodyError::TooLarge`], [`BodyError::Broken`].
pub async fn read(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge { limit }),
        Err(error) => Err(BodyError::Broken(error.to_string())),
    }
}

/// Reads a body as JSON; an empty one is `null`, as a DELETE that only has a content type.
///
/// # Errors
/// All of [`BodyError`].
pub async fn read_json(body: Body) -> Result<Value, BodyError> {
    let bytes = read(body, JSON_LIMIT).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    Ok(serde_json::from_slice(&bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn json_is_read_and_nothing_is_null() {
        assert_eq!(read_json(Body::from("{\"a\": 1}")).await.unwrap(), json!({ "a": 1 }));
        assert_eq!(read_json(Body::from(" \n")).await.unwrap(), Value::Null);
        let error = read_json(Body::from("{a}")).await.unwrap_err();
        assert!(error.to_string().starts_with("The request's body is not JSON: "), "{error}");
    }

    #[tokio::test]
    async fn a_larger_body_is_refused_with_the_limit() {
        assert_eq!(read(Body::from("12345"), 5).await.unwrap(), "12345");
        let error = read(Body::from("123456"), 5).await.unwrap_err();
        assert!(error.to_string().contains("larger than 5 bytes"), "{error}");
    }
}
