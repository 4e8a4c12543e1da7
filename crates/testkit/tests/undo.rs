//! What undo touches, what it leaves alone, and what stands in its way.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use cytomine_store::{Read as _, sql};
use cytomine_testkit::{App, Client, both};
use serde_json::{Value, json};

async fn made(client: &Client, noun: &str, body: Value) -> Value {
    client.post(&format!("/api/{noun}.json"), &body).await.ok()[noun]["id"].clone()
}

/// How many living properties an entity has.
async fn properties(app: &App, kind: &str, entity: &Value) -> i64 {
    let statement =
        sql("SELECT count(*) AS n FROM property WHERE kind = $1 AND entity_id = $2 AND deleted_by IS NULL")
            .bind(kind)
            .bind(entity.as_i64().unwrap());
    (&app.system.db).first(statement).await.unwrap().unwrap().get("n").unwrap()
}

#[tokio::test]
async fn an_edit_is_undone_unless_another_changed_the_same_since() {
    both(|app: App| async move {
        let (alice, admin) = (app.user("alice").await, app.admin().await);
        let id = made(&alice, "project", json!({ "name": "Lung" })).await;
        let path = format!("/api/project/{id}.json");
        alice.put(&path, &json!({ "name": "Lung 2" })).await.ok();
        // Somebody else changes another field: it stays as they left it.
        admin.put(&path, &json!({ "blindMode": true })).await.ok();
        alice.get("/api/command/undo.json").await.ok();
        let seen = alice.get(&path).await.ok();
        assert_eq!((&seen["name"], &seen["blindMode"]), (&json!("Lung"), &json!(true)));
        alice.get("/api/command/redo.json").await.ok();
        // Somebody else changes the same field.
        admin.put(&path, &json!({ "name": "Theirs" })).await.ok();
        let refused = alice.get("/api/command/undo.json").await;
        assert_eq!((refused.status, &refused.json()["errorValues"]["changed"]), (403, &json!(["name"])));
        assert_eq!(alice.get(&path).await.ok()["name"], "Theirs");
    })
    .await;
}

#[tokio::test]
async fn properties_go_and_come_back_with_their_entity() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let project = made(&alice, "project", json!({ "name": "Lung" })).await;
        let image = app.image(project.as_i64().unwrap(), alice.id, "a.svs", None).await.image;
        let shape = json!({
            "location": "POINT (1 1)", "image": image, "properties": [{ "key": "grade", "value": "3" }]
        });
        let id = made(&alice, "annotation", shape).await;
        let count = async || properties(&app, "annotation", &id).await;
        assert_eq!(count().await, 1);
        for path in [format!("/api/annotation/{id}.json"), format!("/api/project/{project}.json")] {
            alice.delete(&path).await.ok();
            assert_eq!(count().await, 0, "{path}");
            alice.get("/api/command/undo.json").await.ok();
            assert_eq!(count().await, 1, "{path}");
            alice.get("/api/command/redo.json").await.ok();
            assert_eq!(count().await, 0, "{path}");
            alice.get("/api/command/undo.json").await.ok();
        }
    })
    .await;
}

#[tokio::test]
async fn undoing_is_refused_where_deleting_is() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let ontology = made(&alice, "ontology", json!({ "name": "Cells" })).await;
        let project = made(&alice, "project", json!({ "name": "Lung", "ontology": ontology })).await;
        let commands = sql("SELECT id FROM command WHERE kind = 'ontology'");
        let command: i64 = (&app.system.db).first(commands).await.unwrap().unwrap().get("id").unwrap();
        let (path, undo) =
            (format!("/api/ontology/{ontology}.json"), format!("/api/command/{command}/undo.json"));
        let (deleted, undone) = (alice.delete(&path).await, alice.get(&undo).await);
        assert_eq!((deleted.status, undone.status), (403, 403));
        assert_eq!(deleted.json()["errors"], undone.json()["errors"]["message"]);
        assert_eq!(deleted.json()["errorValues"], undone.json()["errorValues"]);
        assert_eq!(deleted.json()["errorValues"]["projectNames"], json!(["Lung"]));
        alice.delete(&format!("/api/project/{project}.json")).await.ok();
        alice.get(&undo).await.ok();
        assert_eq!(alice.get(&path).await.status, 404);
    })
    .await;
}

/// SQLite has one writer: whoever takes a second connection inside a transaction to write would wait for itself, and a
/// second reader would not see what the transaction wrote.
#[tokio::test]
async fn a_term_below_another_is_made_in_one_transaction() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let ontology = made(&alice, "ontology", json!({ "name": "Cells" })).await;
        let parent =
            made(&alice, "term", json!({ "name": "a", "color": "#123456", "ontology": ontology })).await;
        let below = json!({ "name": "b", "color": "#123456", "ontology": ontology, "parent": parent });
        let below = made(&alice, "term", below).await;
        assert_eq!(alice.get(&format!("/api/term/{below}.json")).await.ok()["parent"], parent);
    })
    .await;
}
