//! Images that come with a slide: label, overview, thumbnail.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use cytomine_domain::pixels::{self, picture as make};
use cytomine_model::ErrorKind;
use cytomine_slide::AssociatedKind;

use super::answer::{self, Refused};
use super::caching::{Condition, Freshness, Validator};
use super::display;
use super::keys::Encoding;
use super::noun::Noun;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::path::AssociatedFile;
use crate::error::ApiError;
use crate::extract::{Asked, Path};
use crate::state::ApiState;

/// GET `{noun}/{id}/associated.json`: the labels of the images there are, without what the caller may not see.
pub(super) async fn list<N: Noun>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<i64>,
) -> Result<Json<Collection<&'static str>>, Refused> {
    let access = pixels::of(&state.system, &actor, N::target(id)).await?;
    let slide = state.system.slides.open(&access.source).await?;
    let kinds = slide.info().associated.iter().map(|image| image.kind);
    let shown = kinds.filter(|kind| access.names || *kind != AssociatedKind::Label);
    Ok(Json(Collection::whole(shown.map(AssociatedKind::as_str).collect())))
}

/// GET `{noun}/{id}/associated/{label}.{format}`; the label is kept from who may not learn names.
pub(super) async fn picture<N: Noun>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, file)): Path<(i64, AssociatedFile)>,
    Asked(keys): Asked<Encoding>,
    condition: Condition,
) -> Result<Response, Refused> {
    let access = pixels::of(&state.system, &actor, N::target(id)).await?;
    let kind = AssociatedKind::parse(&file.label).ok_or_else(|| {
        ApiError::new(ErrorKind::NotFound, "A slide comes with `macro`, `label` and `thumb` at most")
    })?;
    if kind == AssociatedKind::Label && !access.names {
        let words = "The project is blind: only its managers see labels of slides";
        return Err(ApiError::new(ErrorKind::Forbidden, words).into());
    }
    let image = async {
        let output = display::output(file.format, keys);
        Ok(answer::image(make::associated(&state.system, &access.source, kind, output).await?))
    };
    condition.answer(&Validator::of(&access.source), Freshness::Revalidate, image).await
}
