//! Passwords: argon2id, one at a time per core, since each takes 19 MiB and tens of milliseconds.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use cytomine_model::ErrorKind;
use tokio::sync::Semaphore;

use crate::{DomainError, random};

/// Memory of one hash in KiB: 19 MiB, the least that OWASP recommends for two passes.
const MEMORY: u32 = 19 * 1024;

/// Bytes of the longest password.
pub const LONGEST: usize = 1_000;

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    params: Params,
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::with_memory(MEMORY)
    }
}

impl Passwords {
    /// With that much memory per hash, in KiB; tests take little.
    ///
    /// # Panics
    /// When the memory is under 8 KiB.
    pub fn with_memory(memory: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            params: Params::new(memory, 2, 1, None)
                .expect("two passes in at least 8 KiB are valid parameters"),
            places: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub async fn hash(&self, password: &str) -> Result<String, DomainError> {
        let password = password.to_owned();
        self.on_thread(move |argon| {
            argon
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|cause| cause.to_string())
        })
        .await?
        .map_err(|cause| DomainError::new(ErrorKind::Internal, format!("Cannot hash a password: {cause}")))
    }

    /// Whether the password is the one of that hash. Without a hash it takes as long and says no, so that the time
    /// does not tell whether an account exists.
    ///
    /// # Errors
    /// When the server is going down.
    pub async fn matches(&self, password: &str, hash: Option<&str>) -> Result<bool, DomainError> {
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        self.on_thread(move |argon| match hash.as_deref().map(PasswordHash::new) {
            Some(Ok(hash)) => argon.verify_password(password.as_bytes(), &hash).is_ok(),
            _ => {
                let _ = argon.hash_password(password.as_bytes());
                false
            }
        })
        .await
    }

    async fn on_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, DomainError> {
        let gone = || DomainError::new(ErrorKind::Unavailable, "The server is going down; try again");
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| gone())?;
        let params = self.params.clone();
        tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
        })
        .await
        .map_err(|_| gone())
    }
}

/// Makes a password of at least 128 bits that people can read and type: 5 groups of 6 letters and digits without
/// those that look alike.
pub fn random_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
    let bytes: [u8; 30] = random::bytes();
    let groups: Vec<String> = bytes
        .chunks(6)
        .map(|group| group.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let passwords = Passwords::with_memory(64);
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{hash}");
        assert!(passwords.matches("correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.matches("correct house", Some(&hash)).await.unwrap());
        assert!(!passwords.matches("correct horse", None).await.unwrap());
        assert!(!passwords.matches("correct horse", Some("no hash")).await.unwrap());
    }

    #[test]
    fn random_passwords_are_long_and_differ() {
        let password = random_password();
        assert_eq!(password.len(), 34);
        assert_ne!(password, random_password());
    }
}
