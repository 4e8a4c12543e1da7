//! Accounts and the roles they hold.

use std::collections::HashMap;

use cytomine_model::{
    CommandId, Direction, EntityKind, GlobalRole, Millis, Page, Role, Sort, User, UserId, UserRole,
};

use crate::condition::Field;
use crate::table::{Cells, Hang, Order, Table};
use crate::{Read, Row, Statement, StoreError, Write, sql, table};

table! {
    User as "u";
    columns {
        id = Stay "id",
        username = Change "username",
        firstname = Change "firstname",
        lastname = Change "lastname",
        email = Change "email",
        language = Change "language",
        is_developer = Change "is_developer",
        enabled = Change "enabled",
        origin = Stay "origin",
        public_key = Serve "public_key",
        created = Stay "created",
        updated = Change "updated",
    }
}

table! {
    UserRole as "g", joins "JOIN role r ON r.id = g.role_id";
    hangs { Hang::Column(EntityKind::User, "user_id") }
    columns {
        id = Stay "id",
        user = Stay "user_id",
        role_id = Stay "role_id",
        created = Stay "created",
    }
    shown { role = "r.authority", }
}

const FIELDS: &[Field] = &[
    Field::text(&["username"], "u.username"),
    Field::text(&["firstname"], "u.firstname"),
    Field::text(&["lastname", "name", "full_name"], "u.lastname || ' ' || u.firstname || ' ' || u.username"),
    Field::text(&["email"], "u.email"),
    Field::number(&["id"], "u.id"),
    Field::number(&["created"], "u.created"),
    Field::number(&["updated"], "u.updated"),
];

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

/// Selects accounts with their secrets.
fn secret() -> Statement {
    sql(format!(
        "SELECT {}, u.password_hash, u.private_key, u.admin_session_until FROM user_account u WHERE u.deleted_by IS NULL",
        User::select(true)
    ))
}

fn with_secrets(row: &Row) -> Result<(User, UserSecrets), StoreError> {
    let secrets = UserSecrets {
        password_hash: row.get("password_hash")?,
        private_key: row.get("private_key")?,
        admin_session_until: row.opt_time("admin_session_until")?,
    };
    Ok((User::read(&mut Cells::of(row))?, secrets))
}

/// A user by id, with secrets.
pub async fn secrets_by_id(mut ex: impl Read, id: UserId) -> Result<Option<(User, UserSecrets)>, StoreError> {
    let mut statement = secret();
    statement.push(" AND u.id = ").push_value(id);
    ex.first(statement).await?.as_ref().map(with_secrets).transpose()
}

/// A user by name, with secrets.
pub async fn secrets_by_name(
    mut ex: impl Read,
    username: &str,
) -> Result<Option<(User, UserSecrets)>, StoreError> {
    let mut statement = secret();
    statement.push(" AND u.username = ").push_value(username);
    ex.first(statement).await?.as_ref().map(with_secrets).transpose()
}

/// A user by public key, with secrets.
pub async fn secrets_by_public_key(
    mut ex: impl Read,
    key: &str,
) -> Result<Option<(User, UserSecrets)>, StoreError> {
    let mut statement = secret();
    statement.push(" AND u.public_key = ").push_value(key);
    ex.first(statement).await?.as_ref().map(with_secrets).transpose()
}

/// Ids and names of all living accounts.
pub async fn names(mut ex: impl Read) -> Result<Vec<(UserId, String)>, StoreError> {
    let statement = sql("SELECT id, username FROM user_account WHERE deleted_by IS NULL");
    ex.rows(statement).await?.iter().map(|row| Ok((row.id("id")?, row.get("username")?))).collect()
}

/// Users with these ids, in no particular order; unknown ids are left out.
pub async fn by_ids(ex: impl Read, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
    let mut statement = table::living::<User>();
    statement.push(" AND u.id = ANY(").push_value(ids).push(")");
    table::all(ex, statement).await
}

