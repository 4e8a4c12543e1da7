//! Descriptions of entities (rest-api 4.23).

pub mod wire;

use cytomine_model::Action;

use self::wire::Description;
use crate::hanging::{self, BODY};
use crate::routes::{Routes, delete, get, post, put};

/// Routes of descriptions.
pub fn routes() -> Routes {
    let (all, on) = ("/api/description", "/api/domain/{class}/{id}/description");
    // Of a project; of other things what their nouns say.
    let (see, describe) = (Action::SeeProject, Action::DescribeProject);
    Routes::of("Descriptions")
        .with(
            get(all, hanging::list_all::<Description>, "List all descriptions, for administrators")
                .needs(Action::SeeEverything),
        )
        .with(
            post(all, hanging::create::<Description>, "Describe an entity, or several")
                .takes(BODY)
                .needs(describe),
        )
        .with(get(on, hanging::show::<Description>, "Read the description of an entity").needs(see))
        .with(post(on, hanging::create::<Description>, "Describe this entity").takes(BODY).needs(describe))
        .with(
            put(on, hanging::update::<Description>, "Change the description of an entity")
                .takes(BODY)
                .needs(describe),
        )
        .with(
            delete(on, hanging::delete::<Description>, "Delete the description of an entity").needs(describe),
        )
}
