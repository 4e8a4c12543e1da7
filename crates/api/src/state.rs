//! What handlers share.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use cytomine_domain::System;

use crate::edge::Health;

/// Minutes that [`ApiState::signature_window`] is where nothing else is said.
pub const DEFAULT_WINDOW: u64 = 15;

/// State of the router.
#[derive(Clone)]
pub struct ApiState {
    /// The system.
    pub system: Arc<System>,
    /// Foreign origins whose pages may act with a user's cookie.
    pub cors_origins: Arc<[HeaderValue]>,
    /// How far the date of a signed request may lie from the server's time.
    pub signature_window: Duration,
    /// Whether this process can answer.
    pub health: Health,
}

impl std::fmt::Debug for ApiState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiState").finish_non_exhaustive()
    }
}

impl ApiState {
    /// State of a system that trusts no foreign page, in a process that has started.
    pub fn new(system: Arc<System>) -> Self {
        let health = Health::new(Vec::new());
        health.set_started();
        let signature_window = Duration::from_secs(60 * DEFAULT_WINDOW);
        Self { system, cors_origins: Arc::from([]), signature_window, health }
    }
}
