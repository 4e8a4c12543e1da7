//! Tables of entities. [`table!`](crate::table!) writes each column once; reading by id, lists with their count,
//! inserting and changing follow from it. Hand-written SQL remains for real joins and for searches of annotations.

use std::fmt::Write as _;

use cytomine_model::{Change, Changes, Direction, EntityKind, Kind, Page, Sort};

use crate::condition::{self, Field};
use crate::{Read, Row, Statement, StoreError, Value, Write, named, sql};

pub use column::{Cells, Stored, Type};

mod column;

/// A stored column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What may become of it.
    pub change: May,
    /// What it holds.
    pub kind: Type,
}

/// What may become of a column after the row was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Nothing.
    Stay,
    /// Edits change it, and undo changes it back.
    Change,
    /// The system acts on it: it is changed, but undo leaves it alone.
    Serve,
}

/// How rows of one kind hang on others: they go when those go, and come back with them.
#[derive(Clone, Copy, Debug)]
pub enum Hang {
    /// On those of that kind that the column names.
    Column(EntityKind, &'static str),
    /// On any entity, which `kind` and `entity_id` name.
    Subject,
}

/// A kind of entity with its table.
pub trait Table: Kind {
    /// Name of a row in statements.
    const ALIAS: &'static str;
    /// Tables that are read along.
    const JOINS: &'static str;
    /// Columns that are written.
    const COLUMNS: &'static [Column];
    /// On what its rows hang.
    const HANGS: &'static [Hang];
    /// A condition that living rows meet beside being alive, to be seen.
    const SEEN: Option<&'static str>;

    /// What is selected, in the order that [`Table::read`] expects; `counted`: with numbers that cost a scan.
    fn select(counted: bool) -> String;

    /// Reads a row.
    ///
    /// # Errors
    /// When a column is missing or holds what makes no sense.
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError>;

    /// Values of [`Table::COLUMNS`].
    fn values(&self) -> Vec<Value>;
}

/// Writes down the table of an entity: `field = may "column"` for what is stored in a field of it, `may "column" = getter`
/// for what is stored otherwise, `field = "expression"` for what is only read, `nested` for an entity of another table
/// that is read with it.
#[macro_export]
macro_rules! table {
    (
        $entity:ident as $alias:literal $(, joins $joins:expr)?;
        $(hangs { $($hang:expr),+ $(,)? })?
        $(seen { $seen:expr })?
        columns { $($field:ident = $may:ident $column:literal,)+ }
        $(derived { $($derived_may:ident $derived_column:literal: $derived_type:ident = $getter:expr,)+ })?
        $(shown { $($shown:ident = $expression:expr,)+ })?
        $(counted { $($counted:ident = $count:expr,)+ })?
        $(nested { $($nested:ident: $inner:ident,)+ })?
    ) => {
        impl $crate::table::Table for $entity {
            const ALIAS: &'static str = $alias;
            const JOINS: &'static str = table!(@or "" $(, $joins)?);
            const HANGS: &'static [$crate::table::Hang] = &[$($($hang),+)?];
            const SEEN: Option<&'static str> = table!(@or None $(, Some($seen))?);
            const COLUMNS: &'static [$crate::table::Column] = &[
                $($crate::table::Column {
                    name: $column,
                    change: $crate::table::May::$may,
                    kind: $crate::table::type_of(|entity: &$entity| &entity.$field),
                },)+
                $($($crate::table::Column {
                    name: $derived_column,
                    change: $crate::table::May::$derived_may,
                    kind: $crate::table::Type::$derived_type,
                },)+)?
            ];

            fn select(counted: bool) -> String {
                let _ = counted;
                let columns: Vec<String> = vec![
                    $(concat!($alias, ".", $column).to_owned(),)+
                    $($($expression.to_owned(),)+)?
                    $($(if counted { $count } else { "CAST(0 AS BIGINT)" }.to_owned(),)+)?
                    $($(<$inner as $crate::table::Table>::select(counted),)+)?
                ];
                columns.join(", ")
            }

            fn read(cells: &mut $crate::table::Cells<'_>) -> Result<Self, $crate::StoreError> {
                Ok(Self {
                    $($field: cells.next($column)?,)+
                    $($($shown: cells.next(stringify!($shown))?,)+)?
                    $($($counted: cells.next(stringify!($counted))?,)+)?
                    $($($nested: <$inner as $crate::table::Table>::read(cells)?,)+)?
                })
            }

            fn values(&self) -> Vec<$crate::Value> {
                vec![
                    $($crate::table::Stored::value(&self.$field),)+
                    $($({
                        let getter: fn(&$entity) -> $crate::Value = $getter;
                        getter(self)
                    },)+)?
                ]
            }
        }
    };
    (@or $default:expr) => { $default };
    (@or $default:expr, $given:expr) => { $given };
}

