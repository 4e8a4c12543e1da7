//! Secrets from the system's random source, each with the strength that it is made for.

use rand::TryRng;
use rand::rngs::SysRng;

use super::InitError;

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Bytes that nobody can guess.
fn bytes<const N: usize>() -> Result<[u8; N], InitError> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|cause| InitError::Random(cause.to_string()))?;
    Ok(bytes)
}

/// Letters and digits, each of 5.95 bits: 32 of them have 190 bits, 43 have 256.
pub(super) fn letters(count: usize) -> Result<String, InitError> {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let room = count - text.len();
        text.extend(bytes::<64>()?.into_iter().filter_map(letter).take(room));
    }
    Ok(text)
}

/// The letter for a byte; none for the bytes beyond the last multiple of 62, which would favour the first letters.
fn letter(byte: u8) -> Option<char> {
    const FAIR: u8 = 62 * 4;
    (byte < FAIR).then(|| char::from(LETTERS[usize::from(byte % 62)]))
}

/// A UUID of version 4: 122 random bits.
pub(super) fn uuid() -> Result<String, InitError> {
    Ok(uuid::Builder::from_random_bytes(bytes()?).into_uuid().to_string())
}

/// 32 bytes as hexadecimal digits: 256 bits.
pub(super) fn hex32() -> Result<String, InitError> {
    Ok(bytes::<32>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_letter_has_the_same_number_of_bytes() {
        let mut counts = std::collections::HashMap::new();
        for letter in (0..=u8::MAX).filter_map(letter) {
            *counts.entry(letter).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 62);
        assert!(counts.values().all(|count| *count == 4), "{counts:?}");
    }

    #[test]
    fn secrets_have_their_form_and_never_repeat() {
        let mut seen = HashSet::new();
        for _ in 0..200 {
            let password = letters(32).unwrap();
            assert!(
                password.len() == 32 && password.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{password}"
            );
            let id = uuid().unwrap();
            assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 4);
            let hex = hex32().unwrap();
            assert_eq!(hex.len(), 64);
            assert!(hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
            for secret in [password, id, hex] {
                assert!(seen.insert(secret), "the same secret twice");
            }
        }
    }

    #[test]
    fn any_number_of_letters_can_be_had() {
        for count in [0, 1, 43, 200] {
            assert_eq!(letters(count).unwrap().len(), count);
        }
    }
}
