//! Any bytes that begin like a JPEG.
#![no_main]

mod slide_poke;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    const SIGNATURE: &[u8] = &[0xFF, 0xD8, 0xFF];
    slide_poke::poke(if data.starts_with(SIGNATURE) { data.to_vec() } else { [SIGNATURE, data].concat() });
});