/// What a field holds, for [`table!`](crate::table!).
pub const fn type_of<E, T: Stored>(_: fn(&E) -> &T) -> Type {
    T::TYPE
}

/// A row by id whose rights nobody has asked yet. Only the domain's access module opens it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Found<T>(T);

impl<T> Found<T> {
    /// The row. Clippy refuses this everywhere but where rights are asked.
    pub fn open(self) -> T {
        self.0
    }
}

fn from<T: Table>(columns: &str) -> String {
    let (table, alias) = (T::KIND.as_str(), T::ALIAS);
    let mut text = format!("SELECT {columns} FROM {table} {alias}");
    if !T::JOINS.is_empty() {
        text.push(' ');
        text.push_str(T::JOINS);
    }
    let _ = write!(text, " WHERE {alias}.deleted_by IS NULL");
    if let Some(seen) = T::SEEN {
        let _ = write!(text, " AND {seen}");
    }
    text
}

/// Begins to select living rows, for more conditions.
pub fn living<T: Table>() -> Statement {
    sql(from::<T>(&T::select(true)))
}

/// As [`living`]; numbers that cost a scan are 0.
pub fn uncounted<T: Table>() -> Statement {
    sql(from::<T>(&T::select(false)))
}

/// Reads a row of [`living`].
///
/// # Errors
/// When a column is missing or holds what makes no sense.
pub fn read<T: Table>(row: &Row) -> Result<T, StoreError> {
    T::read(&mut Cells::of(row))
}

/// Reads the rows of a statement that began with [`living`].
pub async fn all<T: Table>(mut ex: impl Read, statement: Statement) -> Result<Vec<T>, StoreError> {
    ex.rows(statement).await?.iter().map(read).collect()
}

/// Reads the first row of a statement that began with [`living`].
pub async fn first<T: Table>(mut ex: impl Read, statement: Statement) -> Result<Option<T>, StoreError> {
    ex.first(statement).await?.as_ref().map(read).transpose()
}

fn one<T: Table>(mut statement: Statement, id: T::Id) -> Statement {
    statement.push(&format!(" AND {}.id = ", T::ALIAS)).push_value(id.into());
    statement
}

/// A living row by id; numbers that cost a scan are counted where that is asked for.
pub async fn by_id<T: Table>(
    ex: impl Read,
    id: T::Id,
    counted: bool,
) -> Result<Option<Found<T>>, StoreError> {
    let statement = if counted { living::<T>() } else { uncounted::<T>() };
    Ok(first(ex, one::<T>(statement, id)).await?.map(Found))
}

/// Order of a list.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// What the client asks for.
    pub sort: Option<&'a Sort>,
    /// What holds where it asks for nothing: an expression.
    pub default: (&'static str, Direction),
}

/// A page of living rows and how many there are in all; one filter holds for both.
pub async fn page<T: Table>(
    mut ex: impl Read,
    filter: impl Fn(&mut Statement),
    fields: &[Field],
    order: Order<'_>,
    page: Page,
) -> Result<(Vec<T>, i64), StoreError> {
    let mut count = sql(from::<T>("count(*) AS n"));
    filter(&mut count);
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
    let mut statement = living::<T>();
    filter(&mut statement);
    let (by, direction) = match order.sort {
        None => (order.default.0.to_owned(), order.default.1),
        Some(sort) => {
            let field = condition::field(fields, &sort.field);
            (field.map_or_else(|| order.default.0.to_owned(), Field::order), sort.direction)
        }
    };
    let word = if direction == Direction::Ascending { "ASC" } else { "DESC" };
    statement.push(&format!(" ORDER BY {by} {word}, {}.id {word}", T::ALIAS)).push_page(page);
    Ok((all(ex, statement).await?, total))
}

