//! Storages, uploads, images and planes over HTTP, on both databases.

mod crud;
mod stage;
mod upload;
