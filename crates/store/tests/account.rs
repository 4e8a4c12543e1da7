//! Accounts, roles and sessions on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use cytomine_model::{
    CommandId, Direction, EntityKind, GlobalRole, Millis, Page, RoleId, Sort, User, UserId, UserRole,
    UserRoleId,
};
use cytomine_store::testing::both;
use cytomine_store::written;
use cytomine_store::{Db, StoreError, rows, session, table, user};

fn account(id: i64, username: &str, firstname: &str, lastname: &str) -> User {
    User {
        id: UserId(id),
        username: username.to_owned(),
        firstname: firstname.to_owned(),
        lastname: lastname.to_owned(),
        email: "mail@example.org".to_owned(),
        language: "EN".to_owned(),
        is_developer: false,
        enabled: true,
        origin: "LOCAL".to_owned(),
        public_key: None,
        created: Millis(id),
        updated: None,
    }
}

async fn write(db: &Db, account: &User) {
    written!(db, table::insert(account)).expect("a new name is free");
    written!(db, user::set_password(account.id, "hash")).unwrap();
}

async fn by_id(db: &Db, id: UserId) -> Option<User> {
    let found = table::by_id(db, id, false).await.unwrap();
    #[allow(clippy::disallowed_methods, reason = "nobody has rights here")]
    found.map(table::Found::open)
}

#[tokio::test]
async fn an_account_reads_back_as_written_and_its_name_is_taken_while_it_lives() {
    both(|db| async move {
        let mut alice = account(201, "alice", "Alice", "Ray");
        write(&db, &alice).await;
        assert_eq!(by_id(&db, alice.id).await.as_ref(), Some(&alice));
        let before = alice.clone();
        let (_, secrets) = user::secrets_by_name(&db, "alice").await.unwrap().unwrap();
        assert_eq!(secrets.password_hash.as_deref(), Some("hash"));
        assert!(user::secrets_by_name(&db, "Alice").await.unwrap().is_none(), "names mind their case");

        let other = account(202, "alice", "", "");
        let refused = written!(db, table::insert(&other));
        assert!(matches!(refused, Err(StoreError::Duplicate { .. })), "{refused:?}");

        alice.enabled = false;
        alice.language = "FR".to_owned();
        alice.updated = Some(Millis(9));
        written!(db, table::update(&before, &alice)).unwrap();
        assert_eq!(by_id(&db, alice.id).await, Some(alice));

        written!(db, rows::delete_with_dependents(EntityKind::User, &[(201, 201)], CommandId(900), u64::MAX))
            .unwrap();
        assert_eq!(by_id(&db, UserId(201)).await, None);
        write(&db, &other).await;
        assert_eq!(user::secrets_by_name(&db, "alice").await.unwrap().unwrap().0.id, UserId(202));
    })
    .await;
}

#[tokio::test]
async fn lists_are_sorted_filtered_and_cut_to_pages() {
    both(|db| async move {
        for one in [
            account(201, "zoe", "Ann", "B_ck"),
            account(202, "Bob", "Bob", "Stone"),
            account(203, "alice", "Zed", "Ray"),
        ] {
            write(&db, &one).await;
        }
        let names = async |text: Option<&str>, sort: Option<Sort>, page| {
            let (users, total) = user::list(&db, text, sort.as_ref(), page).await.unwrap();
            (users.into_iter().map(|user| user.username).collect::<Vec<_>>(), total)
        };
        let sort = |field: &str, direction| Some(Sort { field: field.to_owned(), direction });
        let all = |names: &[&str]| (names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), 3);
        assert_eq!(names(None, None, Page::ALL).await, all(&["alice", "Bob", "zoe"]));
        let by_name = sort("full_name", Direction::Ascending);
        assert_eq!(names(None, by_name, Page::ALL).await, all(&["zoe", "alice", "Bob"]));
        let newest = sort("created", Direction::Descending);
        assert_eq!(names(None, newest, Page { offset: 1, max: 1 }).await, all(&["Bob"]));

        let found = async |text| names(Some(text), None, Page::ALL).await.0;
        assert_eq!(found("ob stone (BOB)").await, ["Bob"]);
        assert_eq!(found("_").await, ["zoe"], "an underscore is no wildcard");
        assert_eq!(found("z*ali").await, ["alice"]);
        assert!(found("' OR 1=1 --").await.is_empty());
    })
    .await;
}

