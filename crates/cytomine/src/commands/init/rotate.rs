//! Later runs: single secrets made anew, all other lines as they are.

use std::path::Path;

use super::authority::Stage;
use super::bundle::{Bundle, EDGE, LEAVES};
use super::slots::{self, SLOTS};
use super::yaml::Document;
use super::{InitError, Report, files, objects};
use crate::cli::init::{Init, Rotate};

/// Makes the wanted secrets anew and writes the files.
pub(super) fn rotate(settings: &Init, values_file: &Path) -> Result<Report, InitError> {
    if !files::exists(values_file)? {
        return Err(InitError::NothingToRotate(values_file.to_owned()));
    }
    let mut bundle = Bundle {
        values: Document::new(&files::read(values_file)?),
        values_file: values_file.to_owned(),
        secrets: None,
        secrets_file: settings.out.join(files::SECRETS),
        namespace: settings.namespace.clone(),
        release: settings.release.clone(),
    };
    let mut heading = String::new();
    let existing = bundle.value("secrets.existingSecret")?;
    if !existing.is_empty() {
        if !files::exists(&bundle.secrets_file)? {
            return Err(InitError::KeptElsewhere { name: existing, file: bundle.secrets_file });
        }
        let (head, objects) = objects::parse(&files::read(&bundle.secrets_file)?);
        heading = head;
        bundle.secrets = Some(objects);
    }
    let outcome = renew(&settings.rotate, &mut bundle)?;
    let file = if bundle.secrets.is_some() { &bundle.secrets_file } else { values_file };
    if !settings.dry_run {
        let text = bundle
            .secrets
            .as_deref()
            .map_or_else(|| bundle.values.text(), |objects| objects::file(&heading, objects));
        files::replace(file, &text)?;
    }
    let mut next = format!("helm upgrade {} . -n {}", settings.release, settings.namespace);
    if bundle.secrets.is_some() {
        next = format!(
            "kubectl apply -f {}, then kubectl -n {} rollout restart deployment,statefulset",
            file.display(),
            settings.namespace
        );
    }
    let heading = if settings.dry_run { "Nothing is written; this would be made anew" } else { "Made anew" };
    let mut rows = Vec::new();
    if !outcome.made.is_empty() {
        rows.push(("Made", outcome.made.join(", ")));
    }
    if let Some(stage) = outcome.stage {
        rows.push(("Private CA", stage.text().to_owned()));
    }
    rows.push(("In", file.display().to_string()));
    rows.push(("Next", next));
    if let Some(next) = outcome.stage.and_then(Stage::next) {
        rows.push(("", next.to_owned()));
    }
    Ok(Report { heading: heading.to_owned(), rows })
}

/// What a rotation did.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What was made anew, by name.
    pub(super) made: Vec<&'static str>,
    /// Where the exchange of the authority is, if it went further.
    pub(super) stage: Option<Stage>,
}

/// Makes the wanted groups anew.
pub(super) fn renew(wanted: &[Rotate], bundle: &mut Bundle) -> Result<Outcome, InitError> {
    if wanted.contains(&Rotate::Signing) {
        return Err(InitError::NoSigningKey);
    }
    let mut made = Vec::new();
    for slot in SLOTS {
        let Some(group) = slot.rotate else { continue };
        if slots::asked(wanted, group) && bundle.has(slot.path) {
            bundle.renew(slot)?;
            if made.last() != Some(&slot.name) {
                made.push(slot.name);
            }
        }
    }
    let apart = bundle.secrets.is_some();
    let mode = bundle.value("tls.internal.mode")?;
    let internal = mode == if apart { "provided" } else { "selfSigned" };
    let edge_mode = bundle.value("edge.tls.mode")?;
    let edge = edge_mode == if apart { "secret" } else { "selfSigned" };
    if wanted.contains(&Rotate::Ca) && !internal {
        return Err(InitError::InternalElsewhere(mode));
    }
    if wanted.contains(&Rotate::Edge) && !edge {
        return Err(InitError::EdgeElsewhere(edge_mode));
    }
    let stage =
        if internal && slots::asked(wanted, Rotate::Ca) { Some(bundle.exchange_authority()?) } else { None };
    made.extend(stage.and_then(Stage::made));
    let signs_anew = stage.is_some_and(Stage::signs_anew);
    let mut leaves = Vec::new();
    if signs_anew {
        leaves.extend(LEAVES.into_iter().filter(|leaf| bundle.has(leaf.path)));
    }
    // The edge certificate is signed by the authority, so it goes with it.
    if edge && (signs_anew || slots::asked(wanted, Rotate::Edge)) {
        leaves.push(EDGE);
    }
    if !leaves.is_empty() {
        let authority = bundle.authority()?.ok_or(InitError::NoAuthority { place: bundle.place() })?;
        for leaf in leaves {
            bundle.renew_certificate(leaf, &authority)?;
            made.push(leaf.name);
        }
    }
    if made.is_empty() && stage.is_none() {
        return Err(InitError::NotUsed(bundle.values_file.clone()));
    }
    Ok(Outcome { made, stage })
}
