//! A tag file from bytes: declaration, manifest or bag-info.txt, in any encoding.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checker::fuzzing::tag_file(bytes));
