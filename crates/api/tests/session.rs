//! Signing in by password and by key, users, roles and keys, over HTTP and on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_api::dialect::signature::sign;
use cytomine_testkit::{Answer, App, Client, both};
use serde_json::{Value, json};

async fn sign_in(client: &Client, username: &str, password: &str) -> Answer {
    client.post("/session", &json!({ "username": username, "password": password })).await
}

async fn with_cookie(app: &App, cookie: &str, method: &str, origin: Option<&str>, path: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::COOKIE, cookie);
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    app.anonymous().send(request.body(Body::from("{}")).unwrap()).await
}

#[tokio::test]
async fn a_password_opens_a_session_whose_cookie_scripts_cannot_read() {
    both(|app| async move {
        app.user("alice").await;
        let answer = sign_in(&app.anonymous(), "alice", "alice").await;
        assert_eq!(answer.ok()["user"]["username"], "alice");
        assert!(answer.ok()["user"].get("privateKey").is_none());
        let cookie = answer.header("set-cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "plain HTTP: {cookie}");
        let cookie = cookie.split(';').next().unwrap();
        assert_eq!(
            with_cookie(&app, cookie, "GET", None, "/session").await.ok()["user"]["username"],
            "alice"
        );

        assert_eq!(
            with_cookie(&app, cookie, "DELETE", Some("http://cytomine.test"), "/session").await.status,
            204
        );
        assert_eq!(with_cookie(&app, cookie, "GET", None, "/session").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn no_operation_that_changes_anything_obeys_a_foreign_page() {
    let app = App::lite().await;
    let admin = app.admin().await;
    let mut gets = 0;
    let reads_only = |name: &str| ["POST /server/ping", "POST /server/ping.json"].contains(&name);
    for operation in cytomine_api::operations().operations().iter().filter(|operation| operation.acts) {
        if reads_only(&operation.name()) {
            continue;
        }
        let path = operation.path.replace("{class}", "project").replace('{', "1").replace('}', "");
        let foreign = Request::builder().method(operation.method.clone()).uri(path);
        let foreign =
            foreign.header(header::ORIGIN, "http://evil.test").header("sec-fetch-site", "cross-site");
        let answer = admin.send(foreign.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 403, "{}", operation.name());
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        assert!(code.starts_with("session.foreign"), "{}: {code}", operation.name());
        gets += usize::from(operation.method == "GET");
    }
    assert_eq!(
        gets, 16,
        "undo and redo at their four addresses, with and without id, and the admin session at two"
    );
}

#[tokio::test]
async fn a_page_of_foreign_origin_cannot_act_with_the_cookie() {
    let app = App::lite().await;
    app.user("alice").await;
    let cookie = sign_in(&app.anonymous(), "alice", "alice").await.header("set-cookie").to_owned();
    let cookie = cookie.split(';').next().unwrap();
    for origin in ["http://evil.test", "null", "https://cytomine.test"] {
        let answer = with_cookie(&app, cookie, "POST", Some(origin), "/api/project.json").await;
        assert_eq!(answer.status, 403, "{origin}");
        assert!(answer.json()["errors"]["message"].as_str().unwrap().contains("--public-url"));
    }
    // Our own page gets as far as the missing name.
    let answer = with_cookie(&app, cookie, "POST", Some("http://cytomine.test"), "/api/project.json").await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn ten_wrong_passwords_in_five_minutes_are_enough() {
    let app = App::lite().await;
    app.user("alice").await;
    let anonymous = app.anonymous();
    for _ in 0..10 {
        let answer = sign_in(&anonymous, "alice", "wrong").await;
        assert_eq!(
            (answer.status, &answer.json()["errors"]["message"]),
            (401, &json!("Name or password is wrong"))
        );
    }
    let answer = sign_in(&anonymous, "alice", "alice").await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), "301");
    // Other names are not affected, and unknown names are no different.
    assert_eq!(sign_in(&anonymous, "nobody", "x").await.status, 401);
    app.clock.advance(Duration::from_secs(301));
    assert_eq!(sign_in(&anonymous, "alice", "alice").await.status, 200);
}

#[tokio::test]
async fn a_session_ends_when_idle_and_after_a_week() {
    let app = App::lite().await;
    let alice = app.user("alice").await;
    for _ in 0..15 {
        app.clock.advance(Duration::from_secs(11 * 3600));
        assert_eq!(alice.get("/session").await.status, 200);
    }
    app.clock.advance(Duration::from_secs(11 * 3600));
    assert_eq!(alice.get("/session").await.status, 401, "seven days are over");

    let bob = app.user("bob").await;
    app.clock.advance(Duration::from_secs(13 * 3600));
    assert_eq!(bob.get("/session").await.status, 401, "twelve idle hours are over");
}

#[tokio::test]
async fn a_new_password_ends_all_sessions() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let path = format!("/api/user/{}/password.json", alice.id);
        let wrong = json!({ "oldPassword": "x", "password": "new" });
        assert_eq!(alice.put(&path, &wrong).await.status, 403);
        assert_eq!(alice.put(&path, &json!({ "password": "new" })).await.status, 403);
        alice.put(&path, &json!({ "oldPassword": "alice", "password": "new" })).await.ok();
        assert_eq!(alice.get("/session").await.status, 401);
        assert_eq!(sign_in(&app.anonymous(), "alice", "alice").await.status, 401);
        assert_eq!(sign_in(&app.anonymous(), "alice", "new").await.status, 200);
    })
    .await;
}

/// A request signed as 4.x clients do (four lines) or as 3.x clients do (with the path).
async fn signed(app: &App, keys: &Value, path: &str, with_path: bool) -> Answer {
    let date = app.date();
    let mut message = format!("GET\n\n\n{date}");
    if with_path {
        message = format!("{message}\n{path}");
    }
    let signature = sign(keys["privateKey"].as_str().unwrap(), &message);
    let authorization = format!("CYTOMINE {}:{signature}", keys["publicKey"].as_str().unwrap());
    let request =
        Request::builder().uri(path).header(header::AUTHORIZATION, authorization).header("date", date);
    app.anonymous().send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn keys_sign_requests_of_both_generations_until_they_are_replaced() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let keys = alice.get("/api/user/current.json").await.ok();
        assert_eq!(alice.get("/api/user/current.json").await.ok(), keys, "two answers are the same");
        for with_path in [false, true] {
            let answer = signed(&app, &keys, "/api/user/current.json?max=0", with_path).await;
            assert_eq!(answer.ok()["username"], "alice");
        }
        let mut forged = keys.clone();
        forged["privateKey"] = json!("0b2b0c9d-0000-4000-8000-000000000000");
        assert_eq!(signed(&app, &forged, "/api/user/current.json", false).await.status, 401);

        let of_key = format!("/api/userkey/{}/keys.json", keys["publicKey"].as_str().unwrap());
        assert_eq!(alice.get(&of_key).await.ok()["privateKey"], keys["privateKey"]);
        let bob = app.user("bob").await;
        assert_eq!(bob.get(&of_key).await.status, 403);
        assert_eq!(bob.get("/api/user/alice/keys.json").await.status, 403);
        assert!(bob.get(&format!("/api/user/{}.json", alice.id)).await.ok().get("privateKey").is_none());

        let signature = alice.get("/api/signature.json?method=GET&date=now&content-type=").await.ok();
        assert_eq!(signature["signature"], sign(keys["privateKey"].as_str().unwrap(), "GET\n\n\nnow"));
        let new = alice.post("/api/user/current/keys", &Value::Null).await.ok();
        assert_ne!(new["primaryKey"], keys["publicKey"]);
        assert_eq!(signed(&app, &keys, "/api/user/current.json", false).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn administrators_manage_accounts_and_roles() {
    both(|app| async move {
        let admin = app.admin().await;
        let body = json!({ "username": "carol", "firstname": "Carol", "lastname": "Li", "email": "mail@x.org", "password": "pw" });
        let carol = admin.post("/api/user.json", &body).await.ok()["user"]["id"].as_i64().unwrap();
        assert_eq!(admin.post("/api/user.json", &body).await.status, 409);
        assert_eq!(sign_in(&app.anonymous(), "carol", "pw").await.status, 200);
        let path = format!("/api/user/{carol}.json");
        assert_eq!(admin.get(&path).await.ok()["fullName"], "Carol Li (carol)");

        let roles = admin.get("/api/role.json").await.ok();
        let last = roles["collection"].as_array().unwrap().last().unwrap()["id"].as_i64().unwrap();
        let of_user = format!("/api/user/{carol}/role.json");
        assert_eq!(admin.get(&of_user).await.ok()["collection"][0]["authority"], "ROLE_USER");
        admin.post(&of_user, &json!({ "user": carol, "role": last })).await.ok();
        assert_eq!(admin.post(&of_user, &json!({ "user": carol, "role": 4 })).await.status, 403, "super admin");
        let grant = format!("/api/user/{carol}/role/3.json");
        admin.post(&of_user, &json!({ "user": carol, "role": 3 })).await.ok();
        assert_eq!(admin.get(&grant).await.ok()["user"], carol);
        admin.delete(&grant).await.ok();
        assert_eq!(admin.get(&grant).await.status, 404);

        let alice = app.user("alice").await;
        assert_eq!(alice.post("/api/user.json", &json!({ "username": "x" })).await.status, 403);
        assert_eq!(alice.put(&path, &json!({ "firstname": "Eve" })).await.status, 403);
        assert_eq!(alice.post(&of_user, &json!({ "role": 3 })).await.status, 403);
        assert_eq!(alice.delete(&path).await.status, 403);

        admin.put(&path, &json!({ "id": carol, "username": "caroline", "enabled": false })).await.ok();
        assert_eq!(sign_in(&app.anonymous(), "caroline", "pw").await.status, 401, "disabled");
        admin.delete(&path).await.ok();
        assert_eq!(admin.get(&path).await.status, 404);
        assert_eq!(admin.delete(&format!("/api/user/{}.json", admin.id)).await.status, 403);
        let many = json!([{ "username": "d1", "password": "x" }, { "username": "d2", "password": "x" }]);
        assert_eq!(admin.post("/api/user.json", &many).await.ok()["status"], 200);
        let found = admin.get("/api/user.json?fullName%5Bilike%5D=D1").await.ok();
        assert_eq!((&found["size"], &found["collection"][0]["role"]), (&json!(1), &json!("ROLE_USER")));
    })
    .await;
}

/// Sends a request that is signed as 4.x clients do, for that date and over the MD5 of its body.
async fn signed_over(
    app: &App,
    keys: &Value,
    (method, path): (&str, &str),
    date: &str,
    md5: &str,
    body: &str,
) -> Answer {
    let message = format!("{method}\n{md5}\napplication/json\n{date}");
    let signature = sign(keys["privateKey"].as_str().unwrap(), &message);
    let authorization = format!("CYTOMINE {}:{signature}", keys["publicKey"].as_str().unwrap());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, authorization)
        .header(header::CONTENT_TYPE, "application/json")
        .header("content-md5", md5)
        .header("date", date);
    app.anonymous().send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn a_signature_is_good_for_a_quarter_of_an_hour() {
    both(|app| async move {
        let keys = app.user("alice").await.get("/api/user/current.json").await.ok();
        let (signed_at, me) = (app.date(), ("GET", "/api/user/current.json"));
        let sent = async |date: &str| signed_over(&app, &keys, me, date, "", "").await;
        sent(&signed_at).await.ok();
        app.clock.advance(Duration::from_secs(15 * 60));
        sent(&signed_at).await.ok();
        app.clock.advance(Duration::from_secs(1));
        let late = sent(&signed_at).await;
        assert_eq!((late.status, &late.json()["code"]), (401, &json!("session.signature_date")));
        assert_eq!(late.json()["params"]["time"], app.date());
        for date in
            ["Thu, 01 Jan 1970 00:00:00 +0000", "Fri, 01 Jan 2100 00:00:00 +0000", "now", "2026-01-01"]
        {
            assert_eq!(sent(date).await.json()["code"], "session.signature_date", "{date}");
        }
        sent("2026-01-01T00:15:01.000Z").await.ok();
        // Nobody who cannot sign is told what is wrong.
        let mut forged = keys.clone();
        forged["privateKey"] = json!("0b2b0c9d-0000-4000-8000-000000000000");
        let forged = signed_over(&app, &forged, me, "now", "", "").await;
        assert_eq!((forged.status, &forged.json()["code"]), (401, &json!("session.none")));
    })
    .await;
}

#[tokio::test]
async fn a_signature_alone_gets_no_private_key() {
    both(|app| async move {
        let (admin, alice) = (app.admin().await, app.user("alice").await);
        let keys = admin.get("/api/user/current.json").await.ok();
        let by_key = async |method: &str, path: &str| {
            let sent = signed_over(&app, &keys, (method, path), &app.date(), "", "").await;
            assert!(
                !String::from_utf8_lossy(&sent.body).contains(keys["privateKey"].as_str().unwrap()),
                "{path}"
            );
            sent
        };
        by_key("GET", "/session/admin/open.json").await.ok();
        let of_alice = format!("/api/user/{}/keys.json", alice.id);
        let private = alice.get("/api/user/current/keys.json").await.ok();
        assert!(private["secondaryKey"].is_string() && private["privateKey"].is_string());
        let of_key = format!("/api/userkey/{}/keys.json", private["publicKey"].as_str().unwrap());
        for path in ["/api/user/current.json", "/api/user/current/keys.json", &of_alice, &of_key] {
            let answer = by_key("GET", path).await.ok();
            assert!(answer["publicKey"].is_string() && answer["privateKey"].is_null(), "{path}");
            assert!(answer.get("secondaryKey").is_none_or(Value::is_null), "{path}");
        }
        let rotate = by_key("POST", "/api/user/current/keys.json").await;
        assert_eq!((rotate.status, &rotate.json()["code"]), (403, &json!("keys.signed")));
        assert_eq!(admin.get(&of_alice).await.ok()["privateKey"], private["privateKey"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_signed_with_its_body_is_taken_once_and_with_no_other() {
    both(|app| async move {
        let keys = app.user("alice").await.get("/api/user/current.json").await.ok();
        let (one, two) = (r#"{"name": "one"}"#, r#"{"name": "two"}"#);
        let md5 = "s179etQMpbmUIWd8USCWlA==";
        let make = ("POST", "/api/tag.json");
        let date = app.date();
        let other = signed_over(&app, &keys, make, &date, md5, two).await;
        assert_eq!((other.status, &other.json()["code"]), (400, &json!("request.broken_off")));
        app.clock.advance(Duration::from_secs(1));
        let date = app.date();
        signed_over(&app, &keys, make, &date, md5, one).await.ok();
        for process in [&app, &app.replica()] {
            let again = signed_over(process, &keys, make, &date, md5, one).await;
            assert_eq!((again.status, &again.json()["code"]), (401, &json!("session.signature_used")));
        }
        // The clients sign no body, so that two requests within a second cannot be told from a repetition.
        for name in ["three", "four"] {
            let body = json!({ "name": name }).to_string();
            signed_over(&app, &keys, make, &date, "", &body).await.ok();
        }
        let (undo, empty) = (("GET", "/api/command/undo.json"), "1B2M2Y8AsgTpgAmY7PhCfg==");
        signed_over(&app, &keys, undo, &date, empty, "").await.ok();
        assert_eq!(signed_over(&app, &keys, undo, &date, empty, "").await.status, 401);
        for _ in 0..2 {
            signed_over(&app, &keys, ("GET", "/api/tag.json"), &date, empty, "").await.ok();
        }
    })
    .await;
}

#[tokio::test]
async fn the_administrators_session_belongs_to_one_session_or_key() {
    both(|app| async move {
        let (here, there) = (app.admin().await, app.admin().await);
        let keys = here.get("/api/user/current.json").await.ok();
        let by_now =
            async |client: &Client| client.get("/session/admin/info.json").await.ok()["adminByNow"].clone();
        let by_key = async |path: &str| {
            signed_over(&app, &keys, ("GET", path), &app.date(), "", "").await.ok()["adminByNow"].clone()
        };
        assert_eq!((by_now(&here).await, by_now(&there).await), (json!(true), json!(true)));
        assert_eq!(by_key("/session/admin/info.json").await, false, "a browser opens it for no script");
        here.get("/session/admin/close.json").await.ok();
        assert_eq!((by_now(&here).await, by_now(&there).await), (json!(false), json!(true)));
        assert_eq!(by_key("/session/admin/open.json").await, true);
        assert_eq!(
            (by_now(&here).await, by_key("/session/admin/info.json").await),
            (json!(false), json!(true))
        );
        assert_eq!(by_key("/session/admin/close.json").await, false);
        assert_eq!(by_now(&there).await, true);
    })
    .await;
}

#[tokio::test]
async fn sessions_of_disabled_accounts_are_over_for_good() {
    both(|app| async move {
        let (admin, alice, bob) = (app.admin().await, app.user("alice").await, app.user("bob").await);
        let me = "/api/user/current.json";
        let set = async |client: &Client, enabled: bool| {
            let path = format!("/api/user/{}.json", client.id);
            admin.put(&path, &json!({ "enabled": enabled })).await.ok();
        };
        set(&alice, false).await;
        set(&alice, true).await;
        assert_eq!(alice.get(me).await.status, 401);
        assert_eq!(sign_in(&app.anonymous(), "alice", "alice").await.status, 200);
        // Undone, it is the same.
        set(&bob, false).await;
        assert_eq!(bob.get(me).await.status, 401);
        admin.get("/api/command/undo.json").await.ok();
        assert_eq!(bob.get(me).await.status, 401);
        assert_eq!(sign_in(&app.anonymous(), "bob", "bob").await.status, 200);
    })
    .await;
}
