//! Rows of tables as JSON, alike on both databases: truth values are numbers, bytes are text that begins with `\x`.

use std::collections::BTreeMap;

use cytomine_store::{Db, Read as _, Statement, Write as _, sql};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// Tables with rows of users, each after those that it names.
const TABLES: [&str; 23] = [
    "user_account",
    "user_role",
    "storage",
    "uploaded_file",
    "abstract_image",
    "abstract_slice",
    "ontology",
    "term",
    "relation_term",
    "project",
    "project_member",
    "image_instance",
    "slice_instance",
    "annotation",
    "annotation_term",
    "property",
    "tag",
    "tag_domain_association",
    "description",
    "attached_file",
    "command",
    "activity",
    "job",
];
/// What tells of commands, not of what they are about.
const BOOKS: [&str; 3] = ["command", "activity", "job"];

async fn columns(mut db: &Db, table: &str) -> Vec<String> {
    let text = format!("SELECT name FROM pragma_table_info('{table}')");
    db.rows(sql(text)).await.unwrap().iter().map(|row| row.get("name").unwrap()).collect()
}

async fn read(mut db: &Db, table: &str, columns: &[String], condition: &str) -> Value {
    let lite = matches!(db, Db::Lite { .. });
    let text = if lite {
        let pairs: Vec<String> = columns
            .iter()
            .map(|name| format!("'{name}', CASE typeof({name}) WHEN 'blob' THEN '\\x' || lower(hex({name})) WHEN 'real' THEN json(format('%!.17g', {name})) ELSE {name} END"))
            .collect();
        format!("SELECT json_object({}) AS line FROM {table} {condition} ORDER BY 1", pairs.join(", "))
    } else {
        format!(
            "SELECT CAST(row_to_json(t) AS TEXT) AS line FROM (SELECT {} FROM {table} {condition}) t",
            columns.join(", ")
        )
    };
    let rows = db.rows(sql(text)).await.unwrap();
    let lines = rows.iter().map(|row| serde_json::from_str(&row.get::<String>("line").unwrap()).unwrap());
    Value::Array(lines.collect())
}

/// Every row, without columns that hold nothing.
pub(crate) async fn dump(db: &Db) -> Value {
    let mut tables = Map::new();
    for table in TABLES {
        let mut rows = read(db, table, &columns(db, table).await, "").await;
        for row in rows.as_array_mut().unwrap() {
            row.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
        tables.insert(table.to_owned(), rows);
    }
    Value::Object(tables)
}

/// The living rows of the release that wrote the file, on SQLite.
pub(crate) async fn all_living(db: &Db) -> Value {
    living(db, &dump(db).await).await
}

/// Living rows of what commands are about, only the columns that `tables` names.
pub(crate) async fn living(db: &Db, tables: &Value) -> Value {
    let mut found = Map::new();
    for (table, rows) in tables.as_object().unwrap() {
        if BOOKS.contains(&table.as_str()) {
            continue;
        }
        let mut names: Vec<String> = Vec::new();
        for name in rows.as_array().unwrap().iter().flat_map(|row| row.as_object().unwrap().keys()) {
            if !names.contains(name) && name != "deleted_by" {
                names.push(name.clone());
            }
        }
        if names.is_empty() {
            continue;
        }
        let condition = if table == "project_member" { "" } else { "WHERE deleted_by IS NULL" };
        found.insert(table.clone(), read(db, table, &names, condition).await);
    }
    plain(&Value::Object(found))
}

/// Without empty columns, in one order, with numbers of one kind.
pub(crate) fn plain(tables: &Value) -> Value {
    let mut tables = tables.clone();
    for rows in tables.as_object_mut().unwrap().values_mut() {
        let rows = rows.as_array_mut().unwrap();
        for row in rows.iter_mut() {
            let row = row.as_object_mut().unwrap();
            row.retain(|_, value| !value.is_null());
            for value in row.values_mut() {
                if let Some(truth) = value.as_bool() {
                    *value = json!(format!("{:.9}", f64::from(u8::from(truth))));
                } else if let Some(number) = value.as_f64() {
                    // SQLite prints 15 digits.
                    *value = json!(format!("{number:.9}"));
                }
            }
            row.sort_keys();
        }
        rows.sort_by_key(ToString::to_string);
    }
    tables
}

/// Writes the rows of a release into an empty database. Numbers are taken from the text, to their last digit.
pub(crate) async fn load(db: &Db, release: &str) {
    type Tables = BTreeMap<String, Vec<BTreeMap<String, Box<RawValue>>>>;
    let parts: BTreeMap<String, Box<RawValue>> = serde_json::from_str(release).unwrap();
    let tables: Tables = serde_json::from_str(parts["rows"].get()).unwrap();
    let mut tx = db.begin().await.unwrap();
    let mut last = 0;
    for table in TABLES {
        for row in tables.get(table).into_iter().flatten() {
            last = last.max(row.get("id").map_or(0, |id| id.get().parse().unwrap()));
            let names: Vec<&str> = row.keys().map(String::as_str).collect();
            let mut statement = sql(format!("INSERT INTO {table} ({}) VALUES (", names.join(", ")));
            for (number, (name, value)) in row.iter().enumerate() {
                statement.push(if number == 0 { "" } else { ", " });
                push(&mut statement, name, value.get());
            }
            statement.push(")");
            tx.execute(statement).await.unwrap();
        }
    }
    let sequence = match db {
        Db::Lite { .. } => format!("UPDATE id_sequence SET last = {last}"),
        Db::Pg(_) => format!("SELECT setval('ids', {last})"),
    };
    tx.execute(sql(sequence)).await.unwrap();
    tx.commit().await.unwrap();
}

fn push(statement: &mut Statement, name: &str, value: &str) {
    let truth = name.starts_with("is_")
        || name.starts_with("hide_")
        || ["blind_mode", "are_images_downloadable", "enabled", "discarded"].contains(&name);
    if truth {
        statement.push_value(value == "1");
    } else if let Ok(number) = value.parse::<i64>() {
        statement.push_value(number);
    } else if let Ok(number) = value.parse::<f64>() {
        statement.push_value(number);
    } else {
        let text: String = serde_json::from_str(value).unwrap();
        match text.strip_prefix("\\x") {
            Some(digits) => {
                let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
                statement.push_value((0..digits.len()).step_by(2).map(byte).collect::<Vec<u8>>())
            }
            None => statement.push_value(text),
        };
    }
}
