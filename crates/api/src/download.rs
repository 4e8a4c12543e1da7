//! Files sent as they are, by ranges where the client asks for one, never read into memory.

use std::future::{Ready, ready};
use std::io::{self, SeekFrom};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready as ready_or_wait};
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cytomine_domain::DomainError;
use cytomine_domain::uploaded_file::Download;
use cytomine_model::ErrorKind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tower_http::services::ServeDir;
use tower_http::services::fs::{Backend, File, Metadata};

use crate::error::ApiError;

/// Answers with the bytes under their original name.
///
/// # Errors
/// When the file cannot be opened.
pub async fn send(download: Download, mut request: Request) -> Result<Response, ApiError> {
    let tag = format!("\"{}\"", download.sha256);
    let same =
        request.headers().get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes());
    if same {
        return Ok((axum::http::StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    // The name in the address is that of the noun; the bytes are one file, whatever it says.
    *request.uri_mut() = Uri::from_static("/bytes");
    let response =
        ServeDir::with_backend("", Stored(download.clone())).try_call(request).await.map_err(|cause| {
            tracing::error!(%cause, "a file cannot be sent");
            ApiError::new(
                ErrorKind::Unavailable,
                "The bytes of this file cannot be read at the moment; try again",
            )
        })?;
    let mut response = response.map(Body::new);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    for (name, value) in [(header::CONTENT_DISPOSITION, disposition(&download.name)), (header::ETAG, tag)] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// Stored bytes in the place of a folder with one file: `tower_http` answers by ranges and conditions.
#[derive(Clone)]
struct Stored(Download);

/// What is known of stored bytes.
struct Facts {
    len: u64,
    modified: SystemTime,
}

impl Metadata for Facts {
    fn is_dir(&self) -> bool {
        false
    }

    fn modified(&self) -> io::Result<SystemTime> {
        Ok(self.modified)
    }

    fn len(&self) -> u64 {
        self.len
    }
}

impl Stored {
    fn facts(&self) -> Facts {
        Facts { len: self.0.size(), modified: self.0.modified() }
    }
}

impl Backend for Stored {
    type File = Sending;
    type Metadata = Facts;
    type OpenFuture = Ready<io::Result<Sending>>;
    type MetadataFuture = Ready<io::Result<Facts>>;

    fn open(&self, _: PathBuf) -> Self::OpenFuture {
        ready(Ok(Sending { stored: self.clone(), at: 0, held: Bytes::new(), reading: None }))
    }

    fn metadata(&self, _: PathBuf) -> Self::MetadataFuture {
        ready(Ok(self.facts()))
    }
}

/// Bytes read at once: few enough for memory, enough to make a request or the hop to another thread cheap.
const CHUNK: u64 = 1 << 20;

/// A chunk on its way. The lock is never contended: it makes what is only sent between threads shareable, too, as the
/// trait [`File`] wants it.
type Reading = Mutex<Pin<Box<dyn Future<Output = Result<Bytes, DomainError>> + Send>>>;

/// Stored bytes read from a position on, a chunk at a time.
struct Sending {
    stored: Stored,
    at: u64,
    held: Bytes,
    reading: Option<Reading>,
}

impl AsyncRead for Sending {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.held.is_empty() {
            let (at, end) = (this.at, this.at.saturating_add(CHUNK).min(this.stored.0.size()));
            if at >= end {
                return Poll::Ready(Ok(()));
            }
            let stored = &this.stored.0;
            let reading = this.reading.get_or_insert_with(|| {
                let stored = stored.clone();
                Mutex::new(Box::pin(async move { stored.read(at..end).await }))
            });
            let reading = reading.get_mut().unwrap_or_else(PoisonError::into_inner);
            let read = ready_or_wait!(reading.as_mut().poll(context));
            this.reading = None;
            this.held = read.map_err(io::Error::other)?;
            this.at = end;
        }
        let part = this.held.split_to(this.held.len().min(buffer.remaining()));
        buffer.put_slice(&part);
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for Sending {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        let here = self.at - self.held.len() as u64;
        let at = match position {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(delta) => self.stored.0.size().checked_add_signed(delta),
            SeekFrom::Current(delta) => here.checked_add_signed(delta),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        (self.held, self.reading) = (Bytes::new(), None);
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.at - self.held.len() as u64))
    }
}

impl File for Sending {
    type Metadata = Facts;
    type MetadataFuture<'a> = Ready<io::Result<Facts>>;

    fn metadata(&self) -> Self::MetadataFuture<'_> {
        ready(Ok(self.stored.facts()))
    }
}

/// The name twice (RFC 6266): in plain letters for old clients, and whole.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_graphic() && !matches!(letter, '"' | '\\') || letter == ' ' {
                letter
            } else {
                '_'
            }
        })
        .collect();
    format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        utf8_percent_encode(name, NON_ALPHANUMERIC)
    )
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_are_told_twice() {
        assert_eq!(
            disposition("é \"1\".svs"),
            "attachment; filename=\"_ _1_.svs\"; filename*=UTF-8''%C3%A9%20%221%22%2Esvs"
        );
    }
}
