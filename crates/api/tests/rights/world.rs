//! A project in one mode with everything that rights are asked on, things of the callers' own beside it, and callers of
//! every kind.

use std::collections::HashMap;

use cytomine_domain::storage;
use cytomine_model::permission::Place;
use cytomine_model::{EditionMode, GlobalRole, Standing, Thing, UserId};
use cytomine_testkit::{App, Client};
use serde_json::{Value, json};

use crate::stage::{Stage, hang};

const LOCATION: &str = "POLYGON ((101 201, 151 201, 151 251, 101 251, 101 201))";

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Nobody,
    Guest,
    Outsider,
    Contributor,
    Manager,
    /// An administrator whose session is not open.
    AtRest,
    /// An administrator whose session is open.
    Admin,
}

impl Who {
    pub(crate) const ALL: [Self; 7] = [
        Self::Nobody,
        Self::Guest,
        Self::Outsider,
        Self::Contributor,
        Self::Manager,
        Self::AtRest,
        Self::Admin,
    ];

    /// Name of the account, and its role.
    pub(crate) fn account(self) -> (&'static str, GlobalRole) {
        match self {
            Self::Nobody => ("nobody", GlobalRole::Guest),
            Self::Guest => ("gus", GlobalRole::Guest),
            Self::Outsider => ("out", GlobalRole::User),
            Self::Contributor => ("con", GlobalRole::User),
            Self::Manager => ("mia", GlobalRole::User),
            Self::AtRest => ("rest", GlobalRole::Admin),
            Self::Admin => ("admin", GlobalRole::Admin),
        }
    }

    fn is_member(self) -> bool {
        matches!(self, Self::Guest | Self::Contributor | Self::Manager)
    }

    /// Standing where no project matters.
    fn apart(self) -> Standing {
        match self {
            Self::Nobody | Self::Guest => Standing::GuestOutside,
            Self::Outsider | Self::Contributor | Self::Manager => Standing::Outside,
            Self::AtRest => Standing::AdminAtRest,
            Self::Admin => Standing::Admin,
        }
    }

    /// Standing towards a thing. Of what is the callers' own and shared, projects use the slides of members, and the
    /// ontology of the contributor.
    pub(crate) fn standing(self, thing: Thing, own: bool) -> Standing {
        match (thing.place(), self) {
            (Place::Apart, _) => self.apart(),
            (_, Self::Manager) if own && thing == Thing::Ontology => self.apart(),
            (_, Self::Guest) => Standing::Guest,
            (_, Self::Contributor) => Standing::Contributor,
            (_, Self::Manager) => Standing::Manager,
            _ => self.apart(),
        }
    }
}

/// Sessions of all callers.
pub(crate) struct Callers(HashMap<Who, Client>);

impl Callers {
    pub(crate) async fn of(app: &App) -> Self {
        let mut callers = Self(HashMap::new());
        for who in Who::ALL {
            callers.sign_in(app, who).await;
        }
        callers
    }

    /// A new session for one of them.
    pub(crate) async fn sign_in(&mut self, app: &App, who: Who) {
        let (name, role) = who.account();
        let client = match who {
            Who::Nobody => app.anonymous(),
            _ => app.user_with_role(name, role).await,
        };
        if who == Who::AtRest {
            client.get("/api/session/admin/close.json").await.ok();
        }
        self.0.insert(who, client);
    }

    pub(crate) fn get(&self, who: Who) -> &Client {
        &self.0[&who]
    }
}

/// A project and what is in it and beside it.
pub(crate) struct World {
    pub(crate) mode: EditionMode,
    /// Things of somebody who calls nothing: `max`, who manages the project; the user is `sam`, a contributor.
    ids: Value,
    own: HashMap<Who, Value>,
    max: Client,
}

