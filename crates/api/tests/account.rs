//! What accounts, roles and admin sessions may do and how they lose it, over HTTP and on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_api::dialect::signature::sign;
use cytomine_domain::password::Passwords;
use cytomine_domain::server_key::ServerKey;
use cytomine_domain::{System, account};
use cytomine_model::GlobalRole;
use cytomine_testkit::{Answer, App, Client, both};
use serde_json::{Value, json};

/// Signed as 3.x clients do: for addresses outside of `/api` over `/api/` and the absolute address.
async fn signed(app: &App, keys: &Value, method: &str, path: &str, body: &str) -> Answer {
    let date = app.date();
    let fifth =
        if path.starts_with("/api/") { path.to_owned() } else { format!("/api/http://cytomine.test{path}") };
    let message = format!("{method}\n\napplication/json\n{date}\n{fifth}");
    let signature = sign(keys["privateKey"].as_str().unwrap(), &message);
    let authorization = format!("CYTOMINE {}:{signature}", keys["publicKey"].as_str().unwrap());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, authorization)
        .header(header::ORIGIN, "http://elsewhere.test")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::DATE, &date);
    app.anonymous().send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn new_user(client: &Client, name: &str) -> Answer {
    client.post("/api/user.json", &json!({ "username": name, "password": "pw" })).await
}

#[tokio::test]
async fn an_admin_session_lasts_two_hours_and_is_opened_and_closed() {
    both(|app| async move {
        let admin = app.admin().await;
        let flags = |by_now: bool| {
            json!({
                "admin": true, "user": false, "guest": false,
                "adminByNow": by_now, "userByNow": true, "guestByNow": false,
            })
        };
        assert_eq!(admin.get("/session/admin/info.json").await.ok(), flags(true), "opened by signing in");
        app.clock.advance(Duration::from_secs(120 * 60 - 1));
        new_user(&admin, "one").await.ok();
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(new_user(&admin, "two").await.status, 403);
        assert_eq!(admin.get("/session/admin/info.json").await.ok(), flags(false));
        assert_eq!(admin.get("/api/session/admin/open.json").await.ok(), flags(true));
        new_user(&admin, "two").await.ok();
        assert_eq!(admin.get("/session/admin/close.json").await.ok(), flags(false));
        assert_eq!(new_user(&admin, "three").await.status, 403);

        let refused = app.user("alice").await.get("/session/admin/open.json").await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.json()["errors"]["message"], "You are not an admin!");
        assert_eq!(app.anonymous().get("/session/admin/info.json").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_script_opens_the_admin_session_with_the_odd_signature_of_3_x() {
    both(|app| async move {
        let admin = app.admin().await;
        let keys = admin.get("/api/user/current.json").await.ok();
        admin.get("/session/admin/close.json").await.ok();
        let body = r#"{"username": "carol", "password": "pw"}"#;
        assert_eq!(signed(&app, &keys, "POST", "/api/user.json", body).await.status, 403);
        let opened = signed(&app, &keys, "GET", "/session/admin/open.json", "").await.ok();
        assert_eq!(opened["adminByNow"], true);
        // The signature names the origin of nobody, and needs none.
        let made = signed(&app, &keys, "POST", "/api/user.json", body).await.ok();
        assert_eq!(made["user"]["username"], "carol");
        assert_eq!(made["data"], made["user"]);
        assert_eq!(made["callback"]["method"], "be.cytomine.AddUserCommand");
    })
    .await;
}

#[tokio::test]
async fn tries_sent_at_once_are_counted_too() {
    let app = App::lite().await;
    app.user("alice").await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let client = app.anonymous();
        tries.spawn(async move {
            let body = json!({ "username": "alice", "password": "wrong" });
            client.post("/session", &body).await.status
        });
    }
    let mut seen = tries.join_all().await;
    seen.sort_unstable();
    assert_eq!(seen, [vec![401; 10], vec![429; 20]].concat());
    let long = json!({ "username": "a".repeat(201), "password": "x" });
    assert_eq!(app.anonymous().post("/session", &long).await.status, 401);
}

#[tokio::test]
async fn the_session_answers_the_user_with_flags() {
    let app = App::lite().await;
    let alice = app.user("alice").await;
    let answer = alice.get("/session").await.ok();
    assert_eq!(
        answer["user"],
        json!({
            "id": alice.id, "created": 1_767_225_600_000_i64, "updated": null, "deleted": null,
            "username": "alice", "name": "alice", "fullName": "alice", "firstname": "", "lastname": "",
            "email": "", "language": "EN", "isDeveloper": false, "enabled": true, "origin": "LOCAL",
            "admin": false, "user": true, "guest": false,
            "adminByNow": false, "userByNow": true, "guestByNow": false, "role": "ROLE_USER",
        })
    );
    assert_eq!(app.guest("gus").await.get("/session").await.ok()["user"]["guestByNow"], true);
}

#[tokio::test]
async fn the_first_keys_are_the_same_for_all_who_ask_at_once() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let client = alice.clone();
            asked.spawn(async move { client.get("/api/user/current.json").await.ok() });
        }
        let answers = asked.join_all().await;
        assert!(answers[0]["privateKey"].is_string());
        assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    })
    .await;
}

