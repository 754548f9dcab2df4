//! A small bundle, and every way to tamper with it that a file system allows.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::bundle::write::BundleWriter;
use crate::key::{SecretKey, Signer};
use crate::statement::attestation::VerdictWord;
use crate::statement::samples::{attestation, signer, subjects};

const JUNIT: &str = "junit.xml";
const OBSERVATION: &str = "observations/N19.json";

/// A sealed bundle in a temporary folder.
pub(crate) struct Sealed {
    _folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

impl Sealed {
    pub(crate) fn new() -> Self {
        Self::by(&signer(), attestation(|_| VerdictWord::Held))
    }

    fn by(signer: &Signer, said: Attestation) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("attestation/run-1");
        let mut writer = BundleWriter::create(&path).unwrap();
        writer.add(JUNIT, b"<testsuites/>").unwrap();
        writer.add(OBSERVATION, b"{\"seen\":1}").unwrap();
        assert_eq!(writer.seal(&subjects(), said, signer).unwrap(), path);
        Self {
            _folder: folder,
            path,
        }
    }

    fn at(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    fn verify(&self) -> Result<VerifiedBundle, VerifyError> {
        verify_bundle(&BundleFolder::open(&self.path).unwrap(), &keys())
    }

    /// The refusal with its causes, on one line.
    fn refusal(&self) -> String {
        let error = self.verify().expect_err("a tampered bundle was believed");
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            text = format!("{text}: {next}");
            cause = next.source();
        }
        text
    }
}

fn keys() -> Anchor {
    Anchor::Keys(TrustedKeys::one(signer().public()))
}

#[test]
fn a_sealed_bundle_is_believed_with_the_bytes_that_were_put_in() {
    let bundle = Sealed::new().verify().unwrap();
    assert_eq!(bundle.files().get(OBSERVATION), Some(&b"{\"seen\":1}"[..]));
    assert_eq!(
        bundle
            .files()
            .iter()
            .map(|(path, _)| path.as_str())
            .collect::<Vec<_>>(),
        [JUNIT, OBSERVATION, SIGNER_FILE]
    );
    assert_eq!(bundle.subjects(), &subjects());
    assert_eq!(
        bundle.signed_by(),
        &BTreeSet::from([signer().public().id()])
    );
    assert_eq!(bundle.standing(), Standing::Attestation);
    bundle.require_attestation().unwrap();
}

#[test]
fn every_flipped_byte_of_every_listed_file_is_refused_and_the_file_named() {
    let sealed = Sealed::new();
    for file in [JUNIT, OBSERVATION, SIGNER_FILE] {
        let whole = fs::read(sealed.at(file)).unwrap();
        for index in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[index] ^= 0x20;
            fs::write(sealed.at(file), flipped).unwrap();
            let refusal = sealed.refusal();
            assert!(
                refusal.starts_with(&format!("`{file}` was changed")),
                "byte {index}: {refusal}"
            );
        }
        fs::write(sealed.at(file), whole).unwrap();
    }
    sealed.verify().unwrap();
}

#[test]
fn any_change_of_any_byte_of_any_file_is_refused_and_the_file_named() {
    let sealed = Sealed::new();
    let files = [
        STATEMENT_FILE,
        TEST_RESULT_FILE,
        JUNIT,
        OBSERVATION,
        SIGNER_FILE,
    ];
    let changes = (0..files.len(), any::<prop::sample::Index>(), 1_u8..=255);
    TestRunner::default()
        .run(&changes, |(file, index, mask)| {
            let whole = fs::read(sealed.at(files[file])).unwrap();
            let mut changed = whole.clone();
            changed[index.index(whole.len())] ^= mask;
            fs::write(sealed.at(files[file]), changed).unwrap();
            let refusal = sealed.refusal();
            prop_assert!(
                refusal.contains(files[file]),
                "{}: {}",
                files[file],
                refusal
            );
            let own_key = verify_bundle(
                &BundleFolder::open(&sealed.path).unwrap(),
                &Anchor::Embedded,
            );
            prop_assert!(own_key.is_err());
            fs::write(sealed.at(files[file]), whole).unwrap();
            Ok(())
        })
        .unwrap();
    sealed.verify().unwrap();
}

type Tamper = fn(&Sealed);