fn holds(id: i64, user: i64, role: i64) -> UserRole {
    let (id, user, role_id) = (UserRoleId(id), UserId(user), RoleId(role));
    UserRole { id, user, role_id, role: GlobalRole::Guest, created: Millis(5) }
}

#[tokio::test]
async fn the_highest_role_counts() {
    both(|db| async move {
        for id in [201, 202, 203] {
            write(&db, &account(id, &format!("user{id}"), "", "")).await;
        }
        let roles = user::roles(&db).await.unwrap();
        let order: Vec<_> = roles.iter().map(|role| role.role).collect();
        assert_eq!(order, GlobalRole::ALL);
        for (grant, holder, role) in [(301, 201, 2), (302, 201, 3), (303, 202, 1)] {
            written!(db, table::insert(&holds(grant, holder, role))).unwrap();
        }
        let again = written!(db, table::insert(&holds(304, 201, 3)));
        assert!(matches!(again, Err(StoreError::Duplicate { .. })), "{again:?}");

        let highest = user::highest_roles(&db, &[UserId(201), UserId(202), UserId(203)]).await.unwrap();
        assert_eq!(highest.get(&UserId(201)), Some(&GlobalRole::Admin));
        assert_eq!(highest.get(&UserId(202)), Some(&GlobalRole::Guest));
        assert_eq!(highest.get(&UserId(203)), None);
        assert_eq!(user::highest_role(&db, UserId(203)).await.unwrap(), GlobalRole::Guest);

        written!(
            db,
            rows::delete_with_dependents(EntityKind::UserRole, &[(302, 302)], CommandId(900), u64::MAX)
        )
        .unwrap();
        assert_eq!(user::highest_role(&db, UserId(201)).await.unwrap(), GlobalRole::User);
    })
    .await;
}

#[tokio::test]
async fn the_first_keys_are_written_once_and_new_ones_replace_them() {
    both(|db| async move {
        write(&db, &account(201, "alice", "", "")).await;
        let id = UserId(201);
        assert!(written!(db, user::set_first_keys(id, "public", b"sealed")).unwrap());
        assert!(!written!(db, user::set_first_keys(id, "late", b"late")).unwrap());
        let (found, secrets) = user::secrets_by_public_key(&db, "public").await.unwrap().unwrap();
        assert_eq!((found.id, secrets.private_key.as_deref()), (id, Some(&b"sealed"[..])));
        written!(db, user::set_keys(id, "new", b"newer")).unwrap();
        assert!(user::secrets_by_public_key(&db, "public").await.unwrap().is_none());
        assert!(user::secrets_by_public_key(&db, "new").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn sessions_end_one_by_one_all_at_once_or_by_age() {
    both(|db| async move {
        for id in [201, 202] {
            write(&db, &account(id, &format!("user{id}"), "", "")).await;
        }
        let living = async || {
            let mut found = Vec::new();
            for token in [b"a", b"b", b"c", b"d"] {
                if session::by_token(&db, token).await.unwrap().is_some() {
                    found.push(char::from(token[0]));
                }
            }
            String::from_iter(found)
        };
        for (token, id, now) in [(b"a", 201, 10), (b"b", 201, 20), (b"c", 202, 30), (b"d", 202, 40)] {
            written!(db, session::insert(token, UserId(id), Millis(now))).unwrap();
        }
        written!(db, session::touch(b"b", Millis(50))).unwrap();
        let touched = session::by_token(&db, b"b").await.unwrap().unwrap();
        assert_eq!((touched.user, touched.created, touched.last_seen), (UserId(201), Millis(20), Millis(50)));

        written!(db, session::delete(b"d")).unwrap();
        assert_eq!(living().await, "abc");
        assert_eq!(written!(db, session::sweep(Millis(5), Millis(31))).unwrap(), 2, "a and c were idle");
        assert_eq!(living().await, "b");
        assert_eq!(written!(db, session::sweep(Millis(21), Millis(5))).unwrap(), 1, "b is too old");
        written!(db, session::insert(b"a", UserId(201), Millis(60))).unwrap();
        written!(db, session::insert(b"c", UserId(202), Millis(60))).unwrap();
        written!(db, session::delete_of_user(UserId(201))).unwrap();
        assert_eq!(living().await, "c");
    })
    .await;
}
