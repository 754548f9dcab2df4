//! Any bytes as strict JSON. What is read is JSON, and reads the same written again.
#![no_main]

use seal::{canonical, strict_json};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = strict_json::from_slice::<Value>("fuzz", bytes, 1 << 16) else {
        return;
    };
    assert_eq!(serde_json::from_slice::<Value>(bytes).expect("JSON"), value);
    if let Ok(written) = canonical::to_bytes(&value) {
        let again = strict_json::from_slice::<Value>("fuzz", &written, 1 << 20);
        assert_eq!(again.expect("strict"), value);
    }
});
