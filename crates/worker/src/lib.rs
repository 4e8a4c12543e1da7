//! Work that takes longer than a request: jobs of the queue, and the regular sweep of bytes that nothing names.
//!
//! The loop runs inside the serve process (or in one of its own) and takes jobs under a lease that it renews while it
//! works. A worker that dies renews nothing, so another takes its job; a job is therefore written so that running it
//! again does no harm. Which kinds there are says [`jobs`].

pub mod jobs;
mod pulse;
mod purge;
mod run;

pub use pulse::Pulse;
pub use run::{Options, run};