impl World {
    pub(crate) async fn new(app: &App, callers: &Callers, mode: EditionMode) -> Self {
        let (max, sam) = (app.user("max").await, app.user("sam").await);
        let vocabulary = vocabulary(&max, &format!("Walked {mode:?}")).await;
        let id = |who| callers.get(who).id;
        let project = json!({
            "name": format!("Walk {mode:?}"),
            "ontology": vocabulary["ontology"],
            "blindMode": true,
            "hideUsersLayers": true,
            "hideAdminsLayers": true,
            "users": [id(Who::Guest), id(Who::Contributor), sam.id],
            "admins": [id(Who::Manager)],
        });
        let project = max.made("project", &project).await;
        let layer = json!({ "user": sam.id, "project": project });
        max.post(&format!("/api/project/{project}/defaultlayer.json"), &layer).await.ok();
        let mut ids = vocabulary.clone();
        extend(&mut ids, slide(app, &max, "max").await);
        let added = image(&max, &ids, project).await;
        extend(&mut ids, added);
        let image_id = ids["imageinstance"].clone();
        let term = ids["term"].clone();
        extend(&mut ids, annotation(&max, &image_id, &term).await);
        let id_of = |name: &str| ids[name].as_i64().unwrap();
        let tag = max.made("tag", &json!({ "name": format!("Walked {mode:?}") })).await;
        let on = hang(&max, tag, (project, id_of("imageinstance"), id_of("annotation"))).await;
        let keys = sam.get("/api/user/current/keys.json").await.ok();
        let roles = max.get(&format!("/api/user/{}/role.json", sam.id)).await.ok();
        extend(
            &mut ids,
            json!({
                "project": project,
                "user": sam.id,
                "userkey": keys["publicKey"],
                "role": roles["collection"].as_array().unwrap().last().unwrap()["role"],
                "command": vocabulary["command"],
                "domain": project,
                "tag": tag,
                "tag_domain_association": on["link"],
                "attachedfile": on["file"],
                "key": "Hush-key",
                "on": on,
            }),
        );
        let mut world = Self { mode, ids, own: HashMap::new(), max };
        for who in Who::ALL.into_iter().filter(|who| *who != Who::Nobody) {
            let own = world.own_of(app, callers.get(who), who).await;
            world.own.insert(who, own);
        }
        let linked: Vec<Value> = std::iter::once(&world.ids)
            .chain(world.own.values())
            .map(|ids| ids["annotation"].clone())
            .filter(|annotation| !annotation.is_null())
            .collect();
        let members = [Who::Guest, Who::Contributor, Who::Manager, Who::Admin].map(|who| callers.get(who));
        for annotation in linked {
            for client in members.into_iter().chain([&sam]) {
                // Whoever drew it has set the term already.
                client.post(&format!("/api/annotation/{annotation}/term/{term}.json"), &json!({})).await;
            }
        }
        let flags = json!({
            "isReadOnly": mode == EditionMode::ReadOnly,
            "isRestricted": mode == EditionMode::Restricted,
        });
        world.max.put(&format!("/api/project/{project}.json"), &flags).await.ok();
        let path = format!("/api/project/{project}/representative.json");
        world.max.post(&path, &json!({ "user": sam.id })).await.ok();
        for (who, own) in &mut world.own {
            own["command"] = rename(callers.get(*who)).await;
        }
        world
    }

    /// What a caller can make for themselves.
    async fn own_of(&self, app: &App, client: &Client, who: Who) -> Value {
        let mut own = json!({ "user": client.id });
        let (name, role) = who.account();
        let personal = storage::personal(&app.system, UserId(client.id), name).await.unwrap();
        own["storage"] = json!(personal.id.0);
        let (project, main) = (self.ids["project"].as_i64().unwrap(), &self.ids["imageinstance"]);
        if role > GlobalRole::Guest {
            extend(&mut own, slide(app, client, name).await);
            extend(&mut own, vocabulary(client, &format!("Of {name} {:?}", self.mode)).await);
            own["tag"] =
                json!(client.made("tag", &json!({ "name": format!("Of {name} {:?}", self.mode) })).await);
        }
        if who == Who::Contributor {
            let title = format!("With own words {:?}", self.mode);
            let body = json!({ "name": title, "ontology": own["ontology"], "admins": [self.max.id] });
            let using = client.made("project", &body).await;
            self.max.delete(&format!("/api/project/{using}/user/{}/admin.json", client.id)).await.ok();
        }
        if matches!(who, Who::Contributor | Who::Manager) {
            let made = image(client, &own, project).await;
            extend(&mut own, made);
        }
        if who.is_member() {
            let drawn = annotation(client, main, &self.ids["term"]).await;
            extend(&mut own, drawn);
            let id_of = |name: &str| own[name].as_i64().or(self.ids[name].as_i64()).unwrap();
            let tag = self.ids["tag"].as_i64().unwrap();
            let on = hang(&self.max, tag, (project, id_of("imageinstance"), id_of("annotation"))).await;
            own["on"] = on;
        }
        own
    }

