//! Accounts and the roles they hold.

use std::collections::HashMap;

use cytomine_model::{
    Direction, GlobalRole, Millis, Page, Role, RoleId, Sort, User, UserId, UserRole, UserRoleId,
};

use crate::{Executor, Row, StoreError, sql};

const COLUMNS: &str = "SELECT u.id, u.username, u.firstname, u.lastname, u.email, u.language, u.is_developer, \
u.enabled, u.origin, u.public_key, u.created, u.updated, u.password_hash, u.private_key, u.admin_session_until \
FROM user_account u WHERE u.deleted_by IS NULL";

/// What of an account never leaves the server.
#[derive(Clone, Default)]
pub struct UserSecrets {
    /// Password as argon2id PHC string; absent: cannot sign in by password.
    pub password_hash: Option<String>,
    /// Private key of the pair, sealed with the server key.
    pub private_key: Option<Vec<u8>>,
    /// Until when the admin session is open.
    pub admin_session_until: Option<Millis>,
}

fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.id("id")?,
        username: row.get("username")?,
        firstname: row.get("firstname")?,
        lastname: row.get("lastname")?,
        email: row.get("email")?,
        language: row.get("language")?,
        is_developer: row.get("is_developer")?,
        enabled: row.get("enabled")?,
        origin: row.get("origin")?,
        public_key: row.get("public_key")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

fn with_secrets(row: &Row) -> Result<(User, UserSecrets), StoreError> {
    let secrets = UserSecrets {
        password_hash: row.get("password_hash")?,
        private_key: row.get("private_key")?,
        admin_session_until: row.opt_time("admin_session_until")?,
    };
    Ok((user(row)?, secrets))
}

/// A user by id.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: UserId) -> Result<Option<User>, StoreError> {
    ex.first(sql(format!("{COLUMNS} AND u.id = $1")).bind(id)).await?.as_ref().map(user).transpose()
}

/// A user by id, with secrets.
///
/// # Errors
/// When the database refuses.
pub async fn secrets_by_id(
    mut ex: impl Executor,
    id: UserId,
) -> Result<Option<(User, UserSecrets)>, StoreError> {
    ex.first(sql(format!("{COLUMNS} AND u.id = $1")).bind(id)).await?.as_ref().map(with_secrets).transpose()
}

/// A user by name, with secrets.
///
/// # Errors
/// When the database refuses.
pub async fn secrets_by_name(
    mut ex: impl Executor,
    username: &str,
) -> Result<Option<(User, UserSecrets)>, StoreError> {
    let statement = sql(format!("{COLUMNS} AND u.username = $1")).bind(username);
    ex.first(statement).await?.as_ref().map(with_secrets).transpose()
}

/// A user by public key, with secrets.
///
/// # Errors
/// When the database refuses.
pub async fn secrets_by_public_key(
    mut ex: impl Executor,
    key: &str,
) -> Result<Option<(User, UserSecrets)>, StoreError> {
    let statement = sql(format!("{COLUMNS} AND u.public_key = $1")).bind(key);
    ex.first(statement).await?.as_ref().map(with_secrets).transpose()
}

/// Users with these ids, in no particular order; unknown ids are left out.
///
/// # Errors
/// When the database refuses.
pub async fn by_ids(mut ex: impl Executor, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
    let statement = sql(format!("{COLUMNS} AND u.id = ANY($1)")).bind(ids);
    ex.rows(statement).await?.iter().map(user).collect()
}

