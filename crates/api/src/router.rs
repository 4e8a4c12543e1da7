//! The table of contents of the HTTP interface: one line per noun.

use axum::Router;

use crate::state::ApiState;
use crate::{annotation, annotation_term, command, member, ontology, pixel, project, role, session, term, user};

/// All routes of the API. Paths are without `.json`: a layer around the router strips the ending
/// (`edge::suffix`), since axum cannot route `{id}.json`.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .merge(annotation::routes())
        .merge(annotation_term::routes())
        .merge(command::routes())
        .merge(member::routes())
        .merge(ontology::routes())
        .merge(pixel::routes())
        .merge(project::routes())
        .merge(role::routes())
        .merge(session::routes())
        .merge(term::routes())
        .merge(user::routes())
}
