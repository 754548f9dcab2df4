//! Any bytes as an envelope. No trusted key signed it, so none is ever believed.
#![no_main]

use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::key::SecretKey;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let keys = TrustedKeys::one(SecretKey::from_seed(&[7; 32]).public());
    assert!(Envelope::open("fuzz", bytes, &keys, IN_TOTO).is_err());
    if let Ok(envelope) = Envelope::parse("fuzz", bytes) {
        let written = envelope.to_json().expect("strings alone");
        assert_eq!(Envelope::parse("fuzz", &written).expect("an envelope"), envelope);
    }
});
