//! The support bundle: what somebody who helps from afar needs, and nothing that must not leave the house.
//!
//! Left out are values of secrets (settings name files only), the log (it holds names of files, which often are those of
//! patients) and what jobs answered; errors are the fixed words of [`crate::telemetry`] with time and place.

use std::io::{self, Write};
use std::path::Path;

use cytomine_domain::opening;
use cytomine_domain::upkeep;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::super::status::{self, Report};
use super::super::{RunError, system};
use super::{Findings, network};
use crate::cli::Doctor;
use crate::say;

/// How many failed jobs are listed.
const JOBS: i64 = 100;

/// Writes the bundle to a file, or to the standard output where the name is `-`.
pub(super) async fn write(
    target: &Path,
    settings: &Doctor,
    effective: &[(String, String)],
    findings: &Findings,
) -> Result<(), RunError> {
    let entries = entries(settings, effective, findings).await?;
    let bytes = packed(&entries).map_err(RunError::Bundle)?;
    if target.as_os_str() == "-" {
        return say::bytes(&bytes).map_err(RunError::Bundle);
    }
    std::fs::write(target, &bytes).map_err(RunError::Bundle)?;
    let contents: Vec<(&str, String)> =
        entries.iter().map(|(name, text)| (*name, format!("{} bytes", text.len()))).collect();
    say::table(&format!("Written to {}", target.display()), &contents);
    Ok(())
}

async fn entries(
    settings: &Doctor,
    effective: &[(String, String)],
    findings: &Findings,
) -> Result<Vec<(&'static str, String)>, RunError> {
    let report = Report::gather(&settings.serve.system).await?;
    let values: serde_json::Map<String, Value> =
        effective.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let mut entries = vec![
        ("versions.json", pretty(&versions())),
        ("settings.json", pretty(&Value::Object(values))),
        ("doctor.json", pretty(&findings.json())),
        ("status.json", pretty(&report.json())),
        ("failed-jobs.json", pretty(&failed_jobs(settings).await)),
    ];
    if let Some(address) = settings.serve.metrics.listen.address().map(network::reachable) {
        for (name, path) in [
            ("health.txt", "/health/ready?verbose"),
            ("errors.txt", "/health/errors"),
            ("metrics.txt", "/metrics"),
        ] {
            if let Some((_, text)) = network::get(address, path).await {
                entries.push((name, text));
            }
        }
    }
    Ok(entries)
}

fn versions() -> Value {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    json!({
        "cytomine": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "processor": std::env::consts::ARCH,
        "kernel": kernel.trim(),
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "kubernetes": std::env::var_os("KUBERNETES_SERVICE_HOST").is_some(),
    })
}

/// Jobs that failed lately, without their words.
async fn failed_jobs(settings: &Doctor) -> Value {
    let system = &settings.serve.system;
    if status::known(system).is_err() {
        return Value::Null;
    }
    let Ok(database) = system::database(&system.database) else { return Value::Null };
    let Ok(db) = opening::connect(&database, &system.storage.data).await else { return Value::Null };
    let found = upkeep::failed_jobs(&db, system::clock().now(), JOBS).await.unwrap_or_default();
    db.close().await;
    found
        .into_iter()
        .map(|job| {
            json!({
                "id": job.id,
                "kind": job.kind,
                "attempts": job.attempts,
                "finished": status::time(job.finished),
            })
        })
        .collect()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// The entries as tar.gz, in a folder of their own.
fn packed(entries: &[(&str, String)]) -> io::Result<Vec<u8>> {
    let now = u64::try_from(system::clock().now().0 / 1000).unwrap_or(0);
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, text) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(now);
        archive.append_data(&mut header, format!("cytomine-support/{name}"), text.as_bytes())?;
    }
    let mut compressed = archive.into_inner()?;
    compressed.flush()?;
    compressed.finish()
}
