//! What commands keep of an edit: the columns that it changed, not the entity. So a new field of an entity makes no
//! old command unreadable, and undo touches nothing that the edit left alone.

use serde::{Deserialize, Serialize};

use crate::{Millis, ProjectRole, UserId};

/// What an edit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Columns of the entity.
    pub columns: Vec<Change>,
    /// Seats of a project.
    pub seats: Vec<SeatChange>,
}

/// What a user is in a project: membership and default layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Contributor or manager.
    pub role: ProjectRole,
    /// Shown to outsiders as contact.
    pub is_representative: bool,
    /// When the user became a member.
    pub since: Millis,
    /// The user's layer shows by itself when an image opens, or is listed but hidden (`true`); none: it does not.
    pub layer: Option<bool>,
}

/// A seat that an edit changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatChange {
    /// Whose.
    pub user: UserId,
    /// None: no member before.
    pub before: Option<Seat>,
    /// None: no member after.
    pub after: Option<Seat>,
}

/// A column that an edit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Name of the column.
    pub column: String,
    /// Its value before, as JSON; bytes in hexadecimal.
    pub before: String,
    /// Its value after.
    pub after: String,
}
