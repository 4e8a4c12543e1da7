//! Pictures made of a slide: tiles, rectangles, and annotations cut out, masked or outlined.
//!
//! Who calls has asked [`pixels::of`](crate::pixels::of) whether the actor may see the source. y of annotations points
//! up from the lower border, so `y' = height - y` here. Cytomine's image server takes half a pixel off
//! (image-server 3.7); that moves a shape drawn along pixel borders between two rows, while the exact flip marks just
//! the pixels that were drawn around, in crops and masks alike.

use std::sync::Arc;

use bytes::Bytes;
use cytomine_geometry::{PointMark, Shape, Stroke, Transform, geo, outline_into, point_mark, rasterize};
use cytomine_slide::{
    Area, Encoded, Look, Output, Pixels, Plan, Plane, RecipeKind, Request, SlideError, encode_grey,
};

use super::PixelSource;
use super::frame::{Frame, Size};
use crate::slides::{OpenSlide, of_request, of_stored};
use crate::{DomainError, System};

/// A tile, and where it came from.
#[derive(Debug)]
pub struct Tile {
    /// The encoded image.
    pub image: Encoded,
    /// Stored bytes, handed out without decoding.
    pub passed: bool,
}

/// A tile of one of the slide's grids.
///
/// # Errors
/// Kind not found for tiles that the grid does not have, unprocessable for stored tiles that cannot be used, and those
/// of [`Slides::open`](crate::slides::Slides::open).
pub async fn tile(
    system: &System,
    source: &PixelSource,
    request: &Request,
    output: Output,
) -> Result<Tile, DomainError> {
    let slide = system.slides.open(source).await?;
    let plan = slide.plan(request, output).map_err(of_stored)?;
    let passed = plan.kind() == RecipeKind::PassThrough;
    if passed && let Some(bytes) = slide.resident(&plan) {
        return Ok(Tile { image: plan.finish(&bytes).map_err(of_stored)?, passed });
    }
    let image = made(system, 0, slide, plan, |plan, bytes| plan.finish(bytes));
    Ok(Tile { image: image.await?, passed })
}

/// Has a plan made: bytes from afar are awaited, those of this machine read by the thread that works on them.
async fn made<T: Send + 'static>(
    system: &System,
    pixels: u64,
    slide: Arc<OpenSlide>,
    plan: Plan,
    finish: impl FnOnce(&Plan, &[Bytes]) -> Result<T, SlideError> + Send + 'static,
) -> Result<T, DomainError> {
    let afar = slide.from_afar(&plan).await.map_err(of_stored)?;
    let work = move || {
        let bytes = match afar {
            Some(bytes) => bytes,
            None => slide.fetch(&plan)?.into_iter().map(Bytes::from).collect(),
        };
        finish(&plan, &bytes)
    };
    system.slides.workers().run_sized(pixels, work).await?.map_err(of_stored)
}

/// A rectangle of a plane of the image.
///
/// # Errors
/// Kind invalid when the picture would be too large, and as [`tile`].
pub async fn rectangle(
    system: &System,
    source: &PixelSource,
    frame: Frame,
    size: Size,
    output: Output,
    (plane, look): (Plane, Look),
) -> Result<Encoded, DomainError> {
    let size = frame.size(size)?;
    let pixels = shown(system, source, frame, size, plane, look, move |pixels| pixels.encode(output));
    pixels.await
}

/// An image that comes with the slide: its label, an overview.
///
/// # Errors
/// Kind not found when the slide has none of this kind, and as [`tile`].
pub async fn associated(
    system: &System,
    source: &PixelSource,
    kind: cytomine_slide::AssociatedKind,
    output: Output,
) -> Result<Encoded, DomainError> {
    let slide = system.slides.open(source).await?;
    let plan = slide.plan_associated(kind, output).map_err(of_stored)?;
    made(system, 0, slide, plan, |plan, bytes| plan.finish(bytes)).await
}

/// How an annotation is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    /// The rectangle around it.
    Crop,
    /// The rectangle with the outline drawn in.
    Draw {
        /// Colour of the outline.
        colour: [u8; 3],
        /// Width as Cytomine counts it: 1 is thin, and lines grow with the picture.
        thickness: f64,
    },
    /// White inside, black outside.
    Mask,
    /// The rectangle, see-through outside of the shape: 0 not at all, 100 wholly.
    AlphaMask {
        /// Percent.
        transparency: u8,
    },
}

/// What a picture of an annotation shows.
#[derive(Clone, Debug)]
pub struct Around {
    /// How.
    pub style: Style,
    /// The rectangle relative to the bounds of the shape, 1 = just these.
    pub context: f64,
    /// The shorter side is extended to the longer one.
    pub square: bool,
    /// How large.
    pub size: Size,
    /// Of which plane.
    pub plane: Plane,
    /// Range, gamma, colours.
    pub look: Look,
}

