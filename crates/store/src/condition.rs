//! Conditions that clients put on lists (rest-api 1.4), translated by a table of columns per list.

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

/// A condition on a field in the client's spelling; lists ignore fields they do not know.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Field.
    pub field: String,
    /// Comparison.
    pub test: Test,
}

/// A column (or expression) that a list can be filtered by. Never text of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column {
    Text(&'static str),
    Number(&'static str),
}

/// Adds ` AND ...` for each condition whose field the table knows.
pub(crate) fn push(
    statement: &mut Statement,
    conditions: &[Condition],
    column_of: impl Fn(&str) -> Option<Column>,
) {
    for Condition { field, test } in conditions {
        if let Some(column) = column_of(field) {
            push_one(statement, column, test);
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
