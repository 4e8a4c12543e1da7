//! The files of an installation: values.yaml, and secrets.yaml where secrets are kept apart. Says where a key is.

use std::path::PathBuf;

use super::InitError;
use super::certificates::{Authority, Pair, Use};
use super::names::{self, Names};
use super::objects;
use super::slots::Slot;
use super::yaml::{Document, Trouble};
use crate::cli::init::server_name;

/// A certificate's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Certificate {
    /// Map in values.yaml that holds `crt` and `key`.
    pub(super) path: &'static str,
    /// End of the name of the Secret in secrets.yaml.
    pub(super) object: &'static str,
    /// What people call it.
    pub(super) name: &'static str,
}

pub(super) const AUTHORITY: Certificate =
    Certificate { path: "tls.internal.ca", object: "ca", name: "private CA" };
pub(super) const SERVER: Certificate =
    Certificate { path: "tls.internal.leaves.server", object: "tls-server", name: "server certificate" };
pub(super) const POSTGRES: Certificate = Certificate {
    path: "tls.internal.leaves.postgres",
    object: "tls-postgres",
    name: "database certificate",
};
pub(super) const MAINTENANCE: Certificate = Certificate {
    path: "tls.internal.leaves.maintenance",
    object: "tls-maintenance",
    name: "backup certificate",
};
pub(super) const EDGE: Certificate =
    Certificate { path: "edge.tls", object: "edge", name: "edge certificate" };

/// Certificates between pods.
pub(super) const LEAVES: [Certificate; 3] = [SERVER, POSTGRES, MAINTENANCE];

/// Values, and the Secrets beside them.
#[derive(Debug)]
pub(super) struct Bundle {
    pub(super) values: Document,
    pub(super) values_file: PathBuf,
    /// Secret objects by name; none = secrets are in the values.
    pub(super) secrets: Option<Vec<(String, Document)>>,
    pub(super) secrets_file: PathBuf,
    pub(super) namespace: String,
    pub(super) release: String,
}

impl Bundle {
    /// Names for certificates, by what the values say now.
    pub(super) fn names(&self) -> Result<Names, InitError> {
        let mut hosts = vec![self.checked("serverName", self.value("serverName")?)?];
        if self.has("extraServerNames") {
            let extra = self.values.list(&["extraServerNames"]);
            for name in extra.map_err(|trouble| self.trouble(trouble, "extraServerNames"))? {
                hosts.push(self.checked("extraServerNames", name)?);
            }
        }
        let cluster_domain = self.checked("clusterDomain", self.value("clusterDomain")?)?;
        Ok(Names { full: self.full()?, namespace: self.namespace.clone(), cluster_domain, hosts })
    }

    /// A name that can stand in a certificate.
    fn checked(&self, key: &'static str, name: String) -> Result<String, InitError> {
        server_name(&name).map_err(|_| InitError::NoName { file: self.values_file.clone(), key, name })
    }

    /// The chart's full name.
    pub(super) fn full(&self) -> Result<String, InitError> {
        let full = names::full(&self.release, &self.value("nameOverride")?, &self.value("fullnameOverride")?);
        self.checked("fullnameOverride", full)
    }

    /// Name of a Secret of secrets.yaml; the empty part is the one that holds all secrets.
    pub(super) fn object_name(&self, part: &str) -> Result<String, InitError> {
        Ok(objects::name(&self.full()?, part))
    }

    /// Whether the values have such a key.
    pub(super) fn has(&self, path: &str) -> bool {
        self.values.has(&parts(path))
    }

    /// The text of a key of the values.
    pub(super) fn value(&self, path: &str) -> Result<String, InitError> {
        self.values.get(&parts(path)).map_err(|trouble| self.trouble(trouble, path))
    }

    /// Gives a key of the values a text.
    pub(super) fn set_value(&mut self, path: &str, text: &str) -> Result<(), InitError> {
        self.values.set(&parts(path), text).map_err(|trouble| self.trouble(trouble, path))
    }

    /// Gives a key of the values a word of YAML.
    pub(super) fn set_word(&mut self, path: &str, word: &str) -> Result<(), InitError> {
        self.values.set_word(&parts(path), word).map_err(|trouble| self.trouble(trouble, path))
    }

