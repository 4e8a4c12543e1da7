//! Conditions that clients put on lists (rest-api 1.4), translated by a list of fields per table.

use crate::{Statement, Value, dialect::like_literal};

/// How a field is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Contains these pieces in this order, whatever the case.
    Contains(Vec<String>),
    /// Equal to the text or number.
    Equals(String),
    /// Different from it.
    Differs(String),
    /// At most.
    AtMost(f64),
    /// At least.
    AtLeast(f64),
    /// One of these; `None` stands for "has no value".
    AnyOf(Vec<Option<String>>),
}

/// A condition on a field, in the spelling of the model; lists ignore fields they do not know.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Field.
    pub field: String,
    /// Comparison.
    pub test: Test,
}

/// A field that lists can be filtered and ordered by.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its names.
    names: &'static [&'static str],
    column: Column,
    order: Option<&'static str>,
}

impl Field {
    /// A text, ordered whatever the case; never text of a client.
    pub(crate) const fn text(names: &'static [&'static str], expression: &'static str) -> Self {
        Self { names, column: Column::Text(expression), order: None }
    }

    /// A number.
    pub(crate) const fn number(names: &'static [&'static str], expression: &'static str) -> Self {
        Self { names, column: Column::Number(expression), order: None }
    }

    /// With another expression for its order.
    pub(crate) const fn by(self, expression: &'static str) -> Self {
        Self { order: Some(expression), ..self }
    }

    /// Expression of its order.
    pub(crate) fn order(&self) -> String {
        match (self.order, self.column) {
            (Some(expression), _) | (None, Column::Number(expression)) => expression.to_owned(),
            (None, Column::Text(expression)) => format!("lower({expression}) COLLATE \"C\""),
        }
    }
}

/// The field of that name; of two, the first.
pub(crate) fn field<'f>(fields: &'f [Field], name: &str) -> Option<&'f Field> {
    fields.iter().find(|field| field.names.contains(&name))
}

/// A column (or expression) that a list can be filtered by. Never text of a client.
#[derive(Clone, Copy, Debug)]
enum Column {
    Text(&'static str),
    Number(&'static str),
}

/// Adds ` AND ...` for each condition whose field the table knows.
pub(crate) fn push(statement: &mut Statement, conditions: &[Condition], fields: &[Field]) {
    for Condition { field: name, test } in conditions {
        if let Some(field) = field(fields, name) {
            push_one(statement, field.column, test);
        }
    }
}

fn push_one(statement: &mut Statement, column: Column, test: &Test) {
    let (Column::Text(name) | Column::Number(name)) = column;
    let value = |text: &str| match column {
        Column::Text(_) => Some(Value::from(text)),
        Column::Number(_) => text.trim().parse::<f64>().ok().map(Value::from),
    };
    match test {
        Test::Contains(pieces) => {
            if let Column::Text(name) = column {
                let pattern: String =
                    pieces.iter().map(|piece| format!("%{}", like_literal(piece))).collect::<String>() + "%";
                statement.push(&format!(" AND {name} ILIKE ")).push_value(pattern).push(" ESCAPE '\\'");
            }
        }
        Test::Equals(text) | Test::Differs(text) => {
            let sign = if matches!(test, Test::Equals(_)) { "=" } else { "<>" };
            match value(text) {
                Some(value) => statement.push(&format!(" AND {name} {sign} ")).push_value(value),
                // A number is never equal to what is none.
                None => statement.push(if sign == "=" { " AND 1 = 0" } else { "" }),
            };
        }
        Test::AtMost(bound) => {
            statement.push(&format!(" AND {name} <= ")).push_value(*bound);
        }
        Test::AtLeast(bound) => {
            statement.push(&format!(" AND {name} >= ")).push_value(*bound);
        }
        Test::AnyOf(items) => {
            statement.push(" AND (1 = 0");
            for item in items {
                match item {
                    None => {
                        statement.push(&format!(" OR {name} IS NULL"));
                    }
                    Some(text) => {
                        if let Some(value) = value(text) {
                            statement.push(&format!(" OR {name} = ")).push_value(value);
                        }
                    }
                }
            }
            statement.push(")");
        }
    }
}