/// Least extent of a drawing around a point, in level 0 pixels; other pictures of a point show one pixel.
const POINT_SURROUNDINGS: f64 = 100.0;

/// A picture of a shape (level 0 pixels, y up) on the image.
///
/// # Errors
/// Kind invalid for a shape without positions or outside of the image, and as [`rectangle`].
pub async fn around(
    system: &System,
    source: &PixelSource,
    shape: Shape,
    wanted: Around,
    output: Output,
) -> Result<Encoded, DomainError> {
    let image = (source.width, source.height);
    let bounds = shape.flip_y(f64::from(source.height)).bounds();
    let least = if matches!(wanted.style, Style::Draw { .. }) { POINT_SURROUNDINGS } else { 1.0 };
    if shape.is_empty() {
        return Err(DomainError::invalid("The shape has no position; draw it again"));
    }
    let frame = Frame::around(&bounds, wanted.context, wanted.square, least, image);
    let size = frame.size(wanted.size)?;
    let transform = Transform::of_region(
        (f64::from(frame.x), f64::from(frame.y)),
        (f64::from(frame.width), f64::from(frame.height)),
        size,
    )
    .with_y_up(f64::from(source.height));
    let drawing = Drawing { shape, transform, size, output };
    let (style, plane, look) = (wanted.style, wanted.plane, wanted.look);
    if style == Style::Mask {
        let work = move || drawing.mask().map_err(of_stored);
        return system.slides.workers().run_sized(area(size), work).await?;
    }
    shown(system, source, frame, size, plane, look, move |pixels| drawing.on(pixels, style)).await
}

struct Drawing {
    shape: Shape,
    transform: Transform,
    size: (u32, u32),
    output: Output,
}

impl Drawing {
    fn inside(&self) -> Vec<u8> {
        rasterize([&self.shape], self.size.0, self.size.1, &self.transform)
    }

    fn mask(&self) -> Result<Encoded, SlideError> {
        encode_grey(self.size.0, self.size.1, &self.inside(), self.output)
    }

    fn on(&self, mut pixels: Pixels, style: Style) -> Result<Encoded, SlideError> {
        match style {
            Style::AlphaMask { transparency } if !matches!(self.output, Output::Jpeg { .. }) => {
                let outside = (f64::from(100 - transparency.min(100)) * 2.55).round() as u8;
                let mut alpha = self.inside();
                alpha.iter_mut().filter(|value| **value == 0).for_each(|value| *value = outside);
                return pixels.encode_with_alpha(&alpha, self.output);
            }
            Style::Draw { colour, thickness } => self.draw(&mut pixels, colour, thickness),
            Style::Crop | Style::Mask | Style::AlphaMask { .. } => {}
        }
        pixels.encode(self.output)
    }

    fn draw(&self, pixels: &mut Pixels, colour: [u8; 3], thickness: f64) {
        let (width, height) = self.size;
        let stroke = Stroke::cytomine(thickness, width, height);
        let mut line = vec![0; width as usize * height as usize];
        outline_into(&mut line, width, &self.shape, &self.transform, stroke, 255);
        let mut points = Vec::new();
        collect_points(self.shape.geometry(), &mut points);
        for point in points {
            outline_into(
                &mut line,
                width,
                &point_mark(point, PointMark::Cross),
                &self.transform,
                stroke,
                255,
            );
        }
        let drawn = pixels.data_mut().chunks_exact_mut(3).zip(&line).filter(|(_, line)| **line != 0);
        drawn.for_each(|(pixel, _)| pixel.copy_from_slice(&colour));
    }
}

fn collect_points(geometry: &geo::Geometry<f64>, points: &mut Vec<cytomine_geometry::Point>) {
    match geometry {
        geo::Geometry::Point(point) => points.push((point.x(), point.y())),
        geo::Geometry::MultiPoint(many) => points.extend(many.iter().map(|point| (point.x(), point.y()))),
        geo::Geometry::GeometryCollection(parts) => {
            parts.iter().for_each(|part| collect_points(part, points));
        }
        _ => {}
    }
}

/// Makes something of the pixels of a frame.
async fn shown(
    system: &System,
    source: &PixelSource,
    frame: Frame,
    size: (u32, u32),
    plane: Plane,
    look: Look,
    then: impl FnOnce(Pixels) -> Result<Encoded, SlideError> + Send + 'static,
) -> Result<Encoded, DomainError> {
    let slide = system.slides.open(source).await?;
    let request = Request { area: Area::Region(frame.region(size)), plane, look };
    let plan = slide.plan(&request, Output::Png).map_err(of_request)?;
    made(system, area(size), slide, plan, |plan, bytes| then(plan.pixels(bytes)?)).await
}

fn area((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}
