//! The whole application for tests: a system on a temporary folder and either database, users by name, a client
//! that speaks HTTP to the router without a socket, and a clock that is moved by hand. Projects with members, terms and
//! images are made in one go ([`App::project`]), a worker runs beside where a test needs one ([`TestWorker`]), and files
//! to upload are in [`sample`].
//!
//! ```ignore
//! both(|app| async move {
//!     let alice = app.user("alice").await;
//!     let bob = app.user("bob").await;
//!     let lung = app.project(&alice, "Lung").member(&bob).image("a.svs", Some(0.5)).make().await;
//!     assert_eq!(bob.get(&lung.path).await.ok()["name"], "Lung");
//! })
//! .await;
//! ```

mod app;
mod client;
mod image;
mod project;
pub mod sample;
mod worker;

pub use app::{App, both};
pub use client::{Answer, Client};
pub use cytomine_store::testing::Memory;
pub use image::TestImage;
pub use project::{ProjectBuilder, TestProject};
pub use worker::TestWorker;
