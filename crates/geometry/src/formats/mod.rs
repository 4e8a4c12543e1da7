//! Annotation files of other programs. A format is a file here with a reader, and a writer where one is wanted.

pub mod geojson;
mod imported;

pub use imported::ImportedAnnotation;
