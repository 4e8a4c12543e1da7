//! Cytomine's wire dialects: the only place that knows how its clients spell things.
//!
//! Plan: everything here is pure (text or JSON in, values out) and works for both generations of clients at once,
//! the classic one and the one of the split services ("V2"). Handlers translate with these modules at the border;
//! the domain never sees a Java class name, a date in a string, or a list glued with underscores.
//!
//! Reading a request: [`query`] (parameters), [`paging`], [`filters`], [`ids`], [`boolean`], [`dates`], [`path`]
//! (segments that hold several values), [`signature`] (key signatures). Writing an answer: [`collection`],
//! [`envelope`] (commands), [`class`] (Java names), [`wire`] (dates and nulls).

pub mod boolean;
pub mod class;
pub mod collection;
pub mod dates;
pub mod envelope;
mod error;
pub mod filters;
pub mod ids;
pub mod loose;
pub mod paging;
pub mod path;
pub mod query;
pub mod signature;
pub mod wire;

pub use error::DialectError;
