//! The whole application for tests: a system on a temporary folder and either database, users by name, a client
//! that speaks HTTP to the router without a socket, and a clock that is moved by hand.
//!
//! ```ignore
//! both(|app| async move {
//!     let alice = app.user("alice").await;
//!     let answer = alice.post("/api/project.json", &json!({"name": "Lung"})).await;
//!     assert_eq!(answer.status, 200);
//! })
//! .await;
//! ```

mod app;
mod client;
mod image;

pub use app::{App, both};
pub use client::{Answer, Client};
pub use cytomine_store::testing::Memory;
pub use image::TestImage;
