//! Projects and their members.

use cytomine_model::{
    Direction, EditionMode, Member, Millis, OntologyId, Page, Project, ProjectId, ProjectRole, Scope, Sort,
    UserId,
};

use crate::condition::Field;
use crate::pending::complete;
use crate::table::Order;
use crate::{Read, Row, Statement, StoreError, Write, sql, table};

/// Counting reads an index entry per annotation: lists and answers show the numbers, checks of rights do without.
const IMAGES: &str =
    "(SELECT count(*) FROM image_instance i WHERE i.project_id = p.id AND i.deleted_by IS NULL)";
const ANNOTATIONS: &str = concat!(
    "(SELECT count(*) FROM annotation a WHERE a.project_id = p.id AND a.deleted_by IS NULL AND ",
    complete!("a"),
    ")"
);

table! {
    Project as "p", joins "LEFT JOIN ontology o ON o.id = p.ontology_id AND o.deleted_by IS NULL";
    columns {
        id = Stay "id",
        name = Change "name",
        ontology = Change "ontology_id",
        blind_mode = Change "blind_mode",
        are_images_downloadable = Change "are_images_downloadable",
        is_closed = Change "is_closed",
        mode = Change "mode",
        hide_users_layers = Change "hide_users_layers",
        hide_admins_layers = Change "hide_admins_layers",
        created = Stay "created",
        updated = Change "updated",
    }
    shown { ontology_name = "o.name", }
    counted { number_of_images = IMAGES, number_of_annotations = ANNOTATIONS, }
}

const FIELDS: &[Field] = &[
    Field::text(&["name"], "p.name"),
    Field::number(&["number_of_images"], IMAGES),
    Field::number(&["number_of_annotations"], ANNOTATIONS),
    Field::number(&["members_count"], MEMBERS_COUNT),
    Field::number(&["last_activity"], LAST_ACTIVITY),
    Field::number(&["created"], "p.created"),
];

const MEMBERS_COUNT: &str = "(SELECT count(*) FROM project_member m WHERE m.project_id = p.id)";

/// Activity lines are written in the order of their ids, so the newest is found without reading the others.
const LAST_ACTIVITY: &str = "COALESCE((SELECT a.created FROM activity a WHERE a.project_id = p.id ORDER BY a.id DESC LIMIT 1), p.created)";

fn member(row: &Row) -> Result<Member, StoreError> {
    Ok(Member {
        project: row.id("project_id")?,
        user: row.id("user_id")?,
        role: row.parsed("role", ProjectRole::parse)?,
        is_representative: row.get("is_representative")?,
    })
}

/// Which projects a list holds.
#[derive(Clone, Debug, Default)]
pub struct ProjectFilter {
    /// Those that use this ontology.
    pub ontology: Option<OntologyId>,
    /// Those this user is a member of.
    pub member: Option<UserId>,
    /// Those whose name contains this text, ignoring case.
    pub name: Option<String>,
}

impl ProjectFilter {
    fn push(&self, scope: Scope, statement: &mut Statement) {
        if let Scope::User(user) = scope {
            statement.push(
                " AND EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = p.id AND m.user_id = ",
            );
            statement.push_value(user).push(")");
        }
        if let Some(user) = self.member {
            statement.push(
                " AND EXISTS (SELECT 1 FROM project_member m WHERE m.project_id = p.id AND m.user_id = ",
            );
            statement.push_value(user).push(")");
        }
        if let Some(ontology) = self.ontology {
            statement.push(" AND p.ontology_id = ").push_value(ontology);
        }
        if let Some(name) = &self.name {
            let pattern = format!("%{}%", crate::dialect::like_literal(name));
            statement.push(" AND p.name ILIKE ").push_value(pattern).push(" ESCAPE '\\'");
        }
    }
}

/// A living project by its exact name.
pub async fn by_name(ex: impl Read, name: &str) -> Result<Option<Project>, StoreError> {
    let mut statement = table::living::<Project>();
    statement.push(" AND p.name = ").push_value(name);
    table::first(ex, statement).await
}

/// A page of the projects in scope, and how many there are in all.
pub async fn list(
    ex: impl Read,
    scope: Scope,
    filter: &ProjectFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Project>, i64), StoreError> {
    let order = Order { sort, default: ("p.created", Direction::Descending) };
    table::page(ex, |statement| filter.push(scope, statement), FIELDS, order, page).await
}

/// What lists show of a project beside the project itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The project.
    pub project: ProjectId,
    /// How many members it has.
    pub members_count: i64,
    /// When something last happened in it.
    pub last_activity: Millis,
    /// What one user is in it.
    pub member: Option<Member>,
}

