//! Commands as earlier releases wrote them: each still undoes and redoes.
//!
//! A file of `rows/` is what one release left in its tables after every kind of entity was made, changed and deleted;
//! `made`, `edited` and `deleted` are the living rows between these steps. `--ignored write` adds the present release's.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

mod rows;
mod steps;

use std::path::PathBuf;

use cytomine_store::schema;
use cytomine_testkit::{App, Client};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/old_commands/rows"))
}

async fn step(client: &Client, direction: &str, times: usize) {
    for time in 0..times {
        let answer = client.get(&format!("/api/command/{direction}.json")).await;
        let nothing = format!("There is nothing to {direction}");
        let done = answer.status == 200 && answer.json()["collection"][0]["message"] != nothing;
        assert!(done, "{direction} {time} of {times}: {} {}", answer.status, answer.json());
    }
}

/// Ids of the commands that made something, ascending.
fn additions(release: &Value) -> Vec<i64> {
    let commands = release["rows"]["command"].as_array().unwrap();
    let added = commands.iter().filter(|command| command["action"] == "Add");
    added.map(|command| command["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn every_command_of_every_release_is_undone_and_done_again() {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let release: Value = serde_json::from_str(&text).unwrap();
        let count = |name: &str| usize::try_from(release[name].as_u64().unwrap()).unwrap();
        let (edits, deletions) = (count("edits"), count("deletions"));
        cytomine_testkit::both(|app: App| {
            let (text, release) = (text.clone(), release.clone());
            async move {
                let tables = &release["rows"];
                rows::load(&app.system.db, &text).await;
                let admin = app.admin().await;
                assert_eq!(rows::living(&app.system.db, tables).await, rows::plain(&release["deleted"]));
                step(&admin, "undo", deletions).await;
                assert_eq!(rows::living(&app.system.db, tables).await, rows::plain(&release["edited"]));
                step(&admin, "undo", edits).await;
                assert_eq!(rows::living(&app.system.db, tables).await, rows::plain(&release["made"]));
                let mut undone = additions(&release);
                undone.reverse();
                let mut refused = Vec::new();
                for id in &undone {
                    let answer = admin.get(&format!("/api/command/{id}/undo.json")).await;
                    if answer.status == 403 {
                        assert_eq!(answer.json()["errorValues"]["projectNames"], json!(["Old project"]));
                        refused.push(*id);
                    } else {
                        answer.ok();
                    }
                }
                // Planes that came to an image in use would not be deleted by themselves either.
                assert_eq!(refused.len(), 2);
                undone.retain(|id| !refused.contains(id));
                for id in undone.iter().rev() {
                    admin.get(&format!("/api/command/{id}/redo.json")).await.ok();
                }
                assert_eq!(rows::living(&app.system.db, tables).await, rows::plain(&release["made"]));
                step(&admin, "redo", edits).await;
                assert_eq!(rows::living(&app.system.db, tables).await, rows::plain(&release["edited"]));
                step(&admin, "redo", deletions).await;
                let mut deleted = rows::plain(&release["deleted"]);
                // Properties stayed when their entity went, before they were a kind; done again, they go.
                deleted["property"] = json!([]);
                assert_eq!(rows::living(&app.system.db, tables).await, deleted);
            }
        })
        .await;
    }
}

#[tokio::test]
#[ignore = "writes the rows of the present release; on SQLite"]
async fn write() {
    let app = App::lite().await;
    let made = steps::add(&app).await;
    let (additions, living_made) = (made.commands(&app).await, rows::all_living(&app.system.db).await);
    made.edit().await;
    let (edits, living_edited) =
        (made.commands(&app).await - additions, rows::all_living(&app.system.db).await);
    made.delete().await;
    let deletions = made.commands(&app).await - additions - edits;
    let release = json!({
        "additions": additions, "edits": edits, "deletions": deletions,
        "made": living_made, "edited": living_edited, "deleted": rows::all_living(&app.system.db).await,
        "rows": rows::dump(&app.system.db).await,
    });
    let tables = schema::state(&app.system.db).await.unwrap().found;
    let name = format!("{}-{tables}.json", env!("CARGO_PKG_VERSION"));
    std::fs::write(folder().join(name), serde_json::to_string_pretty(&release).unwrap()).unwrap();
}
