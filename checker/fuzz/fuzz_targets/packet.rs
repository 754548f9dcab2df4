//! `packet.json` from bytes, triaged as part of a sound bag.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checker::fuzzing::packet(bytes));
