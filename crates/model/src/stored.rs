//! What commands keep of an edit: the columns that it changed, not the entity. So a new field of an entity makes no
//! old command unreadable, and undo touches nothing that the edit left alone.

/// The columns that an edit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(pub Vec<Change>);

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
