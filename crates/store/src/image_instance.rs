//! Images inside projects.

use cytomine_model::{
    AbstractImageId, Direction, ImageInstance, ImageInstanceId, Page, ProjectId, Scope, Sort, UserId,
};

use crate::abstract_image::{BASE_COLUMNS, BASE_JOINS, base};
use crate::condition::{self, Column, Condition};
use crate::{Executor, Row, Statement, StoreError, sql};

const COLUMNS: &str = "\
i.id, i.project_id, p.blind_mode, p.name AS project_name, i.user_id, i.instance_filename, i.physical_size_x, \
i.physical_size_y, i.physical_size_z, i.fps, i.magnification, i.review_start, i.review_stop, i.review_user_id, \
i.created, i.updated";

/// Counting reads an index entry per annotation: lists and answers show the number, tiles and rights do without.
const COUNT: &str = "(SELECT count(*) FROM annotation n WHERE n.image_id = i.id AND n.deleted_by IS NULL)";
const NO_COUNT: &str = "CAST(0 AS BIGINT)";

fn select(count: &str) -> String {
    from(&format!("{COLUMNS}, {count} AS number_of_annotations, {BASE_COLUMNS}"))
}

fn from(columns: &str) -> String {
    format!(
        "SELECT {columns} FROM image_instance i \
         JOIN project p ON p.id = i.project_id AND p.deleted_by IS NULL \
         JOIN abstract_image a ON a.id = i.base_image_id {BASE_JOINS} WHERE i.deleted_by IS NULL"
    )
}

