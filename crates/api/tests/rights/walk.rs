//! Every operation by every caller in every mode, against the permission table.
//!
//! What is expected is read from the table and nowhere else: an operation says which action it asks
//! ([`Right`]), the world says what each caller is to the thing that the request names. Requests would do what they ask
//! for; what was done is undone again.

use axum::body::Body;
use axum::http::{Method, Request, header};
use cytomine_api::routes::{Operation, Right};
use cytomine_model::permission::{Grant, Place, TABLE, Table};
use cytomine_model::{Action, EditionMode, Standing, Thing};
use cytomine_testkit::{Answer, App, Client};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::world::{Callers, Who, World, rename};

/// What one request met.
struct Met {
    told: String,
    who: Who,
    right: Right,
    mode: EditionMode,
    owns: bool,
    refused: bool,
    status: u16,
}

impl Met {
    /// Whether the table has it refused.
    fn expected(&self, table: &Table) -> bool {
        match self.right {
            Right::Public => false,
            _ if self.who == Who::Nobody => true,
            Right::SignedIn => false,
            Right::To(action) => !table.allows(action, self.standing(action), self.mode, self.owns),
        }
    }

    fn standing(&self, action: Action) -> Standing {
        self.who.standing(action.thing(), self.owns)
    }
}

/// What is not as the table has it.
fn compare(table: &Table, met: &[Met]) -> Vec<String> {
    let mut wrong = Vec::new();
    for met in met {
        let expected = met.expected(table);
        if expected != met.refused {
            let word = if expected { "not refused" } else { "refused" };
            wrong.push(format!("{word}, against the table: {}", met.told));
        }
        if met.who == Who::Nobody && met.right != Right::Public && met.status != 401 {
            wrong.push(format!("nobody is asked to sign in: {}", met.told));
        }
    }
    wrong
}

/// The code of a refusal.
fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body.get("code").or_else(|| body[0].get("code")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Codes of what stands in the way of somebody who may: what others use stays, and bytes may lie elsewhere.
const OBSTACLES: [&str; 3] = ["image.in_use", "ontology.in_use", "file.no_bytes"];

/// Whether an answer says that the caller may not. Who changes several members is told of each that failed (206), and
/// the upload protocol has one status for all refusals.
fn is_refused(path: &str, answer: &Answer) -> bool {
    match answer.status {
        401 | 206 => true,
        403 | 404 => !OBSTACLES.contains(&code(answer).as_str()),
        400 if path.ends_with("/upload") => {
            ["session.", "storage."].iter().any(|start| code(answer).starts_with(start))
        }
        _ => false,
    }
}

struct Walk<'a> {
    app: &'a App,
    callers: &'a mut Callers,
    world: World,
    met: Vec<Met>,
    faults: Vec<String>,
}

