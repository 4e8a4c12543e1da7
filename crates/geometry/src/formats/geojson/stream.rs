//! Features from a stream, one at a time.

use std::fmt;
use std::io::Read;

use geojson::JsonObject;
use serde_json::de::IoRead;
use serde_json::{Value, json};

use super::fault;
use crate::GeometryError;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Gives the features of a document to `sink` in order.
pub(super) fn features(reader: impl Read, sink: &mut dyn FnMut(Value)) -> Result<(), GeometryError> {
    let mut json = serde_json::Deserializer::new(IoRead::new(reader));
    let rest =
        (&mut json).deserialize_any(Document { sink }).map_err(|error| fault(None, error.to_string()))?;
    json.end().map_err(|error| fault(None, error.to_string()))?;
    match rest {
        Rest::Done => Ok(()),
        Rest::Single(object) => single(object, sink),
    }
}

/// A document that is one feature or one geometry.
fn single(object: JsonObject, sink: &mut dyn FnMut(Value)) -> Result<(), GeometryError> {
    match object.get("type").and_then(Value::as_str) {
        Some("Feature") => sink(Value::Object(object)),
        Some("FeatureCollection") => {
            return Err(fault(None, "the FeatureCollection has no features".to_owned()));
        }
        Some(_) => sink(json!({ "type": "Feature", "geometry": object })),
        None => {
            let reason = "it is not GeoJSON: expected a FeatureCollection, a list of features or a geometry";
            return Err(fault(None, reason.to_owned()));
        }
    }
    Ok(())
}

enum Rest {
    /// All features have been given out.
    Done,
    /// The document is an object without features.
    Single(JsonObject),
}

struct Document<'a> {
    sink: &'a mut dyn FnMut(Value),
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Rest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object or a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Rest, A::Error> {
        while let Some(feature) = list.next_element()? {
            (self.sink)(feature);
        }
        Ok(Rest::Done)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rest, A::Error> {
        let mut object = JsonObject::new();
        let mut rest = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" {
                map.next_value_seed(Features { sink: &mut *self.sink })?;
                rest = Some(Rest::Done);
            } else if rest.is_some() {
                map.next_value::<IgnoredAny>()?;
            } else {
                object.insert(key, map.next_value()?);
            }
        }
        Ok(rest.unwrap_or(Rest::Single(object)))
    }
}

struct Features<'a> {
    sink: &'a mut dyn FnMut(Value),
}

impl<'de> DeserializeSeed<'de> for Features<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(feature) = list.next_element()? {
            (self.sink)(feature);
        }
        Ok(())
    }
}
