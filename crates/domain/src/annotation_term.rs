//! Term links of annotations. A link bears the user who set it; whoever may edit the annotation may set and remove
//! links, those of others too (rest-api 3.5).

use cytomine_model::{
    Action, Annotation, AnnotationId, AnnotationTerm, AnnotationTermId, EntityKind, TermId, UserId,
};
use cytomine_store::{self as store, Read};

use crate::access::{self, ProjectAccess};
use crate::annotation::with_access;
use crate::noun::{Deed, Noun, Reach};
use crate::{Actor, DomainError, Outcome, System, Unit};

/// The links of an annotation that the actor may see, in the order they were set.
///
/// # Errors
/// When there is no such annotation, or the actor may not see it.
pub async fn list(
    system: &System,
    actor: &Actor,
    annotation: AnnotationId,
) -> Result<Vec<AnnotationTerm>, DomainError> {
    with_access(&system.db, actor, annotation).await?;
    Ok(store::annotation_term::of_annotations(&system.db, &[annotation]).await?)
}

/// The link of an annotation with a term: a user's, or whoever's was first.
///
/// # Errors
/// When there is none, or the actor may not see the annotation.
pub async fn get(
    system: &System,
    actor: &Actor,
    annotation: AnnotationId,
    term: TermId,
    user: Option<UserId>,
) -> Result<AnnotationTerm, DomainError> {
    with_access(&system.db, actor, annotation).await?;
    let link = store::annotation_term::between(&system.db, annotation, term, user).await?;
    link.ok_or_else(|| absent(annotation, term))
}

fn absent(annotation: AnnotationId, term: TermId) -> DomainError {
    DomainError::new(
        cytomine_model::ErrorKind::NotFound,
        format!("AnnotationTerm not found with filters : {{annotation={annotation}, term={term}}}"),
    )
}

/// Links an annotation with a term, in the actor's name or another's.
///
/// # Errors
/// When the actor may not edit the annotation, the term is not of the project's vocabulary, or that user has set it
/// already.
pub async fn add(
    system: &System,
    actor: &Actor,
    annotation: AnnotationId,
    term: TermId,
    user: Option<UserId>,
) -> Result<Outcome<AnnotationTerm>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Annotation, annotation.0).await?;
    let access = editable(&mut unit, actor, annotation).await?;
    let user = user.unwrap_or(actor.id());
    if user != actor.id() {
        access.require(Action::CreateAnnotationForOther, Some(user))?;
        crate::annotation::require_author(&mut unit.tx, access.project.id, user).await?;
    }
    let link = insert(&mut unit, &access, annotation, term, user).await?;
    commit(system, unit, &access, link, "added").await
}

/// Removes the link that a user (the actor by default) has set.
///
/// # Errors
/// When there is none, or the actor may not edit the annotation.
pub async fn remove(
    system: &System,
    actor: &Actor,
    annotation: AnnotationId,
    term: TermId,
    user: Option<UserId>,
) -> Result<Outcome<AnnotationTerm>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Annotation, annotation.0).await?;
    let access = editable(&mut unit, actor, annotation).await?;
    let user = Some(user.unwrap_or(actor.id()));
    let link = store::annotation_term::between(&mut unit.tx, annotation, term, user).await?;
    let link = link.ok_or_else(|| absent(annotation, term))?;
    unit.deleted(EntityKind::AnnotationTerm, &[link.id.0]).await?;
    commit(system, unit, &access, link, "deleted").await
}

/// Makes a term the only one of the annotation: removes the actor's other links (`for_all`: everybody's), then links
/// unless the actor has done so before.
///
/// # Errors
/// As [`add`].
pub async fn replace(
    system: &System,
    actor: &Actor,
    annotation: AnnotationId,
    term: TermId,
    for_all: bool,
) -> Result<Outcome<AnnotationTerm>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Annotation, annotation.0).await?;
    let access = editable(&mut unit, actor, annotation).await?;
    let links = store::annotation_term::of_annotations(&mut unit.tx, &[annotation]).await?;
    let own = |link: &&AnnotationTerm| link.user == actor.id();
    let mut kept = None;
    let mut gone = Vec::new();
    for link in links.iter().filter(|link| for_all || own(link)) {
        if link.term == term && own(&link) {
            kept = Some(link.clone());
        } else {
            gone.push(link.id.0);
        }
    }
    if !gone.is_empty() {
        unit.deleted(EntityKind::AnnotationTerm, &gone).await?;
    }
    let link = match kept {
        Some(link) if !gone.is_empty() => link,
        _ => insert(&mut unit, &access, annotation, term, actor.id()).await?,
    };
    commit(system, unit, &access, link, "added").await
}

async fn editable(
    unit: &mut Unit,
    actor: &Actor,
    annotation: AnnotationId,
) -> Result<ProjectAccess, DomainError> {
    let (annotation, access) = with_access(&mut unit.tx, actor, annotation).await?;
    access.require(Action::EditAnnotation, Some(annotation.user))?;
    Ok(access)
}

async fn insert(
    unit: &mut Unit,
    access: &ProjectAccess,
    annotation: AnnotationId,
    term: TermId,
    user: UserId,
) -> Result<AnnotationTerm, DomainError> {
    let known = match access.project.ontology {
        Some(ontology) => store::annotation_term::terms_in(&mut unit.tx, ontology, &[term]).await?,
        None => Vec::new(),
    };
    crate::annotation::check_terms(access, Some(&known.into_iter().collect()), &[term])?;
    let link = AnnotationTerm {
        id: AnnotationTermId(unit.id().await?),
        annotation,
        term,
        user,
        created: unit.now,
        updated: None,
    };
    let taken = format!("The term {term} is set on the annotation {annotation} by this user already");
    store::table::insert_many(&mut unit.tx, std::slice::from_ref(&link))
        .await
        .map_err(DomainError::duplicate(taken))?;
    unit.added(EntityKind::AnnotationTerm, &[link.id.0]);
    Ok(link)
}

async fn commit(
    system: &System,
    mut unit: Unit,
    access: &ProjectAccess,
    link: AnnotationTerm,
    verb: &str,
) -> Result<Outcome<AnnotationTerm>, DomainError> {
    unit.in_project(access.project.id);
    let message = format!("Term {} {verb} on annotation {}", link.term, link.annotation);
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: link, done })
}

impl Noun for AnnotationTerm {
    const BEARS_RIGHTS: bool = false;

    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        Ok(access::reach::<Annotation>(ex, actor, self.annotation, deed).await?.1)
    }
}
