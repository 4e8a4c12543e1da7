//! `cytomine doctor`: checks everything the system needs, and says what to do about what is wrong.
//!
//! A check is a function that gives [`Finding`]s; none changes anything but a file for trial that is removed again.
//! What cannot be looked at because something before it failed is left out, so that one cause is one line.

mod bundle;
mod certificates;
mod database;
mod network;
mod storage;

use serde_json::{Value, json};

use super::{RunError, system};
use crate::cli::Doctor;
use crate::say;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    /// It works, and somebody should look at it.
    Warn,
    /// It does not work.
    Fail,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    check: &'static str,
    state: State,
    /// What is the case.
    text: String,
    /// What to do.
    remedy: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, state: State::Ok, text: text.into(), remedy: None }
    }

    fn warn(check: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: State::Warn, text: text.into(), remedy: Some(remedy.into()) }
    }

    fn fail(check: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: State::Fail, text: text.into(), remedy: Some(remedy.into()) }
    }

    /// A failure whose text ends with what to do.
    fn refused(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, state: State::Fail, text: text.into(), remedy: None }
    }
}

/// All findings.
struct Findings(Vec<Finding>);

/// Checks, and prints or writes what was found. Anything that does not work is a failure, but for a bundle: whoever asks
/// for one knows that something is wrong.
pub(super) async fn run(settings: &Doctor, effective: &[(String, String)]) -> Result<(), RunError> {
    let findings = Findings::gather(settings).await;
    if let Some(target) = &settings.bundle {
        return bundle::write(target, settings, effective, &findings).await;
    }
    if settings.json {
        say::json(&findings.json());
    } else {
        say::table(&findings.heading(), &findings.rows());
    }
    if findings.well() { Ok(()) } else { Err(RunError::NotWell) }
}

impl Findings {
    async fn gather(settings: &Doctor) -> Self {
        let serve = &settings.serve;
        let mut found = vec![Finding::ok("version", env!("CARGO_PKG_VERSION"))];
        found.extend(secrets(settings));
        found.extend(network::names(&serve.system.database).await);
        found.extend(database::check(&serve.system).await);
        found.extend(storage::check(&serve.system.storage.data).await);
        found.extend(certificates::check(serve));
        found.extend(network::policy().await);
        found.extend(network::server(&serve.metrics).await);
        Self(found)
    }

    /// Nothing failed.
    fn well(&self) -> bool {
        self.0.iter().all(|finding| finding.state != State::Fail)
    }

    fn heading(&self) -> String {
        let count = |state| self.0.iter().filter(|finding| finding.state == state).count();
        match (count(State::Fail), count(State::Warn)) {
            (0, 0) => "All is well".to_owned(),
            (0, warnings) => format!("It works, with {warnings} to look at"),
            (failures, warnings) => format!("{failures} not working, {warnings} to look at"),
        }
    }

    fn rows(&self) -> Vec<(&str, String)> {
        let mut rows = Vec::new();
        for finding in &self.0 {
            rows.push((finding.check, format!("{:4}  {}", finding.state.as_str(), finding.text)));
            if let Some(remedy) = &finding.remedy {
                rows.push(("", format!("      {remedy}")));
            }
        }
        rows
    }

    fn json(&self) -> Value {
        let checks: Vec<Value> = self
            .0
            .iter()
            .map(|finding| {
                json!({
                    "name": finding.check,
                    "state": finding.state.as_str(),
                    "text": finding.text,
                    "remedy": finding.remedy,
                })
            })
            .collect();
        json!({ "ok": self.well(), "version": env!("CARGO_PKG_VERSION"), "checks": checks })
    }
}

/// Whether the settings hold together and every file of a secret can be read. The values are not looked at further.
fn secrets(settings: &Doctor) -> Vec<Finding> {
    let accounts = &settings.serve.system.accounts;
    let outcomes = [
        settings.serve.system.database.password().map(|_| ()),
        accounts.admin_password().map(|_| ()),
        accounts.admin_keys().map(|_| ()),
    ];
    let mut found: Vec<Finding> = outcomes
        .into_iter()
        .filter_map(Result::err)
        .map(|error| Finding::refused("settings", error.to_string()))
        .collect();
    if let Err(error) = system::options(&settings.serve.system) {
        let text = error.to_string();
        if found.iter().all(|finding| finding.text != text) {
            found.push(Finding::refused("settings", text));
        }
    }
    if found.is_empty() {
        found.push(Finding::ok("settings", "understood, and the files of secrets can be read"));
    }
    found
}
