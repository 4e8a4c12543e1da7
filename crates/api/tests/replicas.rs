//! Several processes of one system: whichever answers, the answer is right.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::time::Duration;

use cytomine_domain::{account, start};
use cytomine_model::Page;
use cytomine_testkit::{App, Client, both};
use serde_json::{Value, json};
use tokio::task::JoinSet;

async fn sign_in(client: &Client, password: &str) -> u16 {
    client.post("/session", &json!({ "username": "alice", "password": password })).await.status
}

#[tokio::test]
async fn failures_to_sign_in_are_counted_over_all() {
    both(|app| async move {
        app.user("alice").await;
        let replicas = [app.anonymous(), app.replica().anonymous(), app.replica().anonymous()];
        let mut tries = JoinSet::new();
        for number in 0..24 {
            let client = replicas[number % 3].clone();
            tries.spawn(async move { sign_in(&client, "wrong").await });
        }
        let answers = tries.join_all().await;
        let count = |status| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((count(401), count(429)), (10, 14), "{answers:?}");
        for client in &replicas {
            assert_eq!(sign_in(client, "alice").await, 429, "even the right one");
        }
        app.clock.advance(Duration::from_secs(301));
        assert_eq!(sign_in(&replicas[1], "alice").await, 200);
        for number in 0..9 {
            assert_eq!(sign_in(&replicas[number % 3], "wrong").await, 401, "a success begins anew");
        }
    })
    .await;
}

async fn project(client: &Client, name: &str) -> i64 {
    client.made("project", &json!({ "name": name })).await
}

#[tokio::test]
async fn two_undos_at_once_take_two_steps() {
    both(|app| async move {
        let here = app.user("alice").await;
        let there = app.replica().client_of(&here);
        for round in 0..5 {
            for number in 0..2 {
                project(&here, &format!("{round}-{number}")).await;
            }
            let (first, second) =
                tokio::join!(here.get("/api/command/undo.json"), there.get("/api/command/undo.json"));
            first.ok();
            second.ok();
            assert_eq!(here.get("/api/project.json").await.ok()["size"], 0, "round {round}");
            let (first, second) =
                tokio::join!(there.get("/api/command/redo.json"), here.get("/api/command/redo.json"));
            first.ok();
            second.ok();
            assert_eq!(there.get("/api/project.json").await.ok()["size"], 2, "round {round}");
            for _ in 0..2 {
                there.get("/api/command/undo.json").await.ok();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn two_edits_at_once_both_stay() {
    both(|app| async move {
        let here = app.user("alice").await;
        let there = app.replica().client_of(&here);
        let id = project(&here, "Lungs").await;
        let path = format!("/api/project/{id}.json");
        for round in 0..10 {
            let on = round % 2 == 0;
            let (first, second) = (json!({ "blindMode": on }), json!({ "hideUsersLayers": on }));
            let (first, second) = tokio::join!(here.put(&path, &first), there.put(&path, &second));
            first.ok();
            second.ok();
            let now = there.get(&path).await.ok();
            assert_eq!(
                (&now["blindMode"], &now["hideUsersLayers"]),
                (&json!(on), &json!(on)),
                "round {round}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn many_first_starts_make_one_administrator() {
    both(|app| async move {
        let mut starts = JoinSet::new();
        for _ in 0..20 {
            let system = app.replica().system;
            starts.spawn(async move { account::ensure_admin(&system, None).await.unwrap() });
        }
        let passwords: Vec<_> = starts.join_all().await.into_iter().flatten().collect();
        assert_eq!(passwords.len(), 1, "whose password was shown");
        let (users, _) = account::list(&app.system, None, None, Page::ALL).await.unwrap();
        assert_eq!(users.len(), 1);
        let admin = json!({ "username": "admin", "password": passwords[0] });
        assert_eq!(app.anonymous().post("/session", &admin).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_process_with_another_server_key_is_turned_away() {
    both(|app| async move {
        start::agree_on_key(&app.system).await.unwrap();
        start::agree_on_key(&app.replica().system).await.unwrap();
        let stranger = App::on(app.system.db.clone());
        let refused = start::agree_on_key(&stranger.system).await.unwrap_err().to_string();
        assert!(refused.contains("--key-file"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_here_ends_elsewhere_too() {
    both(|app| async move {
        let here = app.user("alice").await;
        let replica = app.replica();
        let there = replica.client_of(&here);
        let watching = tokio::spawn({
            let system = replica.system.clone();
            async move { system.watch_rights().await }
        });
        assert_eq!(there.get("/session").await.status, 200);
        // The watch has read the present state once it has run.
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(here.delete("/session").await.status, 204);
        // The clock of the system stands still: what ends the session is the watch.
        let ended = async {
            while there.get("/session").await.status != 401 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
        watching.abort();
    })
    .await;
}

#[tokio::test]
async fn undo_needs_the_right_that_the_step_needed() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let bob = app.user("bob").await;
        let ontology = alice.post("/api/ontology.json", &json!({ "name": "Tissue" })).await.ok();
        let ontology = ontology["ontology"]["id"].clone();
        let body = json!({ "name": "Lungs", "ontology": ontology });
        let project = alice.post("/api/project.json", &body).await.ok()["project"]["id"].clone();
        let manager = format!("/api/project/{project}/user/{}/admin.json", bob.id);
        let path = format!("/api/project/{project}.json");
        let name = |project: Value| project["name"].clone();

        alice.post(&manager, &Value::Null).await.ok();
        bob.put(&path, &json!({ "name": "Livers" })).await.ok();
        alice.delete(&manager).await.ok();
        assert_eq!(bob.get("/api/command/undo.json").await.status, 403);
        assert_eq!(name(bob.get(&path).await.ok()), "Livers");
        alice.post(&manager, &Value::Null).await.ok();
        bob.get("/api/command/undo.json").await.ok();
        assert_eq!(name(bob.get(&path).await.ok()), "Lungs");

        let term = json!({ "name": "Tumour", "color": "#ff0000", "ontology": ontology });
        let term = bob.post("/api/term.json", &term).await.ok()["term"]["id"].clone();
        let of_term = format!("/api/term/{term}.json");
        bob.delete(&of_term).await.ok();
        alice.delete(&manager).await.ok();
        assert_eq!(bob.get("/api/command/undo.json").await.status, 403, "the term would come back");
        assert_eq!(alice.get(&of_term).await.status, 404);
        alice.post(&manager, &Value::Null).await.ok();
        bob.get("/api/command/undo.json").await.ok();
        assert_eq!(alice.get(&of_term).await.ok()["name"], "Tumour");
    })
    .await;
}
