//! The application on a temporary folder.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use cytomine_api::edge::{self, EdgeOptions};
use cytomine_api::{ApiState, auth};
use cytomine_domain::account::{self, UserFields};
use cytomine_domain::password::Passwords;
use cytomine_domain::server_key::ServerKey;
use cytomine_domain::{ManualClock, System, session};
use cytomine_model::{GlobalRole, Millis, User};
use cytomine_store::blobs::Objects;
use cytomine_store::testing::{PgDatabase, both as both_databases, lite};
use cytomine_store::{Blobs, Db};
use tempfile::TempDir;

use crate::Client;

/// Memory of a password hash in tests, in KiB.
const PASSWORD_MEMORY: u32 = 64;
/// When the clock starts: 2026-01-01T00:00:00Z.
const START: Millis = Millis(1_767_225_600_000);

/// A running application; its folder goes with it.
#[derive(Clone, Debug)]
pub struct App {
    /// The system behind it.
    pub system: Arc<System>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    router: Router,
    folder: Arc<TempDir>,
    key: ServerKey,
}

/// Runs a test on an application with SQLite and on one with PostgreSQL (where a server is named).
///
/// # Panics
/// When the test does.
pub async fn both<F, R>(test: F)
where
    F: Fn(App) -> R,
    R: Future<Output = ()>,
{
    both_databases(|db| {
        let test = &test;
        async move { test(App::on(db)).await }
    })
    .await;
}

impl App {
    /// On SQLite.
    ///
    /// # Panics
    /// When the folder cannot be made.
    pub async fn lite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let db = lite(&folder.path().join("cytomine.db")).await;
        Self::in_folder(db, folder)
    }

    /// On SQLite, with published bytes there instead of on the disk.
    ///
    /// # Panics
    /// When the folder cannot be made.
    pub async fn beside(objects: Arc<dyn Objects>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let db = Db::open_lite(&folder.path().join("cytomine.db")).await.expect("SQLite opens");
        let blobs = Blobs::open_beside(folder.path(), objects).expect("folders for slides can be made");
        let clock = Arc::new(ManualClock::new(START));
        Self::of_parts(db, blobs, ServerKey::random(), clock, Arc::new(folder))
    }

    /// On PostgreSQL; none where no server is named. The database is the caller's to drop.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn pg() -> Option<(Self, PgDatabase)> {
        let database = PgDatabase::migrated().await?;
        let db = Db::open_pg(&database.url, None).await.expect("PostgreSQL opens");
        Some((Self::on(db), database))
    }

    /// On an open database.
    ///
    /// # Panics
    /// When the folder cannot be made.
    pub fn on(db: Db) -> Self {
        Self::in_folder(db, tempfile::tempdir().expect("a temporary folder can be made"))
    }

    fn in_folder(db: Db, folder: TempDir) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let blobs = Blobs::open_disk(folder.path()).expect("folders for slides can be made");
        Self::of_parts(db, blobs, ServerKey::random(), clock, Arc::new(folder))
    }

    /// The moment of the clock as clients sign it.
    ///
    /// # Panics
    /// When the clock is beyond the calendar.
    pub fn date(&self) -> String {
        let now = jiff::Timestamp::from_millisecond(self.system.clock.now().0);
        now.expect("the clock is within the calendar").strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
    }

    fn of_parts(db: Db, blobs: Blobs, key: ServerKey, clock: Arc<ManualClock>, folder: Arc<TempDir>) -> Self {
        let passwords = Passwords::with_memory(PASSWORD_MEMORY);
        let system = Arc::new(System::new(db, blobs, key.clone(), passwords, clock.clone()));
        let router = cytomine_api::routes().with_state(ApiState::new(system.clone()));
        let router = edge::wrap(router, EdgeOptions::default());
        Self { system, clock, router, folder, key }
    }

    /// The same system as another process of it: with the same database, bytes, key and clock, and nothing else.
    #[must_use]
    pub fn replica(&self) -> Self {
        let (db, blobs) = (self.system.db.clone(), self.system.blobs.clone());
        Self::of_parts(db, blobs, self.key.clone(), self.clock.clone(), Arc::clone(&self.folder))
    }

    /// A client of this replica that is signed in as that one.
    #[must_use]
    pub fn client_of(&self, client: &Client) -> Client {
        client.elsewhere(self.router.clone())
    }

    /// Its data directory.
    pub fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A client that is not signed in.
    pub fn anonymous(&self) -> Client {
        Client::new(self.router.clone(), None, 0)
    }

    /// A client of a user with the user role; the account is made when there is none. Its password is its name.
    pub async fn user(&self, name: &str) -> Client {
        self.user_with_role(name, GlobalRole::User).await
    }

    /// A client of a guest.
    pub async fn guest(&self, name: &str) -> Client {
        self.user_with_role(name, GlobalRole::Guest).await
    }

    /// A client of an administrator with an open admin session.
    pub async fn admin(&self) -> Client {
        self.user_with_role(account::ADMIN, GlobalRole::Admin).await
    }

    /// A client of a user; an account that is there keeps the roles it has.
    ///
    /// # Panics
    /// When the account or its session cannot be made.
    pub async fn user_with_role(&self, name: &str, role: GlobalRole) -> Client {
        let user = self.account(name, role).await;
        let token = session::open(&self.system, user.id).await.expect("a session can be opened");
        let cookie = format!("{}={}", auth::COOKIE, token.as_str());
        Client::new(self.router.clone(), Some(cookie), user.id.0)
    }

    /// An account, made when there is none.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn account(&self, name: &str, role: GlobalRole) -> User {
        if let Ok(user) = account::by_name(&self.system, name).await {
            return user;
        }
        let fields = UserFields {
            username: Some(name.to_owned()),
            password: Some(name.to_owned()),
            role: Some(role),
            ..UserFields::default()
        };
        account::add_from_command_line(&self.system, fields).await.expect("an account can be made")
    }
}
