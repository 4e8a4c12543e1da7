//! What can be asked of `cytomine init`, and which names it accepts.

use std::path::PathBuf;

use clap::Args;

use crate::config::LogSettings;

/// The pattern of host names, as values.schema.json has it.
pub(crate) const DNS_PATTERN: &str = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$";

#[derive(Debug, Clone, Args)]
pub(crate) struct Init {
    /// Public host name of the system.
    #[arg(long, value_name = "NAME", default_value = "cytomine.test", value_parser = server_name)]
    pub(crate) server_name: String,
    /// Plain http where browsers arrive.
    #[arg(long)]
    pub(crate) no_tls: bool,
    /// Leave the secrets empty, so that the chart makes them in the cluster.
    #[arg(long, conflicts_with = "mode")]
    pub(crate) no_secrets: bool,
    /// Where secrets are kept.
    #[arg(long, value_enum, default_value = "values")]
    pub(crate) mode: Mode,
    /// Settings to start from.
    #[arg(long, value_enum)]
    pub(crate) profile: Option<Profile>,
    /// Make these anew in the files that are there and keep all others; several are separated by commas.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "WHAT",
        conflicts_with_all = ["server_name", "no_tls", "no_secrets", "mode", "profile"]
    )]
    pub(crate) rotate: Vec<Rotate>,
    /// Namespace that the chart is installed into, for names in certificates.
    #[arg(long, value_name = "NS", default_value = "cytomine", value_parser = label)]
    pub(crate) namespace: String,
    /// Name of the release, for names in certificates.
    #[arg(long, value_name = "NAME", default_value = "cytomine", value_parser = release_name)]
    pub(crate) release: String,
    /// Folder of the chart, where the files are written.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// Say what would be made, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) log: LogSettings,
}

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// In values.yaml.
    Values,
    /// In Secret objects in secrets.yaml, which is for `kubectl apply`; values.yaml has their names.
    Secret,
    /// In a store of yours, from which ExternalSecret objects in external-secrets.yaml fetch them.
    External,
}

/// Settings to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// A cluster on a laptop: images loaded by hand, ingress-nginx.
    Dev,
    /// Images are checked at every start, backups are made, and the chart never makes a secret by itself.
    Production,
}

/// What is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Rotate {
    /// All below, the CA by one stage. What opens stored data is always kept: server key, backup phrase.
    All,
    /// Password of the account admin.
    AdminPassword,
    /// Key pair of the account admin.
    ApiKeys,
    /// Refused: nothing is signed with a key of the server.
    Signing,
    /// Passwords of the database's roles.
    Database,
    /// The private authority, then all certificates: in three runs, each followed by an upgrade.
    Ca,
    /// The certificate that browsers see.
    Edge,
}

/// A host name, refused with the words that Helm would use later.
pub(crate) fn server_name(text: &str) -> Result<String, String> {
    if text.len() > 253 {
        return Err(format!("at '/serverName': maxLength: got {}, want 253", text.len()));
    }
    if !text.split('.').all(is_label) {
        return Err(format!("at '/serverName': '{text}' does not match pattern '{DNS_PATTERN}'"));
    }
    Ok(text.to_owned())
}

/// A namespace.
fn label(text: &str) -> Result<String, String> {
    if is_label(text) && text.len() <= 63 {
        return Ok(text.to_owned());
    }
    Err("a name of at most 63 small letters, digits and hyphens is needed".to_owned())
}

/// A release; Helm takes names of 53 characters.
fn release_name(text: &str) -> Result<String, String> {
    if is_label(text) && text.len() <= 53 {
        return Ok(text.to_owned());
    }
    Err("a name of at most 53 small letters, digits and hyphens is needed".to_owned())
}

fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_refused_in_the_words_of_the_schema() {
        assert_eq!(server_name("a.b-c.d1"), Ok("a.b-c.d1".to_owned()));
        for wrong in ["https://cytomine.test", "", "a..b", "a.", "-a", "a-", "A.test", "*.test", "a.test:443"]
        {
            let expected = format!("at '/serverName': '{wrong}' does not match pattern '{DNS_PATTERN}'");
            assert_eq!(server_name(wrong), Err(expected));
        }
        assert_eq!(
            server_name(&"a".repeat(254)),
            Err("at '/serverName': maxLength: got 254, want 253".into())
        );
    }

    #[test]
    fn names_of_releases_and_namespaces_have_their_length() {
        assert!(label(&"a".repeat(63)).is_ok() && label(&"a".repeat(64)).is_err());
        assert!(release_name(&"a".repeat(53)).is_ok() && release_name(&"a".repeat(54)).is_err());
        assert!(label("a.b").is_err() && release_name("a_b").is_err());
    }
}