fn image(row: &Row) -> Result<ImageInstance, StoreError> {
    Ok(ImageInstance {
        id: row.id("id")?,
        base: base(row)?,
        project: row.id("project_id")?,
        project_blind: row.get("blind_mode")?,
        project_name: row.get("project_name")?,
        user: row.id("user_id")?,
        instance_filename: row.get("instance_filename")?,
        physical_size_x: row.get("physical_size_x")?,
        physical_size_y: row.get("physical_size_y")?,
        physical_size_z: row.get("physical_size_z")?,
        fps: row.get("fps")?,
        magnification: row.opt_int("magnification")?,
        review_start: row.opt_time("review_start")?,
        review_stop: row.opt_time("review_stop")?,
        review_user: row.opt_id("review_user_id")?,
        number_of_annotations: row.get("number_of_annotations")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

/// Which images a list holds.
#[derive(Clone, Debug, Default)]
pub struct ImageFilter {
    /// Those of this project.
    pub project: Option<ProjectId>,
    /// Those of projects that this user is a member of.
    pub member: Option<UserId>,
    /// Those that stand for this abstract image.
    pub base: Option<AbstractImageId>,
    /// Names are hidden: tests and order by name use the number of the abstract image instead.
    pub blind: bool,
    /// What the client asks of their fields.
    pub conditions: Vec<Condition>,
    /// These are part of the answer whatever the conditions say.
    pub include: Vec<ImageInstanceId>,
}

const NAME: &str = "COALESCE(NULLIF(trim(i.instance_filename), ''), a.original_filename)";
const ANNOTATIONS: &str =
    "(SELECT count(*) FROM annotation n WHERE n.image_id = i.id AND n.deleted_by IS NULL)";

impl ImageFilter {
    fn column(&self, field: &str) -> Option<Column> {
        Some(match field {
            "name" | "instanceFilename" | "originalFilename" if self.blind => {
                Column::Text("CAST(a.id AS TEXT)")
            }
            "blindedName" => Column::Text("CAST(a.id AS TEXT)"),
            "name" | "instanceFilename" => Column::Text(NAME),
            "originalFilename" => Column::Text("a.original_filename"),
            "contentType" | "format" | "mimeType" => {
                Column::Text("COALESCE(u.content_type, f.content_type, '')")
            }
            "id" => Column::Number("i.id"),
            "baseImage" => Column::Number("a.id"),
            "user" => Column::Number("i.user_id"),
            "width" => Column::Number("a.width"),
            "height" => Column::Number("a.height"),
            "magnification" => Column::Number("COALESCE(NULLIF(i.magnification, 0), a.magnification)"),
            "physicalSizeX" => Column::Number("COALESCE(NULLIF(i.physical_size_x, 0), a.physical_size_x)"),
            "physicalSizeY" => Column::Number("COALESCE(NULLIF(i.physical_size_y, 0), a.physical_size_y)"),
            "numberOfAnnotations" => Column::Number(ANNOTATIONS),
            "numberOfJobAnnotations" | "numberOfReviewedAnnotations" => Column::Number("0"),
            "reviewStart" => Column::Number("i.review_start"),
            "reviewStop" => Column::Number("i.review_stop"),
            "created" => Column::Number("i.created"),
            _ => return None,
        })
    }

    fn push(&self, scope: Scope, statement: &mut Statement) {
        let member = match scope {
            Scope::User(user) => Some(user),
            Scope::Everything => None,
        };
        for user in [member, self.member].into_iter().flatten() {
            statement.push(
                " AND EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = i.project_id AND m.user_id = ",
            );
            statement.push_value(user).push(")");
        }
        if let Some(project) = self.project {
            statement.push(" AND i.project_id = ").push_value(project);
        }
        if let Some(base) = self.base {
            statement.push(" AND i.base_image_id = ").push_value(base);
        }
        if !self.conditions.is_empty() {
            statement.push(" AND (1 = 1");
            condition::push(statement, &self.conditions, |field| self.column(field));
            if !self.include.is_empty() {
                statement.push(" OR i.id = ANY(").push_value(self.include.as_slice()).push(")");
            }
            statement.push(")");
        }
    }

    fn order(&self, sort: Option<&Sort>) -> String {
        let (column, direction) = match sort {
            None => ("i.created", Direction::Descending),
            Some(sort) => {
                let column = match sort.field.as_str() {
                    "name" | "instanceFilename" | "originalFilename" | "blindedName" if self.blind => "a.id",
                    "blindedName" | "baseImage" => "a.id",
                    "name" | "instanceFilename" => {
                        "lower(COALESCE(NULLIF(trim(i.instance_filename), ''), a.original_filename)) COLLATE \"C\""
                    }
                    "originalFilename" => "lower(a.original_filename) COLLATE \"C\"",
                    "width" => "a.width",
                    "height" => "a.height",
                    "contentType" | "format" => "b_content_type",
                    "magnification" => "COALESCE(NULLIF(i.magnification, 0), a.magnification, 0)",
                    "physicalSizeX" => "COALESCE(NULLIF(i.physical_size_x, 0), a.physical_size_x, 0)",
                    "numberOfAnnotations" => "number_of_annotations",
                    "project" => "i.project_id",
                    "updated" => "COALESCE(i.updated, i.created)",
                    "id" => "i.id",
                    _ => "i.created",
                };
                (column, sort.direction)
            }
        };
        let word = if direction == Direction::Ascending { "ASC" } else { "DESC" };
        format!(" ORDER BY {column} {word}, i.id {word}")
    }
}

/// An image by id; whether the actor may see its project is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: ImageInstanceId) -> Result<Option<ImageInstance>, StoreError> {
    ex.first(sql(select(COUNT) + " AND i.id = $1").bind(id)).await?.as_ref().map(image).transpose()
}

/// As [`by_id`], without counting: the number of annotations is 0. For pictures and checks of rights.
///
/// # Errors
/// When the database refuses.
pub async fn uncounted(
    mut ex: impl Executor,
    id: ImageInstanceId,
) -> Result<Option<ImageInstance>, StoreError> {
    ex.first(sql(select(NO_COUNT) + " AND i.id = $1").bind(id)).await?.as_ref().map(image).transpose()
}

/// A page of the images in scope, and how many there are in all.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    mut ex: impl Executor,
    scope: Scope,
    filter: &ImageFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<ImageInstance>, i64), StoreError> {
    let mut count = sql(from("count(*) AS n"));
    filter.push(scope, &mut count);
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
    let mut statement = sql(select(COUNT));
    filter.push(scope, &mut statement);
    statement.push(&filter.order(sort)).push_page(page);
    let images = ex.rows(statement).await?.iter().map(image).collect::<Result<_, _>>()?;
    Ok((images, total))
}

/// The neighbour of an image in its project by date of creation: the one made just before it (`older`), or just
/// after.
///
/// # Errors
/// When the database refuses.
pub async fn neighbour(
    mut ex: impl Executor,
    of: &ImageInstance,
    older: bool,
) -> Result<Option<ImageInstance>, StoreError> {
    let (sign, word) = if older { ("<", "DESC") } else { (">", "ASC") };
    let text = format!(
        "{} AND i.project_id = $1 AND (i.created {sign} $2 OR (i.created = $2 AND i.id {sign} $3)) \
         ORDER BY i.created {word}, i.id {word} LIMIT 1",
        select(COUNT)
    );
    let statement = sql(text).bind(of.project).bind(of.created).bind(of.id);
    ex.first(statement).await?.as_ref().map(image).transpose()
}

/// Writes a new image. What is read with an image is not stored.
///
/// # Errors
/// [`StoreError::Duplicate`] when the project holds the abstract image already.
pub async fn insert(mut ex: impl Executor, image: &ImageInstance) -> Result<(), StoreError> {
    let statement =
        sql("INSERT INTO image_instance (id, base_image_id, project_id, user_id, instance_filename, \
         physical_size_x, physical_size_y, physical_size_z, fps, magnification, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(image.id)
        .bind(image.base.id)
        .bind(image.project)
        .bind(image.user)
        .bind(image.instance_filename.clone())
        .bind(image.physical_size_x)
        .bind(image.physical_size_y)
        .bind(image.physical_size_z)
        .bind(image.fps)
        .bind(image.magnification)
        .bind(image.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes every stored field of an image but what it stands for and its project.
///
/// # Errors
/// When the database refuses.
pub async fn update(mut ex: impl Executor, image: &ImageInstance) -> Result<(), StoreError> {
    let statement = sql("UPDATE image_instance SET instance_filename = $2, physical_size_x = $3, \
         physical_size_y = $4, physical_size_z = $5, fps = $6, magnification = $7, review_start = $8, \
         review_stop = $9, review_user_id = $10, user_id = $11, updated = $12 WHERE id = $1 AND deleted_by IS NULL")
    .bind(image.id)
    .bind(image.instance_filename.clone())
    .bind(image.physical_size_x)
    .bind(image.physical_size_y)
    .bind(image.physical_size_z)
    .bind(image.fps)
    .bind(image.magnification)
    .bind(image.review_start)
    .bind(image.review_stop)
    .bind(image.review_user)
    .bind(image.user)
    .bind(image.updated);
    ex.execute(statement).await.map(|_| ())
}
