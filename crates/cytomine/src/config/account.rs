//! Section `account`: the server key and the first account.

use std::path::PathBuf;

use clap::Args;
use cytomine_domain::keys::KeyPair;

use super::secret::{self, SecretError};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Accounts")]
pub(crate) struct AccountSettings {
    /// File with the key that the accounts' signing keys are encrypted with. Made at the first start when it is the
    /// default, DATA/server.key; required with PostgreSQL, where every replica needs the same.
    #[arg(id = "account.key_file", long = "key-file", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// File whose first line becomes the password of the account `admin`, when that is made and whenever the file holds
    /// another one at a start; a password set in between by hand stays until then. Without it a password is made up
    /// and printed once.
    #[arg(id = "account.admin_password_file", long = "admin-password-file", value_name = "FILE")]
    pub(crate) admin_password_file: Option<PathBuf>,
    /// Directory with the files `api-admin-public` and `api-admin-private`, each a UUID: the key pair that the account
    /// `admin` signs with, set at a start whenever they hold another one.
    #[arg(id = "account.admin_keys_dir", long = "admin-keys-dir", value_name = "DIR")]
    pub(crate) admin_keys_dir: Option<PathBuf>,
}

impl AccountSettings {
    /// The password of the account `admin`; `None` = one is made up.
    pub(crate) fn admin_password(&self) -> Result<Option<String>, SecretError> {
        self.admin_password_file
            .as_deref()
            .map(|file| secret::read("--admin-password-file", file))
            .transpose()
    }

    /// Public and private key of the account `admin`; `None` = it has those that it has.
    pub(crate) fn admin_keys(&self) -> Result<Option<KeyPair>, SecretError> {
        let Some(dir) = &self.admin_keys_dir else { return Ok(None) };
        let key = |name: &str| secret::read("--admin-keys-dir", &dir.join(name));
        Ok(Some(KeyPair { public_key: key("api-admin-public")?, private_key: key("api-admin-private")? }))
    }
}
