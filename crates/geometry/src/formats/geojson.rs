//! GeoJSON as QuPath and others write it: a FeatureCollection, a bare array of features, one feature or one
//! geometry.
//!
//! A million nuclei are a gigabyte of text, so features are taken from the stream one at a time and handed on.
//! What one feature lacks is told for that feature; the others are read all the same. Coordinates are level 0
//! pixels with y down, as in the file.

mod property;
mod shape;
mod stream;

use std::io::{Read, Write};

use geojson::feature::Id;
use geojson::{Feature, FeatureWriter, GeometryValue, JsonObject};
use serde_json::{Value, json};

use crate::GeometryError;
use crate::formats::ImportedAnnotation;

/// Reads all annotations of a text.
///
/// # Errors
/// [`GeometryError::Format`] when the text is not JSON or not GeoJSON, or when any feature has no usable
/// geometry; the number of the feature is named.
pub fn read(text: &str) -> Result<Vec<ImportedAnnotation>, GeometryError> {
    let mut annotations = Vec::new();
    let mut failure = None;
    read_from(text.as_bytes(), |annotation| match annotation {
        Ok(annotation) => annotations.push(annotation),
        Err(error) => failure = failure.take().or(Some(error)),
    })?;
    failure.map_or(Ok(annotations), Err)
}

/// Reads annotations one at a time and gives each, or what is wrong with it, to `sink`. Give a buffered
/// reader.
///
/// # Errors
/// When the stream is not JSON or not GeoJSON. Features before the fault have been given to `sink` already.
pub fn read_from(
    reader: impl Read,
    mut sink: impl FnMut(Result<ImportedAnnotation, GeometryError>),
) -> Result<(), GeometryError> {
    let mut number = 0;
    stream::features(reader, &mut |feature| {
        number += 1;
        sink(annotation(feature, number));
    })
}

/// Writes annotations as a FeatureCollection that QuPath reads.
///
/// # Errors
/// What the writer says.
pub fn write_to<'a>(
    writer: impl Write,
    annotations: impl IntoIterator<Item = &'a ImportedAnnotation>,
) -> std::io::Result<()> {
    let mut features = FeatureWriter::from_writer(writer);
    for annotation in annotations {
        features.write_feature(&feature(annotation)).map_err(std::io::Error::other)?;
    }
    features.finish().map_err(std::io::Error::other)
}

/// Writes annotations as the text of a FeatureCollection that QuPath reads.
pub fn write<'a>(annotations: impl IntoIterator<Item = &'a ImportedAnnotation>) -> String {
    let features: Vec<Feature> = annotations.into_iter().map(feature).collect();
    geojson::FeatureCollection::new(features).to_string()
}

fn annotation(feature: Value, number: usize) -> Result<ImportedAnnotation, GeometryError> {
    let refuse = |reason: String| fault(Some(number), reason);
    let Value::Object(mut feature) = feature else {
        return Err(refuse("it is not an object".to_owned()));
    };
    if feature.get("type").and_then(Value::as_str) != Some("Feature") {
        return Err(refuse("its type is not Feature".to_owned()));
    }
    let geometry = feature.remove("geometry").unwrap_or(Value::Null);
    if geometry.is_null() {
        return Err(refuse("it has no geometry: leave it out of the file".to_owned()));
    }
    let shape = shape::from_json(geometry).map_err(refuse)?;
    let mut properties = match feature.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => JsonObject::new(),
    };
    let id = feature.remove("id").or_else(|| properties.remove("id")).and_then(|id| match id {
        Value::String(id) => Some(id),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
    let name = property::text(&mut properties, "name");
    let (classification, class_color) = property::classification(&mut properties);
    let color = class_color.or_else(|| property::color(&mut properties));
    Ok(ImportedAnnotation { shape, id, name, classification, color, properties })
}

fn feature(annotation: &ImportedAnnotation) -> Feature {
    let mut properties = JsonObject::new();
    properties.insert("objectType".to_owned(), json!("annotation"));
    if let Some(name) = &annotation.name {
        properties.insert("name".to_owned(), json!(name));
    }
    match (&annotation.classification, annotation.color) {
        (Some(class), Some(color)) => {
            properties.insert("classification".to_owned(), json!({ "name": class, "color": color }));
        }
        (Some(class), None) => {
            properties.insert("classification".to_owned(), json!({ "name": class }));
        }
        (None, Some(color)) => {
            properties.insert("color".to_owned(), json!(color));
        }
        (None, None) => {}
    }
    properties.extend(annotation.properties.clone());
    Feature {
        geometry: Some(GeometryValue::from(annotation.shape.geometry()).into()),
        id: annotation.id.clone().map(Id::String),
        properties: Some(properties),
        ..Feature::default()
    }
}

fn fault(feature: Option<usize>, reason: String) -> GeometryError {
    GeometryError::Format { format: "GeoJSON", feature, reason }
}

#[cfg(test)]
mod tests;
