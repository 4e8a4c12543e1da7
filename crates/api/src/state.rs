//! What handlers share.

use std::sync::Arc;

use axum::http::HeaderValue;
use cytomine_domain::System;

/// State of the router.
#[derive(Clone, Debug)]
pub struct ApiState {
    /// The system.
    pub system: Arc<System>,
    /// Foreign origins whose pages may act with a user's cookie.
    pub cors_origins: Arc<[HeaderValue]>,
}

impl ApiState {
    /// State of a system that trusts no foreign page.
    pub fn new(system: Arc<System>) -> Self {
        Self { system, cors_origins: Arc::from([]) }
    }
}