impl Walk<'_> {
    async fn operation(&mut self, operation: &Operation) {
        let Some(right) = operation.right else {
            self.faults.push(format!("{}: which right does it ask? Say so on its line", operation.name()));
            return;
        };
        let thing = if let Right::To(action) = right { action.thing() } else { Thing::System };
        for who in Who::ALL {
            for own in [None, Some(who)] {
                let Some(stage) = self.world.stage(thing, own) else { continue };
                if who != Who::Nobody && operation.path.trim_end_matches(".json").ends_with("/command/undo") {
                    // The last step is one that can be taken back in every mode.
                    rename(self.callers.get(who)).await;
                }
                let request = self.request(&stage, operation, who, own.is_some()).await;
                self.send(operation, right, who, own.is_some(), request).await;
            }
        }
    }

    async fn request(&self, stage: &Stage, operation: &Operation, who: Who, own: bool) -> Request<Body> {
        let mut path = stage.path(&operation.path);
        if own && operation.path.starts_with("/api/userkey/") {
            let keys = self.callers.get(who).get("/api/user/current/keys.json").await.ok();
            path = format!("/api/userkey/{}/keys", keys["publicKey"].as_str().unwrap());
        }
        // Nothing that asks a further right.
        let query = match operation.path.as_str() {
            path if path.ends_with("/upload") => format!("idStorage={}", stage.id("storage")),
            "/api/abstractimage" | "/api/abstractimage/unused" => String::new(),
            path => stage.query(path),
        };
        let request = Request::builder().method(operation.method.as_str()).uri(format!("{path}?{query}"));
        let attaches = operation.path == "/api/attachedfile" && operation.method != Method::GET;
        if attaches || operation.path.ends_with("/upload") {
            let form = "--b\r\nContent-Disposition: form-data; name=\"files[]\"; filename=\"x.svs\"\r\n\r\nx\r\n--b--\r\n";
            return request
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
                .body(Body::from(form))
                .unwrap();
        }
        if operation.method == Method::GET {
            return request.body(Body::empty()).unwrap();
        }
        let body = body(stage, operation, who, own);
        request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
    }

    async fn send(
        &mut self,
        operation: &Operation,
        right: Right,
        who: Who,
        own: bool,
        request: Request<Body>,
    ) {
        let uri = request.uri().to_string();
        let answer = self.callers.get(who).send(request).await;
        let refused = is_refused(&operation.path, &answer);
        self.note(&operation.name(), (right, who, own), &answer, refused);
        if !refused && answer.status < 300 {
            self.restore(operation, who, &uri, &answer).await;
        }
    }

    fn note(&mut self, name: &str, (right, who, owns): (Right, Who, bool), answer: &Answer, refused: bool) {
        let text: String = String::from_utf8_lossy(&answer.body).chars().take(200).collect();
        let (mode, status) = (self.world.mode, answer.status);
        let whose = if owns { "own" } else { "another's" };
        let told = format!("{name} by {who:?} on {whose} in {mode:?}: {status} {text}");
        if status >= 500 && status != 501 {
            self.faults.push(told.clone());
        }
        self.met.push(Met { told, who, right, mode, owns, refused, status });
    }

    /// Takes back what a request did.
    async fn restore(&mut self, operation: &Operation, who: Who, uri: &str, answer: &Answer) {
        let path = operation.path.trim_end_matches(".json");
        let client = self.callers.get(who).clone();
        let nothing = String::from_utf8_lossy(&answer.body).contains("There is nothing");
        let step = |verb: &str| format!("/api/command/{verb}.json");
        match (operation.method.as_str(), path) {
            ("DELETE", "/session") | ("PUT", "/api/user/{id}/password") if who != Who::Nobody => {
                self.callers.sign_in(self.app, who).await;
            }
            (_, path) if path.ends_with("/session/admin/open") && who == Who::AtRest => {
                client.get("/api/session/admin/close.json").await.ok();
            }
            (_, path) if path.ends_with("/session/admin/close") && who == Who::Admin => {
                client.get("/api/session/admin/open.json").await.ok();
            }
            (_, path) if path.contains("/command/") && nothing => {}
            (_, path) if path.ends_with("/command/undo") => self.again(&client, &step("redo")).await,
            (_, path) if path.ends_with("/command/redo") => self.again(&client, &step("undo")).await,
            (_, path) if path.ends_with("/command/{id}/undo") => {
                let path = uri.split('?').next().unwrap().replace("undo", "redo");
                self.again(&client, &path).await;
            }
            // What a project uses stays, so the plane cannot be taken back; there is one of the kind at most.
            ("GET", _) | ("POST", "/api/abstractslice") => {}
            (_, path) if path.starts_with("/api/project/{id}/") && !path.contains("/property") => {
                self.world.repair(self.callers).await;
            }
            _ => self.undo(&client, answer).await,
        }
    }

    async fn undo(&mut self, client: &Client, answer: &Answer) {
        let command = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default()["command"].clone();
        if command.is_i64() {
            self.again(client, &format!("/api/command/{command}/undo.json")).await;
        }
    }

    async fn again(&mut self, client: &Client, path: &str) {
        let answer = client.get(path).await;
        if answer.status != 200 {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let last = self.met.last().map(|met| met.told.clone()).unwrap_or_default();
            self.faults.push(format!("{path} after {last}: {} {text}", answer.status));
        }
    }

    /// What no operation asks as such: rights beside that of the operation, and what is left out of an answer.
    async fn beside(&mut self) {
        let stage = self.world.stage(Thing::Project, None).unwrap();
        let (project, image, sam) = (stage.id("project"), stage.id("imageinstance"), stage.id("user"));
        for who in Who::ALL.into_iter().filter(|who| *who != Who::Nobody) {
            let client = self.callers.get(who).clone();
            let shape = "POLYGON ((1 1, 9 1, 9 9, 1 1))";
            let account = format!("/api/domain/be.cytomine.domain.security.User/{}/property.json", client.id);
            let posts = [
                (Action::DescribeOther, account.as_str(), json!({ "key": "Own", "value": "word" })),
                (
                    Action::CreateAnnotationForOther,
                    "/api/annotation.json",
                    json!({ "location": shape, "image": image, "user": sam }),
                ),
                (Action::GiveAway, "/api/storage.json", json!({ "name": "A gift", "user": sam })),
            ];
            for (action, path, body) in posts {
                let answer = client.post(path, &body).await;
                self.note(path, (Right::To(action), who, false), &answer, is_refused(path, &answer));
                if answer.status == 200 {
                    self.undo(&client, &answer).await;
                }
            }
            let answer = client.get(&format!("/api/imageinstance/{image}.json")).await;
            let hidden = answer.status != 200 || answer.json()["instanceFilename"].is_null();
            self.note("names", (Right::To(Action::SeeNames), who, false), &answer, hidden);
            let answer = client.get(&format!("/api/project/{project}/userlayer.json")).await;
            let layers = if answer.status == 200 { answer.json()["size"].as_i64().unwrap() } else { 0 };
            self.note("layers", (Right::To(Action::SeeLayers), who, false), &answer, layers < 2);
        }
    }
}

