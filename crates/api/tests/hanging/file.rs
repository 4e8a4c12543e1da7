//! Attached files.

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_testkit::{Answer, App, Client, both};
use serde_json::json;

use super::{ANNOTATION, PROJECT, World, of, texts, undo};

const ALL: &str = "/api/attachedfile.json";

/// A part of a form: its name, a file name where it is a file, its bytes.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

async fn send(client: &Client, method: &str, query: &str, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for (name, filename, bytes) in parts {
        let filename = filename.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        body.extend(
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n").bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    let request = Request::builder()
        .method(method)
        .uri(format!("{ALL}?{query}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    client.send(request).await
}

/// Attaches a small file, as the Python clients do.
pub(crate) async fn attach(client: &Client, class: &str, id: i64) -> Answer {
    let query = format!("domainClassName={class}&domainIdent={id}");
    send(client, "POST", &query, &[("files[]", Some("/home/me/a.txt"), b"text")]).await
}

#[tokio::test]
async fn a_file_lives_as_the_clients_expect() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        for (class, id) in world.subjects() {
            let file = attach(alice, class, id).await.ok();
            assert_eq!(
                file,
                json!({
                    "class": "be.cytomine.domain.meta.AttachedFile", "id": file["id"], "created": file["created"],
                    "updated": null, "domainIdent": id, "domainClassName": class, "filename": "a.txt", "key": null,
                    "url": format!("/api/attachedfile/{}/download", file["id"]), "size": 4
                })
            );
            let path = format!("/api/attachedfile/{}.json", file["id"]);
            assert_eq!(alice.get(&path).await.ok(), file);
            assert_eq!(alice.get(&of(class, id, "attachedfile")).await.ok()["collection"], json!([file]));
            let url = file["url"].as_str().unwrap();
            for url in [url.to_owned(), format!("{url}.json")] {
                assert_eq!(alice.get(&url).await.body, "text");
            }
            let gone = alice.delete(&path).await.ok();
            assert_eq!(gone["callback"]["method"], "be.cytomine.DeleteAttachedFileCommand");
            assert_eq!(gone["attachedfile"], file);
            assert_eq!((alice.get(&path).await.status, alice.get(url).await.status), (404, 404));
            undo(alice).await;
            assert_eq!(alice.get(url).await.body, "text");
        }
        assert_eq!(alice.get(ALL).await.status, 403);
        assert_eq!(app.admin().await.get(ALL).await.ok()["size"], 3);
        let eve = app.user("eve").await;
        let all = app.admin().await.get(ALL).await.ok();
        let id = &all["collection"][0]["id"];
        for path in [format!("/api/attachedfile/{id}.json"), format!("/api/attachedfile/{id}/download")] {
            assert_eq!((eve.get(&path).await.status, app.anonymous().get(&path).await.status), (403, 401));
        }
    })
    .await;
}

#[tokio::test]
async fn fields_of_a_form_say_what_a_query_can_and_put_adds_too() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let id = world.annotation.to_string();
        let fields: [Part<'_>; 4] = [
            ("domainClassName", None, ANNOTATION.as_bytes()),
            ("domainIdent", None, id.as_bytes()),
            ("filename", None, "C:\\Akten\\Bericht ä.pdf".as_bytes()),
            ("key", None, b"report"),
        ];
        let file: Part<'_> = ("files[]", Some("x.bin"), b"");
        for parts in [[&fields[..], &[file]].concat(), [&[file], &fields[..]].concat()] {
            let made = send(&world.bob, "PUT", "", &parts).await.ok();
            let told = (&made["filename"], &made["key"], &made["size"]);
            assert_eq!(told, (&json!("Bericht ä.pdf"), &json!("report"), &json!(0)));
            assert_eq!(world.bob.get(made["url"].as_str().unwrap()).await.body, "");
        }
        let listed = world.alice.get(&of(ANNOTATION, world.annotation, "attachedfile")).await.ok();
        assert_eq!(texts(&listed, "key"), ["report", "report"]);
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_file_ever_runs_in_our_pages() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let query = format!("domainClassName={PROJECT}&domainIdent={}&filename=a%22b.html", world.project);
        let html = b"<script>alert(1)</script>";
        let made = send(&world.alice, "POST", &query, &[("files[]", Some("x"), html)]).await.ok();
        let answer = world.alice.get(made["url"].as_str().unwrap()).await;
        assert_eq!(answer.header("content-type"), "application/octet-stream");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(
            answer.header("content-disposition"),
            "attachment; filename=\"a_b.html\"; filename*=UTF-8''a%22b%2Ehtml"
        );
        assert!(answer.header("content-security-policy").contains("default-src 'self'"));
        let part = Request::get(made["url"].as_str().unwrap()).header(header::RANGE, "bytes=1-6");
        let part = world.alice.send(part.body(Body::empty()).unwrap()).await;
        assert_eq!((part.status, part.body.as_ref()), (206, &b"script"[..]));
        let again = Request::get(made["url"].as_str().unwrap());
        let again = again.header(header::IF_NONE_MATCH, answer.header("etag")).body(Body::empty()).unwrap();
        assert_eq!(world.alice.send(again).await.status, 304);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_attached_leaves_nothing_and_says_why() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let (alice, on) = (&world.alice, format!("domainClassName={PROJECT}&domainIdent={}", world.project));
        let file: Part<'_> = ("files[]", Some("a"), b"x");
        let nowhere = format!("domainClassName={PROJECT}&domainIdent=999");
        let long = format!("{on}&filename={}", "n".repeat(256));
        for (query, parts, status, word) in [
            (on.as_str(), vec![], 400, "holds no file"),
            (&on, vec![("files[]", None, &b"x"[..])], 400, "holds no file"),
            (&on, vec![file, file], 400, "more than one file"),
            ("", vec![file], 400, "domainClassName"),
            (&nowhere, vec![file], 404, "not found"),
            ("domainClassName=x&domainIdent=1", vec![file], 400, "domainClassName"),
            (&long, vec![file], 400, "255 characters"),
            ("domainIdent=x", vec![file], 400, "domainIdent"),
        ] {
            let answer = send(alice, "POST", query, &parts).await;
            assert_eq!(answer.status, status, "{query}: {}", answer.json());
            assert!(answer.json()["errors"].as_str().unwrap().contains(word), "{}", answer.json());
        }
        let huge = Request::post(format!("{ALL}?{on}"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header(header::CONTENT_LENGTH, "2000000000")
            .body(Body::from("--b--"))
            .unwrap();
        let answer = alice.send(huge).await;
        assert_eq!((answer.status, &answer.json()["code"]), (413, &json!("attached.too_large")));
        assert_eq!(alice.post(&format!("{ALL}?{on}"), &json!({})).await.status, 400);
        assert_eq!(send(&world.gus, "POST", &on, &[file]).await.status, 403);
        assert_eq!(send(&app.anonymous(), "POST", &on, &[file]).await.status, 401);
        assert!(app.system.blobs.list().await.unwrap().is_empty());
        assert_eq!(alice.get(&of(PROJECT, world.project, "attachedfile")).await.ok()["size"], 0);
    })
    .await;
}

#[tokio::test]
async fn bytes_stay_as_long_as_a_row_names_them() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let file = attach(&world.alice, PROJECT, world.project).await.ok();
        let url = file["url"].as_str().unwrap();
        // Deleted rows count: the deletion can be undone.
        world.alice.delete(&format!("/api/attachedfile/{}.json", file["id"])).await.ok();
        cytomine_domain::sweep::at_start(&app.system).await.unwrap();
        undo(&world.alice).await;
        assert_eq!(world.alice.get(url).await.body, "text");
        let mut orphan = cytomine_domain::intake::stage(&app.system).await.unwrap();
        orphan.write(b"nobody's").await.unwrap();
        let key = "upload-x/orphan".parse().unwrap();
        app.system.blobs.publish(orphan.seal().await.unwrap(), &key).await.unwrap();
        assert_eq!(app.system.blobs.list().await.unwrap().len(), 2);
        let swept = cytomine_domain::sweep::at_start(&app.system).await.unwrap();
        assert_eq!(swept.stored, 1);
        assert_eq!(world.alice.get(url).await.body, "text");
    })
    .await;
}
