#![no_main]
//! Feeds the decoder `access` with whatever reaches new code.
#[path = "../../tests/src/decoders.rs"]
#[expect(dead_code, reason = "each target runs one of them")]
mod decoders;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| decoders::access(bytes));
