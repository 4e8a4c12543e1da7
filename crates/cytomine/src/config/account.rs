//! Section `account`: the server key and the first account.

use std::path::PathBuf;

use clap::Args;

use super::secret::{self, SecretError};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Accounts")]
pub(crate) struct AccountSettings {
    /// File with the key that the accounts' signing keys are encrypted with. Made at the first start when it is the
    /// default, DATA/server.key; required with PostgreSQL, where every replica needs the same.
    #[arg(id = "account.key_file", long = "key-file", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// File whose first line becomes the password of the account `admin` when that is made. Without it a password
    /// is made up and printed once.
    #[arg(id = "account.admin_password_file", long = "admin-password-file", value_name = "FILE")]
    pub(crate) admin_password_file: Option<PathBuf>,
}

impl AccountSettings {
    /// The password that the account `admin` gets when it is made; `None` = one is made up.
    pub(crate) fn admin_password(&self) -> Result<Option<String>, SecretError> {
        self.admin_password_file
            .as_deref()
            .map(|file| secret::read("--admin-password-file", file))
            .transpose()
    }
}
