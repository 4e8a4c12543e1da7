//! Answers that are pictures, and refusals of them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cytomine_slide::Encoded;

use crate::describe::{Output, Sketch};
use crate::error::ApiError;

/// Seconds after which a client should try again when there was too much to do.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Why there is no picture. Kept by nobody, since the reason may go away.
#[derive(Debug)]
pub(super) struct Refused(ApiError);

impl<E: Into<ApiError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl Output for Refused {
    fn describe(sketch: &mut Sketch<'_>) {
        <ApiError as Output>::describe(sketch);
        // Whatever is asked of a slide, its file may be found broken then.
        sketch.refuses(422);
    }
}

/// The answer that holds an encoded image.
pub(super) fn image(image: Encoded) -> Response {
    let mut response = Response::new(Body::from(image.bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(image.media_type));
    response
}
