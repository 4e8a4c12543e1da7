//! From a file that tiles can be read from to an image with its plane, in the projects that it was uploaded for.

use cytomine_model::{
    AbstractImage, AbstractImageId, AbstractSlice, AbstractSliceId, EntityKind, Project, UploadedFile,
    UploadedFileId,
};
use cytomine_slide::SlideInfo;
use cytomine_store as store;

use crate::{DomainError, Unit, image, instance, property};

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

/// Writes image, plane, properties, and the image in each of the projects; notes them in the unit. Rights are the
/// caller's question.
pub(crate) async fn deploy(
    unit: &mut Unit,
    deployment: &Deployment<'_>,
    projects: &[Project],
) -> Result<AbstractImageId, DomainError> {
    let Deployment { file, slide_file, info, properties } = deployment;
    let ids = unit.ids(2).await?;
    let image = AbstractImage {
        uploaded_file: Some(file.id),
        original_filename: file.original_filename.clone(),
        ..described(image::blank(AbstractImageId(ids[0]), unit.now), info)
    };
    store::abstract_image::insert(&mut unit.tx, &image, Some(*slide_file)).await?;
    unit.added(EntityKind::AbstractImage, &ids[..1]);
    let slice = AbstractSlice {
        id: AbstractSliceId(ids[1]),
        image: image.id,
        uploaded_file: Some(file.id),
        channel: 0,
        z_stack: 0,
        time: 0,
        channel_name: None,
        channel_color: None,
        z_name: None,
        created: unit.now,
        updated: None,
    };
    store::abstract_slice::insert(&mut unit.tx, &slice).await?;
    unit.added(EntityKind::AbstractSlice, &ids[1..]);
    let entries: Vec<(i64, String, String)> =
        properties.iter().map(|(key, value)| (image.id.0, key.clone(), value.clone())).collect();
    property::insert_all(unit, EntityKind::AbstractImage, &entries).await?;
    for project in projects {
        instance::add(unit, file.user, &image, project).await?;
    }
    Ok(image.id)
}

/// Copies what a slide says of itself. Its one plane of interleaved samples is one stored channel.
fn described(image: AbstractImage, info: &SlideInfo) -> AbstractImage {
    let side = |pixels: u32| i32::try_from(pixels).ok();
    // Micrometres with six decimals, as Cytomine's image server hands them on (rest-api 5.2).
    let rounded = |size: Option<f64>| size.map(|size| (size * 1e6).round() / 1e6).filter(|size| *size > 0.0);
    AbstractImage {
        width: side(info.width),
        height: side(info.height),
        sample_per_pixel: i32::from(info.channels),
        bit_per_sample: i32::from(info.bits_per_sample),
        physical_size_x: rounded(info.physical_size_x),
        physical_size_y: rounded(info.physical_size_y),
        magnification: info.magnification,
        colorspace: Some(info.colorspace.as_str().to_owned()),
        ..image
    }
}
