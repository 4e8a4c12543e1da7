//! What is made for which key: the table of secrets, their strength, and who is rotated with whom.

use super::{InitError, random};
use crate::cli::init::Rotate;

/// How a secret is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 32 letters and digits: 190 bits.
    Password,
    /// UUID of version 4: 122 bits.
    Uuid,
    /// 64 hexadecimal digits: 256 bits.
    Hex32,
    /// 43 letters and digits: 256 bits.
    Phrase,
}

impl Kind {
    /// Makes one.
    pub(super) fn make(self) -> Result<String, InitError> {
        match self {
            Self::Password => random::letters(32),
            Self::Uuid => random::uuid(),
            Self::Hex32 => random::hex32(),
            Self::Phrase => random::letters(43),
        }
    }
}

/// One secret.
#[derive(Debug)]
pub(super) struct Slot {
    /// Key in values.yaml, by dots.
    pub(super) path: &'static str,
    /// Key in the Secret of all secrets.
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    /// With what it is rotated; none = never, for stored data could not be read any more.
    pub(super) rotate: Option<Rotate>,
    /// What people call it; parts of one thing share a name.
    pub(super) name: &'static str,
}

const fn slot(
    path: &'static str,
    key: &'static str,
    kind: Kind,
    rotate: Option<Rotate>,
    name: &'static str,
) -> Slot {
    Slot { path, key, kind, rotate, name }
}

const ADMIN: Option<Rotate> = Some(Rotate::AdminPassword);
const API: Option<Rotate> = Some(Rotate::ApiKeys);
const DATABASE: Option<Rotate> = Some(Rotate::Database);

/// All secrets but certificates, in the order in which they are reported.
pub(super) const SLOTS: &[Slot] = &[
    slot("secrets.adminPassword", "admin-password", Kind::Password, ADMIN, "password of admin"),
    slot("secrets.apiKeys.admin.public", "api-admin-public", Kind::Uuid, API, "API keys"),
    slot("secrets.apiKeys.admin.private", "api-admin-private", Kind::Uuid, API, "API keys"),
    slot("secrets.serverKey", "server-key", Kind::Hex32, None, "server key"),
    slot("secrets.database.owner", "owner", Kind::Password, DATABASE, "database passwords"),
    slot("secrets.database.app", "app", Kind::Password, DATABASE, "database passwords"),
    slot("secrets.database.readonly", "readonly", Kind::Password, DATABASE, "database passwords"),
    slot("secrets.database.backup", "backup", Kind::Password, DATABASE, "database passwords"),
    slot("secrets.backupPhrase", "backup-phrase", Kind::Phrase, None, "backup phrase"),
];

/// Whether what belongs to `group` is made anew.
pub(super) fn asked(wanted: &[Rotate], group: Rotate) -> bool {
    wanted.contains(&Rotate::All) || wanted.contains(&group)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_secrets_share_a_place() {
        let paths: HashSet<_> = SLOTS.iter().map(|slot| slot.path).collect();
        let keys: HashSet<_> = SLOTS.iter().map(|slot| slot.key).collect();
        assert_eq!((paths.len(), keys.len()), (SLOTS.len(), SLOTS.len()));
    }

    #[test]
    fn what_stored_data_needs_is_never_rotated() {
        let kept: Vec<_> = SLOTS.iter().filter(|slot| slot.rotate.is_none()).map(|slot| slot.path).collect();
        assert_eq!(kept, ["secrets.serverKey", "secrets.backupPhrase"]);
    }

    #[test]
    fn every_kind_makes_what_its_strength_needs() {
        for (kind, length) in [(Kind::Password, 32), (Kind::Uuid, 36), (Kind::Hex32, 64), (Kind::Phrase, 43)]
        {
            assert_eq!(kind.make().unwrap().len(), length, "{kind:?}");
        }
    }
}
