//! Section `tls`: certificate of the server.

use std::path::PathBuf;

use clap::Args;
use cytomine_api::edge::tls::TlsFiles;

use super::ConfigError;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsSettings {
    /// Certificate chain in PEM. With it the server speaks HTTPS only; a changed file is taken up within seconds.
    #[arg(id = "tls.cert", long = "tls-cert", value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,
    /// Private key of the certificate in PEM.
    #[arg(id = "tls.key", long = "tls-key", value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

impl TlsSettings {
    /// Both files or none. Checked after all layers are merged, since each may come from another one.
    pub(crate) fn files(&self) -> Result<Option<TlsFiles>, ConfigError> {
        match (&self.cert, &self.key) {
            (None, None) => Ok(None),
            (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert: cert.clone(), key: key.clone() })),
            (Some(_), None) => Err(ConfigError::HalfTls { given: "--tls-cert", missing: "--tls-key" }),
            (None, Some(_)) => Err(ConfigError::HalfTls { given: "--tls-key", missing: "--tls-cert" }),
        }
    }
}
