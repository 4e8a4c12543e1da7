//! An abstract image on the wire (rest-api 4.5).

use cytomine_model::image::TILE_SIZE;
use cytomine_model::{AbstractImage, EntityKind};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// Formats whose files usually hold an overview photograph.
const WITH_MACRO: [&str; 8] = ["SVS", "NDPI", "VMS", "SCN", "MRXS", "BIF", "VENTANA", "PHILIPS"];

/// Addresses of the pictures of an image: thumbnail, preview, overview. `noun` is the part of the address that names
/// the kind of image.
pub fn pictures(base: &str, noun: &str, id: i64, format: &str) -> (String, String, Option<String>) {
    let address = |rest: &str| format!("{base}/api/{noun}/{id}/{rest}");
    let overview = WITH_MACRO.contains(&format).then(|| address("associated/macro.png?maxWidth=512"));
    (address("thumb.png?maxSize=512"), address("preview.png?maxSize=1024"), overview)
}

/// All keys of an abstract image.
pub fn abstract_image(image: &AbstractImage, base: &str) -> Value {
    let (thumb, preview, overview) = pictures(base, "abstractimage", image.id.0, &image.content_type);
    let samples = image.path.as_ref().map(|_| image.sample_per_pixel);
    json!({
        "class": java_class(EntityKind::AbstractImage),
        "id": image.id,
        "created": ms(Some(image.created.0)),
        "updated": ms(image.updated.map(|time| time.0)),
        "originalFilename": image.original_filename,
        "filename": image.original_filename,
        "uploadedFile": image.uploaded_file,
        "path": image.path,
        "contentType": image.content_type,
        "user": image.user,
        "width": image.width,
        "height": image.height,
        "depth": image.depth,
        "duration": image.duration,
        "channels": image.channels,
        "extrinsicChannels": samples,
        "apparentChannels": samples,
        "dimensions": image.dimensions(),
        "physicalSizeX": image.physical_size_x,
        "physicalSizeY": image.physical_size_y,
        "physicalSizeZ": image.physical_size_z,
        "fps": image.fps,
        "magnification": image.magnification,
        "bitPerSample": image.bit_per_sample,
        "samplePerPixel": image.sample_per_pixel,
        "colorspace": image.colorspace,
        "tileSize": TILE_SIZE,
        "zoom": image.zoom(),
        "isVirtual": false,
        "thumb": thumb,
        "preview": preview,
        "macroURL": overview,
    })
}
