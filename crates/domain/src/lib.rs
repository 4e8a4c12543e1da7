//! Use cases: one function per thing a user does.
//!
//! A use case takes the [`System`] and the [`Actor`], asks [`access`] whether the actor may do it, and writes
//! everything it changes (entity, command for undo, activity line, queued job) through one [`Unit`] of work.
//! It knows neither HTTP nor SQL. Whatever talks to the database fails when that refuses or is away; a section on errors
//! says what else can go wrong.

pub mod abstract_image;
pub mod abstract_slice;
pub mod access;
pub mod account;
pub mod actor;
pub mod annotation;
pub mod annotation_term;
pub mod applied;
pub mod attached_file;
pub mod change;
pub mod clock;
pub mod command;
pub mod conversion;
pub mod default_layer;
pub mod demo;
mod deploy;
mod description;
pub mod error;
pub mod hanging;
pub mod image_instance;
pub mod import;
pub mod intake;
pub mod job;
pub mod keys;
mod known;
pub mod long_bulk;
pub mod member;
mod name;
mod noun;
pub mod ontology;
pub mod open;
pub mod opening;
pub mod password;
mod pixel_source;
pub mod pixels;
pub mod project;
pub mod property;
pub mod purge;
pub mod random;
pub mod server_key;
pub mod session;
pub mod slice_instance;
pub mod slides;
pub mod start;
pub mod storage;
pub mod sweep;
pub mod system;
pub mod tag;
mod tag_association;
pub mod term;
pub mod unit;
pub mod upkeep;
pub mod uploaded_file;

pub use actor::{Actor, Proof};
pub use clock::{Clock, ManualClock, SystemClock};
pub use cytomine_store::condition;
pub use error::DomainError;
pub use system::System;
pub use unit::{Done, Outcome, Unit};
