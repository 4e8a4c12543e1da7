//! The first run: values.yaml from the template, filled as the flags say.

use std::path::Path;

use super::bundle::{AUTHORITY, Bundle, EDGE, LEAVES};
use super::slots::SLOTS;
use super::yaml::Document;
use super::{InitError, Report, authority, files, objects};
use crate::cli::init::{Init, Mode, Profile};

/// The chart's template as it was when the program was built; one beside values.yaml counts more.
const TEMPLATE: &str = include_str!("../../../../../charts/cytomine/values.template.yaml");

const HEADING: &str = "\
# Written by `cytomine init`. Whoever reads this file has the keys of the system: keep it private (mode 0600, never in
# git), and keep a copy in a safe place. New secrets: `cytomine init --rotate ...`, then `helm upgrade`.
";
const HEADING_EMPTY: &str = "\
# Written by `cytomine init`. It holds no secrets.
";
const HEADING_SECRETS: &str = "\
# Written by `cytomine init --mode secret`: apply it before `helm install`. Keep it private and keep a copy.
";
const HEADING_EXTERNAL: &str = "\
# Written by `cytomine init --mode external`: name your store, put every `remoteRef.key` into it, apply this file, then
# `helm install`.
";

/// Settings of a profile: key and word of YAML.
const DEV: &[(&str, &str)] =
    &[("image.pullPolicy", "IfNotPresent"), ("ingress.className", "nginx"), ("ingress.controller", "nginx")];
const PRODUCTION: &[(&str, &str)] =
    &[("image.pullPolicy", "Always"), ("database.bundled.pullPolicy", "Always"), ("backup.enabled", "true")];

/// Makes everything and writes it.
pub(super) fn create(settings: &Init, values_file: &Path) -> Result<Report, InitError> {
    let beside = match settings.mode {
        Mode::Values => None,
        Mode::Secret => Some(settings.out.join(files::SECRETS)),
        Mode::External => Some(settings.out.join(files::EXTERNAL)),
    };
    if let Some(file) = &beside
        && files::exists(file)?
    {
        return Err(InitError::Occupied(file.clone()));
    }
    let template = settings.out.join(files::TEMPLATE);
    let template = if files::exists(&template)? { files::read(&template)? } else { TEMPLATE.to_owned() };
    let made = fill(settings, &template)?;

    if !settings.dry_run {
        // First the secrets: values.yaml marks that the run is complete.
        if let (Some(file), Some(text)) = (&beside, &made.beside) {
            files::write_new(file, text)?;
        }
        files::write_new(values_file, &made.values)?;
    }
    Ok(report(settings, values_file, beside.as_deref(), &made))
}

/// What a first run makes.
#[derive(Debug)]
pub(super) struct Made {
    /// Text of values.yaml.
    pub(super) values: String,
    /// Text of the file of objects beside it.
    pub(super) beside: Option<String>,
    /// What was made, by name.
    pub(super) names: Vec<&'static str>,
}

/// Fills a template; writes nothing.
pub(super) fn fill(settings: &Init, template: &str) -> Result<Made, InitError> {
    let heading = if settings.no_secrets || settings.mode != Mode::Values { HEADING_EMPTY } else { HEADING };
    let mut bundle = Bundle {
        values: Document::new(&for_people(heading, template)),
        values_file: settings.out.join(files::TEMPLATE),
        secrets: None,
        secrets_file: settings.out.join(files::SECRETS),
        namespace: settings.namespace.clone(),
        release: settings.release.clone(),
    };
    bundle.set_word("serverName", &settings.server_name)?;
    choose(settings, &mut bundle)?;

    let mut made = Vec::new();
    let mut beside = None;
    if !settings.no_secrets {
        match settings.mode {
            Mode::Values => {
                secrets(&mut bundle, &mut made)?;
                certificates(&mut bundle, settings.no_tls, &mut made)?;
            }
            Mode::Secret => {
                empty_objects(&mut bundle, settings.no_tls)?;
                secrets(&mut bundle, &mut made)?;
                certificates(&mut bundle, settings.no_tls, &mut made)?;
                name_objects(&mut bundle, settings.no_tls)?;
                beside = bundle.secrets.as_deref().map(|objects| objects::file(HEADING_SECRETS, objects));
            }
            Mode::External => {
                let name = bundle.object_name("")?;
                let keys = keys(&bundle);
                bundle.set_value("secrets.existingSecret", &name)?;
                let object = objects::external(&name, &settings.namespace, &keys);
                beside = Some(format!("{HEADING_EXTERNAL}{object}"));
            }
        }
    }
    Ok(Made { values: bundle.values.text(), beside, names: made })
}

/// The template without what only the maker of the schema reads.
fn for_people(heading: &str, template: &str) -> String {
    let mut text = heading.to_owned();
    let lines = template.lines().filter(|line| *line != "---");
    for line in lines.filter(|line| !line.starts_with("# Every setting of the chart")) {
        let schema = line.find(" # ").and_then(|start| line[start..].find(" @ ").map(|at| start + at));
        text.push_str(schema.map_or(line, |at| &line[..at]));
        text.push('\n');
    }
    text
}

