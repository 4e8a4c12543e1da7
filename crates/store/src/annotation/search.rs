//! Which annotations a list holds, and their ids, newest first.

use cytomine_geometry::{Bounds, query_ranges};
use cytomine_model::{
    AnnotationId, ImageInstanceId, Millis, ProjectId, Scope, SliceInstanceId, TermId, UserId,
};

use crate::dialect::Dialect;
use crate::pending::complete;
use crate::statement::corrupt;
use crate::{Read, Statement, StoreError, sql};

/// Which annotations of a project.
#[derive(Clone, Debug)]
pub struct AnnotationFilter {
    /// The project; whatever else is asked for lies in it.
    pub project: ProjectId,
    /// Only on these images. Name them wherever they are known: the index begins with the image.
    pub images: Option<Vec<ImageInstanceId>>,
    /// Only on these planes; their images stand in `images`.
    pub slices: Option<Vec<SliceInstanceId>>,
    /// Only by these users.
    pub users: Option<Vec<UserId>>,
    /// Conditions on term links.
    pub terms: TermFilter,
    /// Only those whose bounds meet this box, level 0 pixels, y up.
    pub region: Option<Bounds>,
    /// Not this one.
    pub excluded: Option<AnnotationId>,
    /// Made at this moment or later.
    pub after: Option<Millis>,
    /// Made at this moment or earlier.
    pub before: Option<Millis>,
}

/// Conditions on term links; all hold together.
#[derive(Clone, Debug, Default)]
pub struct TermFilter {
    /// Linked with one of these terms.
    pub terms: Option<Vec<TermId>>,
    /// Alone: without any term. With `terms`: those without any term too.
    pub none: bool,
    /// Linked with two or more different terms.
    pub several: bool,
    /// Linked by one of these users; with `terms`, by the same link.
    pub users: Option<Vec<UserId>>,
}

impl AnnotationFilter {
    /// All annotations of a project.
    pub fn of_project(project: ProjectId) -> Self {
        Self {
            project,
            images: None,
            slices: None,
            users: None,
            terms: TermFilter::default(),
            region: None,
            excluded: None,
            after: None,
            before: None,
        }
    }

    /// The statement that [`ids`] runs.
    pub(super) fn statement(&self, scope: Scope, dialect: Dialect) -> Statement {
        // One row of text instead of a row per annotation: a driver's rows cost hundreds of bytes each.
        let mut statement = sql("SELECT f.inside, string_agg(CAST(f.id AS TEXT), ',') AS ids FROM (");
        match &self.region {
            None => {
                statement.push("SELECT a.id, TRUE AS inside FROM annotation a WHERE a.deleted_by IS NULL");
            }
            Some(region) => self.push_region(&mut statement, region, dialect),
        }
        statement.push(concat!(" AND ", complete!("a")));
        self.push_images(&mut statement, "a");
        // The plus keeps planners from the index by project where the one by image and cell is meant.
        statement.push(if self.images.is_some() { " AND +a.project_id = " } else { " AND a.project_id = " });
        statement.push_value(self.project);
        if let Scope::User(user) = scope {
            statement.push(" AND EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = ");
            statement.push_value(self.project).push(" AND m.user_id = ").push_value(user).push(")");
        }
        if let Some(slices) = &self.slices {
            statement.push(" AND a.slice_id = ANY(").push_value(slices.as_slice()).push(")");
        }
        if let Some(users) = &self.users {
            statement.push(" AND a.user_id = ANY(").push_value(users.as_slice()).push(")");
        }
        self.terms.push(&mut statement);
        if let Some(excluded) = self.excluded {
            statement.push(" AND a.id <> ").push_value(excluded);
        }
        if let Some(after) = self.after {
            statement.push(" AND a.created >= ").push_value(after);
        }
        if let Some(before) = self.before {
            statement.push(" AND a.created <= ").push_value(before);
        }
        statement.push(") f GROUP BY f.inside");
        statement
    }

    fn push_images(&self, statement: &mut Statement, table: &str) {
        match self.images.as_deref() {
            Some([image]) => {
                statement.push(&format!(" AND {table}.image_id = ")).push_value(*image);
            }
            Some(images) => {
                statement.push(&format!(" AND {table}.image_id = ANY(")).push_value(images).push(")");
            }
            None => {}
        }
    }

