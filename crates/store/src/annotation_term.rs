//! Links between annotations and terms; each bears the user who set it.

use cytomine_model::{AnnotationId, AnnotationTerm, AnnotationTermId, OntologyId, TermId, UserId};

use crate::{Executor, Row, StoreError, named, sql};

const COLUMNS: &str = "SELECT t.id, t.annotation_id, t.term_id, t.user_id, t.created, t.updated \
FROM annotation_term t WHERE t.deleted_by IS NULL";

/// Rows of one insert statement of five columns.
const INSERT_ROWS: usize = 1000;

fn link(row: &Row) -> Result<AnnotationTerm, StoreError> {
    Ok(AnnotationTerm {
        id: row.id("id")?,
        annotation: row.id("annotation_id")?,
        term: row.id("term_id")?,
        user: row.id("user_id")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

/// Writes new links, many in one statement.
///
/// # Errors
/// [`StoreError::Duplicate`] when a user has set the same term on the same annotation already,
/// [`StoreError::Dangling`] when one names something that does not exist.
pub async fn insert_many(mut ex: impl Executor, links: &[AnnotationTerm]) -> Result<(), StoreError> {
    let ids = |id: fn(&AnnotationTerm) -> i64| links.iter().map(id).collect();
    let (terms, users) = (ids(|link| link.term.0), ids(|link| link.user.0));
    named::hold(&mut ex, &[("term", terms), ("user_account", users)]).await?;
    named::annotations_exist(&mut ex, ids(|link| link.annotation.0)).await?;
    for chunk in links.chunks(INSERT_ROWS) {
        let mut statement =
            sql("INSERT INTO annotation_term (id, annotation_id, term_id, user_id, created) VALUES ");
        for (number, link) in chunk.iter().enumerate() {
            statement.push(if number == 0 { "(" } else { ", (" });
            statement.push_value(link.id).push(", ").push_value(link.annotation).push(", ");
            statement.push_value(link.term).push(", ").push_value(link.user).push(", ");
            statement.push_value(link.created).push(")");
        }
        ex.execute(statement).await?;
    }
    Ok(())
}

/// A living link by id.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(
    mut ex: impl Executor,
    id: AnnotationTermId,
) -> Result<Option<AnnotationTerm>, StoreError> {
    ex.first(sql(format!("{COLUMNS} AND t.id = $1")).bind(id)).await?.as_ref().map(link).transpose()
}

/// The links of many annotations, by annotation, newest annotation first, then in the order they were made.
///
/// # Errors
/// When the database refuses.
pub async fn of_annotations(
    mut ex: impl Executor,
    annotations: &[AnnotationId],
) -> Result<Vec<AnnotationTerm>, StoreError> {
    let text = format!("{COLUMNS} AND t.annotation_id = ANY($1) ORDER BY t.annotation_id DESC, t.id");
    ex.rows(sql(text).bind(annotations)).await?.iter().map(link).collect()
}

/// The link of one user, or of whoever set it first, between an annotation and a term.
///
/// # Errors
/// When the database refuses.
pub async fn between(
    mut ex: impl Executor,
    annotation: AnnotationId,
    term: TermId,
    user: Option<UserId>,
) -> Result<Option<AnnotationTerm>, StoreError> {
    let mut statement =
        sql(format!("{COLUMNS} AND t.annotation_id = $1 AND t.term_id = $2")).bind(annotation).bind(term);
    if let Some(user) = user {
        statement.push(" AND t.user_id = ").push_value(user);
    }
    statement.push(" ORDER BY t.id LIMIT 1");
    ex.first(statement).await?.as_ref().map(link).transpose()
}

/// Which of these terms are living terms of that vocabulary.
///
/// # Errors
/// When the database refuses.
pub async fn terms_in(
    mut ex: impl Executor,
    ontology: OntologyId,
    terms: &[TermId],
) -> Result<Vec<TermId>, StoreError> {
    let statement = sql("SELECT id FROM term WHERE ontology_id = $1 AND id = ANY($2) AND deleted_by IS NULL")
        .bind(ontology)
        .bind(terms);
    ex.rows(statement).await?.iter().map(|row| row.id("id")).collect()
}