/// A page of all users (everyone signed in may see names), and how many there are. `full_name` keeps those whose
/// `first last (username)` contains the text, whatever the case; `*` in it stands for anything.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    mut ex: impl Executor,
    full_name: Option<&str>,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<User>, i64), StoreError> {
    const MATCHES: &str =
        " AND (u.firstname || ' ' || u.lastname || ' (' || u.username || ')') ILIKE $1 ESCAPE '\\'";
    const BY_NAME: &str = "lower(u.username) COLLATE \"C\"";
    let pattern = full_name.map(|text| {
        let parts: Vec<String> = text.split('*').map(crate::dialect::like_literal).collect();
        format!("%{}%", parts.join("%"))
    });
    let (mut count, mut statement) =
        (sql("SELECT count(*) AS n FROM user_account u WHERE u.deleted_by IS NULL"), sql(COLUMNS));
    if let Some(pattern) = pattern {
        count.push(MATCHES);
        statement.push(MATCHES);
        count = count.bind(pattern.clone());
        statement = statement.bind(pattern);
    }
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
    let (column, direction) = sort.map_or((BY_NAME, Direction::Ascending), |sort| {
        let column = match sort.field.as_str() {
            "created" => "u.created",
            "updated" => "u.updated",
            "firstname" => "lower(u.firstname) COLLATE \"C\"",
            "lastname" | "name" | "fullName" => {
                "lower(u.lastname || ' ' || u.firstname || ' ' || u.username) COLLATE \"C\""
            }
            "email" => "lower(u.email) COLLATE \"C\"",
            "id" => "u.id",
            _ => BY_NAME,
        };
        (column, sort.direction)
    });
    let word = if direction == Direction::Ascending { "ASC" } else { "DESC" };
    statement.push(&format!(" ORDER BY {column} {word}, u.id {word}")).push_page(page);
    let users = ex.rows(statement).await?.iter().map(user).collect::<Result<_, _>>()?;
    Ok((users, total))
}

