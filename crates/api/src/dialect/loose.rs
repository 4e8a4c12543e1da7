//! Values of bodies and queries as loosely as Cytomine's clients write them, as types.
//!
//! Every type here stands for a value that may be left out: `null`, and empty text where emptiness means nothing, are
//! absence. Numbers may come as text, booleans as `True` or `1`, an id as the whole object that bears it. Where `null`
//! says something of its own ("take it away"), a type named `Patch...` tells it from absence. A key that has two names
//! is two fields; the handler takes the first that is there.
//!
//! Here, too, is the one place that refuses text which a database cannot hold: U+0000, and more than [`LONGEST`]
//! characters ([`Long`] has no limit but the body's). Lone surrogates are refused by the reader of JSON.

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer};
use serde_json::{Value, json};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Object, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::{DialectError, boolean, dates, ids};

/// Most characters of a text.
pub const LONGEST: usize = 10_000;

/// What stands around the parts of a refusal while serde carries it: control characters, which no JSON text that
/// reaches an error can hold unescaped.
const MARK: char = '\u{1}';

/// Packs a refusal for serde, whose errors are text; [`refusal`] unpacks it where the key is known.
fn packed<E: serde::de::Error>(error: DialectError) -> E {
    match error {
        DialectError::InvalidValue { value, expected, .. } => {
            E::custom(format_args!("{MARK}{value}{MARK}{expected}{MARK}"))
        }
        other => E::custom(other),
    }
}

/// The refusal that a type of this module gave to serde: the value and what was expected instead. `None` for errors
/// of JSON itself.
pub fn refusal(error: &str) -> Option<(&str, &str)> {
    let (_, rest) = error.split_once(MARK)?;
    let (value, rest) = rest.split_once(MARK)?;
    Some((value, rest.split_once(MARK)?.0))
}

/// A schema from its JSON.
pub fn schema_of(json: Value) -> RefOr<Schema> {
    if json.as_object().is_some_and(serde_json::Map::is_empty) {
        return Value::schema();
    }
    serde_json::from_value(json).unwrap_or_else(|_| Object::new().into())
}

macro_rules! loose {
    ($($(#[$doc:meta])* $name:ident / $($patch:ident)? : $value:ty = $read:expr, $schema:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize)]
        pub struct $name(Option<$value>);

        impl $name {
            /// The value, if there is one.
            pub fn get(self) -> Option<$value> {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Value::deserialize(deserializer)?;
                let read: fn(Value) -> Result<Option<$value>, DialectError> = $read;
                read(value).map(Self).map_err(packed)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                schema_of($schema)
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                concat!("Loose", stringify!($name)).into()
            }
        }

        $(
            /// The same where `null` has a meaning.
            #[derive(Clone, Debug, Default, PartialEq, Serialize)]
            pub struct $patch(Option<Option<$value>>);

            impl $patch {
                /// `None` when the key is absent, `Some(None)` when it is null.
                pub fn get(self) -> Option<Option<$value>> {
                    self.0
                }
            }

            impl<'de> Deserialize<'de> for $patch {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $name::deserialize(deserializer).map(|value| Self(Some(value.get())))
                }
            }

            impl PartialSchema for $patch {
                fn schema() -> RefOr<Schema> {
                    $name::schema()
                }
            }

            impl ToSchema for $patch {
                fn name() -> std::borrow::Cow<'static, str> {
                    $name::name()
                }
            }
        )?
    )+};
}

