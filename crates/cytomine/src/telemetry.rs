//! The log: lines on stderr, as text for people or as JSON for collectors.
//!
//! What is logged can be changed while the program runs ([`Log::set_filter`]), and the latest warnings and errors are
//! kept for the support bundle ([`recent`]).

mod recent;

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, fmt, reload};

pub(crate) use recent::Recent;

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
    /// The log has ended.
    #[error("What is logged cannot be changed any more ({0}): start the program again")]
    Gone(reload::Error),
}

/// What `debug` and `trace` do not reach unless it is named: libraries that log frames and headers, hence secrets.
const QUIET: &str = "h2=info,hyper=info,hyper_util=info,rustls=info";

/// The running log; clones are the same.
#[derive(Clone)]
pub(crate) struct Log {
    filter: reload::Handle<EnvFilter, Registry>,
    recent: Recent,
}

impl Log {
    /// Logs by another filter from now on.
    pub(crate) fn set_filter(&self, text: &str) -> Result<(), TelemetryError> {
        self.filter.reload(filter(text)?).map_err(TelemetryError::Gone)
    }

    /// The latest warnings and errors.
    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }
}

/// Starts the log for the whole process.
pub(crate) fn start(settings: &LogSettings) -> Result<Log, TelemetryError> {
    let (filter, handle) = reload::Layer::new(filter(&settings.filter)?);
    let recent = Recent::default();
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.format {
        LogFormat::Text => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
        }
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .with(recent.layer())
        .try_init()
        .map_err(|cause| TelemetryError::Twice(cause.to_string()))?;
    Ok(Log { filter: handle, recent })
}

fn filter(text: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::try_new(format!("{QUIET},{text}"))
        .map_err(|cause| TelemetryError::Filter { filter: text.to_owned(), cause })
}
