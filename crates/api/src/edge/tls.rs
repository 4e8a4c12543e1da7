//! Certificate and key of the server, read again when their files change.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;

/// Where certificate and key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain in PEM, the server's own first.
    pub cert: PathBuf,
    /// Private key in PEM.
    pub key: PathBuf,
}

/// The files cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "The certificate {} with the key {} cannot be used ({source}): --tls-cert needs a PEM file with the chain, \
     --tls-key one with the key that belongs to it", .files.cert.display(), .files.key.display()
)]
pub struct TlsError {
    files: TlsFiles,
    source: io::Error,
}

/// How often the files are looked at. Looking costs two `stat` calls; certificates change every few weeks, but
/// people wait when they try it out.
const INTERVAL: Duration = Duration::from_secs(5);

/// Reads the files.
///
/// # Errors
/// [`TlsError`] when one cannot be read, is not PEM, or they do not belong together.
pub(super) async fn load(files: &TlsFiles) -> Result<RustlsConfig, TlsError> {
    RustlsConfig::from_pem_file(&files.cert, &files.key)
        .await
        .map_err(|source| TlsError { files: files.clone(), source })
}

/// Reads the files again whenever they change, for ever. Files that cannot be used are reported and the ones in use
/// stay: halfway through a renewal certificate and key may not fit.
pub(super) async fn reload_on_change(config: RustlsConfig, files: TlsFiles) {
    let mut seen = stamps(&files).await;
    loop {
        tokio::time::sleep(INTERVAL).await;
        let now = stamps(&files).await;
        if now == seen {
            continue;
        }
        match config.reload_from_pem_file(&files.cert, &files.key).await {
            Ok(()) => {
                tracing::info!(cert = %files.cert.display(), "certificate reloaded");
                seen = now;
            }
            Err(source) => {
                let error = TlsError { files: files.clone(), source };
                tracing::warn!(%error, "the certificate changed and the old one stays in use");
            }
        }
    }
}

/// What tells one state of a file from the next, following links: Kubernetes swaps a link.
async fn stamps(files: &TlsFiles) -> [Option<(SystemTime, u64)>; 2] {
    async fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
        let data = tokio::fs::metadata(path).await.ok()?;
        Some((data.modified().ok()?, data.len()))
    }
    [stamp(&files.cert).await, stamp(&files.key).await]
}