loose! {
    /// Text of at most [`LONGEST`] characters; numbers and booleans are taken by their text.
    Text / PatchText: String = |value| text(value, Some(LONGEST)), json!({
        "description": "Text; a number or boolean is taken by its text, null is as good as absent.",
        "type": ["string", "number", "boolean", "null"],
        "maxLength": LONGEST,
    });
    /// Text of any length: shapes.
    Long /: String = |value| text(value, None), json!({
        "description": "Text of any length; null is as good as absent.",
        "type": ["string", "number", "boolean", "null"],
    });
    /// A boolean.
    Flag /: bool = |value| boolean::bool_of("", &value), json!({
        "description": "A boolean, also as text or number; null is as good as absent.",
        "anyOf": [
            { "type": ["boolean", "null"] },
            { "type": "integer", "minimum": 0, "maximum": 1 },
            { "type": "string", "pattern": "^\\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[01]|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff])?\\s*$" },
        ],
    });
    /// An id, as number, as text, or inside the object that bears it.
    Id / PatchId: i64 = |value| ids::id_of("", &value), json!({
        "description": "An id, as number, as text, or as the object that has it; null is as good as absent.",
        "anyOf": [
            { "type": ["integer", "null"], "format": "int64" },
            { "type": "string", "pattern": "^\\s*([-+]?[0-9]{1,18})?\\s*$" },
            {
                "type": "object",
                "required": ["id"],
                "properties": { "id": {
                    "anyOf": [
                        { "type": "integer", "format": "int64" },
                        { "type": "string", "pattern": "^\\s*([-+]?[0-9]{1,18})?\\s*$" },
                    ],
                } },
            },
        ],
    });
    /// A list of ids: an array, one id, or text.
    Ids /: Vec<i64> = |value| ids::ids_of("", &value), json!({
        "description": "Ids: an array, one id, or text with `,` or `_` between them; null is as good as absent.",
        "anyOf": [
            { "type": "array", "items": { "$ref": "#/components/schemas/LooseId" } },
            { "type": ["integer", "null"], "format": "int64" },
            { "type": "string", "pattern": "^\\s*\\[?([-+]?[0-9]{1,18}|[,_ ])*\\]?\\s*$" },
        ],
    });
    /// A moment in milliseconds since 1970.
    Date /: i64 = |value| dates::date_of("", &value), json!({
        "description": "Milliseconds since 1970, as number or text, or a date by ISO 8601; null is as good as absent.",
        "type": ["integer", "string", "null"],
        "format": "int64",
    });
    /// A number, also as text.
    Number / PatchNumber: f64 = number, json!({
        "description": "A number, also as text; null is as good as absent.",
        "anyOf": [
            { "type": ["number", "null"] },
            { "type": "string", "pattern": "^\\s*([-+]?[0-9]{1,15}(\\.[0-9]{0,15})?)?\\s*$" },
        ],
    });
    /// A whole number of 32 bits, also as text.
    Whole /: i32 = whole, json!({
        "description": "A whole number of 32 bits, also as text; null is as good as absent.",
        "anyOf": [
            { "type": ["integer", "null"], "format": "int32", "minimum": -2_147_483_647, "maximum": 2_147_483_647 },
            { "type": "string", "pattern": "^\\s*([-+]?[0-9]{1,9})?\\s*$" },
        ],
    });
    /// An id as [`Id`], or an array of one: what a search is sent for lists.
    OneId /: i64 = one_id, json!({
        "description": "An id, as number, as text, or as an array of one; null is as good as absent.",
        "anyOf": [
            { "type": ["integer", "null"], "format": "int64" },
            { "type": "string", "pattern": "^\\s*([-+]?[0-9]{1,18})?\\s*$" },
            { "type": "array", "items": { "$ref": "#/components/schemas/LooseId" }, "maxItems": 1 },
            { "type": "object", "required": ["id"], "properties": { "id": { "type": "integer", "format": "int64" } } },
        ],
    });
    /// A list as text with commas, or an array of what would stand between them.
    List /: String = list, json!({
        "description": "A list: text with `,` between the elements, or an array; null is as good as absent.",
        "anyOf": [
            { "type": ["string", "number", "null"] },
            { "type": "array", "items": { "type": ["string", "number"] } },
        ],
    });
    /// A whole number from 0: a place in a list, or how many.
    Count /: u64 = |value| ranged(value, 0..=u64::MAX, "a whole number from 0"), json!({
        "description": "A whole number from 0, also as text; null is as good as absent.",
        "anyOf": [
            { "type": ["integer", "null"], "minimum": 0 },
            { "type": "string", "pattern": "^\\s*([0-9]{1,18})?\\s*$" },
        ],
    });
    /// A side in pixels.
    Side /: u32 = |value| ranged(value, 1..=u32::MAX, "a number of pixels, at least 1"),
        within("A number of pixels", &json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }));
    /// How many times something is halved.
    Halvings /: u32 =
        |value| ranged(value, 0..=u32::MAX, "a whole number: how many times the full size is halved"),
        within("A whole number", &json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }));
    /// A quality of JPEG.
    Quality /: u8 = |value| ranged(value, 1..=100, "a quality from 1 to 100"),
        within("A whole number from 1 to 100", &json!({ "type": "integer", "minimum": 1, "maximum": 100 }));
    /// A percentage.
    Percent /: u8 = |value| ranged(value, 0..=100, "a percentage from 0 to 100"),
        within("A whole number from 0 to 100", &json!({ "type": "integer", "minimum": 0, "maximum": 100 }));
    /// A distance in pixels.
    Distance /: f64 = |value| ranged(value, 0.0..=1e12, "a number of pixels"),
        within("A number of pixels", &json!({ "type": "number", "minimum": 0, "maximum": 1e12 }));
    /// A thickness in pixels.
    Thickness /: f64 = |value| ranged(value, 0.0..=100.0, "a number of pixels from 0 to 100"),
        within("A number of pixels", &json!({ "type": "number", "minimum": 0, "maximum": 100 }));
    /// How many times larger something is shown.
    Enlargement /: f64 = |value| ranged(value, 0.001..=1000.0, "a factor from 0.001 to 1000"),
        within("A factor", &json!({ "type": "number", "minimum": 0.001, "maximum": 1000 }));
    /// Any JSON value; only `null` is absence.
    Any /: Value = |value| Ok(Some(value).filter(|value| !value.is_null())), json!({});
}

