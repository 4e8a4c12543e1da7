//! Annotations, their terms, undo and redo over HTTP, on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

mod bulk;
mod changes;
mod one;
mod search;
mod term;
mod undo;

use cytomine_testkit::{App, Client, TestImage};
use serde_json::{Value, json};

/// A project with two images and an ontology of two terms; alice manages it, bob contributes.
struct World {
    alice: Client,
    bob: Client,
    project: i64,
    first: TestImage,
    second: TestImage,
    nucleus: i64,
    stroma: i64,
}

const SQUARE: &str = "POLYGON ((0 0, 0 20, 20 20, 20 0, 0 0))";

impl World {
    async fn of(app: &App) -> Self {
        Self::with(app, json!({})).await
    }

    /// A world whose project has further fields.
    async fn with(app: &App, extra: Value) -> Self {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let project = app.project(&alice, "Lung").member(&bob).terms(&["nucleus", "stroma"]).fields(extra);
        let made = project.image("a.svs", Some(0.5)).image("b.svs", None).make().await;
        let ([first, second], [nucleus, stroma]) = (&made.images[..], &made.terms[..]) else {
            unreachable!()
        };
        Self {
            alice,
            bob,
            project: made.id,
            first: *first,
            second: *second,
            nucleus: *nucleus,
            stroma: *stroma,
        }
    }
}

async fn draw(client: &Client, body: Value) -> i64 {
    client.post("/api/annotation.json", &body).await.ok()["annotation"]["id"].as_i64().unwrap()
}

async fn ids(client: &Client, query: &str) -> Vec<i64> {
    let list = client.get(&format!("/api/annotation.json?{query}")).await.ok();
    list["collection"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}
