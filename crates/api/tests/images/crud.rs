//! Storages, files, images and planes as entities.

use cytomine_testkit::both;
use serde_json::{Value, json};

use super::stage::{files, project, storage, upload_svs};

#[tokio::test]
async fn storages_belong_to_their_makers() {
    both(|app| async move {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let made = alice.post("/api/storage.json", &json!({ "name": "Slides", "user": alice.id })).await.ok();
        let id = &made["storage"]["id"];
        assert_eq!(made["storage"]["user"], alice.id);
        assert_eq!(made["storage"]["userId"], alice.id);
        assert_eq!(made["callback"]["method"], "be.cytomine.AddStorageCommand");
        let path = format!("/api/storage/{id}.json");
        assert_eq!(bob.get(&path).await.status, 403);
        assert_eq!(bob.put(&path, &json!({ "name": "Mine" })).await.status, 403);
        assert_eq!(bob.delete(&path).await.status, 403);
        assert_eq!(
            bob.post("/api/storage.json", &json!({ "name": "x", "user": alice.id })).await.status,
            403
        );
        let edited = alice.put(&path, &json!({ "id": id, "name": "Slides 2" })).await.ok();
        assert_eq!(edited["data"]["name"], "Slides 2");
        assert_eq!(alice.post("/api/storage.json", &json!({ "name": " " })).await.status, 400);
        alice.delete(&path).await.ok();
        assert_eq!(alice.get(&path).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_a_client_registers_opens_nothing() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let project = project(&alice, "Lung").await;
        let real = upload_svs(&alice, project).await;
        let key = &real["uploadedFile"]["filename"];
        let bob = app.user("bob").await;
        let storage = storage(&bob).await;
        // As the clients' own tests register files: `projects` as a number, a MIME type, the key of a real file.
        let body = json!({
            "storage": storage, "user": bob.id, "filename": key, "originalFilename": "x.tiff", "ext": "tiff",
            "contentType": "tiff/ddd", "size": 1, "projects": 5, "status": 0
        });
        let file = bob.post("/api/uploadedfile.json", &body).await.ok()["uploadedfile"].clone();
        assert_eq!((&file["projects"], &file["statusText"]), (&json!([5]), &json!("UPLOADED")));
        let path = format!("/api/uploadedfile/{}", file["id"]);
        assert_eq!(bob.get(&format!("{path}/download")).await.status, 404);
        let image = json!({ "uploadedFile": file["id"], "originalFilename": "x", "width": 50, "height": 50 });
        let image = bob.post("/api/abstractimage.json", &image).await.ok()["abstractimage"].clone();
        assert_eq!((&image["path"], &image["width"]), (&json!(null), &json!(50)));
        assert_eq!(bob.get(&format!("/api/abstractimage/{}/download", image["id"])).await.status, 404);
        let edited =
            bob.put(&path, &json!({ "id": file["id"], "filename": "/tmp/y", "projects": null })).await.ok();
        assert_eq!(edited["uploadedfile"]["filename"], "/tmp/y");
        assert_eq!(edited["uploadedfile"]["projects"], json!([5]), "null leaves them");
        // The place of real bytes is not a client's to change.
        let path = format!("/api/uploadedfile/{}.json", real["uploadedFile"]["id"]);
        let edited = alice.put(&path, &json!({ "filename": "upload-x/y", "status": 0 })).await.ok();
        assert_eq!((&edited["data"]["filename"], &edited["data"]["status"]), (key, &json!(100)));
    })
    .await;
}

#[tokio::test]
async fn a_file_in_use_is_not_deleted_and_a_free_one_goes_with_its_image() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let project = project(&alice, "Lung").await;
        let reply = upload_svs(&alice, project).await;
        let file = format!("/api/uploadedfile/{}.json", reply["uploadedFile"]["id"]);
        let image = format!("/api/abstractimage/{}.json", reply["images"][0]["image"]["id"]);
        let instance = format!("/api/imageinstance/{}.json", reply["images"][0]["imageInstances"][0]["id"]);
        for path in [&file, &image] {
            let refused = alice.delete(path).await;
            assert_eq!(refused.status, 403);
            let values = &refused.json()["errorValues"];
            assert_eq!(values["projectNames"], json!(["Lung"]));
            assert_eq!(values["imageNames"], json!(["CMU-1-Small-Region.svs"]));
        }
        assert_eq!(alice.get("/api/abstractimage/unused.json").await.ok()["size"], 0);
        let gone = alice.delete(&instance).await.ok();
        assert_eq!(gone["imageinstance"]["instanceFilename"], "CMU-1-Small-Region.svs");
        assert_eq!(alice.get(&instance).await.status, 404);
        assert_eq!(alice.get("/api/abstractimage/unused.json").await.ok()["size"], 1);
        alice.delete(&file).await.ok();
        assert_eq!(alice.get(&image).await.status, 404);
        assert_eq!(files(&app), 1, "a deletion can be undone, so the bytes stay");
        alice.get("/api/command/undo.json").await.ok();
        assert_eq!(alice.get(&image).await.status, 200);
        alice.get("/api/command/undo.json").await.ok();
        assert_eq!(alice.get(&instance).await.ok()["numberOfAnnotations"], 0);
    })
    .await;
}

