//! The HTTP interface: routes, Cytomine's dialects, the edge.
//!
//! A folder per noun holds its routes, handlers and wire JSON; handlers are thin and call `cytomine_domain`.
//! What is peculiar to Cytomine's wire stands in [`dialect`], what every request passes in [`edge`].

pub mod abstract_image;
pub mod abstract_slice;
pub mod annotation;
pub mod annotation_term;
pub mod answer;
pub mod attached_file;
pub mod auth;
pub mod base_url;
pub mod body;
pub mod command;
pub mod conditions;
mod content_md5;
pub mod describe;
pub mod description;
pub mod dialect;
pub mod docs;
pub mod download;
pub mod edge;
pub mod error;
pub mod extract;
pub mod hanging;
pub mod image_instance;
pub mod image_server;
pub mod incoming;
pub mod member;
pub mod ontology;
pub mod pixel;
pub mod project;
pub mod property;
pub mod role;
pub mod router;
pub mod routes;
pub mod server;
pub mod session;
pub mod slice_instance;
pub mod state;
pub mod storage;
pub mod tag;
pub mod tag_association;
pub mod term;
pub mod upload;
pub mod uploaded_file;
pub mod user;

pub use router::{nothing_at, operations, routes};
pub use state::{ApiState, DEFAULT_WINDOW};
