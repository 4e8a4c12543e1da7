//! Whoever has no right to a project gets nothing of it, by any route.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

mod rules;
mod stage;
mod walk;
mod world;

use axum::body::Body;
use axum::http::{Method, Request, header};
use cytomine_api::routes::{Operation, Outsider};
use cytomine_testkit::{Answer, Client, both};

use stage::Stage;

/// All operations but those that are everybody's.
fn operations() -> Vec<Operation> {
    let routes = cytomine_api::operations();
    let own = |operation: &&Operation| operation.outsider != Outsider::Public;
    let operations: Vec<Operation> = routes.operations().iter().filter(own).cloned().collect();
    assert!(operations.len() > 200, "{operations:?}");
    operations
}

/// Sends a route filled with what is on the stage.
async fn send(client: &Client, stage: &Stage, row: &Operation) -> Answer {
    let (path, query) = (stage.path(&row.path), stage.query(&row.path));
    let mut request = Request::builder().method(row.method.as_str()).uri(format!("{path}?{query}"));
    let body = if row.path.ends_with("/upload") {
        request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        Body::from(
            "--b\r\nContent-Disposition: form-data; name=\"files[]\"; filename=\"x.svs\"\r\n\r\nx\r\n--b--\r\n",
        )
    } else if row.method == Method::GET {
        Body::empty()
    } else {
        request = request.header(header::CONTENT_TYPE, "application/json");
        Body::from(stage.body(&row.path).to_string())
    };
    client.send(request.body(body).unwrap()).await
}

fn check(who: &str, stage: &Stage, row: &Operation, answer: &Answer) -> Result<(), String> {
    let text = String::from_utf8_lossy(&answer.body);
    let short: String = text.chars().take(300).collect();
    let told = format!("{} by {who}: {} {short}", row.name(), answer.status);
    if answer.header("content-type").starts_with("image/") {
        return Err(format!("pixels! {told}"));
    }
    if let Some(secret) = stage.secrets.iter().find(|secret| text.contains(secret.as_str())) {
        return Err(format!("`{secret}` is told! {told}"));
    }
    // The upload protocol has one code for all refusals.
    let refused =
        matches!(answer.status, 401 | 403 | 404) || (answer.status == 400 && row.path.ends_with("/upload"));
    match (row.outsider, refused) {
        (Outsider::Refused, false) => Err(format!("not refused: {told}")),
        (Outsider::Clean, false) if answer.status >= 500 => Err(told),
        (Outsider::Clean, true) if who == "eve" => Err(format!("refused, against the table: {told}")),
        _ => Ok(()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outsiders_get_nothing_of_a_project_by_any_route() {
    both(|app| async move {
        let stage = Stage::new(&app).await;
        let before = stage.everything().await;
        let mut failures = Vec::new();
        for (who, client) in
            [("eve", app.user("eve").await), ("a guest", app.guest("gus").await), ("nobody", app.anonymous())]
        {
            for row in &operations() {
                // Signing out is the one thing that would end the walk.
                if row.name() == "DELETE /session" && who != "nobody" {
                    continue;
                }
                let answer = send(&client, &stage, row).await;
                failures.extend(check(who, &stage, row, &answer).err());
                if who == "nobody" && answer.status != 401 && row.name() != "POST /session" {
                    failures.push(format!("{} by nobody: {}", row.name(), answer.status));
                }
            }
            for (path, body) in stage.detours(client.id) {
                let answer = client.post(&path, &body).await;
                if answer.status == 200 {
                    let row = operations()
                        .iter()
                        .find(|row| row.path == path.trim_end_matches(".json") && row.method == Method::POST)
                        .cloned()
                        .unwrap()
                        .clean();
                    failures.extend(check(who, &stage, &row, &answer).err());
                }
            }
            let now = stage.everything().await;
            if now != before {
                failures.push(format!("{who} changed something: {before:#} became {now:#}"));
            }
        }
        assert!(failures.is_empty(), "{}\n\n{} failures", failures.join("\n"), failures.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_gets_what_outsiders_are_refused() {
    // Else the refusals above might be those of wrong addresses.
    both(|app| async move {
        let stage = Stage::new(&app).await;
        let (mut failures, mut told) = (Vec::new(), 0);
        for row in
            operations().iter().filter(|row| row.method == Method::GET && row.outsider == Outsider::Refused)
        {
            // Undo would take the annotation away.
            if row.path.contains("/command/") {
                continue;
            }
            let answer = send(&stage.owner, &stage, row).await;
            told += usize::from(check("the owner", &stage, row, &answer).is_err());
            let for_admins = stage::FOR_ADMINISTRATORS.contains(&row.path.as_str());
            if (answer.status == 200) == for_admins {
                failures.push(format!("{}: {}", row.name(), answer.status));
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert!(told > 70, "the check that outsiders pass finds only {told} answers to the owner");
    })
    .await;
}
