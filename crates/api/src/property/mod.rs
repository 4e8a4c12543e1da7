//! Properties: keys and values on any entity (rest-api 4.21).

mod keys;
pub mod wire;

use cytomine_model::Action;

use self::wire::Property;
use crate::describe::Sketch;
use crate::hanging::{self, BODY, parents};
use crate::routes::{Routes, delete, get, post, put};

/// Routes of properties; what can be made anywhere can be made below each parent.
pub fn routes() -> Routes {
    let mut routes = Routes::of("Properties").with(
        post("/api/property", hanging::create::<Property>, "Give an entity a property, or several")
            .takes(BODY)
            .needs(Action::DescribeProject),
    );
    let see = Action::SeeProject;
    for (parent, describe) in parents() {
        let (all, one) = (format!("{parent}/property"), format!("{parent}/property/{{property}}"));
        routes = routes
            .with(get(all.as_str(), hanging::list::<Property>, "List the properties of an entity").needs(see))
            .with(
                post(all, hanging::create::<Property>, "Give this entity a property, or several")
                    .takes(BODY)
                    .needs(describe),
            )
            .with(
                get(format!("{parent}/key/{{key}}/property"), keys::show, "Read a property by its key")
                    .needs(see),
            )
            .with(get(one.as_str(), hanging::show::<Property>, "Read a property").needs(see))
            .with(
                put(one.as_str(), hanging::update::<Property>, "Change a property")
                    .takes(BODY)
                    .needs(describe),
            )
            .with(delete(one, hanging::delete::<Property>, "Delete a property").needs(describe));
    }
    let (annotations, images) = ("/api/annotation/property/key", "/api/imageinstance/property/key");
    let positions = "/api/user/{user}/imageinstance/{image}/annotationposition";
    routes
        .with(
            get(annotations, keys::of_annotations, "List the keys of properties of annotations")
                .sketched(named)
                .needs(Action::SeeProject),
        )
        .with(
            get(images, keys::of_images, "List the keys of properties of images")
                .sketched(named)
                .needs(Action::SeeProject),
        )
        .with(
            get(positions, keys::positions, "List where a user's annotations have a property")
                .needs(Action::SeeProject),
        )
}

/// What the query names may not be there.
fn named(sketch: &mut Sketch<'_>) {
    sketch.refuses(404);
}
