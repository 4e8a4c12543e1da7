//! What operators do with the program: starting it before its database, migrating, asking how it is, looking for what is
//! wrong, rotating secrets by files.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

mod accounts;
mod health;
mod inspection;
mod place;
mod process;
