//! Any bytes that begin like an Aperio SVS.
#![no_main]

mod slide_poke;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    const SIGNATURE: &[u8] = &[b'I', b'I', 43, 0, 8, 0, 0, 0];
    slide_poke::poke(if data.starts_with(SIGNATURE) { data.to_vec() } else { [SIGNATURE, data].concat() });
});
