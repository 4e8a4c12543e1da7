//! Every kind of entity is made, changed and deleted, each by a command of its own.

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_store::{Read as _, sql};
use cytomine_testkit::{App, Client};
use serde_json::{Value, json};

const SQUARE: &str = "POLYGON ((10 10, 20 10, 20 20, 10 20, 10 10))";

/// What was made: the client, and its ids by name.
pub(crate) struct Made {
    client: Client,
    ids: Value,
}

pub(crate) async fn add(app: &App) -> Made {
    let client = app.admin().await;
    let mut ids = json!({});
    let post = async |path: &str, body: Value, key: &str| -> Value {
        let answer = client.post(&format!("/api/{path}.json"), &body).await.ok();
        answer[key]["id"].clone()
    };
    let user = json!({ "username": "old", "firstname": "Old", "lastname": "One", "email": "old@example.org", "password": "old password" });
    ids["user"] = post("user", user, "user").await;
    let roles = client.get("/api/role.json").await.ok();
    let role = roles["collection"].as_array().unwrap().iter().find(|role| role["authority"] == "ROLE_GUEST");
    ids["role"] = role.unwrap()["id"].clone();
    let grant = json!({ "user": ids["user"], "role": ids["role"] });
    client.post(&format!("/api/user/{}/role.json", ids["user"]), &grant).await.ok();
    ids["storage"] = post("storage", json!({ "name": "Old storage", "user": client.id }), "storage").await;
    let file = json!({
        "storage": ids["storage"], "user": client.id, "filename": "old/file", "originalFilename": "old.tif", "ext": "tif",
        "contentType": "tiff/old", "size": 7, "status": 0
    });
    ids["file"] = post("uploadedfile", file, "uploadedfile").await;
    let image =
        json!({ "uploadedFile": ids["file"], "originalFilename": "old", "width": 500, "height": 400 });
    ids["image"] = post("abstractimage", image, "abstractimage").await;
    for (name, channel) in [("plane", 0), ("other", 1)] {
        let plane = json!({ "image": ids["image"], "channel": channel, "channelName": "old" });
        ids[name] = post("abstractslice", plane, "abstractslice").await;
    }
    ids["ontology"] = post("ontology", json!({ "name": "Old ontology" }), "ontology").await;
    for name in ["above", "below"] {
        let term = json!({ "name": name, "color": "#123456", "ontology": ids["ontology"], "comment": "old" });
        ids[name] = post("term", term, "term").await;
    }
    let relation = json!({ "term1": ids["above"], "term2": ids["below"] });
    client.post("/api/relation/parent/term.json", &relation).await.ok();
    ids["project"] =
        post("project", json!({ "name": "Old project", "ontology": ids["ontology"] }), "project").await;
    let instance = json!({ "baseImage": ids["image"], "project": ids["project"] });
    ids["instance"] = post("imageinstance", instance, "imageinstance").await;
    ids["third"] =
        post("abstractslice", json!({ "image": ids["image"], "channel": 2 }), "abstractslice").await;
    ids["fourth"] =
        post("abstractslice", json!({ "image": ids["image"], "channel": 3 }), "abstractslice").await;
    let plane = json!({ "baseSlice": ids["third"], "image": ids["instance"] });
    ids["slice"] = post("sliceinstance", plane, "sliceinstance").await;
    let annotation = json!({
        "location": SQUARE, "image": ids["instance"], "term": [ids["above"]],
        "properties": [{ "key": "old", "value": "value" }]
    });
    ids["annotation"] = post("annotation", annotation, "annotation").await;
    let bulk = json!([{ "location": "POINT (1 1)", "image": ids["instance"] }, { "location": "POINT (2 2)", "image": ids["instance"] }]);
    client.post("/api/annotation.json", &bulk).await.ok();
    let link = json!({ "userannotation": ids["annotation"], "term": ids["below"] });
    client
        .post(&format!("/api/annotation/{}/term/{}.json", ids["annotation"], ids["below"]), &link)
        .await
        .ok();
    let project = format!("domain/be.cytomine.domain.project.Project/{}", ids["project"]);
    ids["property"] =
        post(&format!("{project}/property"), json!({ "key": "old", "value": "old" }), "property").await;
    ids["tag"] = post("tag", json!({ "name": "old" }), "tag").await;
    let marked = json!({ "tag": ids["tag"] });
    ids["association"] =
        post(&format!("{project}/tag_domain_association"), marked, "tagdomainassociation").await;
    post(&format!("{project}/description"), json!({ "data": "old" }), "description").await;
    ids["attached"] = attach(&client, &ids["project"]).await;
    client.post(&format!("/api/project/{}/user/{}.json", ids["project"], ids["user"]), &json!({})).await.ok();
    Made { client, ids }
}

