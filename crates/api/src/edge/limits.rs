//! How much of a request's body is taken into memory.

/// Largest body in bytes that an extractor reads as a whole.
///
/// [`super::wrap`] sets it for every route. What needs less or more says so where it is listed
/// (`routes::Operation::takes`): sign-in a few KiB, what makes many annotations at once 64 MiB. Uploads stream to disk.
pub const JSON_LIMIT: usize = 1 << 20;
