//! Projects and their members.

use cytomine_model::{
    Direction, EditionMode, Member, Millis, OntologyId, Page, Project, ProjectId, ProjectRole, Scope, Sort,
    UserId,
};

use crate::{Executor, Row, Statement, StoreError, sql};

/// Counting reads an index entry per annotation: lists and answers show the numbers, checks of rights do without.
const COUNTS: [&str; 2] = [
    "(SELECT count(*) FROM image_instance i WHERE i.project_id = p.id AND i.deleted_by IS NULL)",
    "(SELECT count(*) FROM annotation a WHERE a.project_id = p.id AND a.deleted_by IS NULL)",
];
const NO_COUNTS: [&str; 2] = ["CAST(0 AS BIGINT)"; 2];

fn select([images, annotations]: [&str; 2]) -> String {
    format!(
        "SELECT p.id, p.name, p.ontology_id, o.name AS ontology_name, p.blind_mode, p.are_images_downloadable, \
         p.is_closed, p.mode, p.hide_users_layers, p.hide_admins_layers, p.created, p.updated, \
         {images} AS number_of_images, {annotations} AS number_of_annotations \
         FROM project p LEFT JOIN ontology o ON o.id = p.ontology_id AND o.deleted_by IS NULL \
         WHERE p.deleted_by IS NULL"
    )
}

const MEMBERS_COUNT: &str = "(SELECT count(*) FROM project_member m WHERE m.project_id = p.id)";

/// Activity lines are written in the order of their ids, so the newest is found without reading the others.
const LAST_ACTIVITY: &str = "COALESCE((SELECT a.created FROM activity a WHERE a.project_id = p.id ORDER BY a.id DESC LIMIT 1), p.created)";

fn project(row: &Row) -> Result<Project, StoreError> {
    Ok(Project {
        id: row.id("id")?,
        name: row.get("name")?,
        ontology: row.opt_id("ontology_id")?,
        ontology_name: row.get("ontology_name")?,
        blind_mode: row.get("blind_mode")?,
        are_images_downloadable: row.get("are_images_downloadable")?,
        is_closed: row.get("is_closed")?,
        mode: row.parsed("mode", EditionMode::parse)?,
        hide_users_layers: row.get("hide_users_layers")?,
        hide_admins_layers: row.get("hide_admins_layers")?,
        number_of_images: row.get("number_of_images")?,
        number_of_annotations: row.get("number_of_annotations")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

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

/// A project by id; whether the actor may see it is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: ProjectId) -> Result<Option<Project>, StoreError> {
    let row = ex.first(sql(select(COUNTS) + " AND p.id = $1").bind(id)).await?;
    row.as_ref().map(project).transpose()
}

/// As [`by_id`], without counting: the numbers of images and annotations are 0. For checks of rights, which every
/// request makes.
///
/// # Errors
/// When the database refuses.
pub async fn uncounted(mut ex: impl Executor, id: ProjectId) -> Result<Option<Project>, StoreError> {
    let row = ex.first(sql(select(NO_COUNTS) + " AND p.id = $1").bind(id)).await?;
    row.as_ref().map(project).transpose()
}

/// A living project by its exact name.
///
/// # Errors
/// When the database refuses.
pub async fn by_name(mut ex: impl Executor, name: &str) -> Result<Option<Project>, StoreError> {
    let row = ex.first(sql(select(COUNTS) + " AND p.name = $1").bind(name)).await?;
    row.as_ref().map(project).transpose()
}

/// A page of the projects in scope, and how many there are in all.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    mut ex: impl Executor,
    scope: Scope,
    filter: &ProjectFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<Project>, i64), StoreError> {
    let mut count = sql("SELECT count(*) AS n FROM project p WHERE p.deleted_by IS NULL");
    filter.push(scope, &mut count);
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;

    let mut statement = sql(select(COUNTS));
    filter.push(scope, &mut statement);
    let (column, direction) = match sort {
        None => ("p.created", Direction::Descending),
        Some(sort) => {
            let column = match sort.field.as_str() {
                "name" => "lower(p.name) COLLATE \"C\"",
                "numberOfImages" => "number_of_images",
                "numberOfAnnotations" => "number_of_annotations",
                "membersCount" => MEMBERS_COUNT,
                "lastActivity" => LAST_ACTIVITY,
                _ => "p.created",
            };
            (column, sort.direction)
        }
    };
    let word = if direction == Direction::Ascending { "ASC" } else { "DESC" };
    statement.push(&format!(" ORDER BY {column} {word}, p.id {word}"));
    statement.push_page(page);
    let projects = ex.rows(statement).await?.iter().map(project).collect::<Result<_, _>>()?;
    Ok((projects, total))
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
///
/// # Errors
/// When the database refuses.
pub async fn overviews(
    mut ex: impl Executor,
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
            let member = match row.get::<Option<String>>("role")? {
                None => None,
                Some(_) => Some(Member {
                    project,
                    user,
                    role: row.parsed("role", ProjectRole::parse)?,
                    is_representative: row.get("is_representative")?,
                }),
            };
            Ok(Overview {
                project,
                members_count: row.get("members_count")?,
                last_activity: row.time("last_activity")?,
                member,
            })
        })
        .collect()
}

