//! How the outside asks the program to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::RunError;

/// The signals that mean "stop": Ctrl-C on a terminal, SIGTERM from a supervisor.
pub(super) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Takes the signals over; from now on they no longer kill the process.
    pub(super) fn listen() -> Result<Self, RunError> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(RunError::Signals)?,
            terminate: signal(SignalKind::terminate()).map_err(RunError::Signals)?,
        })
    }

    /// Ends at the first signal; a second one ends the process at once, for people who do not want to wait.
    pub(super) async fn requested(mut self) {
        self.next().await;
        tracing::info!("stopping: open requests are finished first, another signal stops at once");
        tokio::spawn(async move {
            self.next().await;
            // 128 + SIGINT, as shells report a process that was interrupted.
            std::process::exit(130);
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
