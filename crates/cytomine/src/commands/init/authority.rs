//! The private authority as it is kept, and its exchange in three stages, so that no connection is refused meanwhile.
//!
//! Plan: pods read new certificates at different moments. So first all of them learn to trust the coming authority,
//! which signs nothing (`next`); then it signs, and the old one (`previous`) is trusted until no pod shows a
//! certificate of it. An upgrade of the release comes after each stage. What is kept tells the stage.

use super::InitError;
use super::bundle::{AUTHORITY, Bundle, EDGE, LEAVES};
use super::certificates::Authority;
use super::files;

/// A text of the authority: its key in values.yaml, and in the Secret beside it.
#[derive(Debug, Clone, Copy)]
struct Part {
    path: &'static str,
    key: &'static str,
}

const CRT: Part = Part { path: "tls.internal.ca.crt", key: "tls.crt" };
const KEY: Part = Part { path: "tls.internal.ca.key", key: "tls.key" };
const NEXT_CRT: Part = Part { path: "tls.internal.ca.next.crt", key: "next.crt" };
const NEXT_KEY: Part = Part { path: "tls.internal.ca.next.key", key: "next.key" };
const PREVIOUS: Part = Part { path: "tls.internal.ca.previous", key: "previous.crt" };

/// Keys of the authority's Secret.
pub(super) const KEYS: &[&str] = &[CRT.key, KEY.key, NEXT_CRT.key, NEXT_KEY.key, PREVIOUS.key];

/// What a run of `--rotate ca` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// There was none, so nothing had to be exchanged.
    First,
    /// The coming one is trusted.
    Announced,
    /// The coming one became the one that signs.
    Signing,
    /// The old one is trusted no more.
    Finished,
}

impl Stage {
    /// Where the exchange is.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::First => "made at once, for there was none to exchange it with",
            Self::Announced => "1 of 3: the coming CA is trusted and signs nothing yet",
            Self::Signing => "2 of 3: the new CA signs, the old one is still trusted",
            Self::Finished => "3 of 3: the old CA is trusted no more",
        }
    }

    /// What comes after the upgrade; none when the exchange is over.
    pub(super) fn next(self) -> Option<&'static str> {
        match self {
            Self::First | Self::Finished => None,
            Self::Announced | Self::Signing => {
                Some("wait until all pods are ready and 2 minutes more, then init --rotate ca again")
            }
        }
    }

    /// What people call what was made.
    pub(super) fn made(self) -> Option<&'static str> {
        match self {
            Self::First => Some(AUTHORITY.name),
            Self::Announced => Some("coming private CA"),
            Self::Signing | Self::Finished => None,
        }
    }

    /// Whether certificates of the authority are to be made anew.
    pub(super) fn signs_anew(self) -> bool {
        matches!(self, Self::First | Self::Signing)
    }
}

impl Bundle {
    /// The authority that signs; none when none is kept.
    pub(super) fn authority(&self) -> Result<Option<Authority>, InitError> {
        let (crt, key) = (self.part(CRT)?, self.part(KEY)?);
        if crt.is_empty() || key.is_empty() {
            return Ok(None);
        }
        Authority::load(&crt, &key, self.place()).map(Some)
    }

    /// Makes the first authority and keeps it.
    pub(super) fn make_authority(&mut self) -> Result<Authority, InitError> {
        self.put_authority(CRT, KEY)
    }

    /// Goes one stage further.
    pub(super) fn exchange_authority(&mut self) -> Result<Stage, InitError> {
        let stage = if self.part(CRT)?.is_empty() || self.part(KEY)?.is_empty() {
            self.make_authority()?;
            Stage::First
        } else if !self.part(PREVIOUS)?.is_empty() {
            self.set_part(PREVIOUS, "")?;
            Stage::Finished
        } else if self.part(NEXT_CRT)?.is_empty() || self.part(NEXT_KEY)?.is_empty() {
            self.put_authority(NEXT_CRT, NEXT_KEY)?;
            Stage::Announced
        } else {
            let (old, crt, key) = (self.part(CRT)?, self.part(NEXT_CRT)?, self.part(NEXT_KEY)?);
            for (part, text) in
                [(PREVIOUS, old.as_str()), (CRT, &crt), (KEY, &key), (NEXT_CRT, ""), (NEXT_KEY, "")]
            {
                self.set_part(part, text)?;
            }
            Stage::Signing
        };
        self.hand_out_trust()?;
        Ok(stage)
    }

    /// Certificates of all authorities that are trusted, one after the other.
    pub(super) fn trusted(&self) -> Result<String, InitError> {
        Ok([self.part(CRT)?, self.part(NEXT_CRT)?, self.part(PREVIOUS)?].concat())
    }

    /// Where secrets are kept apart, each certificate has what is trusted beside it.
    fn hand_out_trust(&mut self) -> Result<(), InitError> {
        if self.secrets.is_none() {
            return Ok(());
        }
        let trusted = self.trusted()?;
        for certificate in LEAVES.into_iter().chain([EDGE]) {
            if self.has_object(certificate.object)? {
                self.set_secret(certificate.object, "ca.crt", &trusted)?;
            }
        }
        Ok(())
    }

    fn put_authority(&mut self, crt: Part, key: Part) -> Result<Authority, InitError> {
        let (authority, pair) = Authority::make(&self.full()?)?;
        self.set_part(crt, &pair.crt)?;
        self.set_part(key, &pair.key)?;
        Ok(authority)
    }

    fn part(&self, part: Part) -> Result<String, InitError> {
        match &self.secrets {
            Some(_) => self.secret(AUTHORITY.object, part.key),
            None if self.has(part.path) => self.value(part.path),
            None => Ok(String::new()),
        }
    }

    fn set_part(&mut self, part: Part, text: &str) -> Result<(), InitError> {
        if self.secrets.is_some() {
            return self.set_secret(AUTHORITY.object, part.key, text);
        }
        self.set_value(part.path, text)
    }

    /// The file that holds the secrets, for messages.
    pub(super) fn place(&self) -> &'static str {
        if self.secrets.is_some() { files::SECRETS } else { files::VALUES }
    }
}
