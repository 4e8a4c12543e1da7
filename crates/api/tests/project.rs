//! Projects, ontologies, terms and members over HTTP, on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use cytomine_testkit::{TestProject, both};
use serde_json::{Value, json};

#[tokio::test]
async fn a_project_is_made_changed_deleted_and_brought_back() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let made =
            alice.post("/api/project.json", &json!({ "name": "Lung", "isRestricted": "True" })).await.ok();
        let id = made["project"]["id"].as_i64().unwrap();
        assert_eq!(made["callback"]["method"], "be.cytomine.AddProjectCommand");
        assert_eq!(made["callback"]["projectID"], id.to_string());
        assert_eq!(made["project"]["isRestricted"], true);
        assert_eq!(made["project"]["created"], "1767225600000");
        assert_eq!(made["data"], made["project"]);

        let again = alice.post("/api/project.json", &json!({ "name": "Lung" })).await;
        assert_eq!(again.status, 409);
        assert_eq!(again.json()["success"], false);
        assert_eq!(alice.post("/api/project.json", &json!({ "name": " " })).await.status, 400);

        let path = format!("/api/project/{id}.json");
        let changed = alice.put(&path, &json!({ "id": id, "name": "Lung 2" })).await.ok();
        assert_eq!(changed["project"]["name"], "Lung 2");
        assert_eq!(changed["project"]["isRestricted"], true, "what was not sent stays");
        let list = alice.get("/api/project.json?max=0&offset=0").await.ok();
        assert_eq!((&list["size"], &list["collection"][0]["id"]), (&json!(1), &json!(id)));

        let extras = "withMembersCount=true&withLastActivity=true&withCurrentUserRoles=true";
        let list = alice.get(&format!("/api/project.json?{extras}&sort=lastActivity&order=desc")).await.ok();
        let row = &list["collection"][0];
        assert_eq!((&row["membersCount"], &row["lastActivity"]), (&json!(1), &json!(1_767_225_600_000_i64)));
        assert_eq!(row["currentUserRoles"], json!({ "admin": true, "representative": true }));

        alice.delete(&path).await.ok();
        assert_eq!(alice.get(&path).await.status, 404);
        assert_eq!(alice.get("/api/project.json").await.ok()["size"], 0);
        // A deleted project's name is free.
        alice.post("/api/project.json", &json!({ "name": "Lung 2" })).await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_project_is_seen_by_members_and_changed_by_managers() {
    both(|app| async move {
        let (alice, bob, eve) = (app.user("alice").await, app.user("bob").await, app.user("eve").await);
        let TestProject { id, path, .. } = app.project(&alice, "Lung").make().await;
        for client in [&bob, &eve] {
            assert_eq!(client.get(&path).await.status, 403);
            assert_eq!(client.get("/api/project.json").await.ok()["size"], 0);
        }
        assert_eq!(app.anonymous().get(&path).await.status, 401);

        alice.post(&format!("/api/project/{id}/user/{}.json", bob.id), &Value::Null).await.ok();
        assert_eq!(bob.get(&path).await.ok()["name"], "Lung");
        assert_eq!(bob.put(&path, &json!({ "name": "Mine" })).await.status, 403);
        assert_eq!(bob.delete(&path).await.status, 403);
        assert_eq!(
            bob.post(&format!("/api/project/{id}/user/{}.json", eve.id), &Value::Null).await.status,
            403
        );

        alice.post(&format!("/api/project/{id}/user/{}/admin.json", bob.id), &Value::Null).await.ok();
        bob.put(&path, &json!({ "name": "Ours" })).await.ok();
        let managers = bob.get(&format!("/api/project/{id}/admin.json")).await.ok();
        assert_eq!(managers["size"], 2);

        bob.delete(&format!("/api/project/{id}/user/{}.json", alice.id)).await.ok();
        assert_eq!(alice.get(&path).await.status, 403);
        let representatives = bob.get(&format!("/api/project/{id}/users/representative.json")).await.ok();
        assert_eq!(representatives["collection"][0]["username"], "bob", "the last representative hands over");
    })
    .await;
}

