//! `cytomine init` and the script `init.sh` as people run them: files, their modes, what is printed, certificates that
//! others verify, and that both make the same.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod behaviour;
mod exchange;
mod script;
mod tools;
