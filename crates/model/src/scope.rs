//! How much of the system a query may see.

use crate::UserId;

/// The part of the system that an actor may see; every query of the store takes one, so that a
/// list without access control does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything: an administrator with an open session, or the system itself.
    Everything,
    /// What this user reaches: projects as a member, ontologies through them or as creator, own storages.
    User(UserId),
}
