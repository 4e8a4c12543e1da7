//! Members, managers and representatives of projects, and the layers that members see (rest-api 4.1, 4.12).

mod change;
mod default_layer;
mod list;
pub mod wire;

use serde_json::Value;

use cytomine_model::Action;

use self::wire::SeveralChanged;
use crate::describe::Sketch;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of members.
pub fn routes() -> Routes {
    members().merge(layers()).merge(representatives())
}

fn members() -> Routes {
    let path = |rest: &str| format!("/api/project/{{id}}/{rest}");
    Routes::of("Members")
        .with(get(path("user"), list::members, "List the members of a project").needs(Action::SeeProject))
        .with(
            post(path("user"), change::add_many, "Add members")
                .needs(Action::ManageMembers)
                .clean()
                .sketched(several),
        )
        .with(
            delete(path("user"), change::remove_many, "Remove members")
                .needs(Action::RemoveMember)
                .clean()
                .sketched(several),
        )
        .with(get(path("admin"), list::managers, "List the managers of a project").needs(Action::SeeProject))
        .with(get(path("creator"), list::creator, "Tell who made a project").needs(Action::SeeProject))
        .with(
            get(path("users/representative"), list::representatives, "List the representatives as users")
                .needs(Action::SeeProject),
        )
        .with(
            get(path("userlayer"), list::layers, "List the members whose annotations the caller may see")
                .needs(Action::SeeProject),
        )
        .with(post(path("user/{user}"), change::add, "Add a member").needs(Action::ManageMembers))
        .with(delete(path("user/{user}"), change::remove, "Remove a member").needs(Action::RemoveMember))
        .with(
            post(path("user/{user}/admin"), change::promote, "Make a member a manager")
                .needs(Action::ManageMembers),
        )
        .with(
            delete(path("user/{user}/admin"), change::demote, "Make a manager a contributor")
                .needs(Action::ManageMembers),
        )
}

fn layers() -> Routes {
    let (all, one) = ("/api/project/{id}/defaultlayer", "/api/project/{id}/defaultlayer/{user}");
    Routes::of("Members")
        .with(
            get(all, default_layer::list, "List the layers that a project shows first")
                .needs(Action::SeeProject),
        )
        .with(post(all, default_layer::create, "Show a layer first").needs(Action::EditProject))
        .with(
            get(one, default_layer::show, "Read a layer that a project shows first")
                .needs(Action::SeeProject),
        )
        .with(put(one, default_layer::update, "Change how a layer is shown first").needs(Action::EditProject))
        .with(delete(one, default_layer::delete, "Show a layer first no more").needs(Action::EditProject))
}

fn representatives() -> Routes {
    let (all, one) = ("/api/project/{id}/representative", "/api/project/{id}/representative/{user}");
    Routes::of("Members")
        .with(
            get(all, list::representative_links, "List the representatives of a project")
                .needs(Action::SeeProject),
        )
        .with(
            post(all, change::add_representative, "Make a member a representative")
                .needs(Action::EditProject),
        )
        .with(
            delete(all, change::remove_representative_by_user, "End that a member is a representative")
                .needs(Action::EditProject),
        )
        .with(get(one, list::representative_link, "Read who represents a project").needs(Action::SeeProject))
        .with(
            delete(one, change::remove_representative, "End that a member is a representative, by address")
                .needs(Action::EditProject),
        )
}

/// Changing several users answers 200 or 206.
fn several(sketch: &mut Sketch<'_>) {
    let schema: Value = sketch.schemas.of::<SeveralChanged>();
    sketch.answers.insert(200, ("All were changed", "application/json", schema.clone()));
    sketch.answers.insert(206, ("Some could not be changed", "application/json", schema));
}
