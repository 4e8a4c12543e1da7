//! Links between annotations and terms; each bears the user who set it.

use cytomine_model::{AnnotationId, AnnotationTerm, EntityKind, OntologyId, TermId, UserId};

use crate::table::Hang;
use crate::{Read, StoreError, sql, table};

table! {
    AnnotationTerm as "t";
    hangs {
        Hang::Column(EntityKind::Term, "term_id"),
        Hang::Column(EntityKind::Annotation, "annotation_id"),
        Hang::Column(EntityKind::User, "user_id"),
    }
    columns {
        id = Stay "id",
        annotation = Stay "annotation_id",
        term = Stay "term_id",
        user = Stay "user_id",
        created = Stay "created",
        updated = Change "updated",
    }
}

/// The links of many annotations, by annotation, newest annotation first, then in the order they were made.
pub async fn of_annotations(
    ex: impl Read,
    annotations: &[AnnotationId],
) -> Result<Vec<AnnotationTerm>, StoreError> {
    let mut statement = table::living::<AnnotationTerm>();
    statement.push(" AND t.annotation_id = ANY(").push_value(annotations);
    statement.push(") ORDER BY t.annotation_id DESC, t.id");
    table::all(ex, statement).await
}

/// The link of one user, or of whoever set it first, between an annotation and a term.
pub async fn between(
    ex: impl Read,
    annotation: AnnotationId,
    term: TermId,
    user: Option<UserId>,
) -> Result<Option<AnnotationTerm>, StoreError> {
    let mut statement = table::living::<AnnotationTerm>();
    statement
        .push(" AND t.annotation_id = ")
        .push_value(annotation)
        .push(" AND t.term_id = ")
        .push_value(term);
    if let Some(user) = user {
        statement.push(" AND t.user_id = ").push_value(user);
    }
    statement.push(" ORDER BY t.id LIMIT 1");
    table::first(ex, statement).await
}

/// Which of these terms are living terms of that vocabulary.
pub async fn terms_in(
    mut ex: impl Read,
    ontology: OntologyId,
    terms: &[TermId],
) -> Result<Vec<TermId>, StoreError> {
    let statement = sql("SELECT id FROM term WHERE ontology_id = $1 AND id = ANY($2) AND deleted_by IS NULL")
        .bind(ontology)
        .bind(terms);
    ex.rows(statement).await?.iter().map(|row| row.id("id")).collect()
}
