//! Storages, uploads, images and planes over HTTP, on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

mod crud;
mod stage;
mod upload;
