//! What hangs on any entity: properties, descriptions, tags, files.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

mod common;
mod description;
mod file;
mod property;
mod tag;

use cytomine_testkit::{App, Client};
use serde_json::{Value, json};

const PROJECT: &str = "be.cytomine.domain.project.Project";
const IMAGE: &str = "be.cytomine.domain.image.ImageInstance";
const ANNOTATION: &str = "be.cytomine.domain.ontology.UserAnnotation";

/// A project of Alice's with an image and an annotation of Bob's, who contributes; Gus is a guest in it.
struct World {
    alice: Client,
    bob: Client,
    gus: Client,
    project: i64,
    image: i64,
    annotation: i64,
}

impl World {
    async fn of(app: &App) -> Self {
        let (alice, bob, gus) = (app.user("alice").await, app.user("bob").await, app.guest("gus").await);
        let lung = app.project(&alice, "Lung").member(&bob).member(&gus).make().await;
        let image = app.image(lung.id, bob.id, "a.svs", None).await.image;
        let annotation =
            bob.made("annotation", &json!({ "location": "POINT (10 20)", "image": image })).await;
        Self { alice, bob, gus, project: lung.id, image, annotation }
    }

    /// The project, the image, the annotation: class, id, and what their own addresses begin with.
    fn subjects(&self) -> [(&'static str, i64); 3] {
        [(PROJECT, self.project), (IMAGE, self.image), (ANNOTATION, self.annotation)]
    }

    async fn mode(&self, name: &str) {
        let path = format!("/api/project/{}.json", self.project);
        let body = json!({ "isReadOnly": name == "read-only", "isRestricted": name == "restricted" });
        self.alice.put(&path, &body).await.ok();
    }
}

fn of(class: &str, id: i64, rest: &str) -> String {
    format!("/api/domain/{class}/{id}/{rest}.json")
}

fn texts(answer: &Value, key: &str) -> Vec<String> {
    let items = answer["collection"].as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

async fn undo(client: &Client) {
    let answer = client.get("/api/command/undo.json").await.ok();
    assert_ne!(answer["collection"][0]["message"], "There is nothing to undo");
}

async fn redo(client: &Client) {
    let answer = client.get("/api/command/redo.json").await.ok();
    assert_ne!(answer["collection"][0]["message"], "There is nothing to redo");
}