/// Writes a new project. Counts and the ontology's name are not stored.
///
/// # Errors
/// [`StoreError::Duplicate`] when a living project bears the name.
pub async fn insert(mut ex: impl Executor, project: &Project) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO project (id, name, ontology_id, blind_mode, are_images_downloadable, is_closed, \
         mode, hide_users_layers, hide_admins_layers, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(project.id)
    .bind(&project.name)
    .bind(project.ontology)
    .bind(project.blind_mode)
    .bind(project.are_images_downloadable)
    .bind(project.is_closed)
    .bind(project.mode.as_str())
    .bind(project.hide_users_layers)
    .bind(project.hide_admins_layers)
    .bind(project.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes every stored field of a project.
///
/// # Errors
/// [`StoreError::Duplicate`] when another living project bears the name.
pub async fn update(mut ex: impl Executor, project: &Project) -> Result<(), StoreError> {
    let statement = sql("UPDATE project SET name = $2, ontology_id = $3, blind_mode = $4, \
         are_images_downloadable = $5, is_closed = $6, mode = $7, hide_users_layers = $8, hide_admins_layers = $9, \
         updated = $10 WHERE id = $1 AND deleted_by IS NULL")
    .bind(project.id)
    .bind(&project.name)
    .bind(project.ontology)
    .bind(project.blind_mode)
    .bind(project.are_images_downloadable)
    .bind(project.is_closed)
    .bind(project.mode.as_str())
    .bind(project.hide_users_layers)
    .bind(project.hide_admins_layers)
    .bind(project.updated);
    ex.execute(statement).await.map(|_| ())
}

/// The membership of a user in a project.
///
/// # Errors
/// When the database refuses.
pub async fn member_of(
    mut ex: impl Executor,
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
///
/// # Errors
/// When the database refuses.
pub async fn members(mut ex: impl Executor, project: ProjectId) -> Result<Vec<Member>, StoreError> {
    let statement = sql("SELECT project_id, user_id, role, is_representative FROM project_member \
         WHERE project_id = $1 ORDER BY CASE WHEN role = 'manager' THEN 0 ELSE 1 END, created, user_id")
    .bind(project);
    ex.rows(statement).await?.iter().map(member).collect()
}

/// Makes a user a member, or changes what kind of member they are.
///
/// # Errors
/// When the database refuses.
pub async fn put_member(mut ex: impl Executor, member: Member, now: Millis) -> Result<(), StoreError> {
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
    ex.execute(statement).await.map(|_| ())
}

/// Ends a membership. Tells whether there was one.
///
/// # Errors
/// When the database refuses.
pub async fn remove_member(
    mut ex: impl Executor,
    project: ProjectId,
    user: UserId,
) -> Result<bool, StoreError> {
    let statement =
        sql("DELETE FROM project_member WHERE project_id = $1 AND user_id = $2").bind(project).bind(user);
    Ok(ex.execute(statement).await? > 0)
}

/// Ids of the living term links of a project's living annotations, ascending.
///
/// # Errors
/// When the database refuses.
pub async fn term_links(mut ex: impl Executor, project: ProjectId) -> Result<Vec<i64>, StoreError> {
    let statement = sql("SELECT t.id FROM annotation_term t JOIN annotation a ON a.id = t.annotation_id \
         WHERE a.project_id = $1 AND a.deleted_by IS NULL AND t.deleted_by IS NULL ORDER BY t.id")
    .bind(project);
    ex.rows(statement).await?.iter().map(|row| row.get("id")).collect()
}
