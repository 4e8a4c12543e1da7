//! What handlers share.

use std::sync::Arc;

use axum::http::HeaderValue;
use cytomine_domain::System;

use crate::edge::Health;

/// State of the router.
#[derive(Clone)]
pub struct ApiState {
    /// The system.
    pub system: Arc<System>,
    /// Foreign origins whose pages may act with a user's cookie.
    pub cors_origins: Arc<[HeaderValue]>,
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
        Self { system, cors_origins: Arc::from([]), health }
    }
}
