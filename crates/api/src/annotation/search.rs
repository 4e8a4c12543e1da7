//! Searching annotations; the answer is written in chunks as rows are read.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use bytes::Bytes;
use cytomine_domain::annotation::{self, Listing};
use http_body_util::channel::Channel;

use super::keys::SearchKeys;
use super::query;
use super::row::{Row, Rows};
use super::show::Show;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::extract::{Asked, Merged};
use crate::state::ApiState;

/// Rows read and written at a time: some hundred kilobytes.
const CHUNK: usize = 1_000;

/// GET `annotation` and `annotation/search`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Asked(keys): Asked<SearchKeys>,
) -> Result<Rows, ApiError> {
    run(state, &actor, base, keys).await
}

/// POST `annotation/search`: the same keys in the body.
pub(super) async fn post(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Merged(keys): Merged<SearchKeys>,
) -> Result<Rows, ApiError> {
    run(state, &actor, base, keys).await
}

async fn run(
    state: ApiState,
    actor: &cytomine_domain::Actor,
    base: String,
    (searched, shown, paging): SearchKeys,
) -> Result<Rows, ApiError> {
    let search = query::search(&state, actor, searched).await?;
    let listing = annotation::search(&state.system, actor, &search).await?;
    answer(state, listing, Show::of(shown), &paging, base).await
}

/// The page of a listing as JSON. A short one is answered at once, a long one as it is read: if reading fails midway
/// the connection breaks, which no client takes for the end of the list.
pub(super) async fn answer(
    state: ApiState,
    listing: Listing,
    show: Show,
    paging: &Paging,
    base: String,
) -> Result<Rows, ApiError> {
    let total = listing.len() as u64;
    let place = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let page = listing.page(place(paging.offset), place(paging.max));
    let tail = tail(page.len(), paging, total);
    let mut writer = Writer { state, page, show, base, next: 0, begun: false };
    let mut text = br#"{"collection":["#.to_vec();
    writer.chunk(&mut text).await?;
    let body = if writer.is_done() {
        text.extend_from_slice(tail.as_bytes());
        Body::from(text)
    } else {
        let (mut sender, channel) = Channel::<Bytes, std::io::Error>::new(2);
        tokio::spawn(async move {
            loop {
                if sender.send_data(Bytes::from(std::mem::take(&mut text))).await.is_err() {
                    return; // the client has gone
                }
                if writer.is_done() {
                    break;
                }
                if let Err(error) = writer.chunk(&mut text).await {
                    tracing::error!(error = error.message(), "a list of annotations broke off");
                    sender.abort(std::io::Error::other(error.message().to_owned()));
                    return;
                }
            }
            if sender.send_data(Bytes::from(tail)).await.is_err() {
                tracing::debug!("a client left before the end of a list of annotations");
            }
        });
        Body::new(channel)
    };
    Ok(Rows(([(CONTENT_TYPE, "application/json")], body).into_response()))
}

/// What follows the rows: the keys of every list but `collection`.
fn tail(on_page: usize, paging: &Paging, total: u64) -> String {
    let Collection { offset, per_page, size, total_pages, .. } =
        Collection::new(vec![(); on_page], paging, total);
    format!(r#"],"offset":{offset},"perPage":{per_page},"size":{size},"totalPages":{total_pages}}}"#)
}

struct Writer {
    state: ApiState,
    page: Listing,
    show: Show,
    base: String,
    next: usize,
    begun: bool,
}

impl Writer {
    fn is_done(&self) -> bool {
        self.next >= self.page.len()
    }

    async fn chunk(&mut self, text: &mut Vec<u8>) -> Result<(), ApiError> {
        let wanted = self.show.wanted();
        let rows = annotation::rows(&self.state.system, &self.page, self.next, CHUNK, wanted).await?;
        for listed in &rows {
            if std::mem::replace(&mut self.begun, true) {
                text.push(b',');
            }
            serde_json::to_writer(&mut *text, &Row::new(listed, self.show, &self.base)).map_err(|cause| {
                ApiError::new(
                    cytomine_model::ErrorKind::Internal,
                    format!("A row cannot be written: {cause}"),
                )
            })?;
        }
        self.next += CHUNK;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_tail_completes_a_collection() {
        let paging = Paging { offset: 10, max: 5, ..Paging::all() };
        let text = format!(r#"{{"collection":[1,2,3{}"#, tail(3, &paging, 13));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            value,
            json!({ "collection": [1, 2, 3], "offset": 10, "perPage": 3, "size": 13, "totalPages": 3 })
        );
    }
}
