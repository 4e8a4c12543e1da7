//! Properties: keys and values on any entity (rest-api 4.21).

mod keys;
pub mod wire;

use self::wire::Property;
use crate::describe::Sketch;
use crate::hanging::{self, BODY, parents};
use crate::routes::{Routes, delete, get, post, put};

/// Routes of properties; what can be made anywhere can be made below each parent.
pub fn routes() -> Routes {
    let mut routes = Routes::of("Properties").with(
        post("/api/property", hanging::create::<Property>, "Give an entity a property, or several")
            .takes(BODY),
    );
    for parent in parents() {
        let (all, one) = (format!("{parent}/property"), format!("{parent}/property/{{property}}"));
        routes = routes
            .with(get(all.as_str(), hanging::list::<Property>, "List the properties of an entity"))
            .with(
                post(all, hanging::create::<Property>, "Give this entity a property, or several").takes(BODY),
            )
            .with(get(format!("{parent}/key/{{key}}/property"), keys::show, "Read a property by its key"))
            .with(get(one.as_str(), hanging::show::<Property>, "Read a property"))
            .with(put(one.as_str(), hanging::update::<Property>, "Change a property").takes(BODY))
            .with(delete(one, hanging::delete::<Property>, "Delete a property"));
    }
    let (annotations, images) = ("/api/annotation/property/key", "/api/imageinstance/property/key");
    let positions = "/api/user/{user}/imageinstance/{image}/annotationposition";
    routes
        .with(
            get(annotations, keys::of_annotations, "List the keys of properties of annotations")
                .sketched(named),
        )
        .with(get(images, keys::of_images, "List the keys of properties of images").sketched(named))
        .with(get(positions, keys::positions, "List where a user's annotations have a property"))
}

/// What the query names may not be there.
fn named(sketch: &mut Sketch<'_>) {
    sketch.refuses(404);
}
