//! The upload protocol.

use cytomine_testkit::sample::png;
use cytomine_testkit::{TestWorker, both};
use serde_json::json;

use super::stage::{files, project, send, send_raw, storage, svs, upload_svs};

#[tokio::test]
async fn a_pyramid_is_an_image_at_once() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let project = project(&alice, "Lung").await;
        let reply = upload_svs(&alice, project).await;
        assert_eq!((&reply["status"], &reply["size"]), (&json!(200), &json!(svs().len().to_string())));
        assert_eq!(reply["name"], "CMU-1-Small-Region.svs");
        let file = &reply["uploadedFile"];
        assert_eq!((&file["status"], &file["statusText"]), (&json!(100), &json!("DEPLOYED")));
        assert_eq!((&file["contentType"], &file["projects"]), (&json!("SVS"), &json!([project])));
        assert_eq!(file["class"], "be.cytomine.domain.image.UploadedFile");
        let image = &reply["images"][0]["image"];
        assert_eq!((&image["width"], &image["height"]), (&json!(2220), &json!(2967)));
        assert_eq!((&image["physicalSizeX"], &image["magnification"]), (&json!(0.499), &json!(20)));
        assert_eq!((&image["zoom"], &image["dimensions"]), (&json!(4), &json!("XY")));
        assert_eq!((&image["samplePerPixel"], &image["extrinsicChannels"]), (&json!(3), &json!(3)));
        assert!(image["macroURL"].as_str().unwrap().ends_with("/associated/macro.png?maxWidth=512"));
        assert!(image["thumb"].as_str().unwrap().starts_with("http://cytomine.test/api/abstractimage/"));
        let instance = &reply["images"][0]["imageInstances"][0];
        assert_eq!(instance["project"], project);

        let list = alice.get(&format!("/api/project/{project}/imageinstance.json?max=0&offset=0")).await.ok();
        assert_eq!(list["size"], 1);
        assert_eq!(list["collection"][0], *instance);
        let reference = alice
            .get(&format!("/api/imageinstance/{}/sliceinstance/reference.json", instance["id"]))
            .await
            .ok();
        assert_eq!((&reference["channel"], &reference["rank"]), (&json!(0), &json!(0)));
        assert_eq!(files(&app), 1);
    })
    .await;
}

#[tokio::test]
async fn the_second_address_answers_without_waiting() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let storage = storage(&alice).await;
        let target = format!("/ims/upload?idStorage={storage}&idProject=null");
        let reply = send(&alice, &target, &[("a.png", &png(300, 200))]).await.ok();
        assert_eq!(reply[0]["images"], json!([]));
        let file = &reply[0]["uploadedFile"];
        assert_eq!((&file["status"], &file["statusText"]), (&json!(30), &json!("CONVERTING")));
        assert_eq!(file["thumbnailUrl"], json!(null));
        let worker = TestWorker::start(&app);
        let path = format!("/api/uploadedfile/{}.json", file["id"]);
        let mut seen = alice.get(&path).await.ok();
        for _ in 0..200 {
            if seen["status"] == 100 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            seen = alice.get(&path).await.ok();
        }
        assert_eq!(seen["status"], 100, "{seen}");
        assert!(seen["thumbnailUrl"].is_string());
        let children = alice.get(&format!("/api/uploadedfile.json?parent={}", file["id"])).await.ok();
        assert_eq!(children["size"], 1);
        let child = &children["collection"][0];
        assert_eq!((&child["status"], &child["contentType"]), (&json!(104), &json!("PYRTIFF")));
        let roots = alice.get("/api/uploadedfile.json?onlyRoots=true").await.ok();
        assert_eq!(roots["size"], 1);
        let image = alice.get(&format!("/api/uploadedfile/{}/abstractimage.json", file["id"])).await.ok();
        assert_eq!(
            (&image["width"], &image["height"], &image["zoom"]),
            (&json!(300), &json!(200), &json!(1))
        );
        drop(worker);
    })
    .await;
}

