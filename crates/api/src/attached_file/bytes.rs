//! Bytes of attached files, in and out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use cytomine_domain::attached_file::{self, LARGEST};
use cytomine_domain::{Actor, DomainError, hanging};
use serde_json::json;

use super::wire::AttachedFile;
use crate::auth::Caller;
use crate::describe::Sketch;
use crate::dialect::ids::parse_id;
use crate::dialect::loose::{Id, Text};
use crate::download as sent;
use crate::error::{ApiError, CommandError};
use crate::extract::Asked;
use crate::hanging::{Place, Wire as _, subject};
use crate::incoming::{self, Incoming};
use crate::state::ApiState;

crate::keys! {
    /// What a file belongs to, and what it is called; each may also be a field of the form.
    pub(super) struct FileKeys {
        /// Class of what it belongs to
        domain_class_name: Text,
        /// Id of what it belongs to
        domain_ident: Id,
        /// Its name, in place of that of the part
        filename: Text,
        /// What clients know it by
        key: Text,
    }
}

/// Describes the form.
pub(super) fn parts(sketch: &mut Sketch<'_>) {
    // Bytes have no type in JSON.
    let file = json!({ "contentMediaType": "application/octet-stream" });
    let mut properties = json!({ "files[]": file });
    for name in ["domainClassName", "domainIdent", "filename", "key"] {
        properties[name] = json!({ "type": "string" });
    }
    let form = json!({ "type": "object", "properties": properties, "required": ["files[]"] });
    sketch.body = Some(("multipart/form-data", form));
    sketch.refuses(413);
}

/// POST and PUT `attachedfile`: always a new file.
pub(super) async fn attach(
    State(state): State<ApiState>,
    caller: Result<Caller, ApiError>,
    Asked(asked): Asked<FileKeys>,
    request: Request,
) -> Result<Json<AttachedFile>, CommandError> {
    let fits = incoming::require_size(&request, LARGEST);
    let begun = async {
        let Caller(actor) = caller?;
        fits?;
        // Whoever may not attach it learns that before the bytes travel, where the query says enough.
        let on = subject(asked.domain_class_name.clone(), asked.domain_ident.clone())?;
        if on.is_some() {
            hanging::authorize(&state.system, &actor, on).await?;
        }
        Ok::<_, ApiError>(actor)
    };
    match begun.await {
        Ok(actor) => take(&state, &actor, asked, request).await,
        Err(cause) => {
            incoming::drain(request.into_body()).await;
            Err(cause.into())
        }
    }
}

async fn take(
    state: &ApiState,
    actor: &Actor,
    asked: FileKeys,
    request: Request,
) -> Result<Json<AttachedFile>, CommandError> {
    let wanted = ["domainClassName", "domainIdent", "filename", "key"];
    let Incoming { name, staged, fields } = incoming::one_file(state, request, LARGEST, &wanted).await?;
    let field = |name: &str, sent: Text| {
        let sent = sent
            .get()
            .or_else(|| fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone()));
        sent.filter(|text| !text.trim().is_empty())
    };
    let ident =
        field("domainIdent", Text::default()).map(|text| parse_id("domainIdent", &text)).transpose()?;
    let class = Text::of(field("domainClassName", asked.domain_class_name));
    let on = subject(class, asked.domain_ident.or(Id::from(ident)))?;
    let name = field("filename", asked.filename).map_or(name, |name| incoming::base_name(&name));
    let key = field("key", asked.key);
    let sealed = staged.seal().await.map_err(DomainError::from)?;
    let (system, actor) = (Arc::clone(&state.system), actor.clone());
    let attached =
        incoming::to_the_end(
            async move { attached_file::attach(&system, &actor, on, (name, key), sealed).await },
        );
    Ok(Json(AttachedFile::of(&attached.await?.entity)))
}

/// GET `attachedfile/{id}/download`.
pub(super) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    place: Place,
    request: Request,
) -> Result<Response, ApiError> {
    sent::send(attached_file::download(&state.system, &actor, place.which()?).await?, request).await
}
