//! Section `log`: what is told on stderr, and how.

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogSettings {
    /// What is logged: a level (error, warn, info, debug, trace), or levels by module such as
    /// `info,cytomine_api=debug`, which logs every request.
    #[arg(id = "log.filter", long = "log", value_name = "FILTER", default_value = "info")]
    pub(crate) filter: String,
    /// How: `text` for people, `json` for collectors.
    #[arg(id = "log.format", long = "log-format", value_name = "FORMAT", value_enum, default_value = "text")]
    pub(crate) format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}
