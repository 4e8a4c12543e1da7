//! The server key: what the private keys of clients are sealed with in the database.
//!
//! Sealed = version byte, 24-byte nonce, XChaCha20-Poly1305 of the text. The id of the account is authenticated
//! along, so that a sealed key copied to another account does not open there.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use cytomine_model::{ErrorKind, UserId};

use crate::{DomainError, random};

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// The server key.
#[derive(Clone)]
pub struct ServerKey(XChaCha20Poly1305);

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKey")
    }
}

impl ServerKey {
    /// A new random key that is kept nowhere: for tests.
    pub fn random() -> Self {
        Self::of(&random::bytes())
    }

    fn of(bytes: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(bytes.into()))
    }

    /// Reads a key file: 64 hexadecimal digits.
    ///
    /// # Errors
    /// When it cannot be read or holds something else.
    pub fn read(file: &Path) -> Result<Self, DomainError> {
        let failed = |cause: &str| {
            DomainError::new(
                ErrorKind::Unavailable,
                format!(
                    "cannot use the key file {}: {cause}. It must hold 64 hexadecimal digits \
                     (`openssl rand -hex 32`); the keys of clients open only with the one they were sealed with",
                    file.display()
                ),
            )
        };
        let text = std::fs::read_to_string(file).map_err(|cause| failed(&cause.to_string()))?;
        let mode = std::fs::metadata(file).map_err(|cause| failed(&cause.to_string()))?.permissions().mode();
        // The group may: Secrets of Kubernetes are files of a group.
        if mode & 0o007 != 0 {
            return Err(failed(&format!(
                "everybody on this machine may open it (mode {:03o}); run chmod 600 on it, and make a new one if \
                 others can have read it",
                mode & 0o777
            )));
        }
        let text = text.trim();
        let mut bytes = [0_u8; 32];
        if text.len() != 64 {
            return Err(failed(&format!("it holds {} characters", text.len())));
        }
        if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(failed("not every character is a hexadecimal digit"));
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            let digits = &text[2 * index..2 * index + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| failed("it cannot be read"))?;
        }
        Ok(Self::of(&bytes))
    }

    /// Reads the key file, or makes one with a new key that only this account of the machine may read.
    ///
    /// # Errors
    /// When it can be neither read nor made.
    pub fn read_or_make(file: &Path) -> Result<Self, DomainError> {
        if !file.exists() {
            make(file).map_err(|cause| {
                let message = format!(
                    "cannot make the key file {}: {cause}; check that its folder may be written and has space, or \
                     name another with --key-file",
                    file.display()
                );
                DomainError::new(ErrorKind::Unavailable, message)
            })?;
        }
        Self::read(file)
    }

    /// Seals a private key of an account.
    pub fn seal(&self, account: UserId, text: &str) -> Vec<u8> {
        let nonce: [u8; NONCE] = random::bytes();
        let payload = Payload { msg: text.as_bytes(), aad: &account.0.to_le_bytes() };
        let sealed =
            self.0.encrypt(&XNonce::from(nonce), payload).expect("a text this short can always be sealed");
        [&[VERSION][..], &nonce, &sealed].concat()
    }

    /// Opens what [`ServerKey::seal`] made for the same account.
    ///
    /// # Errors
    /// When it was sealed with another key, or for another account.
    pub fn open(&self, account: UserId, sealed: &[u8]) -> Result<String, DomainError> {
        let failed = || {
            DomainError::new(
                ErrorKind::Internal,
                "A stored key cannot be opened: the server key is not the one it was sealed with. Give the right \
                 one with --key-file, or make new keys with `cytomine user keys NAME --rotate`",
            )
        };
        let (version, rest) = sealed.split_first().ok_or_else(failed)?;
        if *version != VERSION || rest.len() < NONCE {
            return Err(failed());
        }
        let (nonce, text) = rest.split_at(NONCE);
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| failed())?;
        let payload = Payload { msg: text, aad: &account.0.to_le_bytes() };
        let opened = self.0.decrypt(&XNonce::from(nonce), payload).map_err(|_| failed())?;
        String::from_utf8(opened).map_err(|_| failed())
    }
}

/// Makes a key file. It appears whole and on the disk, or not at all: two processes may start at once, and keys of
/// clients that were sealed with a key lost in a crash would never open again.
fn make(file: &Path) -> std::io::Result<()> {
    let mut text = String::with_capacity(64);
    for byte in random::bytes::<32>() {
        text.push_str(&format!("{byte:02x}"));
    }
    // Ids of processes are the same in many containers, hence a random name.
    let staged = file.with_extension(format!("{:016x}.new", random::number()));
    let mut staging = File::options().create_new(true).write(true).mode(0o600).open(&staged)?;
    staging.write_all(text.as_bytes())?;
    staging.sync_all()?;
    let linked = match std::fs::hard_link(&staged, file) {
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    };
    std::fs::remove_file(&staged)?;
    linked?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_key_opens_only_for_its_account_and_with_its_server_key() {
        let key = ServerKey::random();
        let sealed = key.seal(UserId(7), "secret");
        assert_eq!(key.open(UserId(7), &sealed).unwrap(), "secret");
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert!(key.open(UserId(8), &sealed).is_err());
        assert!(ServerKey::random().open(UserId(7), &sealed).is_err());
        assert!(key.open(UserId(7), &[]).is_err());
        assert!(key.open(UserId(7), &sealed[..20]).is_err());
    }

    #[test]
    fn the_key_file_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.key");
        let sealed = ServerKey::read_or_make(&file).unwrap().seal(UserId(1), "secret");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(ServerKey::read_or_make(&file).unwrap().open(UserId(1), &sealed).unwrap(), "secret");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing staged is left");
        for text in ["too short".to_owned(), "+f".repeat(32), "é".repeat(32)] {
            std::fs::write(&file, text).unwrap();
            let message = ServerKey::read(&file).unwrap_err().to_string();
            assert!(message.contains("64 hexadecimal digits"), "{message}");
        }
        std::fs::write(&file, "ab".repeat(32)).unwrap();
        for (mode, good) in [(0o600, true), (0o440, true), (0o644, false), (0o604, false), (0o606, false)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = ServerKey::read(&file);
            assert_eq!(read.is_ok(), good, "{mode:o}");
            assert!(read.err().is_none_or(|error| error.to_string().contains("chmod 600")));
        }
    }
}
