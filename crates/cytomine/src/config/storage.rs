//! Section `storage`: where bytes are kept.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct StorageSettings {
    /// Directory of slides, keys and the SQLite database; made when it is missing.
    #[arg(id = "storage.data", long = "data", value_name = "DIR", default_value = "./cytomine-data")]
    pub(crate) data: PathBuf,
}
