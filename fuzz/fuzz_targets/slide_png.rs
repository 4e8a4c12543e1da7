//! Any bytes that begin like a PNG.
#![no_main]

mod slide_poke;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    slide_poke::poke(if data.starts_with(SIGNATURE) { data.to_vec() } else { [SIGNATURE, data].concat() });
});
