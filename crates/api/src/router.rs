//! The table of contents of the HTTP interface: one line per noun.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use cytomine_model::ErrorKind;

use crate::error::ApiError;
use crate::routes::Routes;
use crate::state::ApiState;
use crate::{
    abstract_image, abstract_slice, annotation, annotation_term, attached_file, command, description, docs,
    image_instance, image_server, member, ontology, pixel, project, property, role, server, session,
    slice_instance, storage, tag, tag_association, term, upload, uploaded_file, user,
};

/// All operations of the API. Paths are without `.json`: a layer around the router strips the ending
/// (`edge::suffix`), since axum cannot route `{id}.json`.
pub fn operations() -> Routes {
    Routes::default()
        .merge(session::routes())
        .merge(user::routes())
        .merge(role::routes())
        .merge(project::routes())
        .merge(member::routes())
        .merge(storage::routes())
        .merge(upload::routes())
        .merge(uploaded_file::routes())
        .merge(abstract_image::routes())
        .merge(abstract_slice::routes())
        .merge(image_instance::routes())
        .merge(slice_instance::routes())
        .merge(pixel::routes())
        .merge(ontology::routes())
        .merge(term::routes())
        .merge(annotation::routes())
        .merge(annotation_term::routes())
        .merge(property::routes())
        .merge(description::routes())
        .merge(attached_file::routes())
        .merge(tag::routes())
        .merge(tag_association::routes())
        .merge(command::routes())
        .merge(image_server::routes())
        .merge(server::routes())
        .merge(docs::routes(operations))
}

/// The router that answers them, and refuses what is none of them.
pub fn routes() -> Router<ApiState> {
    operations().into_router().fallback(unknown_address).method_not_allowed_fallback(unknown_method)
}

/// The refusal of an address that is none.
pub fn nothing_at(path: &str) -> ApiError {
    ApiError::new(ErrorKind::NotFound, format!("There is nothing at {path}"))
}

async fn unknown_address(request: Request) -> ApiError {
    nothing_at(request.uri().path())
}

/// The refusal of a method that an address does not have; which it has, the header `Allow` tells.
pub async fn unknown_method(request: Request) -> ApiError {
    let text = format!(
        "{} does not answer {}: the header `Allow` tells what it does",
        request.uri().path(),
        request.method()
    );
    ApiError::with_status(StatusCode::METHOD_NOT_ALLOWED, text)
}