#[tokio::test]
async fn an_image_is_in_a_project_once_with_its_planes() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let (first, second) = (project(&alice, "One").await, project(&alice, "Two").await);
        let reply = upload_svs(&alice, first).await;
        let base = &reply["images"][0]["image"]["id"];
        let body = json!({ "baseImage": base, "project": second });
        let made = alice.post("/api/imageinstance.json", &body).await.ok();
        assert_eq!(made["callback"]["imageinstanceID"], made["imageinstance"]["id"].to_string());
        let id = made["imageinstance"]["id"].as_i64().unwrap();
        let slices = alice.get(&format!("/api/imageinstance/{id}/sliceinstance.json")).await.ok();
        assert_eq!(slices["size"], 1);
        let at = alice.get(&format!("/api/imageinstance/{id}/0/0/0/sliceinstance.json")).await.ok();
        assert_eq!(at, slices["collection"][0]);
        assert_eq!(alice.get(&format!("/api/imageinstance/{id}/1/0/0/sliceinstance.json")).await.status, 404);
        let again = alice.post("/api/imageinstance.json", &body).await;
        assert_eq!(again.status, 409);
        assert_eq!(again.json()["success"], false);
        let bulk = alice.post("/api/imageinstance.json", &json!([body])).await.ok();
        assert_eq!(bulk["status"], 400);
        assert_eq!(alice.post("/api/imageinstance.json", &json!([])).await.ok()["status"], 200);
        let slice = &slices["collection"][0];
        let twice = json!({ "image": id, "baseSlice": slice["baseSlice"] });
        assert_eq!(alice.post("/api/sliceinstance.json", &twice).await.status, 409);
        let uses = alice.get(&format!("/api/abstractimage/{base}/imageinstance.json")).await.ok();
        assert_eq!(uses["size"], 2);
        let listed = alice.get(&format!("/api/abstractimage.json?project={second}")).await.ok();
        assert_eq!(listed["collection"][0]["inProject"], true);
    })
    .await;
}

