//! Any bytes as a well-signed payload: the readers behind the signature. A statement
//! that is read is the canonical encoding of itself and has its test result.
#![no_main]

use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::key::{SecretKey, Signer};
use seal::statement::{Statement, Subjects};
use seal::statement::attestation::Attestation;
use seal::statement::test_result::{TestResult, self};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let signer = Signer::operator(SecretKey::from_seed(&[7; 32]));
    let keys = TrustedKeys::one(signer.public());
    let signed = Envelope::sign(IN_TOTO, bytes.to_vec(), &[&signer]).expect("signed");
    let payload = signed.verify(&keys, IN_TOTO).expect("just signed");
    drop(Statement::<TestResult>::read("fuzz", &payload));
    if let Ok(statement) = Statement::<Attestation>::read("fuzz", &payload) {
        assert_eq!(statement.to_bytes().expect("canonical"), bytes);
        if Subjects::from_list(statement.subject()).is_ok() {
            test_result::of(&statement).expect("consistent");
        }
    }
});
