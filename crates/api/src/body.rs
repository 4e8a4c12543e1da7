//! Bodies that are taken into memory: a limit for each address (`routes::Operation::takes`), and a bound over all.
//!
//! A body and what is read from it live until the request is answered, so that long they count. What one request may
//! take is known; how many come at once is not, and without a bound a few bulks would take the memory of everybody
//! else. Uploads stream to the disk and are not counted.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::RequestExt;
use axum::body::{Body as AxumBody, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use cytomine_model::ErrorKind;
use http::StatusCode;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, LengthLimitError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::content_md5;
use crate::error::ApiError;

/// Largest body in bytes that an extractor reads as a whole, where the list of routes says no other number
/// (`routes::Operation::takes`): sign-in takes a few KiB, what makes many annotations at once 64 MiB.
pub const JSON_LIMIT: usize = 1 << 20;

/// Bytes of large bodies that all requests together may hold: two of the largest bulks at once. What is read from a bulk
/// of annotations takes about three times its text beside it.
pub const LARGE_BODIES: usize = 128 << 20;

/// Bytes of all others, of at most [`JSON_LIMIT`] each: a drawing never waits for a bulk.
pub const SMALL_BODIES: usize = 64 << 20;

/// How long a body waits for others to end before it is refused; as long its rest may then take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the rest of a body that nobody reads may take to arrive.
const REST: Duration = Duration::from_secs(5);

/// Bytes that one permit stands for.
const UNIT: usize = 1 << 10;

/// The memory for bodies.
#[derive(Clone, Debug)]
pub struct Memory {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::of(SMALL_BODIES, LARGE_BODIES)
    }
}

impl Memory {
    fn of(small: usize, large: usize) -> Self {
        Self { small: Arc::new(Semaphore::new(small / UNIT)), large: Arc::new(Semaphore::new(large / UNIT)) }
    }
}

/// What one request has taken of it; given back when the last clone is dropped.
#[derive(Clone, Debug)]
struct Share {
    memory: Memory,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Share {
    /// Takes room for a body of so many bytes, in the place of what is held.
    async fn take(&self, bytes: usize) -> Result<(), ApiError> {
        let busy = || {
            let words =
                "The server has as many large requests as it can hold: send this one again in a minute";
            ApiError::new(ErrorKind::Unavailable, words)
        };
        let pool = if bytes > JSON_LIMIT { &self.memory.large } else { &self.memory.small };
        let units = u32::try_from(bytes.div_ceil(UNIT)).map_err(|_| busy())?;
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(pool).acquire_many_owned(units)).await;
        let permit = permit.map_err(|_| busy())?.map_err(|_| busy())?;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit);
        Ok(())
    }
}

/// A body of which the rest is read and forgotten when its reader has enough: HTTP closes a connection on which a body was
/// left unread, and who is still sending, or sends the next request, meets a broken pipe.
struct Finished(Option<AxumBody>);

impl HttpBody for Finished {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = self.0.as_mut() else { return Poll::Ready(None) };
        let frame = std::task::ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

impl Drop for Finished {
    fn drop(&mut self) {
        let Some(mut body) = self.0.take().filter(|body| !body.is_end_stream()) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move { drain(&mut body, JSON_LIMIT, REST).await });
    }
}

/// Reads what is left of a body and throws it away, until `most` bytes or that time are over: who is still sending would
/// else see a broken connection instead of the answer.
pub async fn drain(body: &mut AxumBody, most: usize, within: Duration) {
    let rest = async {
        let mut read = 0;
        while read <= most {
            let Some(Ok(frame)) = body.frame().await else { break };
            read = read.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        }
    };
    let _ = tokio::time::timeout(within, rest).await;
}

