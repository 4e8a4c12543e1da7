//! Randomness, drawn in one place: from the thread's generator, which the operating system's seeds. A lint forbids it
//! elsewhere, so that whoever looks for what must not be guessed finds it here.
#![allow(clippy::disallowed_methods, reason = "the one place of randomness")]

/// Bytes that nobody can guess.
pub fn bytes<const N: usize>() -> [u8; N] {
    rand::random()
}

/// A number for a name that must not meet another by chance.
pub fn number() -> u64 {
    rand::random()
}

/// A version 4 UUID, such as `67e55044-10b1-426f-9247-bb680e5fe0c8`: 122 random bits.
pub fn name() -> String {
    uuid::Uuid::new_v4().to_string()
}