impl Id {
    /// The id as a type of the model, if there is one.
    pub fn of<T>(self, make: fn(i64) -> T) -> Option<T> {
        self.0.map(make)
    }

    /// This one, or where it is absent the same under another name.
    #[must_use]
    pub fn or(self, Self(other): Self) -> Self {
        Self(self.0.or(other))
    }
}

impl From<Option<i64>> for Id {
    fn from(id: Option<i64>) -> Self {
        Self(id)
    }
}

impl OneId {
    /// The id as a type of the model, if there is one.
    pub fn of<T>(self, make: fn(i64) -> T) -> Option<T> {
        self.0.map(make)
    }

    /// A list of this one; none where it is absent.
    pub fn list(self) -> Ids {
        Ids(self.0.map(|id| vec![id]))
    }
}

impl Ids {
    /// The ids as a type of the model, if the list is there.
    pub fn of<T>(self, make: fn(i64) -> T) -> Option<Vec<T>> {
        self.0.map(|ids| ids.into_iter().map(make).collect())
    }

    /// This list, or where it is absent the same under another name.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }
}

impl Text {
    /// A text that was read elsewhere.
    pub fn of(text: Option<String>) -> Self {
        Self(text)
    }

    /// The text without white space around it, if anything is left.
    pub fn filled(self) -> Option<String> {
        filled(self.0)
    }
}

impl Long {
    /// The text without white space around it, if anything is left.
    pub fn filled(self) -> Option<String> {
        filled(self.0)
    }
}

impl List {
    /// The elements without white space around them; `None` where there is nothing but that.
    pub fn elements(self) -> Option<Vec<String>> {
        filled(self.0).map(|text| text.split(',').map(|part| part.trim().to_owned()).collect())
    }

    /// This list, or where it is absent or empty the same under another name.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(filled(self.0).or(other.0))
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Flag {
    /// The boolean; absent is `false`.
    pub fn is_on(self) -> bool {
        self.0.unwrap_or(false)
    }
}

/// What a text may not be, if it is that.
pub fn unstorable(text: &str, longest: Option<usize>) -> Option<DialectError> {
    if text.contains('\0') {
        return Some(DialectError::invalid("", &text.replace('\0', "\u{2400}"), "text without U+0000"));
    }
    // Bytes first: counting is for the few texts that may be too long.
    match longest {
        Some(longest) if text.len() > longest && text.chars().count() > longest => {
            Some(DialectError::invalid("", text, "text of at most 10000 characters"))
        }
        _ => None,
    }
}

fn text(value: Value, longest: Option<usize>) -> Result<Option<String>, DialectError> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        other => return Err(DialectError::invalid("", &other.to_string(), "text")),
    };
    match unstorable(&text, longest) {
        Some(error) => Err(error),
        None => Ok(Some(text)),
    }
}

fn number(value: Value) -> Result<Option<f64>, DialectError> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(number.as_f64()),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        other => {
            let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(Some).ok_or_else(|| DialectError::invalid("", &text, "a number"))
        }
    }
}