/// Another process on the same database, such as the command line.
fn another_process(app: &App) -> System {
    let (db, blobs) = (app.system.db.clone(), app.system.blobs.clone());
    System::new(db, blobs, ServerKey::random(), Passwords::with_memory(64), app.clock.clone())
}

#[tokio::test]
async fn what_another_process_takes_away_is_gone_within_ten_seconds() {
    both(|app| async move {
        let alice = app.user("alice").await;
        alice.get("/session").await.ok();
        let other = another_process(&app);
        account::set_password_from_command_line(&other, "alice", "new").await.unwrap();
        app.clock.advance(Duration::from_secs(10));
        assert_eq!(alice.get("/session").await.status, 401, "even if nobody watches");
    })
    .await;
}

#[tokio::test]
async fn whoever_watches_rights_forgets_what_another_process_changed() {
    both(|app| async move {
        let watched = Arc::clone(&app.system);
        let watching = tokio::spawn(async move { watched.watch_rights().await });
        let other = another_process(&app);
        let alice = app.user("alice").await;
        alice.get("/session").await.ok();
        // The clock stands still, so that what is remembered does not run out by itself.
        let mut gone = false;
        for _ in 0..100 {
            account::set_password_from_command_line(&other, "alice", "new").await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            gone = alice.get("/session").await.status == 401;
            if gone {
                break;
            }
        }
        watching.abort();
        assert!(gone);
    })
    .await;
}

#[tokio::test]
async fn nobody_keeps_or_regains_what_their_role_no_longer_gives() {
    both(|app| async move {
        let admin = app.admin().await;
        let boss = app.user_with_role("boss", GlobalRole::Admin).await;
        let eve = app.user("eve").await;
        let of_eve = format!("/api/user/{}/role", eve.id);
        boss.post(&format!("{of_eve}.json"), &json!({ "role": 3 })).await.ok();
        boss.delete(&format!("{of_eve}/3.json")).await.ok();

        assert_eq!(boss.delete(&format!("/api/user/{}/role/3.json", boss.id)).await.status, 403);
        admin.delete(&format!("/api/user/{}/role/3.json", boss.id)).await.ok();
        assert_eq!(new_user(&boss, "x").await.status, 403, "at once");
        assert_eq!(boss.get("/api/command/undo.json").await.status, 403, "no back door");
        assert_eq!(admin.get(&format!("{of_eve}/3.json")).await.status, 404);

        // One's own name may be changed back without any right.
        eve.put(&format!("/api/user/{}.json", eve.id), &json!({ "firstname": "Eva" })).await.ok();
        eve.get("/api/command/undo.json").await.ok();
        assert_eq!(eve.get("/api/user/current.json").await.ok()["firstname"], "");
    })
    .await;
}

#[tokio::test]
async fn an_administrator_cannot_become_a_super_administrator() {
    both(|app| async move {
        let admin = app.admin().await;
        let root = app.account("root", GlobalRole::SuperAdmin).await.id;
        let path = format!("/api/user/{root}");
        let password = json!({ "password": "mine" });
        for refused in [
            admin.put(&format!("{path}/password.json"), &password).await,
            admin.put(&format!("{path}.json"), &password).await,
            admin.get(&format!("{path}/keys.json")).await,
            admin.delete(&format!("{path}.json")).await,
            admin.delete(&format!("{path}/role/4.json")).await,
            admin.put(&format!("/api/user/{}/role/4/define.json", admin.id), &Value::Null).await,
        ] {
            assert_eq!(refused.status, 403, "{}", String::from_utf8_lossy(&refused.body));
        }
    })
    .await;
}

