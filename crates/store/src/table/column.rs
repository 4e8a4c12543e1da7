//! What fields become in columns, and back.

use cytomine_model::{EditionMode, EntityKind, GlobalRole, Millis, ProjectId};

use crate::statement::corrupt;
use crate::{Row, StoreError, Value};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Whole number.
    Int,
    /// Number.
    Real,
    /// Truth value.
    Bool,
    /// Text.
    Text,
    /// Bytes.
    Blob,
}

impl Type {
    /// Nothing, in a column of this type.
    pub fn null(self) -> Value {
        match self {
            Self::Int => Value::Int(None),
            Self::Real => Value::Real(None),
            Self::Bool => Value::Bool(None),
            Self::Text => Value::Text(None),
            Self::Blob => Value::Blob(None),
        }
    }

    /// What a row holds at a place.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn value_at(self, row: &Row, place: usize) -> Result<Value, StoreError> {
        Ok(match self {
            Self::Int => Value::Int(row.at(place)?),
            Self::Real => Value::Real(row.at(place)?),
            Self::Bool => Value::Bool(row.at(place)?),
            Self::Text => Value::Text(row.at(place)?),
            Self::Blob => Value::Blob(row.at(place)?),
        })
    }
}

/// A row that is read from left to right.
#[derive(Debug)]
pub struct Cells<'r> {
    row: &'r Row,
    place: usize,
}

impl<'r> Cells<'r> {
    /// From the first column on.
    pub fn of(row: &'r Row) -> Self {
        Self { row, place: 0 }
    }

    /// The next column; `name` is for errors.
    ///
    /// # Errors
    /// When it is missing or holds what makes no sense.
    pub fn next<T: Stored>(&mut self, name: &str) -> Result<T, StoreError> {
        let place = self.place;
        self.place += 1;
        T::read(self.row, place, name)
    }
}

/// A field that is one column.
pub trait Stored: Sized {
    /// What the column holds.
    const TYPE: Type;

    /// The field as a value.
    fn value(&self) -> Value;

    /// The field from a row.
    ///
    /// # Errors
    /// When the column holds what makes no sense.
    fn read(row: &Row, place: usize, name: &str) -> Result<Self, StoreError>;
}

impl<T: Stored> Stored for Option<T> {
    const TYPE: Type = T::TYPE;

    fn value(&self) -> Value {
        self.as_ref().map_or_else(|| T::TYPE.null(), T::value)
    }

    fn read(row: &Row, place: usize, name: &str) -> Result<Self, StoreError> {
        if row.is_null(place)? { Ok(None) } else { T::read(row, place, name).map(Some) }
    }
}

macro_rules! ids {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        $(ids!($id);)+
        $(ids!($other);)+
    };
    ($id:ident) => {
        impl Stored for cytomine_model::$id {
            const TYPE: Type = Type::Int;

            fn value(&self) -> Value {
                Value::from(*self)
            }

            fn read(row: &Row, place: usize, _: &str) -> Result<Self, StoreError> {
                row.at(place).map(Self)
            }
        }
    };
}
cytomine_model::each_kind!(ids);

macro_rules! stored {
    ($($field:ty: $kind:ident as $raw:ty, $to:expr, $of:expr;)+) => {$(
        impl Stored for $field {
            const TYPE: Type = Type::$kind;

            fn value(&self) -> Value {
                let to: fn(&$field) -> $raw = $to;
                Value::$kind(Some(to(self)))
            }

            fn read(row: &Row, place: usize, name: &str) -> Result<Self, StoreError> {
                let raw: $raw = row.at(place)?;
                let of: fn(&$raw) -> Option<$field> = $of;
                of(&raw).ok_or_else(|| corrupt(name, format!("{raw:?}")))
            }
        }
    )+};
}

stored! {
    i64: Int as i64, |field| *field, |raw| Some(*raw);
    i32: Int as i64, |field| i64::from(*field), |raw| i32::try_from(*raw).ok();
    f64: Real as f64, |field| *field, |raw| Some(*raw);
    bool: Bool as bool, |field| *field, |raw| Some(*raw);
    String: Text as String, Clone::clone, |raw| Some(raw.clone());
    Vec<u8>: Blob as Vec<u8>, Clone::clone, |raw| Some(raw.clone());
    Millis: Int as i64, |field| field.0, |raw| Some(Millis(*raw));
    EditionMode: Text as String, |field| field.as_str().to_owned(), |raw| EditionMode::parse(raw);
    EntityKind: Text as String, |field| field.as_str().to_owned(), |raw| EntityKind::parse(raw);
    GlobalRole: Text as String, |field| field.authority().to_owned(), |raw| GlobalRole::from_authority(raw);
    Vec<ProjectId>: Text as String, |field| {
        let ids: Vec<i64> = field.iter().map(|id| id.0).collect();
        format!("{ids:?}")
    }, |raw| serde_json::from_str(raw).ok();
}
