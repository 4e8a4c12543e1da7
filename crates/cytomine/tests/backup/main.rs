//! Backups from beginning to end, by the program itself: made, fetched, compared, damaged, restored.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

mod lite;
mod pg;
#[path = "../operations/place.rs"]
#[allow(dead_code, reason = "shared with the tests of operations, which use all of it")]
mod place;
#[path = "../operations/process.rs"]
#[allow(dead_code, reason = "shared with the tests of operations, which use all of it")]
mod process;
mod system;