fn expect_refusals(cases: &[(&str, Tamper)]) {
    for (expected, tamper) in cases {
        let sealed = Sealed::new();
        tamper(&sealed);
        let refusal = sealed.refusal();
        assert!(refusal.starts_with(expected), "{expected}: {refusal}");
    }
}

#[test]
fn a_file_that_is_missing_renamed_or_of_another_length_is_refused_by_name() {
    expect_refusals(&[
        ("`junit.xml` is missing", |it| {
            fs::remove_file(it.at(JUNIT)).unwrap()
        }),
        ("`statement.dsse.json` is missing", |it| {
            fs::remove_file(it.at(STATEMENT_FILE)).unwrap()
        }),
        ("`test-result.dsse.json` is missing", |it| {
            fs::remove_file(it.at(TEST_RESULT_FILE)).unwrap()
        }),
        ("`junit.xml` was renamed to `unit.xml`", |it| {
            fs::rename(it.at(JUNIT), it.at("unit.xml")).unwrap()
        }),
        ("`junit.xml` was changed", |it| {
            fs::write(it.at(JUNIT), "<testsuites/").unwrap()
        }),
        ("`junit.xml` was changed", |it| {
            fs::write(it.at(JUNIT), "<testsuites/>\n").unwrap()
        }),
        ("`junit.xml` is missing", |it| {
            fs::remove_file(it.at(JUNIT)).unwrap();
            fs::create_dir(it.at(JUNIT)).unwrap();
        }),
    ]);
}

#[test]
fn a_file_or_folder_too_many_is_refused_by_name() {
    expect_refusals(&[
        ("`extra.txt` was added", |it| {
            fs::write(it.at("extra.txt"), "x").unwrap()
        }),
        ("`observations/more.json` was added", |it| {
            fs::write(it.at("observations/more.json"), "x").unwrap()
        }),
        ("`empty` was added", |it| {
            fs::create_dir(it.at("empty")).unwrap()
        }),
        ("refused a file name in `.`", |it| {
            fs::write(it.at(".hidden"), "x").unwrap()
        }),
    ]);
}

#[test]
fn two_files_that_changed_places_are_refused() {
    let sealed = Sealed::new();
    fs::rename(sealed.at(JUNIT), sealed.at("t")).unwrap();
    fs::rename(sealed.at(OBSERVATION), sealed.at(JUNIT)).unwrap();
    fs::rename(sealed.at("t"), sealed.at(OBSERVATION)).unwrap();
    assert!(sealed.refusal().starts_with("`junit.xml` was changed"));
    let sealed = Sealed::new();
    fs::copy(sealed.at(TEST_RESULT_FILE), sealed.at(STATEMENT_FILE)).unwrap();
    assert!(
        sealed
            .refusal()
            .starts_with("refused the statement in `statement.dsse.json`: expected a predicate")
    );
}

#[test]
fn links_and_fifos_are_refused_by_name_even_with_the_right_content() {
    let sealed = Sealed::new();
    let outside = sealed.path.with_file_name("outside");
    fs::rename(sealed.at(JUNIT), &outside).unwrap();
    symlink(&outside, sealed.at(JUNIT)).unwrap();
    assert_eq!(
        sealed.refusal(),
        "expected `junit.xml` to be a regular file, observed a symbolic link"
    );
    fs::remove_file(sealed.at(JUNIT)).unwrap();
    fs::hard_link(&outside, sealed.at(JUNIT)).unwrap();
    assert_eq!(
        sealed.refusal(),
        "expected `junit.xml` to have one name, observed 2 hard links"
    );
    fs::remove_file(sealed.at(JUNIT)).unwrap();
    nix::unistd::mkfifo(&sealed.at(JUNIT), nix::sys::stat::Mode::S_IRUSR).unwrap();
    assert_eq!(
        sealed.refusal(),
        "expected `junit.xml` to be a regular file, observed a FIFO"
    );
    fs::remove_file(sealed.at(JUNIT)).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(sealed.at(JUNIT)).unwrap();
    assert!(
        sealed
            .refusal()
            .starts_with("expected `junit.xml` to be a regular file, observed a socket")
    );
}

#[test]
fn a_folder_that_is_a_link_is_refused() {
    let sealed = Sealed::new();
    let outside = sealed.path.with_file_name("outside");
    fs::rename(sealed.at("observations"), &outside).unwrap();
    symlink(&outside, sealed.at("observations")).unwrap();
    assert_eq!(
        sealed.refusal(),
        "expected `observations` to be a regular file, observed a symbolic link"
    );
}

