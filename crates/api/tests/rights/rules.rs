//! Rules beside the table: who stays in charge, in whose name, under which name, and what a client may not set.

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_domain::conversion::{self, Work};
use cytomine_model::UploadedFileId;
use cytomine_testkit::sample::png;
use cytomine_testkit::{App, Client, TestWorker, both};
use serde_json::{Value, json};

const SHAPE: &str = "POLYGON ((1 1, 9 1, 9 9, 1 1))";

async fn roles(client: &Client, project: i64) -> (Vec<Value>, Vec<Value>) {
    let ids = async |what: &str| {
        let list = client.get(&format!("/api/project/{project}/{what}.json")).await.ok();
        list["collection"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect()
    };
    (ids("user").await, ids("admin").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_stays_in_charge_by_whatever_way() {
    both(|app| async move {
        let (alice, bob, admin) = (app.user("alice").await, app.user("bob").await, app.admin().await);
        let project = app.project(&alice, "Lung").member(&bob).make().await.id;
        let path = |rest: &str| format!("/api/project/{project}{rest}.json");
        let mine = path(&format!("/user/{}", alice.id));
        let role = alice.get(&format!("/api/user/{}/role.json", alice.id)).await.ok();
        let role = role["collection"][0]["role"].clone();
        let before = roles(&admin, project).await;
        let account = format!("/api/user/{}.json", alice.id);
        for (way, answer) in [
            ("leaving", alice.delete(&mine).await),
            ("being removed", admin.delete(&mine).await),
            ("lowering oneself", alice.delete(&path(&format!("/user/{}/admin", alice.id))).await),
            ("the form", admin.put(&path(""), &json!({ "admins": [], "users": [alice.id, bob.id] })).await),
            ("the account", admin.delete(&account).await),
            ("the role", admin.delete(&format!("/api/user/{}/role/{role}.json", alice.id)).await),
            (
                "another role",
                admin.put(&format!("/api/user/{}/role/ROLE_GUEST/define.json", alice.id), &json!({})).await,
            ),
        ] {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert!((400..500).contains(&answer.status), "{way}: {} {text}", answer.status);
            assert!(text.contains("last_manager"), "{way}: {text}");
        }
        let several = alice.delete(&format!("/api/project/{project}/user.json?users={}", alice.id)).await;
        assert_eq!(several.status, 206);
        assert_eq!(roles(&admin, project).await, before);

        // With another manager one may go; two that go at once do not both.
        alice.post(&path(&format!("/user/{}/admin", bob.id)), &json!({})).await.ok();
        let (one, two) = (path(&format!("/user/{}", alice.id)), path(&format!("/user/{}", bob.id)));
        let (first, second) = tokio::join!(alice.delete(&one), bob.delete(&two));
        assert!(first.status == 200 || second.status == 200);
        assert_ne!(first.status, second.status, "one stays");
        assert_eq!(roles(&admin, project).await.1.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn guests_manage_nothing_by_whatever_way() {
    both(|app| async move {
        let (alice, gus) = (app.user("alice").await, app.guest("gus").await);
        let made = alice.post("/api/project.json", &json!({ "name": "Lung", "admins": [gus.id] })).await;
        assert_eq!(made.status, 403, "{:?}", made.body);
        let project = app.project(&alice, "Liver").member(&gus).make().await.id;
        let path = format!("/api/project/{project}.json");
        let changed = alice.put(&path, &json!({ "admins": [alice.id, gus.id] })).await;
        assert_eq!(changed.status, 403, "{:?}", changed.body);
        let raised =
            alice.post(&format!("/api/project/{project}/user/{}/admin.json", gus.id), &json!({})).await;
        assert_eq!(raised.status, 403, "{:?}", raised.body);
        assert_eq!(roles(&alice, project).await.1, [json!(alice.id)]);

        // Who managed and became a guest manages no more.
        let bob = app.user("bob").await;
        alice.post(&format!("/api/project/{project}/user/{}/admin.json", bob.id), &json!({})).await.ok();
        bob.put(&path, &json!({ "name": "Bob's" })).await.ok();
        let guest = format!("/api/user/{}/role/ROLE_GUEST/define.json", bob.id);
        app.admin().await.put(&guest, &json!({})).await.ok();
        assert_eq!(bob.put(&path, &json!({ "name": "Bob's again" })).await.status, 403);
        assert_eq!(bob.get(&path).await.ok()["may"], json!(["annotate"]));
    })
    .await;
}

#[tokio::test]
async fn nobody_draws_as_somebody_who_is_no_member() {
    both(|app| async move {
        let (alice, bob, eve) = (app.user("alice").await, app.user("bob").await, app.user("eve").await);
        let gus = app.guest("gus").await;
        let project = app.project(&alice, "Lung").member(&bob).member(&gus).image("a.svs", None);
        let image = project.make().await.images[0].image;
        let body = |user: i64| json!({ "location": SHAPE, "image": image, "user": user });
        for (client, user, status) in
            [(&alice, eve.id, 400), (&bob, eve.id, 400), (&gus, alice.id, 403), (&bob, alice.id, 200)]
        {
            let answer = client.post("/api/annotation.json", &body(user)).await;
            assert_eq!(answer.status, status, "{:?}", answer.body);
        }
        let made = alice.post("/api/annotation.json", &body(alice.id)).await.ok();
        let path = format!("/api/annotation/{}.json", made["annotation"]["id"]);
        assert_eq!(alice.put(&path, &body(eve.id)).await.status, 400);
        assert_eq!(alice.get(&path).await.ok()["user"], alice.id);
    })
    .await;
}

#[tokio::test]
async fn nobody_takes_a_name_that_looks_like_anothers() {
    both(|app| async move {
        let admin = app.admin().await;
        let alice = app.user("alice").await;
        let path = format!("/api/user/{}.json", alice.id);
        for name in ["Admin", "\u{430}dmin", "adm\u{456}n", "ad\u{200b}min", "\u{ff41}dmin", "a\u{202e}b"] {
            let answer = alice.put(&path, &json!({ "username": name })).await;
            assert!(matches!(answer.status, 400 | 409), "{name:?}: {}", answer.status);
            let made = admin.post("/api/user.json", &json!({ "username": name, "password": "secret" })).await;
            assert!(matches!(made.status, 400 | 409), "{name:?}: {}", made.status);
        }
        assert_eq!(alice.get(&path).await.ok()["username"], "alice");
        alice.put(&path, &json!({ "username": "Alice" })).await.ok();
        let (one, two) = (json!({ "username": "zoe" }), json!({ "username": "ZOE" }));
        let (first, second) =
            tokio::join!(admin.post("/api/user.json", &one), admin.post("/api/user.json", &two));
        let mut both = [first.status, second.status];
        both.sort_unstable();
        assert_eq!(both, [200, 409]);
    })
    .await;
}

async fn upload(client: &Client, project: i64, bytes: &[u8]) -> Value {
    let mut body =
        b"--b\r\nContent-Disposition: form-data; name=\"files[]\"; filename=\"a.png\"\r\n\r\n".to_vec();
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    let request = Request::post(format!("/upload?idProject={project}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    client.send(request).await.ok()[0]["uploadedFile"].clone()
}

fn path_of(file: &Value) -> String {
    format!("/api/uploadedfile/{}.json", file["id"])
}

#[tokio::test]
async fn no_client_says_where_bytes_lie() {
    both(|app| async move {
        let (alice, eve) = (app.user("alice").await, app.user("eve").await);
        let hers = app.project(&alice, "Lung").make().await.id;
        let theirs = app.project(&eve, "Eve's").make().await.id;
        let victim = upload(&alice, hers, &png(30, 20)).await;
        let file = upload(&eve, theirs, &png(31, 20)).await;
        let children = eve.get(&format!("/api/uploadedfile.json?parent={}", file["id"])).await.ok();
        let child = &children["collection"][0];
        let stolen = json!({
            "filename": victim["filename"], "sha256": "00", "error": null, "status": 104, "size": 1,
            "contentType": "X", "created": "1", "parent": victim["id"],
        });
        for mine in [&file, child] {
            let before = eve.get(&path_of(mine)).await.ok();
            let after = eve.put(&path_of(mine), &stolen).await.ok()["uploadedfile"].clone();
            for key in ["filename", "status", "size", "contentType", "created", "parent"] {
                assert_eq!(after[key], before[key], "{key}");
            }
        }
        // A file that was registered beside the one to be converted, with another's key.
        let mut beside = stolen.clone();
        beside["parent"] = file["id"].clone();
        beside["status"] = json!(30);
        beside["storage"] = file["storage"].clone();
        beside["originalFilename"] = json!("x");
        eve.post("/api/uploadedfile.json", &beside).await.ok();
        let work = Work {
            file: UploadedFileId(file["id"].as_i64().unwrap()),
            trusted: false,
            properties: Vec::new(),
        };
        conversion::fail(&app.system, &work, "it is told to").await.unwrap();
        let download = format!("/api/uploadedfile/{}/download", victim["id"]);
        assert_eq!(alice.get(&download).await.status, 200);
        assert_ne!(eve.get(&format!("/api/uploadedfile/{}/download", file["id"])).await.status, 200);
    })
    .await;
}

async fn deployed(app: &App, client: &Client, file: &Value) {
    let worker = TestWorker::start(app);
    for _ in 0..400 {
        if client.get(&path_of(file)).await.ok()["status"] == 100 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(client.get(&path_of(file)).await.ok()["status"], 100);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queued_work_asks_rights_when_it_is_done() {
    both(|app| async move {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let open = app.project(&alice, "Open").member(&bob).make().await.id;
        let shut =
            app.project(&alice, "Shut").member(&bob).fields(json!({ "isReadOnly": true })).make().await.id;
        let file = upload(&bob, open, &png(30, 20)).await;
        // Into a project that takes nothing, by changing the upload instead.
        let changed = bob.put(&path_of(&file), &json!({ "projects": [open, shut] })).await;
        assert_eq!(changed.status, 403, "{:?}", changed.body);
        // The project takes nothing any more when the conversion ends.
        alice.put(&format!("/api/project/{open}.json"), &json!({ "isReadOnly": true })).await.ok();
        deployed(&app, &bob, &file).await;
        for project in [open, shut] {
            let images = alice.get(&format!("/api/project/{project}/imageinstance.json")).await.ok();
            assert_eq!(images["size"], 0);
        }
        let image = bob.get(&format!("/api/uploadedfile/{}/abstractimage.json", file["id"])).await.ok();
        assert_eq!(image["width"], 30);
    })
    .await;
}

#[tokio::test]
async fn answers_tell_what_the_caller_may_do() {
    both(|app| async move {
        let (alice, bob, gus) = (app.user("alice").await, app.user("bob").await, app.guest("gus").await);
        let restricted = json!({ "isRestricted": true });
        let made = app.project(&alice, "Lung").member(&bob).member(&gus).terms(&["a"]).fields(restricted);
        let made = made.image("a.svs", None).make().await;
        let (project, image, ontology) = (made.id, made.images[0].image, made.ontology.unwrap());
        let draw = async |client: &Client| {
            let body = json!({ "location": SHAPE, "image": image });
            client.post("/api/annotation.json", &body).await.ok()["annotation"].clone()
        };
        let (hers, his) = (draw(&alice).await, draw(&bob).await);
        let all = json!(["edit", "delete", "members", "addImage", "annotate"]);
        for (client, in_project, in_image, on_hers, on_his, in_ontology) in [
            (&alice, all, json!(["edit", "delete", "annotate"]), true, true, true),
            (&bob, json!(["addImage", "annotate"]), json!(["annotate"]), false, true, false),
            (&gus, json!(["annotate"]), json!(["annotate"]), false, false, false),
        ] {
            let changes = |may: bool| if may { json!(["edit", "delete"]) } else { json!([]) };
            assert_eq!(client.get(&made.path).await.ok()["may"], in_project);
            let listed = client.get("/api/project.json").await.ok();
            assert_eq!(listed["collection"][0]["may"], in_project);
            assert_eq!(client.get(&format!("/api/imageinstance/{image}.json")).await.ok()["may"], in_image);
            for list in [
                format!("/api/project/{project}/imageinstance.json"),
                format!("/api/user/{}/imageinstance.json", client.id),
            ] {
                assert_eq!(client.get(&list).await.ok()["collection"][0]["may"], in_image, "{list}");
            }
            assert_eq!(
                client.get(&format!("/api/ontology/{ontology}.json")).await.ok()["may"],
                changes(in_ontology)
            );
            let listed =
                client.get(&format!("/api/annotation.json?project={project}&showMeta=true")).await.ok();
            for (annotation, may) in [(&hers, on_hers), (&his, on_his)] {
                let one = client.get(&format!("/api/annotation/{}.json", annotation["id"])).await.ok();
                assert_eq!(one["may"], changes(may));
                let mut rows = listed["collection"].as_array().unwrap().iter();
                assert_eq!(rows.find(|row| row["id"] == annotation["id"]).unwrap()["may"], changes(may));
            }
            let storages = client.get("/api/storage.json").await.ok();
            let fills = if client.id == gus.id {
                json!(["edit", "delete"])
            } else {
                json!(["edit", "delete", "upload"])
            };
            assert_eq!(storages["collection"][0]["may"], fills);
        }
        // What undo shows tells it too.
        let gone = bob.delete(&format!("/api/annotation/{}.json", his["id"])).await.ok();
        let back = bob.get(&format!("/api/command/{}/undo.json", gone["command"])).await.ok();
        assert_eq!(back["collection"][0]["annotation"]["may"], json!(["edit", "delete"]));
    })
    .await;
}
