//! `cytomine import`: slides of this machine into a project, with a bar on a terminal.

use std::path::Path;
use std::sync::Arc;

use cytomine_domain::account;
use cytomine_domain::import::{self, Fate, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use super::{RunError, system};
use crate::cli::Import;
use crate::say;

/// Imports all that the settings name. What is no slide is listed with its reason; nothing imported at all is a
/// failure.
pub(super) async fn run(settings: Import) -> Result<(), RunError> {
    let system = system::open(&settings.system).await?;
    // On a new data directory this makes the first account; its password is seen here or never.
    if let Some(password) = system::ensure_admin(&system, &settings.system.accounts).await? {
        let rows =
            [("User", account::ADMIN.to_owned()), ("Password", password), ("", "Shown this once".to_owned())];
        say::table("A new system was set up", &rows);
    }
    let actor = account::actor_for_command_line(&system, &settings.user).await?;
    let bar = Arc::new(Bar(ProgressBar::no_length()));
    let wanted = import::Import { paths: settings.paths, project: settings.project, storage: None };
    let report = import::files(&system, &actor, wanted, bar.clone()).await;
    bar.0.finish_and_clear();
    let report = report?;
    let rows: Vec<(&str, String)> = report
        .files
        .iter()
        .map(|(path, fate)| match fate {
            Fate::Imported => ("imported", path.display().to_string()),
            Fate::Present(reason) => ("present", format!("{}: {}", path.display(), bare(reason, path))),
            Fate::Skipped(reason) => ("left out", format!("{}: {}", path.display(), bare(reason, path))),
        })
        .collect();
    let (imported, all) = (report.imported(), report.files.len());
    say::table(
        &format!("{imported} of {all} files are images of the project {}", report.project.name),
        &rows,
    );
    // A repeated import leaves out what is there already; that is no failure.
    if report.files.iter().all(|(_, fate)| matches!(fate, Fate::Skipped(_))) {
        return Err(RunError::NothingImported);
    }
    Ok(())
}

/// The reason without the name of the file, which stands before it already.
fn bare<'a>(reason: &'a str, path: &Path) -> &'a str {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    reason.strip_prefix(&*name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(reason)
}

/// A bar of bytes on a terminal; silent elsewhere, as indicatif is.
struct Bar(ProgressBar);

impl Progress for Bar {
    fn found(&self, _: usize, bytes: u64) {
        let style = ProgressStyle::with_template("{wide_msg} {bar:30} {bytes}/{total_bytes} {eta}");
        self.0.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.0.set_length(bytes);
    }

    fn file(&self, path: &Path, _: u64) {
        self.0.set_message(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }

    fn copied(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    fn converted(&self, done: u64, total: u64) {
        let percent = (done * 100).checked_div(total).unwrap_or(100);
        self.0.set_message(format!("converting, {percent} %"));
    }
}
