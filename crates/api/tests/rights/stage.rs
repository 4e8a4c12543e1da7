//! A project that nobody but its owner may see, and addresses and bodies that name what is in it.

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_testkit::{App, Client};
use serde_json::{Value, json};

const LOCATION: &str = "POLYGON ((101 201, 151 201, 151 251, 101 251, 101 201))";
/// What others draw; answers may repeat it.
const THEIRS: &str = "POLYGON ((300 300, 350 300, 350 350, 300 350, 300 300))";

/// Refused to the owner, too.
pub(crate) const FOR_ADMINISTRATORS: &[&str] =
    &["/api/session/admin/open", "/session/admin/open", "/api/description", "/api/attachedfile"];

pub(crate) struct Stage {
    pub(crate) owner: Client,
    /// Texts that stand in nobody else's answers.
    pub(crate) secrets: Vec<String>,
    ids: Value,
}

impl Stage {
    pub(crate) async fn new(app: &App) -> Self {
        let owner = app.user("owner").await;
        let id = |answer: &Value, key: &str| answer[key]["id"].as_i64().unwrap();
        let made = owner.post("/api/ontology.json", &json!({ "name": "Hush ontology" })).await.ok();
        let ontology = id(&made, "ontology");
        let mut terms = Vec::new();
        for name in ["Hush parent", "Hush child"] {
            let body = json!({ "name": name, "color": "#123456", "ontology": ontology });
            terms.push(id(&owner.post("/api/term.json", &body).await.ok(), "term"));
        }
        let body = json!({ "term1": terms[0], "term2": terms[1] });
        owner.post("/api/relation/parent/term.json", &body).await.ok();
        let made =
            owner.post("/api/project.json", &json!({ "name": "Hush project", "ontology": ontology })).await;
        let project = id(&made.ok(), "project");
        let layer = json!({ "user": owner.id, "project": project });
        owner.post(&format!("/api/project/{project}/defaultlayer.json"), &layer).await.ok();
        let uploaded = upload(&owner, project).await;
        let (file, image) = (&uploaded["uploadedFile"], &uploaded["images"][0]);
        let instance = image["imageInstances"][0]["id"].as_i64().unwrap();
        let plane =
            owner.get(&format!("/api/imageinstance/{instance}/sliceinstance/reference.json")).await.ok();
        let body = json!({ "location": LOCATION, "image": instance, "term": [terms[0]] });
        let made = owner.post("/api/annotation.json", &body).await.ok();
        let annotation = made["annotation"]["id"].as_i64().unwrap();
        let tag = owner.made("tag", &json!({ "name": "Everybody's word" })).await;
        let on = hang(&owner, tag, (project, instance, annotation)).await;
        let keys = owner.get("/api/user/current/keys").await.ok();
        let key = |name: &str| keys[name].as_str().unwrap().to_owned();
        let ids = json!({
            "project": project,
            "ontology": ontology,
            "term": terms[0],
            "child": terms[1],
            "uploadedfile": file["id"],
            "storage": file["storage"],
            "abstractimage": image["image"]["id"],
            "imageinstance": instance,
            "sliceinstance": plane["id"],
            "abstractslice": plane["baseSlice"],
            "annotation": id(&made, "annotation"),
            "userannotation": id(&made, "annotation"),
            "command": made["command"],
            "user": owner.id,
            "userkey": key("primaryKey"),
            "relation": terms[0],
            "domain": project,
            "tag": tag,
            "tag_domain_association": on["link"],
            "attachedfile": on["file"],
            "key": "Hush-key",
            "on": on,
            "role": owner.get(&format!("/api/user/{}/role.json", owner.id)).await.ok()["collection"][0]["role"],
        });
        let secrets =
            ["Hush", "POLYGON ((101 201", "hush.svs", &key("secondaryKey")].map(str::to_owned).to_vec();
        Self { owner, secrets, ids }
    }

    /// Things that are there already.
    pub(crate) fn with(owner: Client, ids: Value) -> Self {
        Self { owner, secrets: Vec::new(), ids }
    }

    pub(crate) fn id(&self, name: &str) -> String {
        match &self.ids[name] {
            Value::String(text) => text.clone(),
            Value::Null => panic!("the stage has no {name}"),
            value => value.to_string(),
        }
    }

