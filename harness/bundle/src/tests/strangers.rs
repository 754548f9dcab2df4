//! A freshly sealed bundle, checked by software that knows nothing of this project,
//! with the commands that `ATTESTATION.md` and the bundle's own page give.
//!
//! What this host may not have is ignored with its reason, and so counts as not run;
//! run anyway without it, such a test fails.

use std::path::Path;
use std::process::{Command, Output};

use seal::bundle::{STATEMENT_FILE, TEST_RESULT_FILE};

use super::*;

mod changes;
mod page;
mod pasted;
mod shell;

use changes::{Change, Desk};
use page::{documented, filled};

/// The bundle with each change alone, and what comes of `judge`, which is handed the
/// folder and the key: every change that it does not refuse as it must.
fn not_refused(
    changes: impl Fn(&Desk) -> Vec<Change>,
    judge: impl Fn(&Path, &Path) -> Result<(), String>,
    names: impl Fn(&Change, &str) -> bool,
) -> Vec<String> {
    let desk = Desk::new();
    let changes = changes(&desk);
    assert_eq!(judge(desk.bundle(), &desk.key), Ok(()));
    assert!(!changes.is_empty());
    let mut wrong = Vec::new();
    for change in changes {
        let key = (change.make)(&desk).unwrap_or_else(|| desk.key.clone());
        match judge(desk.bundle(), &key) {
            Ok(()) => wrong.push(format!("{}: accepted", change.what)),
            Err(said) if names(&change, &said) => {}
            Err(said) => wrong.push(format!("{}: {said}", change.what)),
        }
        desk.tidy();
    }
    assert_eq!(judge(desk.bundle(), &desk.key), Ok(()));
    wrong
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
#[ignore = "needs a Python with securesystemslib: `ci/strangers.sh` makes one and names it in PROOF_OF_BLOCK_PYTHON"]
fn python_securesystemslib_accepts_a_bundle_and_no_change_of_it() {
    let python = std::env::var("PROOF_OF_BLOCK_PYTHON").expect("PROOF_OF_BLOCK_PYTHON");
    let script = documented("securesystemslib");
    let judge = |bundle: &Path, key: &Path| {
        let [bundle, key] = [bundle, key].map(|path| format!("{path:?}"));
        let script = filled(&script, "\"attestation/RUN\"", &bundle);
        let script = filled(&script, "\"operator.pub.pem\"", &key);
        let output = Command::new(&python)
            .args(["-c", &script])
            .output()
            .unwrap();
        if output.status.success() {
            Ok(())
        } else {
            Err(said(&output))
        }
    };
    let wrong = not_refused(changes::all, judge, |_, _| true);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
#[ignore = "needs npm's @sigstore/verify: install it and name its node_modules in PROOF_OF_BLOCK_NODE_MODULES"]
fn npm_sigstore_verifies_the_envelopes() {
    let modules =
        std::env::var("PROOF_OF_BLOCK_NODE_MODULES").expect("PROOF_OF_BLOCK_NODE_MODULES");
    let run = |bundle: &Path| {
        Command::new("node")
            .args(["-e", include_str!("strangers/sigstore.js")])
            .env("NODE_PATH", &modules)
            .current_dir(bundle)
            .output()
            .unwrap()
    };
    let specimen = specimen();
    let good = run(specimen.path());
    assert!(good.status.success(), "{}", said(&good));
    let contents = specimen.contents().unwrap();
    for file in [STATEMENT_FILE, TEST_RESULT_FILE] {
        let text = String::from_utf8(contents[file].clone()).unwrap();
        let changed = text.replacen("\"payload\":\"e", "\"payload\":\"f", 1);
        assert_ne!(text, changed);
        fs::write(specimen.at(file), changed).unwrap();
        let changed = run(specimen.path());
        assert!(!changed.status.success(), "{}", said(&changed));
        specimen.restore(&contents).unwrap();
    }
    let other = SecretKey::from_seed(&[8; 32]).public().to_pem().unwrap();
    fs::write(specimen.at(SIGNER_FILE), other).unwrap();
    let stranger = run(specimen.path());
    assert!(!stranger.status.success(), "{}", said(&stranger));
}
