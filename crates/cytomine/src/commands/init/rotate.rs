//! Later runs: single secrets made anew, all other lines as they are.

use std::path::Path;

use super::bundle::{AUTHORITY, Bundle, EDGE, LEAVES};
use super::slots::{self, SLOTS};
use super::yaml::Document;
use super::{InitError, Report, files, objects};
use crate::cli::{Init, Rotate};

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
    let made = renew(&settings.rotate, &mut bundle)?;
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
    let rows = vec![("Made", made.join(", ")), ("In", file.display().to_string()), ("Next", next)];
    Ok(Report { heading: heading.to_owned(), rows })
}

/// Makes the wanted groups anew; returns their names.
pub(super) fn renew(wanted: &[Rotate], bundle: &mut Bundle) -> Result<Vec<&'static str>, InitError> {
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
    let new_authority = internal && slots::asked(wanted, Rotate::Ca);
    if new_authority {
        let authority = bundle.renew_authority()?;
        made.push(AUTHORITY.name);
        for leaf in LEAVES.into_iter().filter(|leaf| bundle.has(leaf.path)).collect::<Vec<_>>() {
            bundle.renew_certificate(leaf, &authority)?;
            made.push(leaf.name);
        }
    }
    // The edge certificate is signed by the authority, so it goes with it.
    if edge && (new_authority || slots::asked(wanted, Rotate::Edge)) {
        let authority =
            bundle.authority()?.ok_or_else(|| InitError::NoAuthority { place: bundle.place() })?;
        bundle.renew_certificate(EDGE, &authority)?;
        made.push(EDGE.name);
    }
    if made.is_empty() {
        return Err(InitError::NotUsed(bundle.values_file.clone()));
    }
    Ok(made)
}
