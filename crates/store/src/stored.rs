//! Changes of an edit as the table of commands keeps them, in every form that a release has written.
//!
//! Version 2: as version 1, with `"seats": {"42": {...}}` of a project by user, null for no member; written only where a
//! seat changed, so that a release that does not know seats refuses to undo half of it. Version 1: two objects,
//! `{"version": 1, "columns": {"name": ...}}`, of the values before and after. Before that (no version): the whole entity
//! twice, `{"term": {"id": ..., "name": ..., "parent": ...}}`, with what was read along.

use std::collections::BTreeMap;

use cytomine_geometry::{Bounds, cell_key};
use cytomine_model::{Change, Changes, EditionMode, EntityKind, Seat, SeatChange, UserId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::statement::corrupt;
use crate::table::{Column, May, Type, columns_of, set};
use crate::{Read as _, StoreError, Tx, Value, dialect::Dialect, sql};

/// Texts of JSON by name; as texts, numbers keep their last digit.
type Fields = BTreeMap<String, Box<RawValue>>;

#[derive(Serialize, Deserialize)]
struct Form {
    version: u32,
    columns: Fields,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    seats: BTreeMap<i64, Option<Seat>>,
}

fn value_of(column: &Column, json: &str) -> Result<Value, StoreError> {
    let wrong = || corrupt(column.name, json);
    if json == "null" {
        return Ok(column.kind.null());
    }
    let text = || serde_json::from_str::<String>(json).map_err(|_| wrong());
    Ok(match column.kind {
        Type::Int => Value::from(json.parse::<i64>().map_err(|_| wrong())?),
        Type::Real => Value::from(json.parse::<f64>().map_err(|_| wrong())?),
        Type::Bool => Value::from(json.parse::<bool>().map_err(|_| wrong())?),
        Type::Text => Value::from(text()?),
        Type::Blob => {
            let digits = text()?;
            let byte = |at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
            let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
            Value::from(bytes.ok_or_else(wrong)?)
        }
    })
}

/// The two texts that a row of the table of commands holds.
pub(crate) fn write(changes: &Changes) -> [String; 2] {
    let form = |side: fn(&Change) -> &String, seat: fn(&SeatChange) -> Option<Seat>| {
        let columns = changes.columns.iter().filter_map(|change| {
            Some((change.column.clone(), RawValue::from_string(side(change).clone()).ok()?))
        });
        let seats = changes.seats.iter().map(|change| (change.user.0, seat(change)));
        let version = if changes.seats.is_empty() { 1 } else { 2 };
        let form = Form { version, columns: columns.collect(), seats: seats.collect() };
        serde_json::to_string(&form).unwrap_or_else(|_| "null".to_owned())
    };
    [form(|change| &change.before, |seat| seat.before), form(|change| &change.after, |seat| seat.after)]
}

/// Reads what [`write()`] or an earlier release wrote.
///
/// # Errors
/// When the texts are of no release's making.
pub(crate) fn read(kind: EntityKind, before: &str, after: &str) -> Result<Changes, StoreError> {
    let fields = |column: &str, text: &str| {
        let wrong = || corrupt(column, text);
        if let Ok(form) = serde_json::from_str::<Form>(text) {
            return if [1, 2].contains(&form.version) {
                Ok((form.columns, form.seats))
            } else {
                Err(wrong())
            };
        }
        let entity: BTreeMap<String, Fields> = serde_json::from_str(text).map_err(|_| wrong())?;
        let columns = whole(kind, entity.values().next().ok_or_else(wrong)?).ok_or_else(wrong)?;
        Ok((columns, BTreeMap::new()))
    };
    let ((before, seats), (mut after, mut seats_after)) =
        (fields("entity_before", before)?, fields("entity_after", after)?);
    let change = |(column, before): (String, Box<RawValue>)| {
        let after = after.remove(&column)?;
        let (before, after) = (before.get().to_owned(), after.get().to_owned());
        (before != after).then_some(Change { column, before, after })
    };
    let seat = |(user, before): (i64, Option<Seat>)| {
        Some(SeatChange { user: UserId(user), before, after: seats_after.remove(&user)? })
    };
    Ok(Changes {
        columns: before.into_iter().filter_map(change).collect(),
        seats: seats.into_iter().filter_map(seat).collect(),
    })
}

/// Columns of an entity that was kept whole. Fields bore the names of their columns, without the `_id` of a reference.
fn whole(kind: EntityKind, entity: &Fields) -> Option<Fields> {
    let raw = |text: String| RawValue::from_string(text).ok();
    let mut columns = Fields::new();
    for column in columns_of(kind).iter().filter(|column| column.change == May::Change) {
        let name = column.name;
        let field = match (kind, name) {
            (EntityKind::SliceInstance, "base_slice_id") => {
                serde_json::from_str::<Fields>(entity.get("base")?.get()).ok()?.remove("id")
            }
            (EntityKind::Annotation, "level" | "cell") => {
                let side = |name: &str| entity.get(name)?.get().parse::<f64>().ok();
                let key =
                    cell_key(&Bounds::new(side("min_x")?, side("min_y")?, side("max_x")?, side("max_y")?));
                raw(if name == "cell" { key.cell.to_string() } else { key.level.to_string() })
            }
            _ => entity.get(name).or_else(|| entity.get(name.strip_suffix("_id")?)).cloned(),
        };
        // A column that came later was not changed by an old command.
        let Some(field) = field else { continue };
        let field = match (kind, name) {
            (EntityKind::Project, "mode") => {
                raw(format!("\"{}\"", serde_json::from_str::<EditionMode>(field.get()).ok()?.as_str()))?
            }
            (EntityKind::UploadedFile, "projects") => {
                let ids: Vec<i64> = serde_json::from_str(field.get()).ok()?;
                raw(format!("\"{ids:?}\""))?
            }
            _ if column.kind == Type::Blob => {
                raw(Value::from(serde_json::from_str::<Vec<u8>>(field.get()).ok()?).to_json())?
            }
            _ => field,
        };
        columns.insert(name.to_owned(), field);
    }
    Some(columns)
}

/// Which of the two states of an edit to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// That before it.
    Before,
    /// That after it.
    After,
}