    /// The path with ids of the stage in its gaps: `{id}` is of the noun before it.
    pub(crate) fn path(&self, template: &str) -> String {
        let mut noun = "";
        let filled: Vec<String> = template
            .split('/')
            .map(|segment| {
                let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
                    noun = segment;
                    return segment.to_owned();
                };
                match name {
                    "id" | "key" | "role" => self.id(noun),
                    "user" => self.id("user"),
                    "term" | "term1" => self.id("term"),
                    "term2" => self.id("child"),
                    "relation" => "parent".to_owned(),
                    "picture" if noun.contains("annotation") => "crop.png".to_owned(),
                    "picture" => "thumb.png".to_owned(),
                    "class" => "be.cytomine.domain.project.Project".to_owned(),
                    "image" => self.id("imageinstance"),
                    "property" => {
                        let parent = template.split('/').nth(2).unwrap_or_default();
                        self.ids["on"][parent][name].to_string()
                    }
                    "file" => "macro.png".to_owned(),
                    "tile" => "0_0.jpg".to_owned(),
                    "ty" => "0.jpg".to_owned(),
                    "zoom" | "tx" | "level" | "channel" | "z" | "time" => "0".to_owned(),
                    other => panic!("what stands for {{{other}}} in {template}?"),
                }
            })
            .collect();
        filled.join("/")
    }

    /// A query that names the project, its image and its members wherever something reads one.
    pub(crate) fn query(&self, template: &str) -> String {
        let (image, project) = (self.id("imageinstance"), self.id("project"));
        let (storage, user) = (self.id("storage"), self.id("user"));
        if template.ends_with("/upload") {
            return format!("idStorage={storage}&storage={storage}&idProject={project}&projects={project}");
        }
        let geometry = "geometry=POLYGON%20((0%200,0%20999,999%20999,999%200,0%200))";
        if template.ends_with("/included") {
            return format!("{geometry}&showWKT=true&showMeta=true");
        }
        if template.ends_with("/property/key") {
            return format!("idProject={project}&user=true");
        }
        if template == "/api/attachedfile" {
            return format!("domainClassName=be.cytomine.domain.project.Project&domainIdent={project}");
        }
        if template.ends_with("/annotationposition") {
            return "key=Hush-key".to_owned();
        }
        if template.starts_with("/api/annotation") || template.starts_with("/api/userannotation") {
            let annotation = self.id("annotation");
            return format!(
                "project={project}&image={image}&annotations={annotation}&showWKT=true&showMeta=true&showImage=true"
            );
        }
        format!("project={project}&users={user}&user={user}&withDescription=true&all=true")
    }

    /// A body that names whatever a handler may look for.
    pub(crate) fn body(&self, template: &str) -> Value {
        let noun = template.split('/').nth(2).unwrap_or_default();
        let mut body = json!({
            "name": "Stolen",
            "project": self.ids["project"],
            "projects": [self.ids["project"]],
            "ontology": self.ids["ontology"],
            "ontologyId": self.ids["ontology"],
            "storage": self.ids["storage"],
            "uploadedFile": self.ids["uploadedfile"],
            "location": THEIRS,
            "wkt": THEIRS,
            "userannotation": self.ids["annotation"],
            "term1": self.ids["term"],
            "term2": self.ids["child"],
            "user": self.ids["user"],
            "role": self.ids["role"],
            "color": "#654321",
            "originalFilename": "stolen.svs",
            "filename": "stolen.svs",
            "status": 100,
            "width": 10,
            "height": 10,
            "channel": 5,
            "zStack": 5,
            "time": 5,
            "username": "stolen",
            "password": "stolen password",
            "baseImage": self.ids["abstractimage"],
            "baseSlice": self.ids["abstractslice"],
            "image": self.ids["imageinstance"],
            "showWKT": true,
            "domainClassName": "be.cytomine.domain.project.Project",
            "domainIdent": self.ids["project"],
            "key": "Stolen",
            "value": "Stolen",
            "data": "Stolen",
            "tag": self.ids["tag"],
        });
        match noun {
            "abstractslice" => body["image"] = self.ids["abstractimage"].clone(),
            "annotation" | "userannotation" => {
                body["term"] = json!([self.ids["term"]]);
                body["ids"] = json!([self.ids["annotation"]]);
            }
            "user" if !template.contains("/role") => body["role"] = json!("ROLE_ADMIN"),
            _ => {}
        }
        if template.contains("/term/{term}") {
            body["term"] = self.ids["term"].clone();
        }
        if template.contains("{id}")
            && let Some(id) = self.ids.get(noun)
        {
            body["id"] = id.clone();
        }
        body
    }

    /// Ways round that name what is hidden in something else: searches, and bodies of things of one's own.
    pub(crate) fn detours(&self, outsider: i64) -> Vec<(String, Value)> {
        let ids = &self.ids;
        let show = |mut body: Value| {
            for flag in ["showWKT", "showMeta", "showTerm", "showImage", "showGIS", "showUser"] {
                body[flag] = json!(true);
            }
            body
        };
        let search = "/api/annotation/search.json".to_owned();
        vec![
            (search.clone(), show(json!({ "images": [ids["imageinstance"]] }))),
            (search.clone(), show(json!({ "slices": [ids["sliceinstance"]] }))),
            (search.clone(), show(json!({ "slice": ids["sliceinstance"] }))),
            (search.clone(), show(json!({ "project": ids["project"], "users": [outsider] }))),
            (search.clone(), show(json!({ "project": ids["project"], "term": ids["term"] }))),
            (search, show(json!({ "term": ids["term"] }))),
            (
                "/api/annotation.json".to_owned(),
                json!([{ "location": THEIRS, "image": ids["imageinstance"] }]),
            ),
            ("/api/annotation.json".to_owned(), json!({ "location": THEIRS, "slice": ids["sliceinstance"] })),
            (
                "/api/imageinstance.json".to_owned(),
                json!([{ "baseImage": ids["abstractimage"], "project": ids["project"] }]),
            ),
            (
                "/api/project.json".to_owned(),
                json!({ "name": "With hidden terms", "ontology": ids["ontology"] }),
            ),
            (
                "/api/term.json".to_owned(),
                json!([{ "name": "x", "color": "#000000", "ontology": ids["ontology"] }]),
            ),
        ]
    }

    /// All that others might have changed, as the owner sees it.
    pub(crate) async fn everything(&self) -> Value {
        let (project, ontology) = (self.id("project"), self.id("ontology"));
        let mut seen = serde_json::Map::new();
        for path in [
            format!("/api/project/{project}.json"),
            format!("/api/project/{project}/user.json"),
            format!("/api/project/{project}/admin.json"),
            format!("/api/project/{project}/representative.json"),
            format!("/api/project/{project}/defaultlayer.json"),
            format!("/api/project/{project}/property.json"),
            format!("/api/domain/be.cytomine.domain.project.Project/{project}/description.json"),
            "/api/tag_domain_association.json".to_owned(),
            format!("/api/imageinstance/{}/property.json", self.id("imageinstance")),
            format!("/api/annotation/{}/property.json", self.id("annotation")),
            format!("/api/project/{project}/imageinstance.json"),
            format!("/api/project/{project}/term.json"),
            format!("/api/annotation.json?project={project}&showWKT=true&showMeta=true&showTerm=true"),
            format!("/api/ontology/{ontology}.json"),
            format!("/api/ontology/{ontology}/project.json"),
            "/api/ontology.json".to_owned(),
            "/api/project.json".to_owned(),
            "/api/storage.json".to_owned(),
            "/api/uploadedfile.json".to_owned(),
            "/api/abstractimage.json".to_owned(),
            format!("/api/abstractimage/{}/abstractslice.json", self.id("abstractimage")),
            format!("/api/abstractimage/{}/imageinstance.json", self.id("abstractimage")),
            format!("/api/imageinstance/{}/sliceinstance.json", self.id("imageinstance")),
            format!("/api/relation/term/{}.json", self.id("term")),
            format!("/api/user/{}/role.json", self.id("user")),
            "/api/user/current.json".to_owned(),
        ] {
            let answer = self.owner.get(&path).await.ok();
            seen.insert(path, answer);
        }
        Value::Object(seen)
    }
}

