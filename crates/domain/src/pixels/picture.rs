//! Pictures made of a slide: tiles, rectangles, and annotations cut out, masked or outlined.
//!
//! Who calls has asked [`pixels::of`](crate::pixels::of) whether the actor may see the source. y of annotations points
//! up from the lower border, so `y' = height - y` here. Cytomine's image server takes half a pixel off
//! (image-server 3.7); that moves a shape drawn along pixel borders between two rows, while the exact flip marks just
//! the pixels that were drawn around, in crops and masks alike.

use cytomine_geometry::{PointMark, Shape, Stroke, Transform, geo, outline_into, point_mark, rasterize};
use cytomine_slide::{Encoded, Output, Pixels, RecipeKind, Request, encode_grey};

use super::PixelSource;
use super::frame::{Frame, Size};
use super::look::Look;
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
    request: Request,
    output: Output,
    look: &Look,
) -> Result<Tile, DomainError> {
    let slide = system.slides.open(source).await?;
    let mixer = look.mixer(slide.info().channels)?;
    let plan = slide.plan(&request, output).map_err(of_stored)?;
    let passed = mixer.is_none() && plan.kind() == RecipeKind::PassThrough;
    if passed && let Some(bytes) = slide.resident(&plan) {
        return Ok(Tile { image: plan.finish(&bytes).map_err(of_stored)?, passed });
    }
    let made = system.slides.workers().run(move || {
        let bytes = slide.fetch(&plan)?;
        match mixer {
            None => plan.finish(&bytes),
            Some(mixer) => {
                let mut pixels = plan.pixels(&bytes)?;
                mixer.apply(pixels.data_mut());
                pixels.encode(output)
            }
        }
    });
    Ok(Tile { image: made.await?.map_err(of_stored)?, passed })
}

/// A rectangle of the image.
///
/// # Errors
/// Kind invalid when the picture would be too large, and as [`tile`].
pub async fn rectangle(
    system: &System,
    source: &PixelSource,
    frame: Frame,
    size: Size,
    output: Output,
    look: Look,
) -> Result<Encoded, DomainError> {
    let size = frame.size(size)?;
    let slide = system.slides.open(source).await?;
    let work = move || shown(&slide, frame, size, &look)?.encode(output).map_err(of_stored);
    system.slides.workers().run_sized(area(size), work).await?
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
    system.slides.workers().run(move || slide.associated(kind, output)).await?.map_err(of_stored)
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
    let drawing = Drawing { shape, transform, frame, size, look: wanted.look, output };
    let workers = system.slides.workers();
    if wanted.style == Style::Mask {
        return workers.run_sized(area(size), move || drawing.mask()).await?;
    }
    let slide = system.slides.open(source).await?;
    let style = wanted.style;
    workers.run_sized(area(size), move || drawing.on(&slide, style)).await?
}

struct Drawing {
    shape: Shape,
    transform: Transform,
    frame: Frame,
    size: (u32, u32),
    look: Look,
    output: Output,
}

impl Drawing {
    fn inside(&self) -> Vec<u8> {
        rasterize([&self.shape], self.size.0, self.size.1, &self.transform)
    }

    fn mask(&self) -> Result<Encoded, DomainError> {
        encode_grey(self.size.0, self.size.1, &self.inside(), self.output).map_err(of_stored)
    }

    fn on(&self, slide: &OpenSlide, style: Style) -> Result<Encoded, DomainError> {
        let mut pixels = shown(slide, self.frame, self.size, &self.look)?;
        match style {
            Style::AlphaMask { transparency } if !matches!(self.output, Output::Jpeg { .. }) => {
                let outside = (f64::from(100 - transparency.min(100)) * 2.55).round() as u8;
                let mut alpha = self.inside();
                alpha.iter_mut().filter(|value| **value == 0).for_each(|value| *value = outside);
                return pixels.encode_with_alpha(&alpha, self.output).map_err(of_stored);
            }
            Style::Draw { colour, thickness } => self.draw(&mut pixels, colour, thickness),
            Style::Crop | Style::Mask | Style::AlphaMask { .. } => {}
        }
        pixels.encode(self.output).map_err(of_stored)
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

fn shown(slide: &OpenSlide, frame: Frame, size: (u32, u32), look: &Look) -> Result<Pixels, DomainError> {
    let mixer = look.mixer(slide.info().channels)?;
    let mut pixels = slide.pixels(frame.region(size)).map_err(of_request)?;
    if let Some(mixer) = mixer {
        mixer.apply(pixels.data_mut());
    }
    Ok(pixels)
}

fn area((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}
