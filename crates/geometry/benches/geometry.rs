//! What a nucleus costs on its way into the database, and a large outline in the check.
//!
//! `cargo bench -p cytomine-geometry`; times are for 1,000 nuclei of 10 to 60 points, so that milliseconds
//! read as microseconds a nucleus.

use std::f64::consts::TAU;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use cytomine_geometry::geo::{Polygon, Validation};
use cytomine_geometry::{Bounds, Shape, StoredShape, cell_key, decode, encode, query_ranges};

/// A round outline whose corners lie on half pixels, as cell detectors write them.
fn nucleus(number: u32) -> Shape {
    let corners = 10 + number * 37 % 51;
    let (x, y) = (f64::from(number * 7919 % 100_000), f64::from(number * 104_729 % 80_000));
    let corner = |i: u32| {
        let angle = f64::from(i) / f64::from(corners) * TAU;
        let radius = 12.0 + 3.0 * (3.0 * angle).sin();
        let half = |value: f64| (value * 2.0).round() / 2.0;
        (x + half(radius * angle.cos()), y + half(radius * angle.sin()))
    };
    Shape::from_geometry(Polygon::new((0..corners).map(corner).collect(), Vec::new()))
}

/// A jagged outline of `corners` points.
fn large(corners: u32) -> Shape {
    let corner = |i: u32| {
        let angle = f64::from(i) / f64::from(corners) * TAU;
        let radius = 40_000.0 + f64::from(i * 7919 % 1000);
        (50_000.0 + radius * angle.cos(), 50_000.0 + radius * angle.sin())
    };
    Shape::from_geometry(Polygon::new((0..corners).map(corner).collect(), Vec::new()))
}

fn nuclei(c: &mut Criterion) {
    let shapes: Vec<Shape> = (0..1000).map(nucleus).filter(|shape| shape.validate().is_ok()).collect();
    let shapes: Vec<Shape> = shapes.iter().cycle().take(1000).cloned().collect();
    let texts: Vec<String> = shapes.iter().map(Shape::to_wkt).collect();
    let blobs: Vec<Vec<u8>> = shapes.iter().map(encode).collect();

    let mut group = c.benchmark_group("1000 nuclei");
    group.bench_function("parse", |b| {
        b.iter(|| texts.iter().filter(|text| Shape::from_wkt(text).is_ok()).count());
    });
    group.bench_function("validate", |b| {
        b.iter(|| shapes.iter().filter(|shape| shape.validate().is_ok()).count());
    });
    group.bench_function("encode", |b| {
        b.iter(|| shapes.iter().map(|shape| encode(shape).len()).sum::<usize>());
    });
    group.bench_function("decode", |b| {
        b.iter(|| blobs.iter().filter(|blob| decode(blob).is_ok()).count());
    });
    group.bench_function("print", |b| {
        b.iter(|| shapes.iter().map(|shape| shape.to_wkt().len()).sum::<usize>());
    });
    group.bench_function("cell key", |b| {
        b.iter(|| shapes.iter().map(|shape| cell_key(&shape.bounds()).cell).fold(0, i64::wrapping_add));
    });
    group.bench_function("all of an import", |b| {
        b.iter(|| {
            for text in &texts {
                if let Ok(shape) = Shape::from_wkt(text)
                    && shape.validate().is_ok()
                {
                    let row = StoredShape::new(&shape, Some(text));
                    black_box((cell_key(&row.bounds), row));
                }
            }
        });
    });
    group.finish();
}

fn outlines(c: &mut Criterion) {
    let outline = large(10_000);
    c.bench_function("validate 10,000 points", |b| b.iter(|| outline.validate().is_ok()));
    let small = large(1_000);
    c.bench_function("validate 1,000 points", |b| b.iter(|| small.validate().is_ok()));
    c.bench_function("validate 1,000 points with geo", |b| b.iter(|| small.geometry().is_valid()));
}

fn queries(c: &mut Criterion) {
    let screen = Bounds::new(50_000.0, 40_000.0, 51_920.0, 41_080.0);
    c.bench_function("ranges of a screen", |b| b.iter(|| query_ranges(black_box(&screen)).len()));
    let slide = Bounds::new(0.0, 0.0, 100_000.0, 80_000.0);
    c.bench_function("ranges of a slide", |b| b.iter(|| query_ranges(black_box(&slide)).len()));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = nuclei, outlines, queries
}
criterion_main!(benches);
