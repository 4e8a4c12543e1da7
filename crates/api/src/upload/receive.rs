//! POST `upload` and `ims/upload`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use cytomine_domain::intake::{self, Intake, Received};
use cytomine_domain::{Actor, DomainError, job};
use cytomine_model::{ErrorKind, ProjectId, StorageId};
use http_body_util::BodyExt as _;

use super::reply;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::ids::parse_ids;
use crate::dialect::query::Query;
use crate::error::ApiError;
use crate::request::Params;
use crate::state::ApiState;

/// Bytes of a refused body that are read and thrown away, so that the client gets to reading the answer.
const DRAINED: usize = 256 << 20;

/// How long that may take.
const DRAINED_FOR: Duration = Duration::from_secs(20);

/// Takes in one file. `sync=True` waits for the end of its conversion.
pub(super) async fn upload(
    State(state): State<ApiState>,
    caller: Result<Caller, ApiError>,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
    request: Request,
) -> Response {
    let actor = match caller {
        Ok(Caller(actor)) => actor,
        Err(cause) => {
            drain(request.into_body()).await;
            return cause.into_response();
        }
    };
    let answer = async {
        let wait = query.flag("sync")?;
        let received = take_in(&state, &actor, &query, request).await?;
        if let Some(id) = received.job.filter(|_| wait) {
            job::wait(&state.system, id).await?;
        }
        Ok::<_, ApiError>((intake::outcome(&state.system, &actor, received.file.id).await?, wait))
    };
    match answer.await {
        Ok((outcome, true)) if outcome.file.status % 2 == 1 => {
            let text =
                outcome.file.error.as_deref().unwrap_or("The import of the file failed; upload it again");
            reply::refused(&ApiError::new(ErrorKind::Invalid, text))
        }
        Ok((outcome, wait)) => reply::taken(&outcome, wait, &base),
        Err(cause) => reply::refused(&cause),
    }
}

async fn take_in(
    state: &ApiState,
    actor: &Actor,
    query: &Query,
    request: Request,
) -> Result<Received, ApiError> {
    let size =
        request.headers().get(header::CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok());
    // Whoever may not upload learns it before the bytes travel.
    let allowed = async {
        let asked = intake::Request { size, ..asked(query)? };
        Ok::<_, ApiError>(intake::authorize(&state.system, actor, asked).await?)
    };
    let intake = match allowed.await {
        Ok(intake) => intake,
        Err(cause) => {
            drain(request.into_body()).await;
            return Err(cause);
        }
    };
    let multipart = Multipart::from_request(request, state).await.map_err(|cause| {
        let text = format!("The upload is not readable ({cause}): send multipart/form-data with one file");
        ApiError::new(ErrorKind::Invalid, text)
    })?;
    one_file(state, actor, intake, multipart).await
}

/// What the query asks for. The literal `null` stands for "no project" (rest-api 5.1).
fn asked(query: &Query) -> Result<intake::Request, ApiError> {
    let filled = |names: [&'static str; 2]| {
        names.into_iter().find_map(|name| {
            Some((name, query.filled(name).filter(|text| !matches!(*text, "null" | "undefined"))?))
        })
    };
    let storage = match filled(["idStorage", "storage"]) {
        Some((name, _)) => query.id(name)?.map(StorageId),
        None => None,
    };
    let projects = match filled(["idProject", "projects"]) {
        Some((name, text)) => parse_ids(name, text)?.into_iter().map(ProjectId).collect(),
        None => Vec::new(),
    };
    let list = |name| -> Vec<String> {
        query
            .filled(name)
            .map(|text| text.split(',').map(|part| part.trim().to_owned()).collect())
            .unwrap_or_default()
    };
    let (keys, values) = (list("keys"), list("values"));
    if keys.len() != values.len() {
        let text = format!("{} keys and {} values: give one value for each key", keys.len(), values.len());
        return Err(ApiError::new(ErrorKind::Invalid, text));
    }
    Ok(intake::Request { storage, projects, properties: keys.into_iter().zip(values).collect(), size: None })
}

async fn one_file(
    state: &ApiState,
    actor: &Actor,
    intake: Intake,
    mut multipart: Multipart,
) -> Result<Received, ApiError> {
    let mut taken = None;
    while let Some(field) = multipart.next_field().await.map_err(|cause| broken(&cause))? {
        // Plain form fields beside the file are nothing to us.
        let Some(name) = field.file_name().map(base_name) else { continue };
        if taken.is_some() {
            let text = "The upload holds more than one file: send each in a request of its own";
            return Err(ApiError::new(ErrorKind::Invalid, text));
        }
        taken = Some((name, staged(state, field).await?));
    }
    let Some((name, staged)) = taken else {
        let text = "The upload holds no file: send one part with a file name in multipart/form-data";
        return Err(ApiError::new(ErrorKind::Invalid, text));
    };
    let sealed = staged.seal().await.map_err(DomainError::from)?;
    let (system, actor) = (Arc::clone(&state.system), actor.clone());
    // On a task of its own, so that a client that goes away now cannot stop it between file and row.
    let registered =
        tokio::spawn(async move { intake::register(&system, &actor, &intake, &name, sealed).await }).await;
    match registered {
        Ok(received) => Ok(received?),
        Err(cause) => {
            tracing::error!(%cause, "an upload broke off");
            Err(ApiError::new(
                ErrorKind::Internal,
                "The server failed to take the file in; its log tells why",
            ))
        }
    }
}

async fn staged(state: &ApiState, mut field: Field<'_>) -> Result<intake::Staged, ApiError> {
    let mut staged = intake::stage(&state.system).await?;
    while let Some(chunk) = field.chunk().await.map_err(|cause| broken(&cause))? {
        staged.write(&chunk).await.map_err(DomainError::from)?;
    }
    Ok(staged)
}

fn broken(cause: &MultipartError) -> ApiError {
    ApiError::new(
        ErrorKind::Invalid,
        format!("The upload did not arrive completely ({cause}): send it again"),
    )
}

/// Some clients send the whole path on their machine.
fn base_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file").to_owned()
}

/// Reads on for a while: a client that still sends would otherwise meet a closed connection instead of the answer.
async fn drain(mut body: Body) {
    let read = async {
        let mut left = DRAINED;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, bytes::Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DRAINED_FOR, read).await;
}

#[cfg(test)]
mod tests {
    use cytomine_model::{ProjectId, StorageId};

    use super::{asked, base_name};
    use crate::dialect::query::Query;

    fn query(raw: &str) -> Query {
        Query::parse(Some(raw)).unwrap()
    }

    #[test]
    fn both_spellings_and_null_are_read() {
        let request = asked(&query("idStorage=5&storage=5&sync=True&idProject=7,8&projects=7,8")).unwrap();
        assert_eq!(request.storage, Some(StorageId(5)));
        assert_eq!(request.projects, [ProjectId(7), ProjectId(8)]);
        let request = asked(&query("storage=5&idProject=null&keys=a,b&values=1,2&core=http://x")).unwrap();
        assert!(request.projects.is_empty());
        assert_eq!(request.properties, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        assert!(asked(&query("keys=a,b&values=1")).is_err());
        assert!(asked(&query("idStorage=x")).is_err());
    }

    #[test]
    fn names_are_cut_to_their_last_part() {
        assert_eq!(base_name(r"C:\scans\a.svs"), "a.svs");
        assert_eq!(base_name("/tmp/a b.svs"), "a b.svs");
        assert_eq!(base_name("x/"), "file");
    }
}
