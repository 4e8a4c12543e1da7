//! What every reader of annotation files gives.

use serde_json::{Map, Value};

use crate::Shape;

/// One annotation of a file, with what the common formats know of it.
///
/// The shape is as in the file: level 0 pixels with y down for QuPath, ASAP and ImageScope; the caller flips
/// it where y must point up, and validates it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedAnnotation {
    /// The geometry.
    pub shape: Shape,
    /// The identifier in the file, often a UUID.
    pub id: Option<String>,
    /// The name a person gave to this one annotation.
    pub name: Option<String>,
    /// The class it belongs to: a term by name.
    pub classification: Option<String>,
    /// Red, green, blue of the class or else of the annotation.
    pub color: Option<[u8; 3]>,
    /// All other properties, as in the file.
    pub properties: Map<String, Value>,
}