/// Writes a new account.
///
/// # Errors
/// [`StoreError::Duplicate`] when a living account bears the name.
pub async fn insert(
    mut ex: impl Executor,
    user: &User,
    password_hash: Option<&str>,
) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO user_account (id, username, firstname, lastname, email, language, \
         is_developer, enabled, origin, password_hash, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(user.id)
    .bind(&user.username)
    .bind(&user.firstname)
    .bind(&user.lastname)
    .bind(&user.email)
    .bind(&user.language)
    .bind(user.is_developer)
    .bind(user.enabled)
    .bind(&user.origin)
    .bind(password_hash)
    .bind(user.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes what is not secret of an account.
///
/// # Errors
/// [`StoreError::Duplicate`] when another living account bears the name.
pub async fn update(mut ex: impl Executor, user: &User) -> Result<(), StoreError> {
    let statement = sql("UPDATE user_account SET username = $2, firstname = $3, lastname = $4, email = $5, \
         language = $6, is_developer = $7, enabled = $8, updated = $9 WHERE id = $1 AND deleted_by IS NULL")
    .bind(user.id)
    .bind(&user.username)
    .bind(&user.firstname)
    .bind(&user.lastname)
    .bind(&user.email)
    .bind(&user.language)
    .bind(user.is_developer)
    .bind(user.enabled)
    .bind(user.updated);
    ex.execute(statement).await.map(|_| ())
}

/// Writes the hash of a new password.
///
/// # Errors
/// When the database refuses.
pub async fn set_password(mut ex: impl Executor, id: UserId, hash: &str) -> Result<(), StoreError> {
    ex.execute(sql("UPDATE user_account SET password_hash = $2 WHERE id = $1").bind(id).bind(hash))
        .await
        .map(|_| ())
}

/// Writes a new pair of keys; the private one sealed.
///
/// # Errors
/// When the database refuses.
pub async fn set_keys(
    mut ex: impl Executor,
    id: UserId,
    public_key: &str,
    private_key: &[u8],
) -> Result<(), StoreError> {
    let statement = sql("UPDATE user_account SET public_key = $2, private_key = $3 WHERE id = $1")
        .bind(id)
        .bind(public_key)
        .bind(private_key);
    ex.execute(statement).await.map(|_| ())
}

/// Writes the first pair of keys of an account; tells whether there was none yet.
///
/// # Errors
/// When the database refuses.
pub async fn set_first_keys(
    mut ex: impl Executor,
    id: UserId,
    public_key: &str,
    private_key: &[u8],
) -> Result<bool, StoreError> {
    let statement =
        sql("UPDATE user_account SET public_key = $2, private_key = $3 WHERE id = $1 AND public_key IS NULL")
            .bind(id)
            .bind(public_key)
            .bind(private_key);
    Ok(ex.execute(statement).await? > 0)
}

/// Opens the admin session until a moment, or closes it.
///
/// # Errors
/// When the database refuses.
pub async fn set_admin_session(
    mut ex: impl Executor,
    id: UserId,
    until: Option<Millis>,
) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE user_account SET admin_session_until = $2 WHERE id = $1").bind(id).bind(until);
    ex.execute(statement).await.map(|_| ())
}

fn role_of(row: &Row) -> Result<GlobalRole, StoreError> {
    row.parsed("authority", GlobalRole::from_authority)
}

/// The roles there are, lowest first.
///
/// # Errors
/// When the database refuses.
pub async fn roles(mut ex: impl Executor) -> Result<Vec<Role>, StoreError> {
    let rows = ex.rows(sql("SELECT id, authority FROM role ORDER BY id")).await?;
    rows.iter().map(|row| Ok(Role { id: row.id("id")?, role: role_of(row)? })).collect()
}

/// The roles that a user holds, lowest first.
///
/// # Errors
/// When the database refuses.
pub async fn roles_of(mut ex: impl Executor, id: UserId) -> Result<Vec<UserRole>, StoreError> {
    let statement = sql("SELECT g.id, g.user_id, g.role_id, g.created, r.authority FROM user_role g \
         JOIN role r ON r.id = g.role_id WHERE g.user_id = $1 AND g.deleted_by IS NULL ORDER BY g.role_id")
    .bind(id);
    ex.rows(statement)
        .await?
        .iter()
        .map(|row| {
            Ok(UserRole {
                id: row.id("id")?,
                user: row.id("user_id")?,
                role_id: row.id("role_id")?,
                role: role_of(row)?,
                created: row.time("created")?,
            })
        })
        .collect()
}

/// The highest role that a user holds; who holds none counts as a guest.
///
/// # Errors
/// When the database refuses.
pub async fn highest_role(ex: impl Executor, id: UserId) -> Result<GlobalRole, StoreError> {
    Ok(roles_of(ex, id).await?.iter().map(|grant| grant.role).max().unwrap_or(GlobalRole::Guest))
}

/// The highest role of each of these users; who holds none is left out.
///
/// # Errors
/// When the database refuses.
pub async fn highest_roles(
    mut ex: impl Executor,
    ids: &[UserId],
) -> Result<HashMap<UserId, GlobalRole>, StoreError> {
    let statement = sql("SELECT g.user_id, r.authority FROM user_role g JOIN role r ON r.id = g.role_id \
         WHERE g.user_id = ANY($1) AND g.deleted_by IS NULL")
    .bind(ids);
    let mut highest = HashMap::new();
    for row in ex.rows(statement).await? {
        let role = role_of(&row)?;
        let known = highest.entry(row.id("user_id")?).or_insert(role);
        *known = role.max(*known);
    }
    Ok(highest)
}

/// Grants a role.
///
/// # Errors
/// [`StoreError::Duplicate`] when the user holds it.
pub async fn insert_role(
    mut ex: impl Executor,
    id: UserRoleId,
    user: UserId,
    role: RoleId,
    now: Millis,
) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO user_role (id, user_id, role_id, created) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(user)
        .bind(role)
        .bind(now);
    ex.execute(statement).await.map(|_| ())
}

/// How many living uploaded files lie in the user's storages.
///
/// # Errors
/// When the database refuses.
pub async fn files_in_storages(mut ex: impl Executor, id: UserId) -> Result<i64, StoreError> {
    let statement = sql("SELECT count(*) AS n FROM uploaded_file f JOIN storage s ON s.id = f.storage_id \
         WHERE s.user_id = $1 AND s.deleted_by IS NULL AND f.deleted_by IS NULL")
    .bind(id);
    ex.first(statement).await?.map_or(Ok(0), |row| row.get("n"))
}
