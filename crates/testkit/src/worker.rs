//! A worker beside the application.

use std::sync::Arc;
use std::time::Duration;

use cytomine_worker::Options;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::App;

/// A worker that runs until it is dropped.
#[derive(Debug)]
pub struct TestWorker {
    stop: oneshot::Sender<()>,
    run: JoinHandle<()>,
}

impl TestWorker {
    /// Starts one that looks at the queue fifty times a second.
    pub fn start(app: &App) -> Self {
        let (stop, stopped) = oneshot::channel();
        let options = Options { poll: Duration::from_millis(20), ..Options::default() };
        let system = Arc::clone(&app.system);
        let run = tokio::spawn(cytomine_worker::run(system, options, async move { drop(stopped.await) }));
        Self { stop, run }
    }

    /// Stops it, and waits until it has.
    ///
    /// # Panics
    /// When it had.
    pub async fn stop(self) {
        drop(self.stop);
        self.run.await.expect("a worker stops by itself");
    }
}