/// Settings that flags and the profile ask for.
fn choose(settings: &Init, bundle: &mut Bundle) -> Result<(), InitError> {
    let profile = match settings.profile {
        None => &[],
        Some(Profile::Dev) => DEV,
        Some(Profile::Production) => PRODUCTION,
    };
    for (path, word) in profile {
        bundle.set_word(path, word)?;
    }
    // With all secrets given, the chart must never make one: a typing error would replace a secret unseen.
    if settings.profile == Some(Profile::Production) && !settings.no_secrets {
        let generate = if settings.mode == Mode::Values { "strict" } else { "never" };
        bundle.set_word("secrets.generate", generate)?;
    }
    if settings.no_tls {
        bundle.set_word("protocol", "http")?;
        bundle.set_word("edge.tls.mode", "disabled")?;
    }
    Ok(())
}

fn secrets(bundle: &mut Bundle, made: &mut Vec<&'static str>) -> Result<(), InitError> {
    for slot in SLOTS.iter().filter(|slot| bundle.has(slot.path)).collect::<Vec<_>>() {
        bundle.renew(slot)?;
        if made.last() != Some(&slot.name) {
            made.push(slot.name);
        }
    }
    Ok(())
}

fn certificates(bundle: &mut Bundle, no_tls: bool, made: &mut Vec<&'static str>) -> Result<(), InitError> {
    let authority = bundle.make_authority()?;
    made.push(AUTHORITY.name);
    let edge = (!no_tls).then_some(EDGE);
    for certificate in
        LEAVES.into_iter().chain(edge).filter(|certificate| bundle.has(certificate.path)).collect::<Vec<_>>()
    {
        bundle.renew_certificate(certificate, &authority)?;
        made.push(certificate.name);
    }
    Ok(())
}

/// Keys of the Secret that holds all secrets, as far as the chart knows them.
fn keys(bundle: &Bundle) -> Vec<&'static str> {
    SLOTS.iter().filter(|slot| bundle.has(slot.path)).map(|slot| slot.key).collect()
}

fn empty_objects(bundle: &mut Bundle, no_tls: bool) -> Result<(), InitError> {
    let namespace = &bundle.namespace;
    let mut objects = vec![objects::secret(&bundle.object_name("")?, namespace, "Opaque", &keys(bundle))];
    let tls = |part: &str, keys: &[&str]| {
        bundle.object_name(part).map(|name| objects::secret(&name, namespace, "kubernetes.io/tls", keys))
    };
    objects.push(tls(AUTHORITY.object, authority::KEYS)?);
    let edge = (!no_tls).then_some(EDGE);
    for certificate in LEAVES.into_iter().chain(edge).filter(|certificate| bundle.has(certificate.path)) {
        objects.push(tls(certificate.object, &["ca.crt", "tls.crt", "tls.key"])?);
    }
    bundle.secrets = Some(objects);
    Ok(())
}

/// Writes the names of the Secrets into the values.
fn name_objects(bundle: &mut Bundle, no_tls: bool) -> Result<(), InitError> {
    bundle.set_value("secrets.existingSecret", &bundle.object_name("")?)?;
    bundle.set_word("tls.internal.mode", "provided")?;
    for part in ["server", "postgres", "maintenance"] {
        let path = format!("tls.internal.provided.{part}Secret");
        if bundle.has(&path) {
            bundle.set_value(&path, &bundle.object_name(&format!("tls-{part}"))?)?;
        }
    }
    if !no_tls {
        bundle.set_word("edge.tls.mode", "secret")?;
        bundle.set_value("edge.tls.secretName", &bundle.object_name(EDGE.object)?)?;
    }
    Ok(())
}

fn report(settings: &Init, values_file: &Path, beside: Option<&Path>, made: &Made) -> Report {
    let heading =
        if settings.dry_run { "Nothing is written; this would be made" } else { "Ready to install" };
    let nothing = if settings.mode == Mode::External { "none, they come from your store" } else { "none" };
    let names = if made.names.is_empty() { nothing.to_owned() } else { made.names.join(", ") };
    let scheme = if settings.no_tls { "http" } else { "https" };
    let mut rows = vec![("Made", names), ("Values", values_file.display().to_string())];
    let mut next = vec![format!("look at {} and change what you wish", values_file.display())];
    if let Some(file) = beside {
        rows.push(("Objects", file.display().to_string()));
        next.push(format!("kubectl create namespace {}, unless it is there", settings.namespace));
        next.push(format!("kubectl apply -f {}", file.display()));
    }
    next.push(format!(
        "helm install {} . -n {} --create-namespace, then open {scheme}://{}",
        settings.release, settings.namespace, settings.server_name
    ));
    for (number, step) in next.into_iter().enumerate() {
        rows.push((if number == 0 { "Next" } else { "" }, step));
    }
    Report { heading: heading.to_owned(), rows }
}
