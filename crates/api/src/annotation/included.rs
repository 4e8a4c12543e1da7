//! Annotations of an image that touch a shape.

use axum::extract::State;
use axum::response::Response;
use cytomine_domain::annotation::{self, Place, Search, TermFilter};
use cytomine_model::{ImageInstanceId, TermId, UserId};

use super::show::Show;
use super::{query, search};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::extract::Path;
use crate::request::Params;
use crate::state::ApiState;

/// GET `imageinstance/{id}/annotation/included`. User 0 means reviewed annotations, of which there are none.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(image): Path<ImageInstanceId>,
    Params(query): Params,
) -> Result<Response, ApiError> {
    let (region, excluded) = query::included(&state, &actor, &query).await?;
    let mut wanted = Search::all_of(Place::Images(vec![image]));
    wanted.region = Some(region);
    wanted.excluded = excluded;
    wanted.users = match query.id("user")? {
        Some(0) => Some(Vec::new()),
        user => user.map(|user| vec![UserId(user)]),
    };
    wanted.terms = TermFilter {
        terms: query.ids("terms")?.map(|terms| terms.into_iter().map(TermId).collect()),
        ..TermFilter::default()
    };
    let listing = annotation::search(&state.system, &actor, &wanted).await?;
    search::answer(state, listing, Show::from_query(&query)?, &Paging::from_query(&query)?, base).await
}
