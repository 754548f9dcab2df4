//! A report from bytes, read as strictly as a harness must.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checker::fuzzing::report(bytes));