/// Hangs one of each kind on a project, an image and an annotation.
pub(crate) async fn hang(client: &Client, tag: i64, ids: (i64, i64, i64)) -> Value {
    let mut on = json!({});
    for (noun, class, entity) in [
        ("project", "project.Project", ids.0),
        ("imageinstance", "image.ImageInstance", ids.1),
        ("annotation", "ontology.UserAnnotation", ids.2),
    ] {
        let path = format!("/api/domain/be.cytomine.domain.{class}/{entity}");
        let body = json!({ "key": "Hush-key", "value": "Hush value" });
        let property = client.post(&format!("{path}/property.json"), &body).await.ok();
        on[noun] = json!({ "property": property["property"]["id"] });
        // A second one is refused.
        client.post(&format!("{path}/description.json"), &json!({ "data": "Hush text" })).await;
        client.post(&format!("{path}/tag_domain_association.json"), &json!({ "tag": tag })).await;
        if noun == "project" {
            let links = client.get(&format!("{path}/tag_domain_association.json")).await.ok();
            on["link"] = links["collection"][0]["id"].clone();
            let query = format!("domainClassName=be.cytomine.domain.{class}&domainIdent={entity}");
            on["file"] = attach(client, &query).await["id"].clone();
        }
    }
    on["domain"] = on["project"].clone();
    on
}

/// Uploads the test slide into the project.
async fn upload(owner: &Client, project: i64) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/CMU-1-Small-Region.svs");
    let slide = std::fs::read(path).unwrap();
    send(owner, &format!("/upload?idProject={project}&sync=True"), "hush.svs", &slide).await[0].clone()
}

/// Attaches a file.
async fn attach(owner: &Client, query: &str) -> Value {
    send(owner, &format!("/api/attachedfile.json?{query}"), "hush.svs", b"Hush bytes").await
}

async fn send(owner: &Client, path: &str, name: &str, bytes: &[u8]) -> Value {
    let mut body =
        format!("--b\r\nContent-Disposition: form-data; name=\"files[]\"; filename=\"{name}\"\r\n\r\n")
            .into_bytes();
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    owner.send(request).await.ok()
}
