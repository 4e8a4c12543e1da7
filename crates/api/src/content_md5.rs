//! `Content-MD5`: a body that is not what its header says is refused at its end, so that a signature which covers the
//! header covers the body too.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cytomine_model::ErrorKind;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use md5::{Digest as _, Md5};

use crate::error::ApiError;

/// Name of the header.
const CONTENT_MD5: &str = "content-md5";

/// What the header says; none where it is absent or empty, as Cytomine's clients send it.
fn expected(headers: &HeaderMap) -> Option<Result<[u8; 16], ApiError>> {
    let text = headers.get(CONTENT_MD5)?.as_bytes().trim_ascii();
    if text.is_empty() {
        return None;
    }
    let words =
        "`Content-MD5` is not the base64 of an MD5 (RFC 1864): send that of the body, or leave it out";
    let digest = STANDARD.decode(text).ok().and_then(|digest| digest.try_into().ok());
    Some(digest.ok_or_else(|| ApiError::new(ErrorKind::Invalid, words)))
}

/// The request with a body that is compared with the header while it is read.
///
/// # Errors
/// When the header holds something else.
pub(crate) fn compared(request: Request) -> Result<Request, ApiError> {
    let Some(expected) = expected(request.headers()) else { return Ok(request) };
    let expected = Some(expected?);
    Ok(request.map(|body| Body::new(Compared { body, read: Md5::new(), expected })))
}

/// A body whose last frame is an error when its MD5 is another one.
struct Compared {
    body: Body,
    read: Md5,
    /// Taken at the end.
    expected: Option<[u8; 16]>,
}

impl HttpBody for Compared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.read.update(data);
        }
        if frame.is_none()
            && let Some(expected) = self.expected.take()
            && <[u8; 16]>::from(self.read.clone().finalize()) != expected
        {
            let words = "it is not what `Content-MD5` says; send it again";
            return Poll::Ready(Some(Err(axum::Error::new(words))));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.expected.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(md5: &str, body: &'static str) -> Result<String, String> {
        let request = http::Request::post("/").header(CONTENT_MD5, md5).body(Body::from(body)).unwrap();
        let request = compared(request).map_err(|error| error.code().to_owned())?;
        let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        body.map(|body| String::from_utf8(body.to_vec()).unwrap()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_body_is_what_the_header_says() {
        assert_eq!(read("XUFAKrxLKna5cZ2REBfFkg==", "hello").await.unwrap(), "hello");
        assert_eq!(read("", "hello").await.unwrap(), "hello");
        assert_eq!(read("1B2M2Y8AsgTpgAmY7PhCfg==", "").await.unwrap(), "");
        assert!(read("XUFAKrxLKna5cZ2REBfFkg==", "hello!").await.is_err());
        assert!(read("XUFAKrxLKna5cZ2REBfFkg==", "").await.is_err());
        for other in ["5d41402abc4b2a76b9719d911017c592", "!", "aGVsbG8="] {
            assert!(read(other, "hello").await.unwrap_err().contains("request.md5"), "{other}");
        }
    }
}
