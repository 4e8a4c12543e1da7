//! Storage: SQL and migrations for SQLite and PostgreSQL, the queue table, bytes on disk.
//!
//! A function of this crate is one query or one write. It takes an [`Read`] (the database, or a
//! transaction for writes) and, where it reads things that rights protect, the actor's
//! [`Scope`](cytomine_model::Scope). Who may do what is decided above, in the domain.
//!
//! One SQL text serves both databases: a [`Statement`] carries text and values, [`dialect`] holds the little
//! that differs. Deleted rows stay and name the command that deleted them (`deleted_by`), so that undo finds them.

pub mod abstract_image;
pub mod abstract_slice;
pub mod annotation;
pub mod annotation_term;
pub mod applied;
pub mod attached_file;
pub mod backup;
pub mod blobs;
pub mod change;
pub mod command;
pub mod condition;
pub mod db;
pub mod default_layer;
pub mod description;
pub mod dialect;
pub mod error;
pub mod hanging;
pub mod image_instance;
pub mod inspect;
pub mod job;
pub mod named;
pub mod ontology;
pub mod pending;
pub mod processes;
pub mod project;
pub mod property;
pub mod purge;
pub mod rights;
pub mod rows;
pub mod schema;
pub mod seat;
pub mod server_key;
pub mod session;
pub mod sign_in;
pub mod slice_instance;
pub mod statement;
pub mod storage;
pub mod stored;
pub mod table;
pub mod tag;
pub mod term;
#[cfg(feature = "testing")]
pub mod testing;
pub mod uploaded_file;
pub mod user;

pub use blobs::{BlobError, BlobKey, Blobs};
pub use db::{Db, Read, Tx, Write};
pub use error::StoreError;
pub use processes::Turn;
pub use statement::{Row, Statement, Value, sql};
