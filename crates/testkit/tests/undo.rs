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

/// How many commands that user has given.
async fn commands(app: &App, client: &Client) -> i64 {
    let statement = sql("SELECT count(*) AS n FROM command WHERE user_id = $1").bind(client.id);
    (&app.system.db).first(statement).await.unwrap().unwrap().get("n").unwrap()
}

#[tokio::test]
async fn a_list_is_one_command_and_undone_as_a_whole() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let ontology = made(&alice, "ontology", json!({ "name": "Cells" })).await;
        let term = |name: &str| json!({ "name": name, "color": "#123456", "ontology": ontology });
        // The second `a` is refused by the database itself, in the middle of the transaction.
        let list = json!([term("a"), term("a"), {}, term("b"), 7]);
        let answer = alice.post("/api/term.json", &list).await.ok();
        assert_eq!(answer["status"], 206);
        assert_eq!(answer["data"]["message"], "2 added, 3 refused");
        let refused = answer["data"]["errors"].as_array().unwrap();
        assert_eq!(
            refused.iter().map(|refused| &refused["data"]).collect::<Vec<_>>(),
            [&list[1], &list[2], &list[4]]
        );
        assert_eq!(commands(&app, &alice).await, 2, "the ontology, the list");
        let path = format!("/api/ontology/{ontology}/term.json");
        let names = async || {
            let terms = alice.get(&path).await.ok();
            let names = terms["collection"].as_array().unwrap().iter().map(|term| term["name"].to_string());
            names.collect::<Vec<_>>().join(",")
        };
        assert_eq!(names().await, r#""a","b""#);
        let undone = alice.get(&format!("/api/command/{}/undo.json", answer["command"])).await.ok();
        assert_eq!(undone["collection"].as_array().unwrap().len(), 2);
        assert_eq!(names().await, "");
        alice.get("/api/command/redo.json").await.ok();
        assert_eq!(names().await, r#""a","b""#);
        // Nothing good, nothing written.
        let none = alice.post("/api/term.json", &json!([{}, term("a")])).await.ok();
        assert_eq!((&none["status"], none.get("command")), (&json!(400), None));
        assert_eq!(alice.post("/api/term.json", &json!([])).await.ok()["status"], 200);
        assert_eq!(commands(&app, &alice).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_list_over_several_projects_is_told_to_each_and_rights_count_in_each() {
    both(|app: App| async move {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let from = app.project(&alice, "from").image("a.svs", None).image("b.svs", None).make().await;
        let one = app.project(&alice, "one").member(&bob).make().await;
        let two = app.project(&bob, "two").manager(&alice).make().await;
        let mut bases = Vec::new();
        for image in &from.images {
            let seen = alice.get(&format!("/api/imageinstance/{}.json", image.image)).await.ok();
            bases.push(seen["baseImage"].clone());
        }
        let image = |place: usize, project: i64| json!({ "baseImage": bases[place], "project": project });
        let list = json!([image(0, one.id), image(1, one.id), image(0, two.id), image(0, one.id)]);
        let answer = alice.post("/api/imageinstance.json", &list).await.ok();
        assert_eq!((&answer["status"], answer["command"].is_i64()), (&json!(206), true));
        let told = sql(
            "SELECT project_id FROM change WHERE command_id = $1 AND kind = 'image_instance' ORDER BY id",
        )
        .bind(answer["command"].as_i64().unwrap());
        let rows = (&app.system.db).rows(told).await.unwrap();
        let told: Vec<i64> = rows.iter().map(|row| row.get("project_id").unwrap()).collect();
        assert_eq!(told, [one.id, two.id]);
        let count = async |client: &Client, project: i64| {
            client.get(&format!("/api/project/{project}/imageinstance.json")).await.ok()["size"].clone()
        };
        assert_eq!((count(&alice, one.id).await, count(&bob, two.id).await), (json!(2), json!(1)));
        // Whoever lost a right in one of the projects takes nothing back.
        bob.delete(&format!("/api/project/{}/user/{}.json", two.id, alice.id)).await.ok();
        let undo = format!("/api/command/{}/undo.json", answer["command"]);
        assert_eq!(alice.get(&undo).await.status, 403);
        assert_eq!(count(&alice, one.id).await, json!(2));
        bob.post(&format!("/api/project/{}/user/{}/admin.json", two.id, alice.id), &json!({})).await.ok();
        alice.get(&undo).await.ok();
        assert_eq!((count(&alice, one.id).await, count(&bob, two.id).await), (json!(0), json!(0)));
    })
    .await;
}

#[tokio::test]
async fn every_kind_takes_a_list_as_one_command() {
    both(|app: App| async move {
        let (alice, admin) = (app.user("alice").await, app.admin().await);
        let name = |n: usize| json!({ "name": format!("n{n}") });
        let user = |n: usize| json!({ "username": format!("u{n}"), "password": "secret" });
        for (client, noun, list) in [
            (&alice, "project", json!([name(1), name(2)])),
            (&alice, "ontology", json!([name(1), name(2)])),
            (&alice, "storage", json!([name(1), name(2)])),
            (&admin, "user", json!([user(1), user(2)])),
        ] {
            let before = commands(&app, client).await;
            let answer = client.post(&format!("/api/{noun}.json"), &list).await.ok();
            assert_eq!(answer["data"], json!({ "message": "2 added" }), "{noun}");
            assert_eq!(commands(&app, client).await, before + 1, "{noun}");
            client.get(&format!("/api/command/{}/undo.json", answer["command"])).await.ok();
            let again = client.post(&format!("/api/{noun}.json"), &list).await.ok();
            assert_eq!(again["status"], 200, "{noun}: names are free again");
        }
    })
    .await;
}

/// What users are in a project, as the database holds it: role, representative, since, layer.
async fn seats(app: &App, project: i64) -> Vec<String> {
    let statement = sql("SELECT u.username, m.role, m.is_representative, m.created, l.hide_by_default \
         FROM project_member m JOIN user_account u ON u.id = m.user_id \
         LEFT JOIN project_default_layer l ON l.project_id = m.project_id AND l.user_id = m.user_id \
         WHERE m.project_id = $1 ORDER BY u.username")
    .bind(project);
    let rows = (&app.system.db).rows(statement).await.unwrap();
    let seat = |row: &cytomine_store::Row| {
        let (name, role): (String, String) = (row.get("username").unwrap(), row.get("role").unwrap());
        let represents: bool = row.get("is_representative").unwrap();
        let (since, hidden): (i64, Option<bool>) =
            (row.get("created").unwrap(), row.get("hide_by_default").unwrap());
        format!("{name} {role} {represents} {since} {hidden:?}")
    };
    rows.iter().map(seat).collect()
}

#[tokio::test]
async fn every_change_of_members_and_layers_is_undone_and_done_again() {
    both(|app: App| async move {
        let (alice, bob, carol) = (app.user("alice").await, app.user("bob").await, app.user("carol").await);
        let project = app.project(&alice, "Lung").make().await.id;
        let path = |rest: &str| format!("/api/project/{project}/{rest}");
        let bob_at = |rest: &str| path(&format!("{rest}/{}.json", bob.id));
        let layer = |hidden: bool| json!({ "user": bob.id, "project": project, "hideByDefault": hidden });
        let mut states = vec![seats(&app, project).await];
        for step in 0..12 {
            app.clock.advance(std::time::Duration::from_secs(1));
            let answer = match step {
                0 => alice.post(&path(&format!("user.json?users={},{}", bob.id, carol.id)), &json!({})).await,
                1 => alice.post(&path(&format!("user/{}/admin.json", bob.id)), &json!({})).await,
                2 => alice.post(&path("representative.json"), &json!({ "user": bob.id })).await,
                3 => alice.post(&path("defaultlayer.json"), &layer(false)).await,
                4 => alice.put(&bob_at("defaultlayer"), &layer(true)).await,
                5 => alice.delete(&bob_at("representative")).await,
                6 => alice.delete(&bob_at("user")).await,
                7 => alice.post(&bob_at("user"), &json!({})).await,
                8 => alice.delete(&path(&format!("user.json?users={},{}", carol.id, bob.id))).await,
                9 => {
                    let lists =
                        json!({ "name": "Lung 2", "users": [carol.id], "admins": [bob.id, alice.id] });
                    alice.put(&format!("/api/project/{project}.json"), &lists).await
                }
                10 => alice.post(&path("defaultlayer.json"), &layer(false)).await,
                _ => alice.delete(&bob_at("defaultlayer")).await,
            };
            answer.ok();
            states.push(seats(&app, project).await);
            assert_ne!(states[step], states[step + 1], "step {step}");
            assert_eq!(commands(&app, &alice).await, i64::try_from(step).unwrap() + 2, "one command a step");
        }
        for state in states.iter().rev().skip(1) {
            alice.get("/api/command/undo.json").await.ok();
            assert_eq!(&seats(&app, project).await, state);
        }
        for state in &states[1..] {
            alice.get("/api/command/redo.json").await.ok();
            assert_eq!(&seats(&app, project).await, state);
        }
        let lines = sql("SELECT message FROM activity WHERE project_id = $1 ORDER BY id").bind(project);
        let lines = (&app.system.db).rows(lines).await.unwrap();
        let lines: Vec<String> = lines.iter().map(|row| row.get("message").unwrap()).collect();
        assert_eq!(lines.len(), 13);
        assert_eq!(lines[1], "Contributes to the project now: bob, carol");
        assert_eq!(lines[4], "Layer of bob made a default one");
        let told =
            sql("SELECT count(*) AS n FROM change WHERE project_id = $1 AND kind = 'project'").bind(project);
        let told: i64 = (&app.system.db).first(told).await.unwrap().unwrap().get("n").unwrap();
        assert_eq!(told, 1 + 3 * 12, "made, and each step done, undone, done again");
    })
    .await;
}

#[tokio::test]
async fn memberships_come_back_to_nobody_who_lost_the_right() {
    both(|app: App| async move {
        let (alice, bob, carol) = (app.user("alice").await, app.user("bob").await, app.user("carol").await);
        let project = app.project(&alice, "Lung").manager(&bob).make().await.id;
        let user = |who: &Client| format!("/api/project/{project}/user/{}.json", who.id);
        let undo = "/api/command/undo.json";
        // Bob brings carol in and is then lowered: what he did stays.
        bob.post(&user(&carol), &json!({})).await.ok();
        alice.delete(&format!("/api/project/{project}/user/{}/admin.json", bob.id)).await.ok();
        assert_eq!(bob.get(undo).await.status, 403);
        // Whoever left does not come back by undo.
        carol.delete(&user(&carol)).await.ok();
        assert_eq!(carol.get(undo).await.status, 403);
        alice.get(undo).await.ok();
        // Now bob manages again, but what he would undo was changed since.
        assert_eq!(bob.get(undo).await.status, 403);
        alice.post(&user(&carol), &json!({})).await.ok();
        bob.get(undo).await.ok();
        // The last representative stays, by whatever way.
        let representatives = format!("/api/project/{project}/representative.json");
        alice.post(&representatives, &json!({ "user": bob.id })).await.ok();
        let made = alice.get(&format!("/api/project/{project}/representative.json")).await.ok();
        assert_eq!(made["size"], 2);
        bob.delete(&format!("/api/project/{project}/representative/{}.json", alice.id)).await.ok();
        let refused = alice.get(undo).await;
        assert_eq!(refused.status, 403);
        assert!(String::from_utf8_lossy(&refused.body).contains("at least one representative"));
    })
    .await;
}