    /// Makes a secret and keeps it.
    pub(super) fn renew(&mut self, slot: &Slot) -> Result<(), InitError> {
        let secret = slot.kind.make()?;
        if self.secrets.is_some() {
            return self.set_secret("", slot.key, &secret);
        }
        self.set_value(slot.path, &secret)
    }

    /// Makes a certificate between pods, or that of the edge, and keeps it.
    pub(super) fn renew_certificate(
        &mut self,
        what: Certificate,
        authority: &Authority,
    ) -> Result<(), InitError> {
        let names = self.names()?;
        let (hosts, purpose) = match what {
            SERVER => (names.server(), Use::Server),
            POSTGRES => (names.postgres(), Use::Server),
            MAINTENANCE => (vec![format!("{}-maintenance", names.full)], Use::Client("backup")),
            _ => (names.hosts, Use::Server),
        };
        let pair = authority.sign(&hosts, purpose, self.days()?)?;
        self.keep(what, &pair)
    }

    /// Days that certificates last.
    fn days(&self) -> Result<u32, InitError> {
        const PATH: &str = "tls.internal.validity";
        // Browsers refuse certificates of more than 398 days; ten years is what the authority has.
        let days = self.value(PATH)?.parse().ok().filter(|days| (1..=3650).contains(days));
        days.ok_or_else(|| self.trouble(Trouble::Shape, PATH))
    }

    fn keep(&mut self, what: Certificate, pair: &Pair) -> Result<(), InitError> {
        if self.secrets.is_some() {
            self.set_secret(what.object, "tls.crt", &pair.crt)?;
            self.set_secret(what.object, "tls.key", &pair.key)?;
            return self.set_secret(what.object, "ca.crt", &self.trusted()?);
        }
        self.set_value(&format!("{}.crt", what.path), &pair.crt)?;
        self.set_value(&format!("{}.key", what.path), &pair.key)?;
        let end = format!("{}.notAfter", what.path);
        if self.has(&end) { self.set_value(&end, &pair.not_after) } else { Ok(()) }
    }

    /// The text of a key of a Secret.
    pub(super) fn secret(&self, part: &str, key: &str) -> Result<String, InitError> {
        let name = self.object_name(part)?;
        let objects = self.secrets.iter().flatten();
        let (_, object) =
            objects.clone().find(|(found, _)| *found == name).ok_or_else(|| self.no_object(&name))?;
        object
            .get(&["stringData", key])
            .map_err(|trouble| trouble_in(trouble, self.secrets_file.clone(), key))
    }

    /// Gives a key of a Secret a text.
    pub(super) fn set_secret(&mut self, part: &str, key: &str, text: &str) -> Result<(), InitError> {
        let name = self.object_name(part)?;
        let missing = self.no_object(&name);
        let file = self.secrets_file.clone();
        let mut objects = self.secrets.iter_mut().flatten();
        let (_, object) = objects.find(|(found, _)| *found == name).ok_or(missing)?;
        object.set(&["stringData", key], text).map_err(|trouble| trouble_in(trouble, file, key))
    }

    /// Whether there is such a Secret.
    pub(super) fn has_object(&self, part: &str) -> Result<bool, InitError> {
        let name = self.object_name(part)?;
        Ok(self.secrets.iter().flatten().any(|(found, _)| *found == name))
    }

    fn no_object(&self, name: &str) -> InitError {
        InitError::NoObject { file: self.secrets_file.clone(), name: name.to_owned() }
    }

    fn trouble(&self, trouble: Trouble, path: &str) -> InitError {
        trouble_in(trouble, self.values_file.clone(), path)
    }
}

fn trouble_in(trouble: Trouble, file: PathBuf, path: &str) -> InitError {
    let key = path.to_owned();
    match trouble {
        Trouble::Missing => InitError::NoKey { file, key },
        Trouble::Shape => {
            let last = path.rsplit_once('.').map_or(path, |(_, last)| last).to_owned();
            InitError::Shape { file, key, last }
        }
    }
}

fn parts(path: &str) -> Vec<&str> {
    path.split('.').collect()
}