/// A page of all users (everyone signed in may see names), and how many there are. `full_name` keeps those whose
/// `first last (username)` contains the text, whatever the case; `*` in it stands for anything.
pub async fn list(
    ex: impl Read,
    full_name: Option<&str>,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<User>, i64), StoreError> {
    let pattern = full_name.map(|text| {
        let parts: Vec<String> = text.split('*').map(crate::dialect::like_literal).collect();
        format!("%{}%", parts.join("%"))
    });
    let filter = |statement: &mut Statement| {
        if let Some(pattern) = &pattern {
            statement.push(" AND (u.firstname || ' ' || u.lastname || ' (' || u.username || ')') ILIKE ");
            statement.push_value(pattern).push(" ESCAPE '\\'");
        }
    };
    let order = Order { sort, default: ("lower(u.username) COLLATE \"C\"", Direction::Ascending) };
    table::page(ex, filter, FIELDS, order, page).await
}

/// Writes the hash of a new password.
pub async fn set_password(mut tx: impl Write, id: UserId, hash: &str) -> Result<(), StoreError> {
    tx.execute(sql("UPDATE user_account SET password_hash = $2 WHERE id = $1").bind(id).bind(hash))
        .await
        .map(|_| ())
}

/// Writes a new pair of keys; the private one sealed.
pub async fn set_keys(
    mut tx: impl Write,
    id: UserId,
    public_key: &str,
    private_key: &[u8],
) -> Result<(), StoreError> {
    let statement = sql("UPDATE user_account SET public_key = $2, private_key = $3 WHERE id = $1")
        .bind(id)
        .bind(public_key)
        .bind(private_key);
    tx.execute(statement).await.map(|_| ())
}

/// Writes the first pair of keys of an account; tells whether there was none yet.
pub async fn set_first_keys(
    mut tx: impl Write,
    id: UserId,
    public_key: &str,
    private_key: &[u8],
) -> Result<bool, StoreError> {
    let statement =
        sql("UPDATE user_account SET public_key = $2, private_key = $3 WHERE id = $1 AND public_key IS NULL")
            .bind(id)
            .bind(public_key)
            .bind(private_key);
    Ok(tx.execute(statement).await? > 0)
}

/// Opens the admin session of the account's key until a moment, or closes it.
pub async fn set_admin_session(
    mut tx: impl Write,
    id: UserId,
    until: Option<Millis>,
) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE user_account SET admin_session_until = $2 WHERE id = $1").bind(id).bind(until);
    tx.execute(statement).await.map(|_| ())
}

fn role_of(row: &Row) -> Result<GlobalRole, StoreError> {
    row.parsed("authority", GlobalRole::from_authority)
}

/// The roles there are, lowest first.
pub async fn roles(mut ex: impl Read) -> Result<Vec<Role>, StoreError> {
    let rows = ex.rows(sql("SELECT id, authority FROM role ORDER BY id")).await?;
    rows.iter().map(|row| Ok(Role { id: row.id("id")?, role: role_of(row)? })).collect()
}

/// The roles that a user holds, lowest first.
pub async fn roles_of(ex: impl Read, id: UserId) -> Result<Vec<UserRole>, StoreError> {
    let mut statement = table::living::<UserRole>();
    statement.push(" AND g.user_id = ").push_value(id).push(" ORDER BY g.role_id");
    table::all(ex, statement).await
}

/// The highest role that a user holds; who holds none counts as a guest.
pub async fn highest_role(ex: impl Read, id: UserId) -> Result<GlobalRole, StoreError> {
    Ok(roles_of(ex, id).await?.iter().map(|grant| grant.role).max().unwrap_or(GlobalRole::Guest))
}

/// The highest role of each of these users; who holds none is left out.
pub async fn highest_roles(
    mut ex: impl Read,
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

/// How many uploaded files lie in the user's storages, with those that this command has deleted already.
pub async fn files_in_storages(mut ex: impl Read, id: UserId, command: CommandId) -> Result<i64, StoreError> {
    let statement = sql("SELECT count(*) AS n FROM uploaded_file f JOIN storage s ON s.id = f.storage_id \
         WHERE s.user_id = $1 AND (s.deleted_by IS NULL OR s.deleted_by = $2) \
         AND (f.deleted_by IS NULL OR f.deleted_by = $2)")
    .bind(id)
    .bind(command);
    ex.first(statement).await?.map_or(Ok(0), |row| row.get("n"))
}
