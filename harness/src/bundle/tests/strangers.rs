//! A freshly sealed bundle, checked by software that knows nothing of this project,
//! with the commands that `ATTESTATION.md` gives.
//!
//! What this host may not have is ignored with its reason, and so counts as not run;
//! run anyway without it, such a test fails.

use std::path::Path;
use std::process::{Command, Output};

use super::*;
use crate::seal::bundle::{STATEMENT_FILE, TEST_RESULT_FILE};

/// The commands are taken from the page itself: what is documented is what is run.
const PAGE: &str = include_str!("../../../../ATTESTATION.md");

/// The code block that stands behind this mark in the page.
fn documented(mark: &str) -> &'static str {
    let mark = format!("<!-- run by a test: {mark} -->");
    let (_, behind) = PAGE.split_once(&mark).expect("the page has the mark");
    let (_, block) = behind.split_once("```").expect("a block follows");
    let (_, block) = block.split_once('\n').expect("the fence is a line");
    block.split_once("```").expect("the block ends").0
}

fn shell(script: &str, bundle: &Path) -> Output {
    Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(bundle)
        .output()
        .unwrap()
}

/// Believed as it is; refused with a byte of the statement changed, and with
/// another's key.
fn accepts_and_refuses(run: impl Fn(&Path) -> Output) {
    let specimen = specimen();
    let said = |output: &Output| {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        String::from_utf8_lossy(&text).into_owned()
    };
    let good = run(specimen.path());
    assert!(good.status.success(), "{}", said(&good));
    let contents = specimen.contents().unwrap();
    for file in [STATEMENT_FILE, TEST_RESULT_FILE] {
        let text = String::from_utf8(contents[file].clone()).unwrap();
        let changed = text.replacen("\"payload\":\"e", "\"payload\":\"f", 1);
        assert_ne!(text, changed);
        fs::write(specimen.at(file), changed).unwrap();
    }
    let changed = run(specimen.path());
    assert!(!changed.status.success(), "{}", said(&changed));
    specimen.restore(&contents).unwrap();
    let other = SecretKey::from_seed(&[8; 32]).public().to_pem().unwrap();
    fs::write(specimen.at(SIGNER_FILE), other).unwrap();
    let stranger = run(specimen.path());
    assert!(!stranger.status.success(), "{}", said(&stranger));
}

#[test]
fn openssl_verifies_a_bundle() {
    accepts_and_refuses(|bundle| shell(documented("openssl"), bundle));
}

#[test]
fn sha256sum_finds_every_file_as_it_is_listed() {
    let specimen = specimen();
    let good = shell(documented("sha256sum"), specimen.path());
    assert!(good.status.success(), "{good:?}");
    fs::write(specimen.at("junit.xml"), "<testsuites/>").unwrap();
    let changed = shell(documented("sha256sum"), specimen.path());
    assert!(!changed.status.success(), "{changed:?}");
}

#[test]
#[ignore = "needs a Python with securesystemslib: `ci/strangers.sh` makes one and names it in PROOF_OF_BLOCK_PYTHON"]
fn python_securesystemslib_verifies_a_bundle() {
    let python = std::env::var("PROOF_OF_BLOCK_PYTHON").expect("PROOF_OF_BLOCK_PYTHON");
    accepts_and_refuses(|bundle| {
        Command::new(&python)
            .args(["-c", documented("securesystemslib")])
            .current_dir(bundle)
            .output()
            .unwrap()
    });
}

#[test]
#[ignore = "needs npm's @sigstore/verify: install it and name its node_modules in PROOF_OF_BLOCK_NODE_MODULES"]
fn npm_sigstore_verifies_a_bundle() {
    let modules =
        std::env::var("PROOF_OF_BLOCK_NODE_MODULES").expect("PROOF_OF_BLOCK_NODE_MODULES");
    accepts_and_refuses(|bundle| {
        Command::new("node")
            .args(["-e", documented("sigstore")])
            .env("NODE_PATH", &modules)
            .current_dir(bundle)
            .output()
            .unwrap()
    });
}
