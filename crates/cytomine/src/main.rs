//! The `cytomine` program: command line, settings, log, web UI; it wires the crates below and decides nothing.

mod cli;
mod commands;
mod config;
mod layers;
mod say;
mod telemetry;
mod ui;

use std::process::ExitCode;

use crate::config::ConfigError;

fn main() -> ExitCode {
    // The one provider of TLS in the whole program; whatever opens a connection later finds it.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return say::failure(&"TLS is set up twice. This is a defect of the program, please report it");
    }
    let cli = match layers::load(std::env::args_os(), std::env::vars_os()) {
        Ok(cli) => cli,
        // Help and version arrive here too; clap knows what to print and how to exit.
        Err(ConfigError::CommandLine(error)) => error.exit(),
        Err(error) => return say::failure(&error),
    };
    let log = match telemetry::start(cli.command.log()) {
        Ok(log) => log,
        Err(error) => return say::failure(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return say::failure(&format!(
                "Threads cannot be started ({error}): check the limits of this user"
            ));
        }
    };
    match runtime.block_on(commands::run(cli, log)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say::failure(&error),
    }
}