    /// The things of `max`, or with those of that kind that are the caller's own; none where the caller has none.
    pub(crate) fn stage(&self, thing: Thing, own_of: Option<Who>) -> Option<Stage> {
        let mut ids = self.ids.clone();
        if let Some(who) = own_of {
            let names: &[&str] = match thing {
                Thing::System | Thing::Project => return None,
                Thing::Membership if !who.is_member() => return None,
                Thing::Account | Thing::Membership => &["user"],
                Thing::Command => &["command"],
                Thing::Tag => &["tag"],
                Thing::Storage => &["storage"],
                Thing::Slide => &["abstractimage", "uploadedfile", "abstractslice", "storage"],
                Thing::Image => &["imageinstance", "sliceinstance", "on"],
                Thing::Annotation => &["annotation", "userannotation", "on"],
                Thing::Ontology => &["ontology", "term", "child", "relation"],
            };
            let own = self.own.get(&who)?;
            if own[names[0]].is_null() {
                return None;
            }
            for name in names {
                ids[*name] = own[*name].clone();
            }
        }
        Some(Stage::with(self.max.clone(), ids))
    }

    /// Makes everybody what they were in the project.
    pub(crate) async fn repair(&self, callers: &Callers) {
        let project = format!("/api/project/{}", self.ids["project"]);
        let id = |who| callers.get(who).id;
        let sam = self.ids["user"].as_i64().unwrap();
        for user in [id(Who::Guest), id(Who::Contributor), id(Who::Manager), sam] {
            self.max.post(&format!("{project}/user/{user}.json"), &json!({})).await.ok();
        }
        self.max.delete(&format!("{project}/user/{sam}/admin.json")).await.ok();
        self.max.post(&format!("{project}/user/{}/admin.json", id(Who::Manager)), &json!({})).await.ok();
        // Refused where they are what they were.
        self.max.post(&format!("{project}/representative.json"), &json!({ "user": sam })).await;
        let layer = json!({ "user": sam });
        self.max.post(&format!("{project}/defaultlayer.json"), &layer).await;
    }
}

/// The id of a command that its caller may take back in every mode: a change of the own account.
pub(crate) async fn rename(client: &Client) -> Value {
    let path = format!("/api/user/{}.json", client.id);
    client.put(&path, &json!({ "firstname": "Renamed" })).await.ok()["command"].clone()
}

fn extend(ids: &mut Value, more: Value) {
    let (Some(ids), Value::Object(more)) = (ids.as_object_mut(), more) else {
        unreachable!("both are objects")
    };
    ids.extend(more);
}

/// An ontology with two terms, one above the other.
async fn vocabulary(client: &Client, name: &str) -> Value {
    let ontology = client.made("ontology", &json!({ "name": name })).await;
    let mut terms = Vec::new();
    for name in ["above", "below"] {
        let body = json!({ "name": name, "color": "#123456", "ontology": ontology });
        terms.push(client.made("term", &body).await);
    }
    let body = json!({ "term1": terms[0], "term2": terms[1] });
    let made = client.post("/api/relation/parent/term.json", &body).await.ok();
    let command = &made["command"];
    json!({
        "ontology": ontology, "term": terms[0], "child": terms[1], "relation": terms[0], "command": command,
    })
}

/// An image without pixels in the client's own storage: what has none is refused after the right was asked, at once.
async fn slide(app: &App, client: &Client, name: &str) -> Value {
    let storage = storage::personal(&app.system, UserId(client.id), name).await.unwrap().id.0;
    let file = json!({ "storage": storage, "originalFilename": "walk.svs", "filename": "walk.svs" });
    let file = client.made("uploadedfile", &file).await;
    let body = json!({ "uploadedFile": file, "originalFilename": "walk.svs", "width": 1000, "height": 1000 });
    let image = client.made("abstractimage", &body).await;
    let plane = json!({ "image": image, "channel": 0, "zStack": 0, "time": 0 });
    let plane = client.made("abstractslice", &plane).await;
    json!({ "storage": storage, "uploadedfile": file, "abstractimage": image, "abstractslice": plane })
}

async fn image(client: &Client, slide: &Value, project: i64) -> Value {
    let body = json!({ "baseImage": slide["abstractimage"], "project": project });
    let image = client.made("imageinstance", &body).await;
    let plane = client.get(&format!("/api/imageinstance/{image}/sliceinstance/reference.json")).await.ok();
    json!({ "imageinstance": image, "sliceinstance": plane["id"] })
}

async fn annotation(client: &Client, image: &Value, term: &Value) -> Value {
    let body = json!({ "location": LOCATION, "image": image, "term": [term] });
    let made = client.post("/api/annotation.json", &body).await.ok();
    let id = &made["annotation"]["id"];
    json!({ "annotation": id, "userannotation": id, "command": made["command"] })
}
