//! Images inside projects.

use cytomine_model::{
    AbstractImage, AbstractImageId, Direction, EntityKind, ImageInstance, ImageInstanceId, Page, ProjectId,
    Scope, Sort, UserId,
};

use crate::abstract_image::{CONTENT_TYPE, files_of_image};
use crate::condition::{self, Condition, Field};
use crate::pending::complete;
use crate::table::{Hang, Order};
use crate::{Read, Statement, StoreError, Value, table};

/// Counting reads an index entry per annotation: lists and answers show the number, tiles and rights do without.
const COUNT: &str = concat!(
    "(SELECT count(*) FROM annotation n WHERE n.image_id = i.id AND n.deleted_by IS NULL AND ",
    complete!("n"),
    ")"
);

table! {
    ImageInstance as "i", joins concat!(
        "JOIN project p ON p.id = i.project_id AND p.deleted_by IS NULL JOIN abstract_image a ON a.id = i.base_image_id ",
        files_of_image!()
    );
    hangs { Hang::Column(EntityKind::Project, "project_id") }
    columns {
        id = Stay "id",
        project = Stay "project_id",
        user = Change "user_id",
        instance_filename = Change "instance_filename",
        physical_size_x = Change "physical_size_x",
        physical_size_y = Change "physical_size_y",
        physical_size_z = Change "physical_size_z",
        fps = Change "fps",
        magnification = Change "magnification",
        review_start = Change "review_start",
        review_stop = Change "review_stop",
        review_user = Change "review_user_id",
        created = Stay "created",
        updated = Change "updated",
    }
    derived { Stay "base_image_id": Int = |image| Value::from(image.base.id), }
    shown { project_blind = "p.blind_mode", project_name = "p.name", }
    counted { number_of_annotations = COUNT, }
    nested { base: AbstractImage, }
}

const MAGNIFICATION: &str = "COALESCE(NULLIF(i.magnification, 0), a.magnification)";

const FIELDS: &[Field] = &[
    Field::number(&["base_image"], "a.id"),
    Field::text(&["blinded_name"], "CAST(a.id AS TEXT)").by("a.id"),
    Field::text(
        &["name", "instance_filename"],
        "COALESCE(NULLIF(trim(i.instance_filename), ''), a.original_filename)",
    ),
    Field::text(&["original_filename"], "a.original_filename"),
    Field::text(&["content_type", "format", "mime_type"], CONTENT_TYPE).by(CONTENT_TYPE),
    Field::number(&["id"], "i.id"),
    Field::number(&["user"], "i.user_id"),
    Field::number(&["project"], "i.project_id"),
    Field::number(&["width"], "a.width"),
    Field::number(&["height"], "a.height"),
    Field::number(&["magnification"], MAGNIFICATION)
        .by("COALESCE(NULLIF(i.magnification, 0), a.magnification, 0)"),
    Field::number(&["physical_size_x"], "COALESCE(NULLIF(i.physical_size_x, 0), a.physical_size_x)")
        .by("COALESCE(NULLIF(i.physical_size_x, 0), a.physical_size_x, 0)"),
    Field::number(&["physical_size_y"], "COALESCE(NULLIF(i.physical_size_y, 0), a.physical_size_y)"),
    Field::number(&["number_of_annotations"], COUNT),
    Field::number(&["number_of_job_annotations", "number_of_reviewed_annotations"], "0").by("i.created"),
    Field::number(&["review_start"], "i.review_start"),
    Field::number(&["review_stop"], "i.review_stop"),
    Field::number(&["created"], "i.created"),
    Field::number(&["updated"], "COALESCE(i.updated, i.created)"),
];

/// What names lead to where they are hidden.
const BLIND: Field =
    Field::text(&["name", "instance_filename", "original_filename"], "CAST(a.id AS TEXT)").by("a.id");

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

impl ImageFilter {
    fn fields(&self) -> Vec<Field> {
        let mut fields = FIELDS.to_vec();
        if self.blind {
            fields.insert(0, BLIND);
        }
        fields
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
            condition::push(statement, &self.conditions, &self.fields());
            if !self.include.is_empty() {
                statement.push(" OR i.id = ANY(").push_value(self.include.as_slice()).push(")");
            }
            statement.push(")");
        }
    }
}

/// A page of the images in scope, and how many there are in all.
pub async fn list(
    ex: impl Read,
    scope: Scope,
    filter: &ImageFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<ImageInstance>, i64), StoreError> {
    let order = Order { sort, default: ("i.created", Direction::Descending) };
    table::page(ex, |statement| filter.push(scope, statement), &filter.fields(), order, page).await
}

/// The neighbour of an image in its project by date of creation: the one made just before it (`older`), or just
/// after.
pub async fn neighbour(
    ex: impl Read,
    of: &ImageInstance,
    older: bool,
) -> Result<Option<ImageInstance>, StoreError> {
    let (sign, word) = if older { ("<", "DESC") } else { (">", "ASC") };
    let mut statement = table::living::<ImageInstance>();
    statement.push(" AND i.project_id = ").push_value(of.project);
    statement.push(&format!(" AND (i.created {sign} ")).push_value(of.created);
    statement.push(" OR (i.created = ").push_value(of.created);
    statement.push(&format!(" AND i.id {sign} ")).push_value(of.id);
    statement.push(&format!(")) ORDER BY i.created {word}, i.id {word} LIMIT 1"));
    table::first(ex, statement).await
}
