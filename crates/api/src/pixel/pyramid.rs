//! Descriptions of the grids: for our viewer, and for viewers of Deep Zoom images.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use cytomine_domain::pixels;
use cytomine_slide::TILE_SIZE;

use super::answer::Refused;
use super::caching::{Condition, Freshness, Validator};
use super::noun::Noun;
use super::wire::{Pyramid, Tier, TileAddress};
use crate::auth::Caller;
use crate::extract::Path;
use crate::state::ApiState;

/// GET `{noun}/{id}/pyramid.json`: the stored levels, finest first (image-server 2.5), with exact factors and the
/// version that belongs into addresses of tiles.
pub(super) async fn levels<N: Noun>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<i64>,
) -> Result<Json<Pyramid>, Refused> {
    let source = pixels::of(&state.system, &actor, N::target(id)).await?.source;
    let slide = state.system.slides.open(&source).await?;
    let levels = slide.levels();
    let tiers: Vec<_> =
        levels.iter().enumerate().map(|(index, level)| Tier::of(index, levels.len(), level)).collect();
    let path =
        format!("/api/{}/{id}/tile/level/{{level}}/tx/{{x}}/ty/{{y}}.jpg?v={}", N::NAME, source.content_id);
    Ok(Json(Pyramid {
        n_tiers: levels.len(),
        tiers,
        width: slide.info().width,
        height: slide.info().height,
        version: source.content_id.clone(),
        tile: TileAddress { path, padded: true },
    }))
}

/// GET `{noun}/{id}/dzi.dzi`: the descriptor of the Deep Zoom image.
pub(super) async fn deep_zoom<N: Noun>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<i64>,
    condition: Condition,
) -> Result<Response, Refused> {
    let source = pixels::of(&state.system, &actor, N::target(id)).await?.source;
    let make = async {
        let (width, height) = (source.width, source.height);
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\" Format=\"jpg\" Overlap=\"0\" \
             TileSize=\"{TILE_SIZE}\"><Size Width=\"{width}\" Height=\"{height}\"/></Image>\n"
        );
        let mut response = Response::new(Body::from(text));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        Ok(response)
    };
    condition.answer(&Validator::of(&source), Freshness::Revalidate, make).await
}