/// A body that would do what the operation is for, and needs no other right.
fn body(stage: &Stage, operation: &Operation, who: Who, own: bool) -> Value {
    let name = who.account().0;
    match (operation.method.as_str(), operation.path.as_str()) {
        ("POST", "/session") => return json!({ "username": "sam", "password": "sam" }),
        ("PUT", "/api/user/{id}") if own => return json!({ "firstname": "Own" }),
        ("PUT", "/api/user/{id}/password") if own => return json!({ "oldPassword": name, "password": name }),
        ("PUT", "/api/user/{id}/password") => return json!({ "password": "sam" }),
        _ => {}
    }
    let mut body = stage.body(&operation.path);
    if operation.path == "/api/user/{id}" {
        body["password"] = json!("sam");
    }
    let keys: &[&str] = match operation.path.split('/').nth(2).unwrap_or_default() {
        // What a body names counts before what the address does.
        "annotation" | "imageinstance" if operation.path.ends_with("/property") => {
            &["domainClassName", "domainIdent"]
        }
        "storage" | "annotation" | "userannotation" => &["user"],
        "uploadedfile" => &["user", "projects"],
        "project" if operation.path == "/api/project" => &["ontology", "ontologyId"],
        _ => &[],
    };
    for key in keys {
        body.as_object_mut().unwrap().remove(*key);
    }
    body
}

async fn walked(app: &App) {
    let mut callers = Callers::of(app).await;
    let (mut met, mut faults) = (Vec::new(), Vec::new());
    let routes = cytomine_api::operations();
    for mode in [EditionMode::Classic, EditionMode::Restricted, EditionMode::ReadOnly] {
        let world = World::new(app, &callers, mode).await;
        let mut walk = Walk { app, callers: &mut callers, world, met: Vec::new(), faults: Vec::new() };
        for operation in routes.operations() {
            walk.operation(operation).await;
        }
        walk.beside().await;
        met.extend(walk.met);
        faults.extend(walk.faults);
    }
    faults.extend(compare(&TABLE, &met));
    let asked = |action| met.iter().any(|met| met.right == Right::To(action));
    faults.extend(
        Action::ALL
            .into_iter()
            .filter(|action| !asked(*action))
            .map(|action| format!("{action:?} is asked by nothing")),
    );
    assert!(faults.is_empty(), "{}\n\n{} faults in {} answers", faults.join("\n"), faults.len(), met.len());
    a_wrong_cell_is_found(&met);
    assert!(met.len() > 5_000, "only {} answers were compared", met.len());
}

/// Each cell that is turned round makes the comparison fail: none is there without being tried.
fn a_wrong_cell_is_found(met: &[Met]) {
    let mut missed = Vec::new();
    for action in Action::ALL {
        for standing in Standing::ALL {
            let cell = TABLE.cell(action, standing);
            let turned = if cell == Grant::No { Grant::Yes } else { Grant::No };
            let used = match action.thing().place() {
                Place::Apart => {
                    !matches!(standing, Standing::Guest | Standing::Contributor | Standing::Manager)
                }
                Place::InProject => standing != Standing::GuestOutside,
                // Guests make neither slides nor ontologies.
                Place::Shared => {
                    standing != Standing::GuestOutside
                        && (action, standing) != (Action::EditOntology, Standing::Guest)
                }
            };
            if used && compare(&TABLE.with(action, standing, turned), met).is_empty() {
                missed.push(format!("{action:?} for {standing:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "nobody would notice these cells being wrong: {missed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_keeps_to_the_table_on_sqlite() {
    walked(&App::lite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_keeps_to_the_table_on_postgresql() {
    let Some((app, database)) = App::pg().await else { return };
    walked(&app).await;
    app.system.db.close().await;
    database.drop().await;
}
