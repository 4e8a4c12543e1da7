//! Which part of a list is wanted.

/// A page of a list: `max` items from `offset`; `max` 0 means all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Number of items to skip.
    pub offset: i64,
    /// Number of items at most, 0 for all.
    pub max: i64,
}

/// Order of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Name of the field in the API.
    pub field: String,
    /// Ascending or descending.
    pub direction: Direction,
}

/// Ascending or descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Page {
    /// The whole list.
    pub const ALL: Self = Self { offset: 0, max: 0 };
}
