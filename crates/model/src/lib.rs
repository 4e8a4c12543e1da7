//! What a Cytomine system is made of: ids, entities, who may do what, kinds of error.
//!
//! Pure data and pure rules. Nothing here does I/O, knows SQL or HTTP, or reads a clock, so every
//! other crate may depend on it.

pub mod annotation;
pub mod attached_file;
pub mod command;
pub mod description;
pub mod entity;
pub mod error;
pub mod id;
pub mod image;
pub mod job;
pub mod kind;
pub mod ontology;
pub mod page;
pub mod permission;
pub mod project;
pub mod property;
pub mod scope;
pub mod storage;
pub mod stored;
pub mod tag;
pub mod time;
pub mod upload;
pub mod user;

pub use annotation::{Annotation, AnnotationTerm};
pub use attached_file::AttachedFile;
pub use command::{Command, CommandAction, Touched};
pub use description::Description;
pub use entity::Entity;
pub use error::ErrorKind;
pub use id::*;
pub use image::{AbstractImage, AbstractSlice, ImageInstance, SliceInstance};
pub use job::{Job, JobState};
pub use kind::{EntityKind, Kind};
pub use ontology::{Ontology, Relation, RelationTerm, Term};
pub use page::{Direction, Page, Sort};
pub use permission::{Action, May, Standing, Thing};
pub use project::{DefaultLayer, EditionMode, Member, Project, ProjectRole};
pub use property::Property;
pub use scope::Scope;
pub use storage::Storage;
pub use stored::{Change, Changes, Seat, SeatChange};
pub use tag::{Tag, TagDomainAssociation};
pub use time::Millis;
pub use upload::{UploadStatus, UploadedFile};
pub use user::{GlobalRole, Role, User, UserRole};
