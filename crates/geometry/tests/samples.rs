//! Real annotation files from the shared sample data; skipped with a line where those are not there.

#![allow(clippy::print_stdout)] // a skipped test says so

use std::path::PathBuf;

use cytomine_geometry::formats::geojson;
use cytomine_geometry::{Shape, StoredShape, decode};

fn sample(name: &str) -> Option<String> {
    let shared = std::env::var_os("CYTOMINE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = shared.join("slides/annotations").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not there (set CYTOMINE_SHARED)", path.display());
    }
    text
}

#[test]
fn nuclei_of_qupath_and_of_cytomine_are_the_same() {
    let Some(text) = sample("CMU-1-Small-Region-nuclei.geojson") else { return };
    let nuclei = geojson::read(&text).unwrap();
    assert!(nuclei.len() > 500, "{} nuclei", nuclei.len());
    let valid = nuclei.iter().filter(|nucleus| nucleus.shape.validate().is_ok()).count();
    println!("{valid} of {} nuclei are valid", nuclei.len());
    assert!(nuclei.iter().all(|nucleus| nucleus.classification.is_some() && nucleus.color.is_some()));

    let Some(table) = sample("CMU-1-Small-Region-nuclei-cytomine.tsv") else { return };
    let rows: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split('\t').find(|field| field.starts_with("POLYGON")))
        .collect();
    assert_eq!(rows.len(), nuclei.len());
    let height = 2967.0;
    let mut bytes = 0;
    for (row, nucleus) in rows.iter().zip(&nuclei) {
        let shape = Shape::from_wkt(row).unwrap();
        assert_eq!(shape, nucleus.shape.flip_y(height));
        let stored = StoredShape::new(&shape, Some(row));
        assert_eq!(stored.wkt().unwrap(), *row);
        assert_eq!(stored.shape().unwrap(), shape);
        assert_eq!(decode(&stored.blob).unwrap(), shape);
        bytes += stored.blob.len();
    }
    println!("{} bytes a nucleus", bytes / rows.len());
}

#[test]
fn files_of_other_programs_are_read() {
    for (name, count) in [("qupath05.geojson", 3), ("sample.geojson", 10), ("polygon.geojson", 1)] {
        let Some(text) = sample(name) else { return };
        let annotations = geojson::read(&text).unwrap();
        assert_eq!(annotations.len(), count, "{name}");
        for annotation in &annotations {
            assert_eq!(annotation.shape.validate(), Ok(()), "{name}");
        }
    }
}
