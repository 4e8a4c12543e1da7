//! Annotations of an image that touch a shape.

use axum::extract::State;
use cytomine_domain::annotation::{self, Place, Search, TermFilter};
use cytomine_model::{AnnotationId, ImageInstanceId, TermId, UserId};

use super::keys::TouchingKeys;
use super::row::Rows;
use super::show::Show;
use super::{query, search};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::error::ApiError;
use crate::extract::{Asked, Path};
use crate::state::ApiState;

/// GET `imageinstance/{id}/annotation/included`. User 0 means reviewed annotations, of which there are none.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(image): Path<ImageInstanceId>,
    Asked((touching, shown, paging)): Asked<TouchingKeys>,
) -> Result<Rows, ApiError> {
    let other = touching.annotation.of(AnnotationId);
    let (region, excluded) = query::included(&state, &actor, touching.geometry.filled(), other).await?;
    let mut wanted = Search::all_of(Place::Images(vec![image]));
    wanted.region = Some(region);
    wanted.excluded = excluded;
    wanted.users = match touching.user.get() {
        Some(0) => Some(Vec::new()),
        user => user.map(|user| vec![UserId(user)]),
    };
    wanted.terms = TermFilter { terms: touching.terms.of(TermId), ..TermFilter::default() };
    let listing = annotation::search(&state.system, &actor, &wanted).await?;
    search::answer(state, listing, Show::of(shown), &paging, base).await
}