    /// Each cell range meets the index once. SQLite keeps the order of a CROSS JOIN; PostgreSQL is held to it by a
    /// lateral query with OFFSET, since its planner takes the bounds for more selective than they are and would
    /// rather read the whole table.
    fn push_region(&self, statement: &mut Statement, region: &Bounds, dialect: Dialect) {
        statement.push("WITH r (level, first, last) AS (VALUES ");
        for (number, range) in query_ranges(region).into_iter().enumerate() {
            statement.push(if number == 0 { "(" } else { ", (" });
            statement.push_value(i64::from(range.level)).push(", ");
            statement.push_value(range.first).push(", ");
            statement.push_value(range.last).push(")");
        }
        statement.push(") SELECT a.id, (a.min_x >= ").push_value(region.min_x);
        statement.push(" AND a.max_x <= ").push_value(region.max_x);
        statement.push(" AND a.min_y >= ").push_value(region.min_y);
        statement.push(" AND a.max_y <= ").push_value(region.max_y);
        statement.push(") AS inside FROM r CROSS JOIN ");
        let in_cells = "b.level = r.level AND b.cell BETWEEN r.first AND r.last AND b.deleted_by IS NULL";
        match dialect {
            Dialect::Lite => {
                statement.push(&format!("annotation a WHERE {}", in_cells.replace("b.", "a.")));
            }
            Dialect::Pg => {
                statement.push(&format!("LATERAL (SELECT * FROM annotation b WHERE {in_cells}"));
                self.push_images(statement, "b");
                statement.push(" OFFSET 0) a WHERE TRUE");
            }
        }
        statement.push(" AND a.max_x >= ").push_value(region.min_x);
        statement.push(" AND a.min_x <= ").push_value(region.max_x);
        statement.push(" AND a.max_y >= ").push_value(region.min_y);
        statement.push(" AND a.min_y <= ").push_value(region.max_y);
    }
}

const LINK: &str =
    "EXISTS (SELECT 1 FROM annotation_term t WHERE t.annotation_id = a.id AND t.deleted_by IS NULL";

impl TermFilter {
    fn push(&self, statement: &mut Statement) {
        let linked = self.terms.is_some() || self.users.is_some();
        if linked {
            statement.push(" AND (").push(LINK);
            if let Some(terms) = &self.terms {
                statement.push(" AND t.term_id = ANY(").push_value(terms.as_slice()).push(")");
            }
            if let Some(users) = &self.users {
                statement.push(" AND t.user_id = ANY(").push_value(users.as_slice()).push(")");
            }
            statement.push(")");
            if self.none {
                statement.push(" OR NOT ").push(LINK).push(")");
            }
            statement.push(")");
        } else if self.none {
            statement.push(" AND NOT ").push(LINK).push(")");
        }
        if self.several {
            statement.push(
                " AND (SELECT count(DISTINCT t.term_id) FROM annotation_term t \
                 WHERE t.annotation_id = a.id AND t.deleted_by IS NULL) > 1",
            );
        }
    }
}

/// An annotation that a search met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: AnnotationId,
    /// Its bounds lie inside of the region asked for, so that its shape needs no look; true without a region.
    pub inside: bool,
}

/// Ids of the annotations in scope, newest (highest) first. With a region, bounds alone were compared: where
/// `inside` is false, the shape itself may still miss the box.
pub async fn ids(
    mut ex: impl Read,
    scope: Scope,
    filter: &AnnotationFilter,
) -> Result<Vec<Found>, StoreError> {
    let dialect = ex.dialect();
    let statement = if filter.region.is_some() && filter.images.is_none() {
        let images = Some(images_of(&mut ex, filter.project).await?);
        AnnotationFilter { images, ..filter.clone() }.statement(scope, dialect)
    } else {
        filter.statement(scope, dialect)
    };
    let mut found = Vec::new();
    for row in ex.rows(statement).await? {
        let inside = row.get("inside")?;
        let ids: String = row.get("ids")?;
        found.reserve(ids.bytes().filter(|byte| *byte == b',').count() + 1);
        for id in ids.split(',') {
            let id = id.parse().map_err(|_| corrupt("annotation.id", id))?;
            found.push(Found { id: AnnotationId(id), inside });
        }
    }
    found.sort_unstable_by_key(|found| std::cmp::Reverse(found.id));
    Ok(found)
}

async fn images_of(ex: &mut impl Read, project: ProjectId) -> Result<Vec<ImageInstanceId>, StoreError> {
    let statement =
        sql("SELECT id FROM image_instance WHERE project_id = $1 AND deleted_by IS NULL").bind(project);
    ex.rows(statement).await?.iter().map(|row| row.id("id")).collect()
}

/// How many user annotations there are, by project, user and time.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountFilter {
    /// In this project.
    pub project: Option<ProjectId>,
    /// By this user.
    pub user: Option<UserId>,
    /// Made at this moment or later.
    pub after: Option<Millis>,
    /// Made at this moment or earlier.
    pub before: Option<Millis>,
}

/// Counts the annotations in scope.
pub async fn count(mut ex: impl Read, scope: Scope, filter: CountFilter) -> Result<i64, StoreError> {
    let mut statement = sql(concat!(
        "SELECT count(*) AS n FROM annotation a WHERE a.deleted_by IS NULL AND ",
        complete!("a")
    ));
    if let Some(project) = filter.project {
        statement.push(" AND a.project_id = ").push_value(project);
    }
    if let Scope::User(user) = scope {
        statement.push(" AND a.project_id IN (SELECT m.project_id FROM project_member m WHERE m.user_id = ");
        statement.push_value(user).push(")");
    }
    if let Some(user) = filter.user {
        statement.push(" AND a.user_id = ").push_value(user);
    }
    if let Some(after) = filter.after {
        statement.push(" AND a.created >= ").push_value(after);
    }
    if let Some(before) = filter.before {
        statement.push(" AND a.created <= ").push_value(before);
    }
    ex.first(statement).await?.map_or(Ok(0), |row| row.get("n"))
}
