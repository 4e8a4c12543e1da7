//! Members, managers and representatives of projects, and the layers that members see (rest-api 4.1, 4.12).

mod change;
mod default_layer;
mod list;
pub mod wire;

use serde_json::Value;

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
        .with(get(path("user"), list::members, "List the members of a project"))
        .with(post(path("user"), change::add_many, "Add members").clean().sketched(several))
        .with(delete(path("user"), change::remove_many, "Remove members").clean().sketched(several))
        .with(get(path("admin"), list::managers, "List the managers of a project"))
        .with(get(path("creator"), list::creator, "Tell who made a project"))
        .with(get(path("users/representative"), list::representatives, "List the representatives as users"))
        .with(get(path("userlayer"), list::layers, "List the members whose annotations the caller may see"))
        .with(post(path("user/{user}"), change::add, "Add a member"))
        .with(delete(path("user/{user}"), change::remove, "Remove a member"))
        .with(post(path("user/{user}/admin"), change::promote, "Make a member a manager"))
        .with(delete(path("user/{user}/admin"), change::demote, "Make a manager a contributor"))
}

fn layers() -> Routes {
    let (all, one) = ("/api/project/{id}/defaultlayer", "/api/project/{id}/defaultlayer/{user}");
    Routes::of("Members")
        .with(get(all, default_layer::list, "List the layers that a project shows first"))
        .with(post(all, default_layer::create, "Show a layer first"))
        .with(get(one, default_layer::show, "Read a layer that a project shows first"))
        .with(put(one, default_layer::update, "Change how a layer is shown first"))
        .with(delete(one, default_layer::delete, "Show a layer first no more"))
}

fn representatives() -> Routes {
    let (all, one) = ("/api/project/{id}/representative", "/api/project/{id}/representative/{user}");
    Routes::of("Members")
        .with(get(all, list::representative_links, "List the representatives of a project"))
        .with(post(all, change::add_representative, "Make a member a representative"))
        .with(delete(all, change::remove_representative_by_user, "End that a member is a representative"))
        .with(get(one, list::representative_link, "Read who represents a project"))
        .with(delete(one, change::remove_representative, "End that a member is a representative, by address"))
}

/// Changing several users answers 200 or 206.
fn several(sketch: &mut Sketch<'_>) {
    let schema: Value = sketch.schemas.of::<SeveralChanged>();
    sketch.answers.insert(200, ("All were changed", "application/json", schema.clone()));
    sketch.answers.insert(206, ("Some could not be changed", "application/json", schema));
}
