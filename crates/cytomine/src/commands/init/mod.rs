//! `cytomine init`: the first of the three steps on Kubernetes. It makes secrets, keys and certificates and writes
//! them where the Helm chart reads them.
//!
//! Plan: the chart's template of values is the one list of keys; [`slots`] says what belongs into which key and
//! [`bundle`] where a key is kept (in values.yaml, or in Secret objects beside it). A key that the template does not
//! have gets nothing, so a chart that is older or younger than the program is served as well. [`create`] writes new
//! files, [`rotate`] changes single lines of old ones, [`files`] sees to it that a file is whole or not there.
//! Nothing here reaches a cluster or the network.

mod authority;
mod bundle;
mod certificates;
mod create;
mod files;
mod names;
mod objects;
mod random;
mod rotate;
mod slots;
mod yaml;

use std::path::PathBuf;

use crate::cli::init::Init;
use crate::say;

/// What cannot be made or written, with cause and remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    /// The source of randomness of the system.
    #[error("The system gives no random numbers ({0}): nothing was made; see to its random source")]
    Random(String),
    /// A certificate could not be made.
    #[error("The certificate of {what} cannot be made ({cause})")]
    Certificate { what: String, cause: rcgen::Error },
    /// The authority in the values is no use.
    #[error(
        "The private CA in {place} cannot sign ({cause}): put back what init wrote, or make a new one with --rotate ca"
    )]
    Authority { place: &'static str, cause: rcgen::Error },
    /// There is no authority in the values.
    #[error("{place} holds no private CA to sign with: make one with --rotate ca")]
    NoAuthority { place: &'static str },
    /// A line that has to be changed is written in a way that is not understood.
    #[error(
        "{file}: `{key}` is written in a way that init cannot change: write it on a line of its own as `{last}: \"\"`"
    )]
    Shape { file: PathBuf, key: String, last: String },
    /// A key that has to be changed is not there.
    #[error("{file} has no line for `{key}`: add it as values.template.yaml has it")]
    NoKey { file: PathBuf, key: String },
    /// A Secret that values.yaml names is not in secrets.yaml.
    #[error(
        "{file} has no Secret `{name}`: give the --release that the file was made with, or put the Secret back"
    )]
    NoObject { file: PathBuf, name: String },
    /// A name in the values that is none.
    #[error(
        "{file}: `{key}` has '{name}', which is no DNS name: certificates cannot be made for it; correct it"
    )]
    NoName { file: PathBuf, key: &'static str, name: String },
    /// There is no key that signs.
    #[error(
        "there is no signing key to rotate: sessions are rows of the database, which end with a new password of their \
         account, and clients sign with their own pairs (--rotate api-keys). The server key is never made anew, for it \
         opens what is stored"
    )]
    NoSigningKey,
    /// Nothing to rotate.
    #[error("{0} is not there, so there is nothing to rotate: run init without --rotate first")]
    NothingToRotate(PathBuf),
    /// The chart has none of what shall be made anew.
    #[error(
        "{0} has no key for what --rotate names, so nothing was changed: this version of the chart does not use it"
    )]
    NotUsed(PathBuf),
    /// The secrets are somewhere else.
    #[error(
        "secrets.existingSecret is `{name}` and {file} is not there: secrets that init does not keep are renewed where \
         they are kept"
    )]
    KeptElsewhere { name: String, file: PathBuf },
    /// The edge certificate is not of init.
    #[error(
        "edge.tls.mode is `{0}`, so the edge certificate is not made by init: renew it where it comes from"
    )]
    EdgeElsewhere(String),
    /// The certificates between pods are not of init.
    #[error(
        "tls.internal.mode is `{0}`, so certificates are not made by init: renew them where they come from"
    )]
    InternalElsewhere(String),
    /// A file that nothing may replace.
    #[error(
        "{0} is already there but values.yaml is not: move it away, or put back the values.yaml that belongs to it"
    )]
    Occupied(PathBuf),
    /// Reading or writing.
    #[error("{file} cannot be {what} ({cause}): check that the folder exists and belongs to you")]
    File { file: PathBuf, what: &'static str, cause: std::io::Error },
}

/// What was made, by name; never a value.
#[derive(Debug, Default)]
struct Report {
    heading: String,
    rows: Vec<(&'static str, String)>,
}

/// Runs the command.
pub(super) fn run(settings: &Init) -> Result<(), InitError> {
    let values = settings.out.join(files::VALUES);
    if !settings.rotate.is_empty() {
        return rotate::rotate(settings, &values).map(|report| tell(&report));
    }
    if files::exists(&values)? {
        say::line(&format!(
            "{} is already there; nothing changed (use --rotate to make new secrets)",
            files::VALUES
        ));
        return Ok(());
    }
    create::create(settings, &values).map(|report| tell(&report))
}

fn tell(report: &Report) {
    say::table(&report.heading, &report.rows);
}

#[cfg(test)]
mod tests;