fn one_id(mut value: Value) -> Result<Option<i64>, DialectError> {
    match value.as_array_mut() {
        Some(items) if items.len() <= 1 => ids::id_of("", &items.pop().unwrap_or(Value::Null)),
        _ => ids::id_of("", &value),
    }
}

fn list(value: Value) -> Result<Option<String>, DialectError> {
    let Value::Array(items) = value else { return text(value, None) };
    let items: Vec<String> =
        items.into_iter().filter_map(|item| text(item, None).transpose()).collect::<Result<_, _>>()?;
    Ok(Some(items.join(",")))
}

/// A number within bounds, also as text; empty text is absence.
fn ranged<T: FromStr + PartialOrd>(
    value: Value,
    bounds: RangeInclusive<T>,
    expected: &'static str,
) -> Result<Option<T>, DialectError> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let number = text.parse().ok().filter(|number| bounds.contains(number));
    number.map(Some).ok_or_else(|| DialectError::invalid("", &text, expected))
}

/// The schema of a number within bounds, also as text.
fn within(what: &str, bounds: &Value) -> Value {
    let mut number = bounds.clone();
    number["type"] = json!([bounds["type"], "null"]);
    // Text is told without its bounds: patterns of numbers help nobody.
    let text = json!({ "type": "string", "pattern": "^\\s*([0-9.]{1,12})?\\s*$" });
    json!({
        "description": format!("{what}, also as text; null is as good as absent."),
        "anyOf": [number, text],
    })
}

fn whole(value: Value) -> Result<Option<i32>, DialectError> {
    let Some(number) = number(value)? else { return Ok(None) };
    if number.fract() != 0.0 || number.abs() > f64::from(i32::MAX) {
        return Err(DialectError::invalid("", &number.to_string(), "a whole number"));
    }
    #[allow(clippy::cast_possible_truncation, reason = "checked just above")]
    let whole = number as i32;
    Ok(Some(whole))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Default, Debug, PartialEq)]
    #[serde(default, rename_all = "camelCase")]
    struct Sample {
        name: Text,
        flag: Flag,
        owner: Id,
        users: Ids,
        size: Number,
        count: Whole,
        since: Date,
        ontology: PatchId,
    }

    fn sample(text: &str) -> Result<Sample, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn every_spelling_is_read() {
        let read = sample(
            r#"{"name":5,"flag":"True","owner":{"id":"7"},"users":"1_2","size":"1.5","count":"3","since":"12",
                "ontology":null,"unknown":[1]}"#,
        )
        .unwrap();
        assert_eq!(read.name.get().as_deref(), Some("5"));
        assert!(read.flag.is_on());
        assert_eq!(read.owner.get(), Some(7));
        assert_eq!(read.users.get(), Some(vec![1, 2]));
        assert_eq!((read.size.get(), read.count.get()), (Some(1.5), Some(3)));
        assert_eq!(read.since.get(), Some(12));
        assert_eq!(read.ontology.get(), Some(None));
    }

    #[test]
    fn absent_and_null_differ_only_where_it_matters() {
        let read = sample(r#"{"name":null,"flag":"","owner":"","users":null}"#).unwrap();
        assert_eq!(read, Sample::default());
        assert_eq!(sample("{}").unwrap().ontology.get(), None);
    }

    #[test]
    fn a_refusal_comes_through_serde() {
        let error = sample(r#"{"owner":"x"}"#).unwrap_err();
        assert_eq!(refusal(&error), Some(("x", "an id, a whole number")));
        assert_eq!(refusal(&sample("{").unwrap_err()), None);
    }

    #[test]
    fn what_a_database_cannot_hold_is_refused() {
        for text in [r#"{"name":"a\u0000b"}"#, r#"{"name":"\ud800"}"#, r#"{"name":["a"]}"#] {
            assert!(sample(text).is_err(), "{text}");
        }
        assert!(sample(&format!(r#"{{"name":"{}"}}"#, "é".repeat(LONGEST))).is_ok());
        assert!(sample(&format!(r#"{{"name":"{}"}}"#, "é".repeat(LONGEST + 1))).is_err());
    }

    #[test]
    fn schemas_are_what_is_written() {
        let schema = serde_json::to_value(Id::schema()).unwrap();
        assert_eq!(schema["anyOf"].as_array().map(Vec::len), Some(3));
        assert_eq!(serde_json::to_value(Text::schema()).unwrap()["maxLength"], LONGEST);
    }
}
