//! Kinds of error that every layer agrees on; the HTTP edge maps them to status codes.

/// What went wrong, seen from the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request does not make sense; sending it again changes nothing.
    Invalid,
    /// Nobody is signed in, or the credentials are wrong.
    Unauthenticated,
    /// The actor is known but may not do this.
    Forbidden,
    /// There is no such thing, or the actor may not know of it.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// It cannot be done while something else uses it.
    Conflict,
    /// Stored pixels cannot be decoded.
    Unprocessable,
    /// Too many attempts; wait.
    TooMany,
    /// Cytomine's API has this, this server does not yet.
    NotImplemented,
    /// The database, disk or another part is out of reach for the moment.
    Unavailable,
    /// A defect of ours.
    Internal,
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::AlreadyExists,
        Self::Conflict,
        Self::Unprocessable,
        Self::TooMany,
        Self::NotImplemented,
        Self::Unavailable,
        Self::Internal,
    ];
}
