//! The table of contents of the HTTP interface: one line per noun.

use axum::Router;

use crate::state::ApiState;
use crate::{
    abstract_image, abstract_slice, annotation, annotation_term, command, image_instance, image_server,
    member, ontology, pixel, project, role, session, slice_instance, storage, term, upload, uploaded_file,
    user,
};

/// All routes of the API. Paths are without `.json`: a layer around the router strips the ending
/// (`edge::suffix`), since axum cannot route `{id}.json`.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .merge(abstract_image::routes())
        .merge(abstract_slice::routes())
        .merge(annotation::routes())
        .merge(annotation_term::routes())
        .merge(command::routes())
        .merge(image_instance::routes())
        .merge(image_server::routes())
        .merge(member::routes())
        .merge(ontology::routes())
        .merge(pixel::routes())
        .merge(project::routes())
        .merge(role::routes())
        .merge(session::routes())
        .merge(slice_instance::routes())
        .merge(storage::routes())
        .merge(term::routes())
        .merge(upload::routes())
        .merge(uploaded_file::routes())
        .merge(user::routes())
}
