//! From a file that tiles can be read from to an image with its planes, in the projects that it was uploaded for.

use cytomine_model::{
    AbstractImage, AbstractImageId, AbstractSlice, AbstractSliceId, EntityKind, Project, UploadedFile,
    UploadedFileId,
};
use cytomine_slide::{Plane, SlideInfo};
use cytomine_store as store;

use crate::{DomainError, Unit, abstract_image, image_instance, property};

/// What to make an image of.
#[derive(Debug)]
pub(crate) struct Deployment<'a> {
    /// The file as it was uploaded.
    pub(crate) file: &'a UploadedFile,
    /// The file that tiles are read from: the same, or what it was converted to.
    pub(crate) slide_file: UploadedFileId,
    /// What that file says of itself.
    pub(crate) info: &'a SlideInfo,
    /// Properties that the image gets.
    pub(crate) properties: &'a [(String, String)],
}

/// Writes image, planes, properties, and the image in each of the projects; notes them in the unit. Rights are the
/// caller's question.
pub(crate) async fn deploy(
    unit: &mut Unit,
    deployment: &Deployment<'_>,
    projects: &[Project],
) -> Result<AbstractImageId, DomainError> {
    let Deployment { file, slide_file, info, properties } = deployment;
    let planes = planes(info);
    let ids = unit.ids(1 + planes.len()).await?;
    let image = AbstractImage {
        uploaded_file: Some(file.id),
        original_filename: file.original_filename.clone(),
        ..described(abstract_image::blank(AbstractImageId(ids[0]), unit.now), info)
    };
    store::table::insert(&mut unit.tx, &image).await?;
    store::abstract_image::set_slide_file(&mut unit.tx, image.id, Some(*slide_file)).await?;
    unit.added(EntityKind::AbstractImage, &ids[..1]);
    for (id, plane) in ids[1..].iter().zip(planes) {
        let stored = info.channels.get(plane.c as usize);
        let slice = AbstractSlice {
            id: AbstractSliceId(*id),
            image: image.id,
            uploaded_file: Some(file.id),
            channel: number(plane.c),
            z_stack: number(plane.z),
            time: number(plane.t),
            channel_name: stored.and_then(|channel| channel.name.clone()),
            channel_color: stored
                .and_then(|channel| channel.colour)
                .map(|[red, green, blue]| format!("#{red:02X}{green:02X}{blue:02X}")),
            z_name: None,
            created: unit.now,
            updated: None,
        };
        store::table::insert(&mut unit.tx, &slice).await?;
    }
    unit.added(EntityKind::AbstractSlice, &ids[1..]);
    let entries: Vec<(i64, String, String)> =
        properties.iter().map(|(key, value)| (image.id.0, key.clone(), value.clone())).collect();
    property::insert_all(unit, EntityKind::AbstractImage, &entries).await?;
    for project in projects {
        image_instance::add(unit, file.user, &image, project).await?;
    }
    Ok(image.id)
}

/// The planes of a slide: by time, z, channel.
fn planes(info: &SlideInfo) -> Vec<Plane> {
    let channels = u32::try_from(info.channels.len()).unwrap_or(u32::MAX);
    (0..info.duration)
        .flat_map(|t| (0..info.depth).map(move |z| (z, t)))
        .flat_map(|(z, t)| (0..channels).map(move |c| Plane { c, z, t }))
        .collect()
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Copies what a slide says of itself. Interleaved samples are one stored channel.
fn described(image: AbstractImage, info: &SlideInfo) -> AbstractImage {
    let side = |pixels: u32| i32::try_from(pixels).ok();
    // Micrometres with six decimals, as Cytomine's image server hands them on (rest-api 5.2).
    let rounded = |size: Option<f64>| size.map(|size| (size * 1e6).round() / 1e6).filter(|size| *size > 0.0);
    AbstractImage {
        width: side(info.width),
        height: side(info.height),
        depth: number(info.depth),
        duration: number(info.duration),
        channels: i32::try_from(info.channels.len()).unwrap_or(i32::MAX),
        sample_per_pixel: i32::try_from(info.pixel.channels).unwrap_or(i32::MAX),
        bit_per_sample: i32::from(info.bits_per_sample),
        physical_size_x: rounded(info.physical_size_x),
        physical_size_y: rounded(info.physical_size_y),
        magnification: info.magnification,
        colorspace: Some(info.colorspace.as_str().to_owned()),
        ..image
    }
}
