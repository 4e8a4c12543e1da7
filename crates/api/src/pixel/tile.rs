//! Tiles of the three grids: normalized (Cytomine's clients), native (our viewer), Deep Zoom.

use axum::extract::State;
use axum::response::Response;
use cytomine_domain::pixels::{self, picture};
use cytomine_slide::{Area, Request};

use super::answer::{self, Refused};
use super::caching::{Condition, Freshness, Validator};
use super::display;
use super::keys::TileKeys;
use super::noun::Noun;
use crate::auth::Caller;
use crate::dialect::path::{DziTile, ImageFormat, TileRow};
use crate::edge::TileSource;
use crate::extract::{Asked, Path};
use crate::state::ApiState;

/// GET `{noun}/{id}/normalized-tile/zoom/{z}/tx/{tx}/ty/{ty}.{format}`: 256 px, halved tiers, clipped at edges.
pub(super) async fn normalized<N: Noun>(
    State(state): State<ApiState>,
    caller: Caller,
    Path((id, zoom, tx, row)): Path<(i64, u32, u32, TileRow)>,
    Asked(keys): Asked<TileKeys>,
    condition: Condition,
) -> Result<Response, Refused> {
    let area = Area::Normalized { zoom, tx, ty: row.row };
    serve::<N>(&state, &caller, id, area, row.format, keys, &condition, Freshness::Day).await
}

/// GET `{noun}/{id}/tile/level/{level}/tx/{tx}/ty/{ty}.{format}?v=`: the stored grid, padded as stored.
pub(super) async fn native<N: Noun>(
    State(state): State<ApiState>,
    caller: Caller,
    Path((id, level, tx, row)): Path<(i64, u32, u32, TileRow)>,
    Asked(keys): Asked<TileKeys>,
    condition: Condition,
) -> Result<Response, Refused> {
    let area = Area::Native { level, tx, ty: row.row };
    serve::<N>(&state, &caller, id, area, row.format, keys, &condition, Freshness::Revalidate).await
}

/// GET `{noun}/{id}/dzi_files/{level}/{column}_{row}.{format}`: 256 px, no overlap.
pub(super) async fn deep_zoom<N: Noun>(
    State(state): State<ApiState>,
    caller: Caller,
    Path((id, level, tile)): Path<(i64, u32, DziTile)>,
    Asked(keys): Asked<TileKeys>,
    condition: Condition,
) -> Result<Response, Refused> {
    let area = Area::Dzi { level, col: tile.col, row: tile.row };
    serve::<N>(&state, &caller, id, area, tile.format, keys, &condition, Freshness::Revalidate).await
}

#[allow(clippy::too_many_arguments, reason = "the one way of all tiles; its callers are right above")]
async fn serve<N: Noun>(
    state: &ApiState,
    Caller(actor): &Caller,
    id: i64,
    area: Area,
    format: ImageFormat,
    (encoding, version, shown): TileKeys,
    condition: &Condition,
    otherwise: Freshness,
) -> Result<Response, Refused> {
    let source = pixels::of(&state.system, actor, N::target(id)).await?.source;
    let freshness = match version.v.get() {
        Some(version) if version == source.content_id => Freshness::Immutable,
        _ => otherwise,
    };
    let make = async {
        let output = display::output(format, encoding);
        let (plane, look) = display::view(shown, &source.planes)?;
        let request = Request { area, plane, look };
        let tile = picture::tile(&state.system, &source, &request, output).await?;
        let mut response = answer::image(tile.image);
        let how = if tile.passed { TileSource::PassThrough } else { TileSource::Decoded };
        response.extensions_mut().insert(how);
        Ok(response)
    };
    condition.answer(&Validator::of(&source), freshness, make).await
}