#[tokio::test]
async fn images_are_renamed_calibrated_listed_and_walked_through() {
    both(|app| async move {
        let alice = app.user("alice").await;
        let project = project(&alice, "Lung").await;
        let first = upload_svs(&alice, project).await["images"][0]["imageInstances"][0].clone();
        app.clock.advance(std::time::Duration::from_secs(5));
        let second = upload_svs(&alice, project).await["images"][0]["imageInstances"][0].clone();
        let path = |image: &Value, rest: &str| format!("/api/imageinstance/{}{rest}.json", image["id"]);

        let mut model = first.clone();
        model["instanceFilename"] = json!("Renamed");
        model["physicalSizeX"] = json!(0.25);
        let edited = alice.put(&path(&first, ""), &model).await.ok()["imageinstance"].clone();
        assert_eq!(
            (&edited["instanceFilename"], &edited["physicalSizeX"]),
            (&json!("Renamed"), &json!(0.25))
        );
        assert_eq!((&edited["physicalSizeY"], &edited["magnification"]), (&json!(0.499), &json!(20)));
        alice.get("/api/command/undo.json").await.ok();
        assert_eq!(alice.get(&path(&first, "")).await.ok()["instanceFilename"], "CMU-1-Small-Region.svs");
        alice.get("/api/command/redo.json").await.ok();

        let list = format!("/api/project/{project}/imageinstance.json");
        let names = |answer: Value| -> Vec<Value> {
            answer["collection"]
                .as_array()
                .unwrap()
                .iter()
                .map(|image| image["instanceFilename"].clone())
                .collect()
        };
        let all = alice.get(&format!("{list}?sort=name&order=asc&withLastActivity=true")).await.ok();
        assert!(all["collection"][0]["lastActivity"].is_number());
        assert_eq!(names(all), ["CMU-1-Small-Region.svs", "Renamed"]);
        let some = alice.get(&format!("{list}?name%255Bilike%255D=rena&max=5")).await.ok();
        assert_eq!(names(some), ["Renamed"]);
        let page = alice.get(&format!("{list}?max=1&offset=1&light=true")).await.ok();
        assert_eq!((&page["size"], &page["totalPages"]), (&json!(2), &json!(2)));
        assert_eq!(
            page["collection"][0],
            json!({ "id": first["id"], "instanceFilename": "Renamed", "blindedName": null })
        );
        let tree = alice.get(&format!("{list}?tree=true")).await.ok();
        assert_eq!((&tree["size"], tree["children"].as_array().unwrap().len()), (&json!(2), 2));

        assert_eq!(alice.get(&path(&second, "/next")).await.ok()["id"], first["id"]);
        assert_eq!(alice.get(&path(&first, "/previous")).await.ok()["id"], second["id"]);
        assert_eq!(alice.get(&path(&first, "/next")).await.ok(), json!({}));
        let mine = alice.get(&format!("/api/user/{}/imageinstance.json", alice.id)).await.ok();
        assert_eq!((&mine["size"], &mine["collection"][0]["projectName"]), (&json!(2), &json!("Lung")));
        assert_eq!(alice.get("/api/user/0/imageinstance/light.json").await.ok()["size"], 2);
        let bob = app.user("bob").await;
        assert_eq!(bob.get(&format!("/api/user/{}/imageinstance.json", alice.id)).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_blind_project_keeps_names_to_itself() {
    both(|app| async move {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let project = project(&alice, "Lung").await;
        let image = upload_svs(&alice, project).await["images"][0]["imageInstances"][0].clone();
        alice.post(&format!("/api/project/{project}/user/{}.json", bob.id), &json!({})).await.ok();
        alice
            .put(&format!("/api/project/{project}.json"), &json!({ "name": "Lung", "blindMode": true }))
            .await
            .ok();
        let number = image["baseImage"].to_string();
        let path = format!("/api/imageinstance/{}.json", image["id"]);
        let seen = alice.get(&path).await.ok();
        assert_eq!((&seen["instanceFilename"], &seen["blindedName"]), (&json!(number), &json!(number)));
        // What was shown comes back with every change, and is not taken for a name.
        alice.put(&path, &seen).await.ok();
        let seen = bob.get(&path).await.ok();
        assert_eq!(seen["blindedName"], json!(number));
        for key in ["instanceFilename", "originalFilename", "filename", "path", "fullPath"] {
            assert_eq!(seen[key], json!(null), "{key}");
        }
        let list = bob.get(&format!("/api/project/{project}/imageinstance.json?name[ilike]=CMU")).await.ok();
        assert_eq!(list["size"], 0, "a search does not find what is hidden");
        alice
            .put(&format!("/api/project/{project}.json"), &json!({ "name": "Lung", "blindMode": false }))
            .await
            .ok();
        assert_eq!(bob.get(&path).await.ok()["instanceFilename"], "CMU-1-Small-Region.svs");
    })
    .await;
}

#[tokio::test]
async fn outsiders_reach_nothing_of_an_image() {
    both(|app| async move {
        let (alice, eve) = (app.user("alice").await, app.user("eve").await);
        let project = project(&alice, "Lung").await;
        let reply = upload_svs(&alice, project).await;
        let image = &reply["images"][0]["image"]["id"];
        let instance = &reply["images"][0]["imageInstances"][0]["id"];
        let slice =
            alice.get(&format!("/api/imageinstance/{instance}/sliceinstance/reference.json")).await.ok();
        let file = &reply["uploadedFile"]["id"];
        for path in [
            format!("/api/uploadedfile/{file}"),
            format!("/api/uploadedfile/{file}/abstractimage"),
            format!("/api/uploadedfile/{file}/abstractslice"),
            format!("/api/abstractimage/{image}"),
            format!("/api/abstractimage/{image}/user"),
            format!("/api/abstractimage/{image}/imageinstance"),
            format!("/api/abstractimage/{image}/abstractslice"),
            format!("/api/abstractimage/{image}/0/0/0/abstractslice"),
            format!("/api/abstractslice/{}", slice["baseSlice"]),
            format!("/api/abstractslice/{}/user", slice["baseSlice"]),
            format!("/api/imageinstance/{instance}"),
            format!("/api/imageinstance/{instance}/next"),
            format!("/api/imageinstance/{instance}/previous"),
            format!("/api/imageinstance/{instance}/sliceinstance"),
            format!("/api/imageinstance/{instance}/sliceinstance/reference"),
            format!("/api/imageinstance/{instance}/0/0/0/sliceinstance"),
            format!("/api/sliceinstance/{}", slice["id"]),
            format!("/api/project/{project}/imageinstance"),
        ] {
            let path = format!("{path}.json");
            assert_eq!(alice.get(&path).await.status, 200, "{path}");
            assert_eq!(eve.get(&path).await.status, 403, "{path}");
            assert_eq!(app.anonymous().get(&path).await.status, 401, "{path}");
        }
        for path in [
            format!("/api/uploadedfile/{file}.json"),
            format!("/api/abstractimage/{image}.json"),
            format!("/api/abstractslice/{}.json", slice["baseSlice"]),
            format!("/api/imageinstance/{instance}.json"),
            format!("/api/sliceinstance/{}.json", slice["id"]),
        ] {
            assert_eq!(eve.put(&path, &json!({})).await.status, 403, "{path}");
            assert_eq!(eve.delete(&path).await.status, 403, "{path}");
        }
        let body = json!({ "baseImage": image, "project": super::stage::project(&eve, "Mine").await });
        assert_eq!(eve.post("/api/imageinstance.json", &body).await.status, 403, "an image of others");
        for path in ["/api/uploadedfile.json", "/api/abstractimage.json"] {
            assert_eq!(eve.get(path).await.ok()["size"], 0, "{path}");
        }
        let storages = eve.get("/api/storage.json").await.ok();
        assert!(storages["collection"].as_array().unwrap().iter().all(|storage| storage["user"] == eve.id));
    })
    .await;
}
