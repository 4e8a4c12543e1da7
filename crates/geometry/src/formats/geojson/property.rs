//! Names, classes and colours, in the ways that programs write them.

use geojson::JsonObject;
use serde_json::Value;

/// Takes a text out of the properties.
pub(super) fn text(properties: &mut JsonObject, key: &str) -> Option<String> {
    match properties.get(key) {
        Some(Value::String(_)) => properties.remove(key).and_then(|value| value.as_str().map(str::to_owned)),
        _ => None,
    }
}

/// Takes the class and its colour out of the properties. QuPath writes an object with `name` (since 0.5 also
/// `names`, from the general to the special) and `color` or, in old versions, `colorRGB`; others write a text.
pub(super) fn classification(properties: &mut JsonObject) -> (Option<String>, Option<[u8; 3]>) {
    if let Some(name) = text(properties, "classification") {
        return (Some(name), None);
    }
    let Some(Value::Object(class)) = properties.get_mut("classification") else { return (None, None) };
    let name = text(class, "name").or_else(|| {
        let names: Vec<&str> = class.get("names")?.as_array()?.iter().filter_map(Value::as_str).collect();
        (!names.is_empty()).then(|| names.join(": "))
    });
    let color = color(class);
    properties.remove("classification");
    (name, color)
}

/// Takes a colour out of the properties: `color` as three numbers, `colorRGB` as a packed number, or a text
/// as in style sheets, which large_image calls `lineColor`.
pub(super) fn color(properties: &mut JsonObject) -> Option<[u8; 3]> {
    let (key, color) = ["color", "colorRGB", "lineColor"]
        .into_iter()
        .find_map(|key| Some((key, one_color(properties.get(key)?)?)))?;
    properties.remove(key);
    Some(color)
}

fn one_color(value: &Value) -> Option<[u8; 3]> {
    match value {
        Value::Array(parts) => {
            let part = |index: usize| parts.get(index)?.as_u64().and_then(|part| u8::try_from(part).ok());
            Some([part(0)?, part(1)?, part(2)?])
        }
        // Java's signed ARGB: the lower 24 bits are the colour.
        Value::Number(packed) => {
            let [_, red, green, blue] = (packed.as_i64()? as u32).to_be_bytes();
            Some([red, green, blue])
        }
        Value::String(text) => css_color(text),
        _ => None,
    }
}

/// `#rrggbb`, `rgb(r, g, b)` or `rgba(r, g, b, a)`.
fn css_color(text: &str) -> Option<[u8; 3]> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix('#') {
        let [_, red, green, blue] =
            u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6)?.to_be_bytes();
        return Some([red, green, blue]);
    }
    let inside = text.strip_prefix("rgba(").or_else(|| text.strip_prefix("rgb("))?.strip_suffix(')')?;
    let mut parts = inside.split(',').map(|part| part.trim().parse::<u8>().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}
