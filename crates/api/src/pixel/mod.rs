//! Pixels over HTTP: tiles, pyramids, thumbnails, windows, crops and masks (rest-api 4.10).
//!
//! A request comes to a [`Noun`] (image or plane, in a project or not) or to an annotation. A handler asks the domain
//! where the pixels lie and whether the caller may see them, then answers from the validator alone where the client
//! has the picture already ([`caching`]), else has it made. The path of a tile that is passed through meets no SQL
//! while rights are warm, no JSON and no other thread.

mod annotation;
mod answer;
mod associated;
mod caching;
mod display;
mod drawing;
mod image;
mod noun;
mod pyramid;
mod tile;

use axum::Router;
use axum::routing::get;

use self::noun::{AbstractImages, AbstractSlices, ImageInstances, Noun, SliceInstances};
use crate::state::ApiState;

/// Routes of pixels.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .merge(of::<ImageInstances>())
        .merge(of::<SliceInstances>())
        .merge(of::<AbstractImages>())
        .merge(of::<AbstractSlices>())
        .route("/api/annotation/{id}/{picture}", get(annotation::picture).post(annotation::picture))
        .route("/api/userannotation/{id}/{picture}", get(annotation::picture).post(annotation::picture))
}

/// Every noun has every route: which plane an image shows is known, so tiles of images cost nothing to offer.
fn of<N: Noun>() -> Router<ApiState> {
    let path = |rest: &str| format!("/api/{}/{{id}}/{rest}", N::NAME);
    Router::new()
        .route(&path("normalized-tile/zoom/{z}/tx/{tx}/ty/{ty}"), get(tile::normalized::<N>))
        .route(&path("tile/level/{level}/tx/{tx}/ty/{ty}"), get(tile::native::<N>))
        .route(&path("pyramid"), get(pyramid::levels::<N>))
        .route(&path("dzi.dzi"), get(pyramid::deep_zoom::<N>))
        .route(&path("dzi_files/{level}/{tile}"), get(tile::deep_zoom::<N>))
        .route(&path("associated"), get(associated::list::<N>))
        .route(&path("associated/{file}"), get(associated::picture::<N>))
        .route(&path("{picture}"), get(image::picture::<N>).post(image::picture::<N>))
}
