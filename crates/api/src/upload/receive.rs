//! POST `upload` and `ims/upload`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use cytomine_domain::intake::{self, Received};
use cytomine_domain::{Actor, DomainError, job};
use cytomine_model::{ErrorKind, ProjectId, StorageId};

use super::{UploadKeys, reply};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::ids::{parse_id, parse_ids};
use crate::dialect::loose::Text;
use crate::error::ApiError;
use crate::extract::{Asked, Untaken};
use crate::incoming::{self, Incoming};
use crate::state::ApiState;

/// Takes in one file. `sync=True` waits for the end of its conversion.
pub(super) async fn upload(
    State(state): State<ApiState>,
    caller: Result<Caller, ApiError>,
    BaseUrl(base): BaseUrl,
    keys: Result<Asked<UploadKeys>, Untaken>,
    request: Request,
) -> Response {
    let actor = match caller {
        Ok(Caller(actor)) => actor,
        Err(cause) => {
            incoming::drain(request.into_body()).await;
            return cause.into_response();
        }
    };
    let keys = match keys {
        Ok(Asked(keys)) => keys,
        Err(cause) => {
            incoming::drain(request.into_body()).await;
            return reply::refused(&cause.into());
        }
    };
    let answer = async {
        let wait = keys.sync.clone().is_on();
        let received = take_in(&state, &actor, keys, request).await?;
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
    keys: UploadKeys,
    request: Request,
) -> Result<Received, ApiError> {
    let size = incoming::announced(&request);
    // Whoever may not upload learns it before the bytes travel.
    let allowed = async {
        let asked = intake::Request { size, ..asked(keys)? };
        Ok::<_, ApiError>(intake::authorize(&state.system, actor, asked).await?)
    };
    let intake = match allowed.await {
        Ok(intake) => intake,
        Err(cause) => {
            incoming::drain(request.into_body()).await;
            return Err(cause);
        }
    };
    let Incoming { name, staged, .. } = incoming::one_file(state, request, u64::MAX, &[]).await?;
    let sealed = staged.seal().await.map_err(DomainError::from)?;
    let (system, actor) = (Arc::clone(&state.system), actor.clone());
    incoming::to_the_end(async move { intake::register(&system, &actor, &intake, &name, sealed).await }).await
}

/// What the query asks for. The literal `null` stands for "no project" (rest-api 5.1).
fn asked(keys: UploadKeys) -> Result<intake::Request, ApiError> {
    let filled = |text: Text| text.filled().filter(|text| !matches!(text.as_str(), "null" | "undefined"));
    let either = |one: (&'static str, Text), other: (&'static str, Text)| {
        [one, other].into_iter().find_map(|(name, text)| Some((name, filled(text)?)))
    };
    let storage = match either(("idStorage", keys.id_storage), ("storage", keys.storage)) {
        Some((name, text)) => Some(StorageId(parse_id(name, &text)?)),
        None => None,
    };
    let projects = match either(("idProject", keys.id_project), ("projects", keys.projects)) {
        Some((name, text)) => parse_ids(name, &text)?.into_iter().map(ProjectId).collect(),
        None => Vec::new(),
    };
    let (keys, values) =
        (keys.keys.elements().unwrap_or_default(), keys.values.elements().unwrap_or_default());
    if keys.len() != values.len() {
        let text = format!("{} keys and {} values: give one value for each key", keys.len(), values.len());
        return Err(ApiError::new(ErrorKind::Invalid, text));
    }
    Ok(intake::Request { storage, projects, properties: keys.into_iter().zip(values).collect(), size: None })
}

#[cfg(test)]
mod tests {
    use cytomine_model::{ProjectId, StorageId};

    use super::super::UploadKeys;
    use super::asked;
    use crate::extract::{Keys as _, Values};

    fn query(raw: &str) -> UploadKeys {
        UploadKeys::read(&Values::of(Some(raw)).unwrap()).unwrap()
    }

    #[test]
    fn both_spellings_and_null_are_read() {
        let request = asked(query("idStorage=5&storage=5&sync=True&idProject=7,8&projects=7,8")).unwrap();
        assert_eq!(request.storage, Some(StorageId(5)));
        assert_eq!(request.projects, [ProjectId(7), ProjectId(8)]);
        let request = asked(query("storage=5&idProject=null&keys=a,b&values=1,2&core=http://x")).unwrap();
        assert!(request.projects.is_empty());
        assert_eq!(request.properties, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        assert!(asked(query("keys=a,b&values=1")).is_err());
        assert!(asked(query("idStorage=x")).is_err());
    }
}