#[tokio::test]
async fn a_role_is_defined_in_one_step() {
    both(|app| async move {
        let admin = app.admin().await;
        let alice = app.user("alice").await;
        let roles = async |path: String| {
            let found = admin.put(&path, &Value::Null).await.ok();
            let rows = found["collection"].as_array().unwrap().clone();
            rows.iter().map(|row| row["authority"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let path = format!("/api/user/{}/role", alice.id);
        assert_eq!(
            roles(format!("{path}/ROLE_ADMIN/define.json")).await,
            ["ROLE_GUEST", "ROLE_USER", "ROLE_ADMIN"]
        );
        assert_eq!(roles(format!("{path}/1/define.json")).await, ["ROLE_GUEST"]);
        // Refused as a whole: nothing of it was done.
        let own = format!("/api/user/{}/role", admin.id);
        assert_eq!(admin.put(&format!("{own}/1/define.json"), &Value::Null).await.status, 403);
        assert_eq!(admin.get(&format!("{own}.json")).await.ok()["size"], 2);
        assert_eq!(alice.put(&format!("{path}/2/define.json"), &Value::Null).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_password_of_ones_own_needs_the_old_one_whatever_the_address() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let path = format!("/api/user/{}.json", alice.id);
        let refused = alice.put(&path, &json!({ "password": "stolen" })).await;
        assert_eq!(refused.status, 403);
        assert!(refused.json()["errors"].as_str().unwrap().contains("oldPassword"));
        // What the official client sends back after reading a member of a project.
        let body = json!({ "id": alice.id, "username": "alice", "firstname": "Al", "role": "contributor" });
        assert_eq!(alice.put(&path, &body).await.ok()["user"]["firstname"], "Al");
    })
    .await;
}

#[tokio::test]
async fn the_official_clients_tests_of_users_pass() {
    both(|app| async move {
        let admin = app.admin().await;
        let body = json!({
            "username": "u1", "firstname": "f", "lastname": "l", "email": "mail@cytomine.be", "password": "p",
        });
        let made = admin.post("/api/user.json", &body).await.ok();
        let id = made["user"]["id"].as_i64().unwrap();
        let path = format!("/api/user/{id}.json");
        let found = admin.get(&path).await.ok();
        assert_eq!(found["roles"][0]["authority"], "ROLE_USER");
        let changed = admin.put(&path, &json!({ "id": id, "username": "u2" })).await.ok();
        assert_eq!(changed["user"]["username"], "u2");

        let roles = admin.get("/api/role.json").await.ok();
        let last = &roles["collection"].as_array().unwrap().last().unwrap()["id"];
        assert_eq!(&admin.get(&format!("/api/role/{last}.json")).await.ok()["id"], last);
        let body = json!({ "user": id, "role": last });
        let grant = admin.post(&format!("/api/user/{id}/role.json"), &body).await.ok();
        assert_eq!(grant["secusersecrole"]["user"], id);
        let path_of_grant = format!("/api/user/{id}/role/{last}.json");
        assert_eq!(&admin.get(&path_of_grant).await.ok()["role"], last);
        admin.delete(&path_of_grant).await.ok();
        assert_eq!(admin.get(&path_of_grant).await.status, 404);

        let many = json!([{ "username": "b1", "email": "mail@cytomine.be", "password": "p" }]);
        assert_eq!(admin.post("/api/user.json", &many).await.ok()["status"], 200);
        assert_eq!(admin.post("/api/user.json", &json!([])).await.ok()["status"], 200);
        let some = admin.post("/api/user.json", &json!([{ "username": "b1" }, { "username": "b2" }])).await;
        assert_eq!((some.status, &some.json()["status"]), (200, &json!(206)));

        admin.delete(&path).await.ok();
        assert_eq!(admin.get(&path).await.status, 404);
        admin.get("/api/command/undo.json").await.ok();
        assert_eq!(admin.get(&path).await.ok()["id"], id, "the same id as before");
    })
    .await;
}

#[tokio::test]
async fn an_account_whose_storage_holds_files_is_not_deleted() {
    both(|app| async move {
        let admin = app.admin().await;
        let alice = app.user("alice").await;
        let storages = alice.get("/api/storage.json").await.ok();
        assert_eq!(storages["size"], 1, "every user has one");
        let file = json!({
            "filename": "a.tiff", "originalFilename": "a.tiff", "ext": "tiff", "contentType": "tiff/ddd",
            "size": 1, "storage": storages["collection"][0]["id"], "user": alice.id,
        });
        let file = alice.post("/api/uploadedfile.json", &file).await.ok()["uploadedfile"]["id"].clone();
        let path = format!("/api/user/{}.json", alice.id);
        let refused = admin.delete(&path).await;
        assert_eq!(refused.status, 400);
        assert!(refused.json()["errors"].as_str().unwrap().contains("delete them first"));
        alice.delete(&format!("/api/uploadedfile/{file}.json")).await.ok();
        admin.delete(&path).await.ok();
        assert_eq!(alice.get("/session").await.status, 401, "the account's session went with it");
    })
    .await;
}
