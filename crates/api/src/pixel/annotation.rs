//! Pictures of annotations: crop, mask, alpha mask. GET and POST alike.

use axum::extract::State;
use axum::response::Response;
use cytomine_domain::annotation;
use cytomine_domain::pixels::picture::Style;
use cytomine_domain::pixels::{self, PixelTarget, picture as make};
use cytomine_model::{AnnotationId, ErrorKind};

use super::answer::{self, Refused};
use super::caching::{Condition, Freshness, Validator};
use super::keys::PictureKeys;
use super::{drawing, image};
use crate::auth::Caller;
use crate::dialect::path::Picture;
use crate::error::ApiError;
use crate::extract::{Merged, Path};
use crate::state::ApiState;

/// GET, POST `{annotation|userannotation}/{id}/{crop|mask|alphamask}.{format}`, at full resolution unless asked
/// otherwise.
pub(super) async fn picture(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, segment)): Path<(AnnotationId, String)>,
    condition: Condition,
    Merged(keys): Merged<PictureKeys>,
) -> Result<Response, Refused> {
    let (style, format) = match image::parse(&segment)? {
        Picture::Crop(format) => (None, format),
        Picture::Mask(format) => (Some(Style::Mask), format),
        Picture::AlphaMask(format) => (Some(Style::AlphaMask { transparency: 100 }), format),
        _ => {
            let words = "Annotations have `crop`, `mask` and `alphamask`; windows are made of images";
            return Err(ApiError::new(ErrorKind::NotFound, words).into());
        }
    };
    let annotation = annotation::shape_of(&state.system, &actor, id).await?;
    let source = pixels::of(&state.system, &actor, PixelTarget::Slice(annotation.slice)).await?.source;
    let validator = Validator::with(&source, annotation.shape.to_wkt());
    let image = async {
        let (around, output) = drawing::around(keys, &source.planes, format, style, None)?;
        let image = make::around(&state.system, &source, annotation.shape, around, output).await?;
        Ok(answer::image(image))
    };
    condition.answer(&validator, Freshness::Revalidate, image).await
}