/// Lets the body of a request count until it is answered, compares it with its `Content-MD5`, and reads the rest of one
/// that nobody reads to its end. For every route; no layer of its own, since each costs a tile as much as looking up who
/// asks for it.
pub async fn counted(memory: Memory, request: Request, next: Next) -> Response {
    // A tile costs less than the bookkeeping of a body that it has not.
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let mut request = match content_md5::compared(request) {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    let share = Share { memory, held: Arc::default() };
    request.extensions_mut().insert(share.clone());
    // Who waits for a word before sending sends nothing after a refusal.
    if !request.headers().contains_key(http::header::EXPECT) {
        request = request.map(|body| AxumBody::new(Finished(Some(body))));
    }
    let response = next.run(request).await;
    drop(share);
    response
}

/// The whole body, within the limit of its route.
///
/// # Errors
/// 413 beyond the limit; 400 when it broke off; 503 when other bodies take all the memory there is for them.
pub async fn bytes(request: Request) -> Result<Bytes, ApiError> {
    let share = request.extensions().get::<Share>().cloned();
    let mut body = request.with_limited_body().into_body();
    let mut whole = BytesMut::new();
    // Room is taken as one: several bodies that grew beside each other would all get stuck half way.
    let told = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let mut room = told.unwrap_or(JSON_LIMIT);
    take(share.as_ref(), room, &mut body).await?;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|cause| broken_off(&cause))?.into_data() else { continue };
        whole.extend_from_slice(&data);
        if whole.len() > room {
            let most = body.size_hint().upper().and_then(|length| usize::try_from(length).ok());
            room = whole.len().saturating_add(most.unwrap_or(usize::MAX));
            take(share.as_ref(), room, &mut body).await?;
        }
    }
    Ok(whole.freeze())
}

async fn take(share: Option<&Share>, room: usize, body: &mut AxumBody) -> Result<(), ApiError> {
    let Some(share) = share else { return Ok(()) };
    let taken = share.take(room).await;
    if taken.is_err() {
        drain(body, usize::MAX, PATIENCE).await;
    }
    taken
}

fn broken_off(cause: &axum::Error) -> ApiError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(cause);
    while let Some(error) = source {
        if error.is::<LengthLimitError>() {
            return ApiError::with_status(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is larger than this address takes: send less at a time",
            );
        }
        source = error.source();
    }
    ApiError::new(ErrorKind::Invalid, format!("The body cannot be read: {cause}"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn request(memory: &Memory, body: Body) -> (Share, Request) {
        let share = Share { memory: memory.clone(), held: Arc::default() };
        let mut request = Request::new(body);
        request.extensions_mut().insert(share.clone());
        (share, request)
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_body_waits_for_others_and_is_refused_in_the_end() {
        let memory = Memory::of(UNIT * 1024, 3 * UNIT * 1024);
        let length = 1_800 * UNIT;
        let large = || Body::from(vec![b' '; length]);
        let (share, first) = request(&memory, large());
        assert_eq!(bytes(first).await.map(|whole| whole.len()).ok(), Some(length));

        let (_, second) = request(&memory, large());
        let refused = bytes(second).await.expect_err("there is no room");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "{}", refused.message());

        let (_again, again) = request(&memory, large());
        let waiting = tokio::spawn(bytes(again));
        tokio::time::sleep(Duration::from_secs(5)).await;
        let (_small, small) = request(&memory, Body::from(vec![b' '; 30 * UNIT]));
        assert!(bytes(small).await.is_ok(), "a small one does not wait behind it");
        drop(share);
        assert!(waiting.await.is_ok_and(|taken| taken.is_ok()), "it goes on when the first has ended");
    }

    #[tokio::test]
    async fn a_body_of_no_told_length_takes_what_its_address_allows() {
        let memory = Memory::of(UNIT * 1024, 3 * UNIT * 1024);
        let (mut pieces, body) = http_body_util::channel::Channel::<Bytes>::new(1);
        tokio::spawn(async move {
            for _ in 0..1_800 {
                pieces.send_data(Bytes::from(vec![b' '; UNIT])).await.expect("somebody reads");
            }
        });
        let (share, request) = request(&memory, Body::new(body));
        assert_eq!(bytes(request).await.map(|whole| whole.len()).ok(), Some(1_800 * UNIT));
        assert_eq!(memory.small.available_permits(), 1024, "it is no small one any more");
        assert!(memory.large.available_permits() <= 3 * 1024 - 1_800);
        drop(share);
        assert_eq!(memory.large.available_permits(), 3 * 1024);
    }
}