/// Writes a new row.
///
/// # Errors
/// [`StoreError::Duplicate`] when a unique index refuses it, [`StoreError::Dangling`] when it names what is not there.
pub async fn insert<T: Table>(tx: impl Write, entity: &T) -> Result<(), StoreError> {
    insert_many(tx, std::slice::from_ref(entity)).await
}

/// Values of one statement: SQLite takes 32,766, PostgreSQL 65,535.
const MOST_VALUES: usize = 30_000;

/// Writes new rows, many in one statement.
///
/// # Errors
/// As [`insert`].
pub async fn insert_many<T: Table>(mut tx: impl Write, entities: &[T]) -> Result<(), StoreError> {
    let names: Vec<&str> = T::COLUMNS.iter().map(|column| column.name).collect();
    for chunk in entities.chunks(MOST_VALUES / names.len()) {
        let rows: Vec<Vec<Value>> = chunk.iter().map(T::values).collect();
        let parents =
            named::parents(T::KIND.as_str(), rows.iter().flat_map(|row| names.iter().copied().zip(row)));
        named::hold_all(&mut tx, parents).await?;
        let mut statement = sql(format!("INSERT INTO {} ({}) VALUES ", T::KIND.as_str(), names.join(", ")));
        for (row, values) in rows.into_iter().enumerate() {
            for (number, value) in values.into_iter().enumerate() {
                statement.push(match (row, number) {
                    (0, 0) => "(",
                    (_, 0) => "), (",
                    _ => ", ",
                });
                statement.push_value(value);
            }
        }
        statement.push(")");
        tx.execute(statement).await?;
    }
    Ok(())
}

/// The columns in which two states of an entity differ, with the new values.
fn differences<T: Table>(before: &T, after: &T) -> impl Iterator<Item = (&'static Column, Value, Value)> {
    let values = before.values().into_iter().zip(after.values());
    T::COLUMNS
        .iter()
        .zip(values)
        .filter(|(column, (old, new))| column.change != May::Stay && old != new)
        .map(|(column, (old, new))| (column, old, new))
}

/// Writes the columns in which `after` differs from `before`.
///
/// # Errors
/// As [`insert`].
pub async fn update<T: Table>(mut tx: impl Write, before: &T, after: &T) -> Result<(), StoreError> {
    let changed: Vec<_> = differences(before, after).map(|(column, _, new)| (column.name, new)).collect();
    let parents = named::parents(T::KIND.as_str(), changed.iter().map(|(name, value)| (*name, value)));
    named::hold_all(&mut tx, parents).await?;
    set(&mut tx, T::KIND, after.id().into(), changed).await
}

/// Writes columns of a living row.
pub(crate) async fn set(
    mut tx: impl Write,
    kind: EntityKind,
    id: i64,
    columns: Vec<(&str, Value)>,
) -> Result<(), StoreError> {
    if columns.is_empty() {
        return Ok(());
    }
    let mut statement = sql(format!("UPDATE {} SET ", kind.as_str()));
    for (number, (name, value)) in columns.into_iter().enumerate() {
        statement.push(if number == 0 { "" } else { ", " }).push(name).push(" = ").push_value(value);
    }
    statement.push(" WHERE id = ").push_value(id).push(" AND deleted_by IS NULL");
    tx.execute(statement).await.map(|_| ())
}

/// What a command keeps of an edit.
pub fn changes<T: Table>(before: &T, after: &T) -> Changes {
    let change = |(column, old, new): (&Column, Value, Value)| Change {
        column: column.name.to_owned(),
        before: old.to_json(),
        after: new.to_json(),
    };
    let columns = differences(before, after).filter(|(column, ..)| column.change == May::Change);
    Changes { columns: columns.map(change).collect(), seats: Vec::new() }
}

macro_rules! dispatch {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        /// Columns of the table of that kind.
        pub fn columns_of(kind: EntityKind) -> &'static [Column] {
            match kind {
                $(EntityKind::$kind => <cytomine_model::$kind as Table>::COLUMNS,)+
            }
        }

        /// On what rows of that kind hang.
        pub fn hangs_of(kind: EntityKind) -> &'static [Hang] {
            match kind {
                $(EntityKind::$kind => <cytomine_model::$kind as Table>::HANGS,)+
            }
        }
    };
}
cytomine_model::each_kind!(dispatch);
