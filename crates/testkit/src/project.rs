//! A project as tests need it, made by what its owner would send.

use serde_json::{Map, Value, json};

use crate::{App, Client, TestImage};

/// A project to be made; [`App::project`] begins one.
#[derive(Debug)]
pub struct ProjectBuilder<'a> {
    app: &'a App,
    owner: &'a Client,
    fields: Map<String, Value>,
    members: Vec<i64>,
    managers: Vec<i64>,
    terms: Option<Vec<String>>,
    images: Vec<(String, Option<f64>)>,
}

/// A project that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestProject {
    /// Its id.
    pub id: i64,
    /// Address of its document.
    pub path: String,
    /// Its ontology, if it was given terms.
    pub ontology: Option<i64>,
    /// The terms, in the order they were named.
    pub terms: Vec<i64>,
    /// Its images, in the order they were named.
    pub images: Vec<TestImage>,
}

impl App {
    /// Begins a project of that name; `owner` makes and manages it.
    pub fn project<'a>(&'a self, owner: &'a Client, name: &str) -> ProjectBuilder<'a> {
        ProjectBuilder {
            app: self,
            owner,
            fields: Map::from_iter([("name".to_owned(), json!(name))]),
            members: Vec::new(),
            managers: Vec::new(),
            terms: None,
            images: Vec::new(),
        }
    }
}

impl ProjectBuilder<'_> {
    /// Adds a member.
    #[must_use]
    pub fn member(mut self, user: &Client) -> Self {
        self.members.push(user.id);
        self
    }

    /// Adds a member who manages.
    #[must_use]
    pub fn manager(mut self, user: &Client) -> Self {
        self.managers.push(user.id);
        self
    }

    /// Sets further fields of its document.
    #[must_use]
    pub fn fields(mut self, fields: Value) -> Self {
        if let Value::Object(fields) = fields {
            self.fields.extend(fields);
        }
        self
    }

    /// Gives it an ontology `Tissue` of its own with these terms.
    #[must_use]
    pub fn terms(mut self, names: &[&str]) -> Self {
        self.terms = Some(names.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    /// Adds an image without pixels, as [`App::image`]; `pixel_size` is in micrometres.
    #[must_use]
    pub fn image(mut self, name: &str, pixel_size: Option<f64>) -> Self {
        self.images.push((name.to_owned(), pixel_size));
        self
    }

    /// Makes it.
    ///
    /// # Panics
    /// When the application refuses.
    pub async fn make(mut self) -> TestProject {
        let (mut ontology, mut terms) = (None, Vec::new());
        if let Some(names) = self.terms {
            let id = self.owner.made("ontology", &json!({ "name": "Tissue" })).await;
            for name in names {
                let term = json!({ "name": name, "color": "#ff0000", "ontology": id });
                terms.push(self.owner.made("term", &term).await);
            }
            self.fields.insert("ontology".to_owned(), json!(id));
            ontology = Some(id);
        }
        for (field, users) in [("users", &self.members), ("admins", &self.managers)] {
            if !users.is_empty() {
                self.fields.insert(field.to_owned(), json!(users));
            }
        }
        let id = self.owner.made("project", &Value::Object(self.fields)).await;
        let mut images = Vec::with_capacity(self.images.len());
        for (name, pixel_size) in self.images {
            images.push(self.app.image(id, self.owner.id, &name, pixel_size).await);
        }
        TestProject { id, path: format!("/api/project/{id}.json"), ontology, terms, images }
    }
}
