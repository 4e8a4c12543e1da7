//! How much of a request's body is taken into memory.

/// Largest body in bytes that an extractor reads as a whole: some 200,000 annotations of nuclei in one request.
///
/// [`super::wrap`] sets it for every route. Uploads stream to disk; a route that does so with an extractor of axum
/// (multipart) lifts it by `DefaultBodyLimit::disable()`.
pub const JSON_LIMIT: usize = 64 << 20;