/// Writes one state of an edit where the row still is in the other. Tells the columns that somebody else has changed since;
/// then nothing was written.
pub async fn restore(
    tx: &mut Tx,
    kind: EntityKind,
    id: i64,
    changes: &Changes,
    state: State,
) -> Result<Vec<String>, StoreError> {
    let known = columns_of(kind);
    let mut columns = Vec::new();
    for change in &changes.columns {
        let Some(column) = known.iter().find(|column| column.name == change.column) else { continue };
        let (wanted, left) = match state {
            State::Before => (&change.before, &change.after),
            State::After => (&change.after, &change.before),
        };
        columns.push((column, value_of(column, wanted)?, value_of(column, left)?));
    }
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = columns.iter().map(|(column, ..)| column.name).collect();
    let lock = if tx.dialect() == Dialect::Pg { " FOR NO KEY UPDATE" } else { "" };
    let text = format!(
        "SELECT {} FROM {} WHERE id = $1 AND deleted_by IS NULL{lock}",
        names.join(", "),
        kind.as_str()
    );
    let Some(row) = tx.first(sql(text).bind(id)).await? else { return Ok(Vec::new()) };
    let mut taken = Vec::new();
    let mut untouched = Vec::new();
    for (place, (column, wanted, left)) in columns.into_iter().enumerate() {
        let same = column.kind.value_at(&row, place)? == left;
        if same {
            untouched.push((column.name, wanted));
        } else if column.name != "updated" {
            // The moment of the last change alone refuses nothing: another column may have been changed.
            taken.push(column.name.to_owned());
        }
    }
    if taken.is_empty() {
        set(&mut *tx, kind, id, untouched).await?;
    }
    Ok(taken)
}