/// Overviews of projects, as one user sees them, in no particular order.
pub async fn overviews(
    mut ex: impl Read,
    user: UserId,
    projects: &[ProjectId],
) -> Result<Vec<Overview>, StoreError> {
    let text = format!(
        "SELECT p.id, {MEMBERS_COUNT} AS members_count, {LAST_ACTIVITY} AS last_activity, m.role, \
         m.is_representative FROM project p \
         LEFT JOIN project_member m ON m.project_id = p.id AND m.user_id = $1 WHERE p.id = ANY($2)"
    );
    let rows = ex.rows(sql(text).bind(user).bind(projects)).await?;
    rows.iter()
        .map(|row| {
            let project = row.id("id")?;
            let member = joined(row, project, user)?;
            Ok(Overview {
                project,
                members_count: row.get("members_count")?,
                last_activity: row.time("last_activity")?,
                member,
            })
        })
        .collect()
}

/// The membership of a user in a project.
pub async fn member_of(
    mut ex: impl Read,
    project: ProjectId,
    user: UserId,
) -> Result<Option<Member>, StoreError> {
    let statement = sql("SELECT project_id, user_id, role, is_representative FROM project_member \
         WHERE project_id = $1 AND user_id = $2")
    .bind(project)
    .bind(user);
    ex.first(statement).await?.as_ref().map(member).transpose()
}

/// All memberships of a project, managers first, then in the order they joined.
pub async fn members(mut ex: impl Read, project: ProjectId) -> Result<Vec<Member>, StoreError> {
    let statement = sql("SELECT project_id, user_id, role, is_representative FROM project_member \
         WHERE project_id = $1 ORDER BY CASE WHEN role = 'manager' THEN 0 ELSE 1 END, created, user_id")
    .bind(project);
    ex.rows(statement).await?.iter().map(member).collect()
}

/// The living projects that a user is a manager of, by name.
pub async fn managed_by(mut ex: impl Read, user: UserId) -> Result<Vec<(ProjectId, String)>, StoreError> {
    let statement = sql("SELECT p.id, p.name FROM project_member m JOIN project p ON p.id = m.project_id \
         WHERE m.user_id = $1 AND m.role = 'manager' AND p.deleted_by IS NULL ORDER BY p.name")
    .bind(user);
    ex.rows(statement).await?.iter().map(|row| Ok((row.id("id")?, row.get("name")?))).collect()
}

/// Mode of each of these projects, and what a user is in it.
pub async fn met_by(
    mut ex: impl Read,
    user: UserId,
    projects: &[ProjectId],
) -> Result<Vec<(ProjectId, EditionMode, Option<Member>)>, StoreError> {
    let statement = sql("SELECT p.id, p.mode, m.role, m.is_representative FROM project p \
         LEFT JOIN project_member m ON m.project_id = p.id AND m.user_id = $1 WHERE p.id = ANY($2)")
    .bind(user)
    .bind(projects);
    let met = |row: &Row| {
        let project = row.id("id")?;
        Ok((project, row.parsed("mode", EditionMode::parse)?, joined(row, project, user)?))
    };
    ex.rows(statement).await?.iter().map(met).collect()
}

/// The membership that a `LEFT JOIN` found, if it found one.
fn joined(row: &Row, project: ProjectId, user: UserId) -> Result<Option<Member>, StoreError> {
    if row.get::<Option<String>>("role")?.is_none() {
        return Ok(None);
    }
    let role = row.parsed("role", ProjectRole::parse)?;
    Ok(Some(Member { project, user, role, is_representative: row.get("is_representative")? }))
}

/// Makes a user a member, or changes what kind of member they are.
pub async fn put_member(mut tx: impl Write, member: Member, now: Millis) -> Result<(), StoreError> {
    let statement =
        sql("INSERT INTO project_member (project_id, user_id, role, is_representative, created) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role, \
         is_representative = excluded.is_representative")
        .bind(member.project)
        .bind(member.user)
        .bind(member.role.as_str())
        .bind(member.is_representative)
        .bind(now);
    tx.execute(statement).await.map(|_| ())
}

/// Ends a membership. Tells whether there was one.
pub async fn remove_member(mut tx: impl Write, project: ProjectId, user: UserId) -> Result<bool, StoreError> {
    let statement =
        sql("DELETE FROM project_member WHERE project_id = $1 AND user_id = $2").bind(project).bind(user);
    Ok(tx.execute(statement).await? > 0)
}

/// Ids of the living term links of a project's living annotations, ascending.
pub async fn term_links(mut ex: impl Read, project: ProjectId) -> Result<Vec<i64>, StoreError> {
    let text = concat!(
        "SELECT t.id FROM annotation_term t JOIN annotation a ON a.id = t.annotation_id \
         WHERE a.project_id = $1 AND a.deleted_by IS NULL AND t.deleted_by IS NULL AND ",
        complete!("a"),
        " ORDER BY t.id"
    );
    let statement = sql(text).bind(project);
    ex.rows(statement).await?.iter().map(|row| row.get("id")).collect()
}