#[test]
fn a_file_larger_than_a_reader_accepts_is_not_read() {
    let sealed = Sealed::new();
    let folder = BundleFolder::open(&sealed.path).unwrap();
    let path = BundlePath::parse(JUNIT).unwrap();
    assert_eq!(folder.read(&path, 13).unwrap(), b"<testsuites/>");
    assert!(matches!(
        folder.read(&path, 12),
        Err(FolderError::TooLarge { limit: 12, .. })
    ));
    fs::File::options()
        .write(true)
        .open(sealed.at(STATEMENT_FILE))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    assert!(
        sealed
            .refusal()
            .starts_with("`statement.dsse.json` is too large")
    );
}

#[test]
fn a_bundle_with_more_files_than_the_limit_is_refused() {
    let sealed = Sealed::new();
    for index in 0..super::super::MAX_FILES {
        fs::write(sealed.at(&format!("f{index}")), "").unwrap();
    }
    assert!(sealed.refusal().contains("is one file too many"));
}

#[test]
fn a_bundle_signed_by_another_key_is_refused() {
    let other = Signer::operator(SecretKey::from_seed(&[8; 32]));
    let sealed = Sealed::by(&other, attestation(|_| VerdictWord::Held));
    assert!(
        sealed
            .refusal()
            .starts_with("refused `statement.dsse.json`: expected a good signature by the key `")
    );
}

#[test]
fn only_an_operators_run_with_nothing_lifted_is_an_attestation() {
    let standing_of = |signer: &Signer, said: Attestation, embedded: bool| {
        let sealed = Sealed::by(signer, said);
        let keys = Anchor::Keys(TrustedKeys::one(signer.public()));
        let anchor = if embedded { Anchor::Embedded } else { keys };
        let bundle = verify_bundle(&BundleFolder::open(&sealed.path).unwrap(), &anchor).unwrap();
        assert_eq!(
            bundle.require_attestation().is_ok(),
            bundle.standing() == Standing::Attestation
        );
        bundle.standing()
    };
    let held = || attestation(|_| VerdictWord::Held);
    let development = Signer::development().unwrap();
    assert_eq!(standing_of(&signer(), held(), false), Standing::Attestation);
    assert_eq!(
        standing_of(&signer(), held(), true),
        Standing::UnknownSigner
    );
    // The role is the signer's, whatever the caller wrote into the predicate.
    assert_eq!(
        standing_of(&development, held(), false),
        Standing::Development
    );
    let mut lifted = held();
    lifted.lifts = vec!["seccomp".to_owned()];
    lifted.result = crate::statement::attestation::RunResult::of(&lifted.rows, 1, &lifted.lifts);
    assert_eq!(standing_of(&signer(), lifted, false), Standing::Lifted);
}

fn resign(sealed: &Sealed, file: &str, payload: Vec<u8>) {
    let envelope = Envelope::sign(IN_TOTO, payload, &[&signer()]).unwrap();
    fs::write(sealed.at(file), envelope.to_json().unwrap()).unwrap();
}

#[test]
fn well_signed_envelopes_that_disagree_are_refused() {
    let said = attestation(|_| VerdictWord::Broken);
    let other = Statement::new(subjects().list(), said).unwrap();
    let sealed = Sealed::new();
    let result = test_result::of(&other).unwrap().to_bytes().unwrap();
    resign(&sealed, TEST_RESULT_FILE, result);
    assert!(
        sealed
            .refusal()
            .starts_with("expected `test-result.dsse.json` to say")
    );
    let mut said = attestation(|_| VerdictWord::Held);
    said.signer.keyid = SecretKey::from_seed(&[8; 32]).public().id();
    let sealed = Sealed::new();
    let named = Statement::new(subjects().list(), said).unwrap();
    resign(&sealed, STATEMENT_FILE, named.to_bytes().unwrap());
    assert!(
        sealed
            .refusal()
            .starts_with("expected `statement.dsse.json` to be signed by the key")
    );
}

#[test]
fn a_file_is_not_read_through_a_folder_that_is_a_link() {
    let sealed = Sealed::new();
    symlink("observations", sealed.at("link")).unwrap();
    let path = BundlePath::parse("link/N19.json").unwrap();
    let refused = BundleFolder::open(&sealed.path).unwrap().read(&path, 64);
    assert!(matches!(refused, Err(FolderError::Link { .. })));
}
