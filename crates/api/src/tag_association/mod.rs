//! Tags on entities (rest-api 4.24), in both spellings.

pub mod wire;

use axum::Json;
use axum::extract::State;
use cytomine_domain::condition::{Condition, Test};
use cytomine_domain::hanging as domain;
use cytomine_model::Action;

use self::wire::TagDomainAssociation;
use crate::auth::Caller;
use crate::conditions::{Fields, conditions};
use crate::dialect::class::kind_of;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::extract::Filters;
use crate::hanging::{self, Wire as _};
use crate::routes::{Routes, delete, get, post};
use crate::state::ApiState;

/// Routes of tags on entities.
pub fn routes() -> Routes {
    let (all, one) = ("/api/tag_domain_association", "/api/tag_domain_association/{id}");
    // Of a project; of other things what their nouns say.
    let (see, describe) = (Action::SeeProject, Action::DescribeProject);
    let on = "/api/domain/{class}/{id}/tag_domain_association";
    Routes::of("Tags")
        .with(get(all, list, "List the tags on all that the caller may see").clean().signed_in())
        .with(
            post(all, hanging::create::<TagDomainAssociation>, "Mark an entity with a tag, or several")
                .needs(describe),
        )
        .with(get(one, hanging::show::<TagDomainAssociation>, "Read a tag of an entity").needs(see))
        .with(
            delete(one, hanging::delete::<TagDomainAssociation>, "Take a tag off an entity").needs(describe),
        )
        .with(get(on, hanging::list::<TagDomainAssociation>, "List the tags of an entity").needs(see))
        .with(
            post(on, hanging::create::<TagDomainAssociation>, "Mark this entity with a tag, or several")
                .needs(describe),
        )
}

/// The fields that tags on entities can be filtered by.
#[derive(Debug)]
struct AssociationKeys;

impl Fields for AssociationKeys {
    const FIELDS: &'static [&'static str] = &["tag", "tagId", "domainIdent", "domainId", "domainClassName"];
}

/// GET `tag_domain_association`.
async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
    filters: Filters<AssociationKeys>,
) -> Result<Json<Collection<TagDomainAssociation>>, ApiError> {
    let conditions: Vec<Condition> = conditions(&filters.list).into_iter().map(of_kind).collect();
    let found = domain::seen(&state.system, &actor, &conditions).await?;
    Ok(Json(Collection::sliced(found.iter().map(TagDomainAssociation::of).collect(), &paging)))
}

/// A condition on a class as one on a kind.
fn of_kind(condition: Condition) -> Condition {
    if condition.field != "domain_class_name" {
        return condition;
    }
    let kind = |class: String| kind_of(&class).map_or(class, |kind| kind.as_str().to_owned());
    let test = match condition.test {
        Test::Equals(class) => Test::Equals(kind(class)),
        Test::Differs(class) => Test::Differs(kind(class)),
        Test::AnyOf(classes) => Test::AnyOf(classes.into_iter().map(|class| class.map(kind)).collect()),
        other => other,
    };
    Condition { test, ..condition }
}
