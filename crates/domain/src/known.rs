//! Who is behind credentials that were checked lately: what the system keeps in memory for some seconds.

use std::sync::Arc;

use cytomine_model::Millis;

use crate::Actor;

/// What credentials are remembered by for some seconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Credential {
    /// SHA-256 of a session's token.
    Session([u8; 32]),
    /// A public key.
    Key(String),
}

/// Somebody known, and when what is known of them must be asked again.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) actor: Arc<Actor>,
    /// Private key, for a [`Credential::Key`].
    pub(crate) private_key: Arc<str>,
    pub(crate) until: Millis,
    /// `System::known_generation` before anything of this was read: what was read before rights changed must not
    /// outlive the change.
    pub(crate) generation: u64,
}
