//! Statements and rows that do not know which database they meet.

use std::borrow::Cow;

use cytomine_model as model;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, ValueRef as _};

use crate::StoreError;

/// A statement: text in PostgreSQL's dialect with `$1`, `$2`..., and the values in that order.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(crate) text: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
}

/// Begins a statement. Text made at run time must hold no foreign input: values go through [`Statement::bind`].
pub fn sql(text: impl Into<Cow<'static, str>>) -> Statement {
    Statement { text: text.into(), values: Vec::new() }
}

impl Statement {
    /// Adds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds text at the end.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds `$n` for the next value, and the value.
    pub fn push_value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let number = self.values.len();
        self.push(&format!("${number}"))
    }

    /// Adds ` LIMIT`/` OFFSET` for a page.
    pub fn push_page(&mut self, page: model::Page) -> &mut Self {
        if page.max > 0 {
            self.push(" LIMIT ").push_value(page.max);
            self.push(" OFFSET ").push_value(page.offset);
        } else if page.offset > 0 {
            self.push(" LIMIT ").push_value(i64::MAX);
            self.push(" OFFSET ").push_value(page.offset);
        }
        self
    }
}

/// A value to bind.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Whole number.
    Int(Option<i64>),
    /// Number.
    Real(Option<f64>),
    /// Truth value.
    Bool(Option<bool>),
    /// Text.
    Text(Option<String>),
    /// Bytes.
    Blob(Option<Vec<u8>>),
    /// A list for `= ANY($n)`.
    Ints(Vec<i64>),
    /// A column of many rows for `unnest($n)`, which PostgreSQL has.
    Column(Column),
}

/// The values of one column in many rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whole numbers.
    Ints(Vec<Option<i64>>),
    /// Numbers.
    Reals(Vec<f64>),
    /// Texts.
    Texts(Vec<Option<String>>),
    /// Bytes.
    Blobs(Vec<Vec<u8>>),
}

impl Value {
    /// As commands keep it: JSON, bytes as hexadecimal text.
    pub(crate) fn to_json(&self) -> String {
        match self {
            Self::Int(Some(number)) => number.to_string(),
            Self::Real(Some(number)) if number.is_finite() => format!("{number:?}"),
            Self::Bool(Some(truth)) => truth.to_string(),
            Self::Text(Some(text)) => serde_json::Value::from(text.as_str()).to_string(),
            Self::Blob(Some(bytes)) => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("\"{digits}\"")
            }
            _ => "null".to_owned(),
        }
    }
}

macro_rules! values {
    ($($from:ty => $value:ident => $to:expr),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $to
            }
        }
    )+};
}

values! {
    i64 => value => Self::Int(Some(value)),
    i32 => value => Self::Int(Some(value.into())),
    Option<i64> => value => Self::Int(value),
    Option<i32> => value => Self::Int(value.map(i64::from)),
    f64 => value => Self::Real(Some(value)),
    Option<f64> => value => Self::Real(value),
    bool => value => Self::Bool(Some(value)),
    &str => value => Self::Text(Some(value.to_owned())),
    String => value => Self::Text(Some(value)),
    &String => value => Self::Text(Some(value.clone())),
    Option<String> => value => Self::Text(value),
    Option<&str> => value => Self::Text(value.map(str::to_owned)),
    Vec<u8> => value => Self::Blob(Some(value)),
    &[u8] => value => Self::Blob(Some(value.to_vec())),
    Option<Vec<u8>> => value => Self::Blob(value),
    Vec<i64> => value => Self::Ints(value),
    &[i64] => value => Self::Ints(value.to_vec()),
    model::Millis => value => Self::Int(Some(value.0)),
    Option<model::Millis> => value => Self::Int(value.map(|time| time.0)),
}

macro_rules! id_values {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        $(id_values!($id);)+
        $(id_values!($other);)+
    };
    ($id:ident) => {
        impl From<model::$id> for Value {
            fn from(id: model::$id) -> Self {
                Self::Int(Some(id.0))
            }
        }
        impl From<Option<model::$id>> for Value {
            fn from(id: Option<model::$id>) -> Self {
                Self::Int(id.map(|id| id.0))
            }
        }
        impl From<&[model::$id]> for Value {
            fn from(ids: &[model::$id]) -> Self {
                Self::Ints(ids.iter().map(|id| id.0).collect())
            }
        }
    };
}
model::each_kind!(id_values);

/// A row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Lite(sqlx::sqlite::SqliteRow),
    /// From PostgreSQL.
    Pg(sqlx::postgres::PgRow),
}

impl Row {
    /// The value of a column: `i64`, `f64`, `bool`, `String`, `Vec<u8>`, or an `Option` of one.
    ///
    /// # Errors
    /// When there is no such column, or it holds another type.
    pub fn get<T>(&self, column: &str) -> Result<T, StoreError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Lite(row) => row.try_get(column)?,
            Self::Pg(row) => row.try_get(column)?,
        })
    }

    /// The value at a place of the answer, from 0; as [`Row::get`].
    ///
    /// # Errors
    /// When there is no such place, or it holds another type.
    pub fn at<T>(&self, place: usize) -> Result<T, StoreError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Lite(row) => row.try_get(place)?,
            Self::Pg(row) => row.try_get(place)?,
        })
    }

    /// Whether there is nothing at a place of the answer.
    ///
    /// # Errors
    /// When there is no such place.
    pub fn is_null(&self, place: usize) -> Result<bool, StoreError> {
        Ok(match self {
            Self::Lite(row) => row.try_get_raw(place)?.is_null(),
            Self::Pg(row) => row.try_get_raw(place)?.is_null(),
        })
    }

    /// A 32-bit number; the column is 64 bits wide in both databases.
    ///
    /// # Errors
    /// As [`Row::get`], or when it does not fit.
    pub fn int(&self, column: &str) -> Result<i32, StoreError> {
        let value: i64 = self.get(column)?;
        i32::try_from(value).map_err(|_| corrupt(column, value))
    }

    /// A 32-bit number or nothing.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn opt_int(&self, column: &str) -> Result<Option<i32>, StoreError> {
        let value: Option<i64> = self.get(column)?;
        value.map(|value| i32::try_from(value).map_err(|_| corrupt(column, value))).transpose()
    }

    /// An id.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn id<T: model::id::Id>(&self, column: &str) -> Result<T, StoreError> {
        self.get::<i64>(column).map(T::from)
    }

    /// An id or nothing.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn opt_id<T: model::id::Id>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.get::<Option<i64>>(column).map(|id| id.map(T::from))
    }

    /// A moment.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn time(&self, column: &str) -> Result<model::Millis, StoreError> {
        self.get(column).map(model::Millis)
    }

    /// A moment or nothing.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn opt_time(&self, column: &str) -> Result<Option<model::Millis>, StoreError> {
        self.get::<Option<i64>>(column).map(|time| time.map(model::Millis))
    }

    /// Text that names one of an enum's values.
    ///
    /// # Errors
    /// As [`Row::get`], or when `parse` knows no such value.
    pub fn parsed<T>(&self, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        parse(&text).ok_or_else(|| corrupt(column, text))
    }
}

/// The error for a stored value that makes no sense.
pub(crate) fn corrupt(column: &str, value: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt { column: column.to_owned(), value: value.to_string() }
}
