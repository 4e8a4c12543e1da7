//! `cytomine verify`: compares database and slides with a backup.

use cytomine_backup::verify::{self, Report};
use serde_json::json;

use super::{RunError, backup, system};
use crate::cli::backup::Verify;
use crate::config::DatabaseSettings;
use crate::say;

/// Runs it; what differs is a failure.
pub(super) async fn run(settings: Verify) -> Result<(), RunError> {
    let place = backup::place(&settings.place.storage, &settings.place.database)?;
    let record = match (&settings.record_into, settings.record_drill) {
        (_, false) => None,
        (None, true) => Some(place.database.clone()),
        (Some(url), true) => {
            let password_file =
                settings.record_password_file.or(settings.place.database.password_file.clone());
            let into =
                DatabaseSettings { url: url.clone(), password_file, ..settings.place.database.clone() };
            Some(system::database(&into)?)
        }
    };
    let wanted = verify::Verify { place, against: settings.against, slides: settings.slides, record };
    let report = verify::verify(wanted).await?;
    tell(&report, settings.json);
    if let Some(cause) = &report.not_noted {
        return Err(RunError::NotNoted(cause.clone()));
    }
    if report.wrong().is_empty() { Ok(()) } else { Err(RunError::Differs) }
}

fn tell(report: &Report, as_json: bool) {
    if as_json {
        let checks: Vec<_> = report
            .checks
            .iter()
            .map(|check| json!({ "name": check.name, "found": check.found, "wrong": check.wrong }))
            .collect();
        say::json(&json!({ "backup": report.backup, "ok": report.wrong().is_empty(), "checks": checks }));
        return;
    }
    let mut rows = Vec::new();
    for check in &report.checks {
        rows.push((
            check.name,
            if check.wrong.is_empty() { format!("ok, {}", check.found) } else { "wrong".to_owned() },
        ));
        rows.extend(check.wrong.iter().map(|wrong| ("", wrong.clone())));
    }
    say::table(&format!("Compared with the backup {}", report.backup), &rows);
}
