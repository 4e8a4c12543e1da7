//! How the outside asks the program to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::RunError;

/// The signals that mean "stop": Ctrl-C on a terminal, SIGTERM from a supervisor.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Whether the process shall stop; clones know the same.
#[derive(Clone)]
pub(super) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Takes the signals over; from now on they no longer kill the process. The second one ends it at once, for people
    /// who do not want to wait.
    pub(super) fn listen() -> Result<Self, RunError> {
        let mut stop = Stop {
            interrupt: signal(SignalKind::interrupt()).map_err(RunError::Signals)?,
            terminate: signal(SignalKind::terminate()).map_err(RunError::Signals)?,
        };
        let (tell, told) = watch::channel(false);
        tokio::spawn(async move {
            stop.next().await;
            tracing::info!("stopping: open work is finished first, another signal stops at once");
            tell.send_replace(true);
            stop.next().await;
            // 128 + SIGINT, as shells report a process that was interrupted.
            std::process::exit(130);
        });
        Ok(Self(told))
    }

    /// Ends when the first signal came.
    pub(super) async fn requested(&self) {
        let mut told = self.0.clone();
        // The sender lives as long as the process.
        let _ = told.wait_for(|stop| *stop).await;
    }
}