#[tokio::test]
async fn an_administrator_sees_all_once_the_admin_session_is_open() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let path = app.project(&alice, "Lung").make().await.path;
        let admin = app.admin().await;
        admin.get(&path).await.ok();
        let flags = admin.get("/session/admin/close.json").await.ok();
        assert_eq!((&flags["admin"], &flags["adminByNow"]), (&json!(true), &json!(false)));
        assert_eq!(admin.get(&path).await.status, 403);
        admin.get("/api/session/admin/open.json").await.ok();
        admin.get(&path).await.ok();
        app.clock.advance(std::time::Duration::from_secs(121 * 60));
        assert_eq!(admin.get(&path).await.status, 403, "it closes by itself after two hours");
        assert_eq!(alice.get("/session/admin/open.json").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn terms_form_a_tree_and_belong_to_an_ontology() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let made = alice.post("/api/ontology.json", &json!({ "name": "Cells" })).await.ok();
        let ontology = made["ontology"]["id"].as_i64().unwrap();
        let term = async |name: &str, color: &str| {
            alice.post("/api/term.json", &json!({ "name": name, "color": color, "ontology": ontology })).await
        };
        let nucleus = term("Nucleus", "#ff0000").await.ok()["term"]["id"].as_i64().unwrap();
        let mitosis = term("Mitosis", "#00FF00").await.ok()["term"]["id"].as_i64().unwrap();
        assert_eq!(term("Nucleus", "#ff0000").await.status, 409);
        assert_eq!(term("Other", "red").await.status, 400);

        let pair = json!({ "term1": nucleus, "term2": mitosis });
        let link = alice.post("/api/relation/parent/term.json", &pair).await.ok();
        assert_eq!(link["relationterm"]["term1"], nucleus);
        let path = format!("/api/relation/parent/term1/{nucleus}/term2/{mitosis}.json");
        assert_eq!(alice.get(&path).await.ok()["term2Id"], mitosis);
        let tree = alice.get(&format!("/api/ontology/{ontology}.json")).await.ok();
        assert_eq!(tree["children"][0]["children"][0]["name"], "Mitosis");
        assert_eq!(tree["terms"].as_array().unwrap().len(), 2);
        alice.delete(&path).await.ok();
        assert_eq!(alice.get(&path).await.status, 404);

        let many = json!([{ "name": "A", "ontology": ontology }, { "name": "A", "ontology": ontology }]);
        assert_eq!(alice.post("/api/term.json", &many).await.ok()["status"], 206);
        assert_eq!(alice.post("/api/term.json", &json!([])).await.ok()["status"], 200);

        // Used by a project it stays; the project's members read it, outsiders do not.
        let project = app.project(&alice, "Lung").fields(json!({ "ontology": ontology })).make().await.id;
        let refused = alice.delete(&format!("/api/ontology/{ontology}.json")).await;
        assert_eq!(
            (refused.status, refused.json()["errorValues"]["projectNames"][0].clone()),
            (403, json!("Lung"))
        );
        let bob = app.user("bob").await;
        let path = format!("/api/ontology/{ontology}.json");
        assert_eq!(bob.get(&path).await.status, 403);
        alice.post(&format!("/api/project/{project}/user/{}.json", bob.id), &Value::Null).await.ok();
        bob.get(&path).await.ok();
        assert_eq!(bob.put(&path, &json!({ "name": "Mine" })).await.status, 403);
        assert_eq!(bob.get(&format!("/api/project/{project}/term.json")).await.ok()["size"], 3);
    })
    .await;
}

#[tokio::test]
async fn layers_of_members_show_by_default() {
    both(|app| async move {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let id = app.project(&alice, "Lung").make().await.id;
        let path = format!("/api/project/{id}/defaultlayer.json");
        let layer = json!({ "user": bob.id, "project": id, "hideByDefault": true });
        assert_eq!(alice.post(&path, &layer).await.status, 400, "no member yet");
        alice.post(&format!("/api/project/{id}/user/{}.json", bob.id), &Value::Null).await.ok();
        let made = alice.post(&path, &layer).await.ok();
        assert_eq!(made["projectdefaultlayer"]["hideByDefault"], true);
        assert_eq!(alice.post(&path, &layer).await.status, 409);
        assert_eq!(bob.get(&path).await.ok()["collection"][0]["user"], bob.id);
        assert_eq!(bob.post(&path, &layer).await.status, 403);

        let one = format!("/api/project/{id}/defaultlayer/{}.json", bob.id);
        alice.put(&one, &json!({ "hideByDefault": false })).await.ok();
        assert_eq!(bob.get(&one).await.ok()["hideByDefault"], false);
        alice.delete(&one).await.ok();
        assert_eq!(bob.get(&one).await.status, 404);

        alice.post(&path, &layer).await.ok();
        let gone = alice.delete(&one).await.ok();
        assert_eq!(gone["projectdefaultlayer"]["hideByDefault"], true, "as it was");
        alice.post(&path, &layer).await.ok();
        alice.delete(&format!("/api/project/{id}/user/{}.json", bob.id)).await.ok();
        assert_eq!(alice.get(&path).await.ok()["size"], 0, "it goes with the member");
    })
    .await;
}

#[tokio::test]
async fn names_are_one_readable_line() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let project = app.project(&alice, "Lung").make().await;
        let ontology = app.project(&alice, "Liver").terms(&["Cell"]).make().await.ontology.unwrap();
        let bad = "Lung\u{1B}[31m";
        for (path, body) in [
            ("/api/project.json".to_owned(), json!({ "name": bad })),
            ("/api/ontology.json".to_owned(), json!({ "name": "a\nb" })),
            ("/api/storage.json".to_owned(), json!({ "name": "a\tb" })),
            (
                "/api/term.json".to_owned(),
                json!({ "name": "gpj.\u{202E}exe", "ontology": ontology, "color": "#ff0000" }),
            ),
        ] {
            let refused = alice.post(&path, &body).await;
            assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("request.name")), "{path}");
        }
        let kept = alice.put(&project.path, &json!({ "name": bad })).await;
        assert_eq!((kept.status, &kept.json()["params"]["character"]), (400, &json!("U+001B")));
        assert_eq!(alice.get(&project.path).await.ok()["name"], "Lung");
        let path = format!("/api/user/{}.json", alice.id);
        let named = alice.put(&path, &json!({ "username": "alice", "firstname": "Al\nice" })).await;
        assert_eq!(named.status, 400, "{}", named.json());
    })
    .await;
}
