//! Files that come in by `multipart/form-data`: one in a request, streamed to the disk.

use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use cytomine_domain::{DomainError, intake};
use cytomine_model::ErrorKind;

use crate::body;
use crate::dialect::loose;
use crate::error::ApiError;
use crate::state::ApiState;

/// Bytes of a refused body that are read and thrown away, so that the client gets to reading the answer.
const DRAINED: usize = 256 << 20;

/// How long that may take.
const DRAINED_FOR: Duration = Duration::from_secs(20);

/// Largest field beside the file, in bytes.
const FIELD: usize = 64 << 10;

/// A file that came in.
#[derive(Debug)]
pub struct Incoming {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes.
    pub staged: intake::Staged,
    /// Fields of the form beside it that were wanted.
    pub fields: Vec<(String, String)>,
}

/// How many bytes the client announced, if it did.
pub fn announced(request: &Request) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok())
}

/// Refuses a body that says itself to be larger.
///
/// # Errors
/// 413 then.
pub fn require_size(request: &Request, largest: u64) -> Result<(), ApiError> {
    match announced(request) {
        // The form itself has some bytes around the file.
        Some(size) if size > largest.saturating_add(1 << 20) => Err(too_large(largest)),
        _ => Ok(()),
    }
}

fn too_large(largest: u64) -> ApiError {
    let text =
        format!("The file is larger than {largest} bytes: compress it, split it, or keep it elsewhere");
    ApiError::with_status(StatusCode::PAYLOAD_TOO_LARGE, text)
}

/// Reads the one file of a form, and the fields of these names.
///
/// # Errors
/// When the body is no form, holds no file or several, is larger than allowed, or breaks off.
pub async fn one_file(
    state: &ApiState,
    request: Request,
    largest: u64,
    wanted: &[&str],
) -> Result<Incoming, ApiError> {
    let mut multipart = Multipart::from_request(request, state).await.map_err(|cause| {
        let text = format!("The upload is not readable ({cause}): send multipart/form-data with one file");
        ApiError::new(ErrorKind::Invalid, text)
    })?;
    let (mut taken, mut fields) = (None, Vec::new());
    while let Some(field) = multipart.next_field().await.map_err(|cause| broken(&cause))? {
        let Some(name) = field.file_name().map(base_name) else {
            let named = field.name().and_then(|name| wanted.iter().find(|wanted| **wanted == name));
            if let Some(name) = named {
                fields.push(((*name).to_owned(), text_of(name, field).await?));
            }
            continue;
        };
        if taken.is_some() {
            let text = "The upload holds more than one file: send each in a request of its own";
            return Err(ApiError::new(ErrorKind::Invalid, text));
        }
        taken = Some((name, staged(state, field, largest).await?));
    }
    let Some((name, staged)) = taken else {
        let text = "The upload holds no file: send one part with a file name in multipart/form-data";
        return Err(ApiError::new(ErrorKind::Invalid, text));
    };
    Ok(Incoming { name, staged, fields })
}

async fn text_of(name: &str, mut field: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|cause| broken(&cause))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD {
            let text = "The body is larger than this address takes: send less at a time";
            return Err(ApiError::with_status(StatusCode::PAYLOAD_TOO_LARGE, text));
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match loose::unstorable(&text, None) {
        Some(cause) => Err(cause.named(name).into()),
        None => Ok(text),
    }
}

async fn staged(state: &ApiState, mut field: Field<'_>, largest: u64) -> Result<intake::Staged, ApiError> {
    let (mut staged, mut size) = (intake::stage(&state.system).await?, 0_u64);
    while let Some(chunk) = field.chunk().await.map_err(|cause| broken(&cause))? {
        size += chunk.len() as u64;
        if size > largest {
            return Err(too_large(largest));
        }
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
pub fn base_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file").to_owned()
}

/// Runs it on a task of its own, so that a client that goes away now cannot stop it between file and row.
///
/// # Errors
/// As the work, and when it panics.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, DomainError>> + Send + 'static,
) -> Result<T, ApiError> {
    match tokio::spawn(work).await {
        Ok(done) => Ok(done?),
        Err(cause) => {
            tracing::error!(%cause, "an upload broke off");
            Err(ApiError::new(
                ErrorKind::Internal,
                "The server failed to take the file in; its log tells why",
            ))
        }
    }
}

/// Reads on for a while: a client that still sends would otherwise meet a closed connection instead of the answer.
pub async fn drain(mut body: Body) {
    body::drain(&mut body, DRAINED, DRAINED_FOR).await;
}

#[cfg(test)]
mod tests {
    use super::base_name;

    #[test]
    fn names_are_cut_to_their_last_part() {
        assert_eq!(base_name(r"C:\scans\a.svs"), "a.svs");
        assert_eq!(base_name("/tmp/a b.svs"), "a b.svs");
        assert_eq!(base_name("x/"), "file");
    }
}
