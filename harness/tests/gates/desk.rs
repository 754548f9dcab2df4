//! A desk with everything that an acceptance needs: keys that OpenSSL made, terms, and
//! bundles of runs in which no row ran.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::Command as Harness;
use bundle::RunFacts;
use bundle::report::summary::Summary;
use engine::image::Image;
use evidence::{Abilities, EngineAccount, Identity};
use judge::{Adapted, CaseResult, Reason};

use programs::Programs;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, verify_bundle};
use seal::bundle::write::BundleWriter;
use seal::key::{SecretKey, Signer};
use seal::statement::attestation::Unfiltered;
use time::OffsetDateTime;

use crate::fits;

/// A folder with an owner, an operator, and a bundle the operator signed.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for name in ["owner", "operator", "reviewer"] {
            desk.openssl(&["genpkey", "-algorithm", "ed25519", "-out"], name, "pem");
            let private = desk.at(&format!("{name}.pem"));
            let private = private.to_str().unwrap();
            desk.openssl(
                &["pkey", "-in", private, "-pubout", "-out"],
                name,
                "pub.pem",
            );
        }
        desk.seal("1111111111111111", &desk.operator());
        desk.write_terms(|terms| terms);
        desk
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn openssl(&self, words: &[&str], name: &str, ending: &str) {
        let file = self.at(&format!("{name}.{ending}"));
        let done = Command::new("openssl")
            .args(words)
            .arg(&file)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    pub(crate) fn operator(&self) -> Signer {
        Signer::operator(SecretKey::read(&self.at("operator.pem")).unwrap())
    }

    pub(crate) fn seal(&self, run: &str, signer: &Signer) -> PathBuf {
        let matrix = declared::matrix().unwrap();
        let results: Vec<CaseResult> = matrix
            .cases()
            .iter()
            .map(|case| {
                CaseResult::not_run(&Adapted::of(case, &Abilities::all()), Reason::Interrupted)
            })
            .collect();
        let deferred = matrix.deferred().iter().map(|row| row.id.clone()).collect();
        let summary = Summary::of(&results, deferred, Vec::new());
        let facts = facts(run);
        bundle::write(self.folder.path(), &facts, &results, &summary, signer).unwrap()
    }

    /// The bundle, signed again by the operator with another self-audit.
    pub(crate) fn forged(&self, from: &str, to: &str) -> PathBuf {
        let genuine = verified(&self.bundle());
        let path = self.at(&format!("forged{}", from.len()));
        let mut writer = BundleWriter::create(&path).unwrap();
        for (file, bytes) in genuine.files().iter() {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            match file.as_str() {
                "signer.pub.pem" => {}
                "self-audit.json" => {
                    let text = text.replace(from, to);
                    writer.add("self-audit.json", text.as_bytes()).unwrap();
                }
                other => writer.add(other, text.as_bytes()).unwrap(),
            }
        }
        let said = genuine.attestation().clone();
        writer
            .seal(genuine.subjects(), said, &self.operator())
            .unwrap();
        path
    }

    /// A real run on the engine that takes the least time, signed by the operator.
    pub(crate) fn attest(&self) -> PathBuf {
        let mut command = harness();
        command.args(["attest", "--engine", "bwrap", "--format", "json", "--key"]);
        command.arg(self.at("operator.pem"));
        let done = command.arg("--out").arg(self.at("out")).assert().code(0);
        let said = fits::object("attest", &done.get_output().stdout);
        PathBuf::from(said["bundle"].as_str().unwrap())
    }

    pub(crate) fn bundle(&self) -> PathBuf {
        self.at("1111111111111111")
    }

    pub(crate) fn write_terms(&self, change: impl FnOnce(String) -> String) {
        let key = |name: &str| fs::read_to_string(self.at(&format!("{name}.pub.pem"))).unwrap();
        let digests = harness().arg("digests").output().unwrap();
        let terms = format!(
            "schema = 1\n\n[owner]\npublic_key = '''\n{}'''\n\n[[operator]]\npublic_key = '''\n{}'''\n\n[reviewer]\npublic_key = '''\n{}'''\n\n{}",
            key("owner"),
            key("operator"),
            key("reviewer"),
            String::from_utf8(digests.stdout).unwrap(),
        );
        fs::write(self.at("terms.toml"), change(terms)).unwrap();
    }

    pub(crate) fn dispose(&self, bundle: &Path, key: &str, words: &[&str]) -> Harness {
        let mut command = harness();
        command.arg("dispose").arg(bundle).args(words);
        command.arg("--owner-key").arg(self.at(key));
        command.arg("--disposition").arg(self.at("b0.json"));
        command
    }

    pub(crate) fn waive(&self, bundle: &Path) {
        let words = ["--waived", "--risk", "nobody reviewed the design"];
        self.dispose(bundle, "owner.pem", &words).assert().code(0);
    }

    pub(crate) fn reseal(&self, bundle: &Path, key: &str) -> Harness {
        let mut command = harness();
        command.arg("reseal").arg(bundle);
        command.args(["--reviewed", "the matrix, row by row"]);
        command.arg("--reviewer-key").arg(self.at(key));
        command.arg("--reseal").arg(self.at("reseal.json"));
        command
    }

    pub(crate) fn accept(&self, bundle: &Path) -> Harness {
        let mut command = harness();
        command
            .arg("accept")
            .arg(bundle)
            .arg("--terms")
            .arg(self.at("terms.toml"));
        if self.at("b0.json").exists() {
            command.arg("--disposition").arg(self.at("b0.json"));
        }
        if self.at("reseal.json").exists() {
            command.arg("--reseal").arg(self.at("reseal.json"));
        }
        command
    }

    /// A check of a packet, in the sandbox of this bundle and no other.
    pub(crate) fn check(&self, bundle: &Path) -> Harness {
        let packet = self.at("packet");
        if !packet.exists() {
            fixtures::write("no-gap", &packet).unwrap();
        }
        let mut command = harness();
        command.args(["check", "--engine", "bwrap", "--format", "json"]);
        command.arg(packet).arg("--bundle").arg(bundle);
        command.arg("--terms").arg(self.at("terms.toml"));
        command.arg("--disposition").arg(self.at("b0.json"));
        command.arg("--record").arg(self.at("records"));
        command
    }

    /// The codes of every gate that is not met.
    pub(crate) fn unmet(&self, bundle: &Path) -> String {
        let done = self
            .accept(bundle)
            .args(["--format", "json"])
            .assert()
            .code(1);
        let said = fits::object("accept", &done.get_output().stdout);
        assert_eq!(said["result"], "refused");
        let gates = said["gates"].as_array().unwrap();
        assert_eq!(gates.len(), 5);
        let unmet = gates
            .iter()
            .filter(|gate| gate["outcome"] != "met")
            .map(|gate| {
                let reasons = gate["reasons"].as_array().unwrap().iter();
                let codes: Vec<&str> = reasons.map(|it| it["code"].as_str().unwrap()).collect();
                format!("{} {}", gate["id"].as_str().unwrap(), codes.join(" "))
            });
        unmet.collect::<Vec<_>>().join(", ")
    }
}

pub(crate) fn harness() -> Harness {
    Harness::cargo_bin("harness").unwrap()
}

fn facts(run: &str) -> RunFacts {
    let word = || "none".to_owned();
    let identity = Identity {
        name: word(),
        version: word(),
        api: None,
        runtime: word(),
        storage: word(),
        rootless: false,
    };
    RunFacts {
        id: run.to_owned(),
        started: OffsetDateTime::now_utc(),
        finished: OffsetDateTime::now_utc(),
        host: bundle::this_host(&identity, &Unfiltered::Asked(Vec::new())).unwrap(),
        engine: EngineAccount {
            identity,
            lacking: Abilities::all(),
        },
        made_with: engine::image::made_with().unwrap(),
        subjects: {
            let image = Image::build(Programs::builtin()).unwrap();
            bundle::subjects(&image.digests, image.id()).unwrap()
        },
        lifts: Vec::new(),
        mutants: None,
        sharding: None,
    }
}

pub(crate) fn verified(bundle: &Path) -> VerifiedBundle {
    verify_bundle(&BundleFolder::open(bundle).unwrap(), &Anchor::Embedded).unwrap()
}
