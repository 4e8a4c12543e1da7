//! Pictures of images and planes: thumbnail, preview, crop, window, camera. GET and POST alike.

use axum::extract::State;
use axum::response::Response;
use cytomine_domain::pixels::frame::Frame;
use cytomine_domain::pixels::{self, PixelSource, picture as make};
use cytomine_geometry::Shape;
use cytomine_model::ErrorKind;

use super::answer::{self, Refused};
use super::caching::{Condition, Freshness, Validator};
use super::keys::PictureKeys;
use super::noun::Noun;
use super::{display, drawing};
use crate::auth::Caller;
use crate::dialect::path::{ImageFormat, Picture};
use crate::error::ApiError;
use crate::extract::{Merged, Path};
use crate::state::ApiState;

/// Longest sides where `maxSize` is not given.
const THUMB: u32 = 512;
const PREVIEW: u32 = 1024;
const CROP: u32 = 256;

/// Reads the last segment of an address; what is no picture is not there.
pub(super) fn parse(segment: &str) -> Result<Picture, ApiError> {
    segment.parse().map_err(|error: crate::dialect::DialectError| {
        let window = segment.starts_with("window-") || segment.starts_with("camera-");
        ApiError::new(if window { ErrorKind::Invalid } else { ErrorKind::NotFound }, error.to_string())
    })
}

/// GET, POST `{noun}/{id}/{thumb|preview|crop|window-x-y-w-h|camera-x-y-w-h}.{format}`.
pub(super) async fn picture<N: Noun>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, segment)): Path<(i64, String)>,
    condition: Condition,
    Merged(keys): Merged<PictureKeys>,
) -> Result<Response, Refused> {
    let picture = parse(&segment)?;
    let source = pixels::of(&state.system, &actor, N::target(id)).await?.source;
    let image = async {
        let image = match picture {
            Picture::Thumb(format) => whole(&state, &source, keys, format, THUMB).await?,
            Picture::Preview(format) => whole(&state, &source, keys, format, PREVIEW).await?,
            Picture::Crop(format) => crop(&state, &source, keys, format).await?,
            Picture::Window(window, format) | Picture::Camera(window, format) => {
                let image = (source.width, source.height);
                let frame = Frame::clipped((window.x, window.y), (window.width, window.height), image)?;
                framed(&state, &source, keys, format, frame, None).await?
            }
            Picture::Mask(_) | Picture::AlphaMask(_) => {
                let words = "Masks are made of annotations, or by `crop` with `location` and `type=mask`";
                return Err(ApiError::new(ErrorKind::NotFound, words).into());
            }
        };
        Ok(answer::image(image))
    };
    condition.answer(&Validator::of(&source), Freshness::Revalidate, image).await
}

async fn whole(
    state: &ApiState,
    source: &PixelSource,
    keys: PictureKeys,
    format: ImageFormat,
    longest: u32,
) -> Result<cytomine_slide::Encoded, ApiError> {
    framed(state, source, keys, format, Frame::whole(source.width, source.height), Some(longest)).await
}

async fn framed(
    state: &ApiState,
    source: &PixelSource,
    (encoding, shown, drawn): PictureKeys,
    format: ImageFormat,
    frame: Frame,
    longest: Option<u32>,
) -> Result<cytomine_slide::Encoded, ApiError> {
    let (size, view) = (drawing::size(&drawn, longest), display::view(shown, &source.planes)?);
    let output = display::output(format, encoding);
    Ok(make::rectangle(&state.system, source, frame, size, output, view).await?)
}

/// Around the shape in `location` or `geometry` (WKT, y up), or of the whole image.
async fn crop(
    state: &ApiState,
    source: &PixelSource,
    mut keys: PictureKeys,
    format: ImageFormat,
) -> Result<cytomine_slide::Encoded, ApiError> {
    let drawn = &mut keys.2;
    let (location, geometry) = (std::mem::take(&mut drawn.location), std::mem::take(&mut drawn.geometry));
    let Some(wkt) = location.filled().or(geometry.filled()) else {
        return whole(state, source, keys, format, CROP).await;
    };
    let shape = Shape::from_wkt(&wkt)
        .map_err(|cause| ApiError::new(ErrorKind::Invalid, format!("`location` is no geometry: {cause}")))?;
    let (around, output) = drawing::around(keys, &source.planes, format, None, Some(CROP))?;
    Ok(make::around(&state.system, source, shape, around, output).await?)
}