async fn attach(client: &Client, project: &Value) -> Value {
    let form = "--b\r\nContent-Disposition: form-data; name=\"files[]\"; filename=\"old.txt\"\r\n\r\nold\r\n--b--\r\n";
    let request = Request::builder()
        .method("POST")
        .uri(format!(
            "/api/attachedfile.json?domainClassName=be.cytomine.domain.project.Project&domainIdent={project}"
        ))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(form))
        .unwrap();
    client.send(request).await.ok()["id"].clone()
}

impl Made {
    /// How many commands there are.
    pub(crate) async fn commands(&self, app: &App) -> i64 {
        let row = (&app.system.db).first(sql("SELECT count(*) AS n FROM command")).await.unwrap().unwrap();
        row.get("n").unwrap()
    }

    fn path(&self, noun: &str, name: &str) -> String {
        format!("/api/{noun}/{}.json", self.ids[name])
    }

    /// Changes all that can be changed, once each.
    pub(crate) async fn edit(&self) {
        let ids = &self.ids;
        for (noun, name, body) in [
            ("user", "user", json!({ "firstname": "New", "email": "new@example.org", "language": "FR" })),
            ("storage", "storage", json!({ "name": "New storage" })),
            (
                "uploadedfile",
                "file",
                json!({ "originalFilename": "new.tif", "ext": "tiff", "projects": [ids["project"]] }),
            ),
            (
                "abstractimage",
                "image",
                json!({ "originalFilename": "new", "magnification": 40, "physicalSizeX": 0.25 }),
            ),
            (
                "abstractslice",
                "plane",
                json!({ "image": ids["image"], "channelName": "new", "zName": "top" }),
            ),
            ("ontology", "ontology", json!({ "name": "New ontology" })),
            (
                "term",
                "above",
                json!({ "name": "higher", "color": "#654321", "comment": "new", "ontology": ids["ontology"] }),
            ),
            ("project", "project", json!({ "name": "New project", "blindMode": true, "isRestricted": true })),
            (
                "imageinstance",
                "instance",
                json!({ "instanceFilename": "New name", "magnification": 20, "physicalSizeX": 0.5 }),
            ),
            ("sliceinstance", "slice", json!({ "baseSlice": ids["fourth"] })),
            (
                "annotation",
                "annotation",
                json!({ "location": "POLYGON ((5 5, 9 5, 9 9.5, 5 5))", "image": ids["instance"], "term": [ids["below"]] }),
            ),
            ("tag", "tag", json!({ "name": "new" })),
        ] {
            self.client.put(&self.path(noun, name), &body).await.ok();
        }
        let project = &ids["project"];
        let hung = format!("/api/domain/be.cytomine.domain.project.Project/{project}");
        let property = format!("{hung}/property/{}.json", ids["property"]);
        self.client.put(&property, &json!({ "key": "new", "value": "new" })).await.ok();
        self.client.put(&format!("{hung}/description.json"), &json!({ "data": "new" })).await.ok();
        let manager = format!("/api/project/{project}/user/{}/admin.json", ids["user"]);
        self.client.post(&manager, &json!({})).await.ok();
    }

    /// Deletes all, what hangs on others first.
    pub(crate) async fn delete(&self) {
        let ids = &self.ids;
        let project = format!("/api/domain/be.cytomine.domain.project.Project/{}", ids["project"]);
        for path in [
            format!("/api/project/{}/user/{}.json", ids["project"], ids["user"]),
            format!("{project}/property/{}.json", ids["property"]),
            self.path("tag_domain_association", "association"),
            self.path("tag", "tag"),
            format!("{project}/description.json"),
            self.path("attachedfile", "attached"),
            format!("/api/annotation/{}/term/{}.json", ids["annotation"], ids["below"]),
            self.path("annotation", "annotation"),
            format!("/api/relation/parent/term1/{}/term2/{}.json", ids["above"], ids["below"]),
            self.path("term", "below"),
            self.path("sliceinstance", "slice"),
            self.path("imageinstance", "instance"),
            self.path("project", "project"),
            self.path("ontology", "ontology"),
            self.path("abstractslice", "other"),
            self.path("abstractimage", "image"),
            self.path("uploadedfile", "file"),
            self.path("storage", "storage"),
            format!("/api/user/{}/role/{}.json", ids["user"], ids["role"]),
            self.path("user", "user"),
        ] {
            self.client.delete(&path).await.ok();
        }
    }
}
