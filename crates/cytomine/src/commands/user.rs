//! `cytomine user ...`: accounts, on the data directory or database itself, whether the server runs or not.

use std::path::Path;

use cytomine_domain::account::{self, UserFields};
use cytomine_domain::{System, keys, password};
use cytomine_model::{GlobalRole, Page};
use serde_json::json;

use super::{RunError, system};
use crate::cli::{Role, User, UserAdd, UserKeys, UserList, UserPassword};
use crate::config::secret;
use crate::say;

/// Runs one of the commands.
pub(super) async fn run(command: User) -> Result<(), RunError> {
    let system = system::open(command.system()).await?;
    match command {
        User::List(settings) => list(&system, &settings).await,
        User::Add(settings) => add(&system, settings).await,
        User::Password(settings) => set_password(&system, &settings).await,
        User::Keys(settings) => show_keys(&system, &settings).await,
    }
}

async fn list(system: &System, settings: &UserList) -> Result<(), RunError> {
    let (users, _) = account::list(system, None, None, Page::ALL).await?;
    let mut rows = Vec::with_capacity(users.len());
    for user in users {
        let role = account::highest_role(system, user.id).await?;
        rows.push((user, role));
    }
    if settings.json {
        let users: Vec<_> = rows
            .iter()
            .map(|(user, role)| {
                json!({
                    "id": user.id,
                    "username": user.username,
                    "name": user.name(),
                    "email": user.email,
                    "role": role.authority(),
                    "enabled": user.enabled,
                })
            })
            .collect();
        say::json(&json!(users));
        return Ok(());
    }
    let table: Vec<(&str, String)> = rows
        .iter()
        .map(|(user, role)| {
            let disabled = if user.enabled { "" } else { ", disabled" };
            (user.username.as_str(), format!("{} ({}{disabled})", user.name(), word(*role)))
        })
        .collect();
    say::table("Accounts", &table);
    Ok(())
}

async fn add(system: &System, settings: UserAdd) -> Result<(), RunError> {
    let (password, made_up) = password_of(settings.password_file.as_deref())?;
    let role = match settings.role {
        Role::Guest => GlobalRole::Guest,
        Role::User => GlobalRole::User,
        Role::Admin => GlobalRole::Admin,
    };
    let fields = UserFields {
        username: Some(settings.name),
        firstname: Some(settings.first_name),
        lastname: Some(settings.last_name),
        email: Some(settings.email),
        password: Some(password.clone()),
        role: Some(role),
        ..UserFields::default()
    };
    let user = account::add_from_command_line(system, fields).await?;
    if settings.json {
        let shown = made_up.then_some(password);
        say::json(&json!({ "id": user.id, "username": user.username, "password": shown }));
        return Ok(());
    }
    let mut rows = vec![("User", user.username)];
    if made_up {
        rows.push(("Password", password));
        rows.push(("", "Shown this once".to_owned()));
    }
    say::table("Account added", &rows);
    Ok(())
}

async fn set_password(system: &System, settings: &UserPassword) -> Result<(), RunError> {
    let (password, made_up) = password_of(settings.password_file.as_deref())?;
    account::set_password_from_command_line(system, &settings.name, &password).await?;
    if settings.json {
        say::json(&json!({ "username": settings.name, "password": made_up.then_some(password) }));
        return Ok(());
    }
    let mut rows = vec![("User", settings.name.clone())];
    if made_up {
        rows.push(("Password", password));
        rows.push(("", "Shown this once".to_owned()));
    }
    rows.push(("Mind", "All sessions of the account have ended".to_owned()));
    say::table("Password set", &rows);
    Ok(())
}

async fn show_keys(system: &System, settings: &UserKeys) -> Result<(), RunError> {
    let pair = keys::for_command_line(system, &settings.name, settings.rotate).await?;
    if settings.json {
        say::json(&json!({ "publicKey": pair.public_key, "privateKey": pair.private_key }));
    } else {
        let rows = [("Public key", pair.public_key), ("Private key", pair.private_key)];
        say::table(&format!("Keys of {}", settings.name), &rows);
    }
    Ok(())
}

/// The password in the file, or one made up; and whether it was.
fn password_of(file: Option<&Path>) -> Result<(String, bool), RunError> {
    match file {
        Some(file) => Ok((secret::read("--password-file", file)?, false)),
        None => Ok((password::random_password(), true)),
    }
}

fn word(role: GlobalRole) -> &'static str {
    match role {
        GlobalRole::Guest => "guest",
        GlobalRole::User => "user",
        GlobalRole::Admin => "admin",
        GlobalRole::SuperAdmin => "super admin",
    }
}
