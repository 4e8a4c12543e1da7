//! What the tests stand on: files and a multipart body.

use std::path::PathBuf;

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_testkit::{Answer, App, Client, sample};
use serde_json::{Value, json};

const BOUNDARY: &str = "----boundary";

/// The slide of the demonstration.
pub(crate) fn svs() -> Vec<u8> {
    std::fs::read(sample::slide()).unwrap()
}

fn part(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files[]\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n");
    body
}

/// Sends files in one multipart body.
pub(crate) async fn send(client: &Client, target: &str, files: &[(&str, &[u8])]) -> Answer {
    let mut body: Vec<u8> = files.iter().flat_map(|(name, bytes)| part(name, bytes)).collect();
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    send_raw(client, target, body).await
}

/// Sends a body as multipart, whatever it holds.
pub(crate) async fn send_raw(client: &Client, target: &str, body: Vec<u8>) -> Answer {
    let request = Request::post(target)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body))
        .unwrap();
    client.send(request).await
}

/// A project of the client's.
pub(crate) async fn project(client: &Client, name: &str) -> i64 {
    client.made("project", &json!({ "name": name })).await
}

/// The first storage of the client's, made where there is none.
pub(crate) async fn storage(client: &Client) -> i64 {
    let list = client.get("/api/storage.json").await.ok();
    if let Some(id) = list["collection"][0]["id"].as_i64() {
        return id;
    }
    client.made("storage", &json!({ "name": "Mine" })).await
}

/// Uploads the slide into a project and gives the reply's only element.
pub(crate) async fn upload_svs(client: &Client, project: i64) -> Value {
    let storage = storage(client).await;
    let target = format!(
        "/upload?idStorage={storage}&storage={storage}&idProject={project}&projects={project}&sync=True"
    );
    send(client, &target, &[("CMU-1-Small-Region.svs", &svs())]).await.ok()[0].clone()
}

/// Files under the data directory's `slides` and `staging`.
pub(crate) fn files(app: &App) -> usize {
    let count = |folder: PathBuf| std::fs::read_dir(folder).unwrap().count();
    count(app.data().join("slides")) + count(app.data().join("staging"))
}
