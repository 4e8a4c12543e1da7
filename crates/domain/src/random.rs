//! Randomness, drawn in one place: from the operating system's generator by way of the thread's.

/// A 128-bit name that nothing else bears, as hexadecimal digits in groups.
pub fn name() -> String {
    uuid::Uuid::new_v4().to_string()
}