#[tokio::test]
async fn waiting_gives_the_image_with_its_properties() {
    both(|app| async move {
        let _worker = TestWorker::start(&app);
        let alice = app.user("alice").await;
        let project = project(&alice, "Lung").await;
        let target = format!("/upload?projects={project}&sync=true&keys=stain,block&values=H%26E,7");
        let reply = send(&alice, &target, &[("dir/a b.png", &png(40, 30))]).await.ok();
        assert_eq!(reply[0]["name"], "a b.png");
        let image = &reply[0]["images"][0];
        assert_eq!(image["imageInstances"][0]["instanceFilename"], "a b.png");
        let id = image["imageInstances"][0]["id"].as_i64().unwrap();
        let listed = alice.get(&format!("/api/imageinstance/{id}/property.json")).await.ok();
        let pairs: Vec<(&str, &str)> = listed["collection"]
            .as_array()
            .unwrap()
            .iter()
            .map(|property| (property["key"].as_str().unwrap(), property["value"].as_str().unwrap()))
            .collect();
        assert_eq!(
            pairs,
            [("stain", "H&E"), ("block", "7")],
            "properties of the image are copied to where it is used"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_slide_leaves_no_row_and_no_byte() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let storage = storage(&alice).await;
        let target = format!("/upload?idStorage={storage}&sync=True");
        let broken = &svs()[..700];
        for bytes in [b"no slide at all".as_slice(), b"", broken] {
            let answer = send(&alice, &target, &[("notes.svs", bytes)]).await;
            assert_eq!(answer.status, 400);
            let reply = answer.json();
            assert_eq!(reply[0]["status"], 500);
            let text = reply[0]["error"].as_str().unwrap();
            assert!(text.starts_with("notes.svs: "), "{text}");
            assert_eq!(reply[0]["files"], json!([{ "size": 0, "error": text }]));
        }
        assert_eq!(alice.get("/api/uploadedfile.json").await.ok()["size"], 0);
        assert_eq!(files(&app), 0);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_single_file_is_refused() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let slide = svs();
        let two = send(&alice, "/upload", &[("a.svs", &slide), ("b.svs", &slide)]).await;
        assert_eq!(two.status, 400);
        assert!(two.json()[0]["error"].as_str().unwrap().contains("more than one file"));
        let none = send(&alice, "/upload", &[]).await;
        assert!(none.json()[0]["error"].as_str().unwrap().contains("no file"), "{:?}", none.json());
        let mut cut =
            b"------boundary\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.svs\"\r\n\r\n"
                .to_vec();
        cut.extend_from_slice(&slide);
        let cut = send_raw(&alice, "/upload", cut).await;
        assert_eq!(cut.status, 400);
        assert!(cut.json()[0]["error"].as_str().unwrap().contains("did not arrive completely"));
        assert_eq!(alice.post("/upload", &json!({})).await.status, 400);
        assert_eq!(files(&app), 0);
    })
    .await;
}

#[tokio::test]
async fn only_the_owner_fills_a_storage_and_only_members_a_project() {
    both(|app| async move {
        let (alice, bob, guest) = (app.user("alice").await, app.user("bob").await, app.guest("guest").await);
        let (theirs, project) = (storage(&alice).await, project(&alice, "Lung").await);
        let slide = svs();
        for (client, target) in [
            (&bob, format!("/upload?idStorage={theirs}")),
            (&bob, format!("/upload?idProject={project}")),
            (&bob, "/upload?idStorage=999999".to_owned()),
            (&guest, "/upload".to_owned()),
        ] {
            let answer = send(client, &target, &[("a.svs", &slide)]).await;
            assert_eq!(answer.status, 400, "{target}");
            assert_eq!(answer.json()[0]["status"], 500);
        }
        assert_eq!(send(&app.anonymous(), "/upload", &[("a.svs", &slide)]).await.status, 401);
        assert_eq!(files(&app), 0);
        let admin = app.admin().await;
        send(&admin, &format!("/upload?idStorage={theirs}"), &[("a.svs", &slide)]).await.ok();
        assert_eq!(files(&app), 1);
    })
    .await;
}

#[tokio::test]
async fn originals_are_downloaded_whole_or_by_ranges() {
    both(|app| async move {
        let (alice, eve) = (app.user("alice").await, app.user("eve").await);
        let project = project(&alice, "Lung").await;
        let reply = upload_svs(&alice, project).await;
        let slide = svs();
        let instance = &reply["images"][0]["imageInstances"][0]["id"];
        for path in [
            format!("/api/uploadedfile/{}/download", reply["uploadedFile"]["id"]),
            format!("/api/abstractimage/{}/download", reply["images"][0]["image"]["id"]),
            format!("/api/imageinstance/{instance}/download"),
        ] {
            let answer = alice.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.body == slide, "{path}");
            assert!(answer.header("content-disposition").contains("filename=\"CMU-1-Small-Region.svs\""));
            let request = axum::http::Request::get(&path).header("range", "bytes=10-19");
            let part = alice.send(request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!((part.status, &part.body[..]), (206, &slide[10..20]), "{path}");
            assert_eq!(eve.get(&path).await.status, 403, "{path}");
        }
    })
    .await;
}
