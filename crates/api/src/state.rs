//! What handlers share.

use std::sync::Arc;

use cytomine_domain::System;

/// State of the router.
#[derive(Clone, Debug)]
pub struct ApiState {
    /// The system.
    pub system: Arc<System>,
}
