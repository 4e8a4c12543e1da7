//! The log: lines on stderr, as text for people or as JSON for collectors.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogFormat, LogSettings};

/// The log cannot be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TelemetryError {
    /// The filter is not understood.
    #[error(
        "--log `{filter}` is not understood ({cause}): write a level such as `info`, or `info,cytomine_api=debug`"
    )]
    Filter { filter: String, cause: tracing_subscriber::filter::ParseError },
    /// Somebody was faster.
    #[error("The log is started twice ({0}). This is a defect of the program, please report it")]
    Twice(String),
}

/// What `debug` and `trace` do not reach unless it is named: libraries that log frames and headers, hence secrets.
const QUIET: &str = "h2=info,hyper=info,hyper_util=info,rustls=info";

/// Starts the log for the whole process.
pub(crate) fn start(settings: &LogSettings) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.filter))
        .map_err(|cause| TelemetryError::Filter { filter: settings.filter.clone(), cause })?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.format {
        LogFormat::Text => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
    }
    .map_err(|cause| TelemetryError::Twice(cause.to_string()))
}
