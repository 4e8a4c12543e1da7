//! Small images compared as text: `#` is painted.

use super::*;

fn shape(wkt: &str) -> Shape {
    Shape::from_wkt(wkt).unwrap()
}

fn picture(pixels: &[u8], width: usize) -> Vec<String> {
    let text = |row: &[u8]| row.iter().map(|&p| if p > 0 { '#' } else { '.' }).collect();
    pixels.chunks(width).map(text).collect()
}

fn mask(wkt: &str, width: u32, height: u32) -> Vec<String> {
    picture(&rasterize([&shape(wkt)], width, height, &Transform::IDENTITY), width as usize)
}

fn drawing(wkt: &str, width: u32, height: u32, stroke: Stroke) -> Vec<String> {
    picture(&outline([&shape(wkt)], width, height, &Transform::IDENTITY, stroke), width as usize)
}

#[test]
fn a_pixel_belongs_to_the_shape_that_holds_its_centre() {
    // Right and lower borders at 3.5 cut the centres of column and row 3 exactly: those are outside.
    assert_eq!(
        mask("POLYGON ((0.5 0.5, 3.5 0.5, 3.5 3.5, 0.5 3.5, 0.5 0.5))", 5, 5),
        ["###..", "###..", "###..", ".....", "....."]
    );
    assert_eq!(
        mask("POLYGON ((0.6 0.6, 3.6 0.6, 3.6 3.6, 0.6 3.6, 0.6 0.6))", 5, 5),
        [".....", ".###.", ".###.", ".###.", "....."]
    );
    assert_eq!(mask("POLYGON ((0 0, 4 0, 0 4, 0 0))", 4, 4), ["###.", "##..", "#...", "...."]);
}

#[test]
fn neighbours_share_no_pixel_and_leave_none_out() {
    let (left, right) = ("POLYGON ((0 0, 7 0, 3 8, 0 8, 0 0))", "POLYGON ((7 0, 8 0, 8 8, 3 8, 7 0))");
    let paint = |wkt: &str| rasterize([&shape(wkt)], 8, 8, &Transform::IDENTITY);
    let sum: Vec<u16> =
        paint(left).into_iter().zip(paint(right)).map(|(a, b)| u16::from(a) + u16::from(b)).collect();
    assert_eq!(sum, [255; 64]);
}

#[test]
fn holes_stay_empty_and_overlaps_full() {
    assert_eq!(
        mask("POLYGON ((0 0, 5 0, 5 3, 0 3, 0 0), (1 1, 4 1, 4 2, 1 2, 1 1))", 5, 3),
        ["#####", "#...#", "#####"]
    );
    let (a, b) = (shape("POLYGON ((0 0, 2 0, 2 1, 0 1, 0 0))"), shape("POLYGON ((1 0, 3 0, 3 1, 1 1, 1 0))"));
    assert_eq!(picture(&rasterize([&a, &b], 4, 1, &Transform::IDENTITY), 4), ["###."]);
}

#[test]
fn points_and_lines_are_one_pixel_wide() {
    assert_eq!(mask("MULTIPOINT ((0.2 0.9), (2 1), (-1 0), (3 0))", 3, 2), ["#..", "..#"]);
    assert_eq!(mask("LINESTRING (0.5 0.5, 3.5 3.5)", 4, 4), ["#...", ".#..", "..#.", "...#"]);
    assert_eq!(mask("LINESTRING (-1e9 1.5, 1e9 1.5)", 3, 2), ["...", "###"]);
}

#[test]
fn far_and_odd_coordinates_cost_nothing() {
    assert_eq!(mask("POLYGON ((-1e9 -1e9, 1e9 -1e9, 1e9 1e9, -1e9 1e9, -1e9 -1e9))", 2, 2), ["##", "##"]);
    let odd = Shape::from_geometry(geo::Polygon::new(
        vec![(f64::NAN, 0.0), (5.0, f64::INFINITY), (2.0, 2.0), (1.0, 0.0)].into(),
        Vec::new(),
    ));
    assert_eq!(rasterize([&odd], 4, 4, &Transform::IDENTITY).len(), 16);
    assert_eq!(outline([&odd], 4, 4, &Transform::IDENTITY, Stroke::of_width(3.0)).len(), 16);
    assert!(rasterize([&odd], 0, 4, &Transform::IDENTITY).is_empty());
}

#[test]
fn regions_are_scaled_and_flipped() {
    // Region 10..18 x 20..24 of level 0 at half the size; the shape's y points up in an image of height 30.
    let transform = Transform::of_region((10.0, 20.0), (8.0, 4.0), (4, 2)).with_y_up(30.0);
    assert_eq!(transform.apply((10.0, 10.0)), (0.0, 0.0));
    assert_eq!(transform.apply((18.0, 6.0)), (4.0, 2.0));
    let corner = shape("POLYGON ((10 6, 14 6, 14 8, 10 8, 10 6))"); // lower left
    assert_eq!(picture(&rasterize([&corner], 4, 2, &transform), 4), ["....", "##.."]);
}

#[test]
fn outlines_leave_the_inside_empty() {
    assert_eq!(
        drawing("POLYGON ((0.5 0.5, 4.5 0.5, 4.5 3.5, 0.5 3.5, 0.5 0.5))", 5, 4, Stroke::THIN),
        ["#####", "#...#", "#...#", "#####"]
    );
    assert_eq!(
        drawing("LINESTRING (1.5 2.5, 5.5 2.5)", 7, 5, Stroke::of_width(2.4)),
        [".......", ".#####.", "#######", ".#####.", "......."]
    );
    assert_eq!(drawing("POINT (2.5 1.5)", 5, 3, Stroke::of_width(2.4)), ["..#..", ".###.", "..#.."]);
}

#[test]
fn strokes_grow_with_the_image_as_in_cytomine() {
    assert_eq!(Stroke::cytomine(1.0, 256, 256), Stroke::THIN);
    assert_eq!(Stroke::cytomine(3.0, 1000, 250).radius, 1.4); // round(3 * 1.75) = 5
}

#[test]
fn marks_surround_the_point() {
    for mark in [PointMark::Cross, PointMark::Crosshair, PointMark::Circle] {
        let lines = point_mark((100.0, 50.0), mark);
        assert!(lines.validate().is_ok());
        let (x, y) = lines.bounds().center();
        assert!((x - 100.0).abs() < 1e-9 && (y - 50.0).abs() < 1e-9);
        assert_eq!(lines.contains_point(100.0, 50.0), mark == PointMark::Cross);
    }
}

#[test]
fn values_are_painted_over_what_is_there() {
    let mut pixels = vec![7; 6];
    rasterize_into(&mut pixels, 3, &shape("POLYGON ((0 0, 2 0, 2 1, 0 1, 0 0))"), &Transform::IDENTITY, 9);
    assert_eq!(pixels, [9, 9, 7, 7, 7, 7]);
}
