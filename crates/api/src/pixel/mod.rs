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
mod keys;
mod noun;
mod pyramid;
mod tile;
pub mod wire;

use cytomine_model::Action;

use self::noun::{AbstractImages, AbstractSlices, ImageInstances, Noun, SliceInstances};
use crate::answer::Picture;
use crate::routes::{Routes, get, post};

/// Largest body in bytes of what holds a shape to draw.
const SHAPE: usize = 16 << 20;

/// Routes of pixels.
pub fn routes() -> Routes {
    let mut routes = Routes::of("Pixels")
        .merge(of::<ImageInstances>())
        .merge(of::<SliceInstances>())
        .merge(of::<AbstractImages>())
        .merge(of::<AbstractSlices>());
    for noun in ["annotation", "userannotation"] {
        let path = format!("/api/{noun}/{{id}}/{{picture}}");
        routes = routes
            .with(
                get(path.as_str(), annotation::picture, "Make a picture of an annotation")
                    .needs(Action::SeeProject)
                    .gives::<Picture>(),
            )
            .with(
                post(
                    path,
                    annotation::picture,
                    "Make a picture of an annotation, with parameters in the body",
                )
                .needs(Action::SeeProject)
                .takes(SHAPE)
                .gives::<Picture>(),
            );
    }
    routes
}

/// Every noun has every route: which plane an image shows is known, so tiles of images cost nothing to offer.
fn of<N: Noun>() -> Routes {
    let path = |rest: &str| format!("/api/{}/{{id}}/{rest}", N::NAME);
    let tile = |operation: crate::routes::Operation| operation.gives::<Picture>();
    let normalized = "normalized-tile/zoom/{z}/tx/{tx}/ty/{ty}";
    Routes::of("Pixels")
        .with(tile(get(path(normalized), tile::normalized::<N>, "Read a tile of 256 pixels").needs(N::SEE)))
        .with(tile(
            get(path("tile/level/{level}/tx/{tx}/ty/{ty}"), tile::native::<N>, "Read a stored tile")
                .needs(N::SEE),
        ))
        .with(get(path("pyramid"), pyramid::levels::<N>, "Describe the stored levels").needs(N::SEE))
        .with(
            get(path("dzi.dzi"), pyramid::deep_zoom::<N>, "Describe the Deep Zoom image")
                .needs(N::SEE)
                .sketched(keys::deep_zoom),
        )
        .with(tile(
            get(path("dzi_files/{level}/{tile}"), tile::deep_zoom::<N>, "Read a Deep Zoom tile")
                .needs(N::SEE),
        ))
        .with(
            get(path("associated"), associated::list::<N>, "List the pictures that come with a slide")
                .needs(N::SEE),
        )
        .with(
            get(
                path("associated/{file}"),
                associated::picture::<N>,
                "Read a picture that comes with a slide",
            )
            .needs(N::SEE)
            .gives::<Picture>(),
        )
        .with(get(path("{picture}"), image::picture::<N>, "Make a picture").needs(N::SEE).gives::<Picture>())
        .with(
            post(path("{picture}"), image::picture::<N>, "Make a picture, with parameters in the body")
                .needs(N::SEE)
                .takes(SHAPE)
                .gives::<Picture>(),
        )
}
