//! A fleet of bundles in one table: each is judged as it would be alone, and who is there
//! twice, or not at all, is seen.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bundle::forgery::Specimen;
use bundle::sample::stand_in;
use seal::key::{SecretKey, Signer};
use serde_json::Value;

/// The hosts, by the digit that their keys and runs are made of.
const HOSTS: [(&str, u8); 3] = [("web-1", 1), ("web-2", 2), ("db-1", 3)];

/// Three hosts' bundles, collected into one folder.
struct Fleet {
    folder: tempfile::TempDir,
}

fn key(digit: u8) -> SecretKey {
    SecretKey::from_seed(&[digit; 32])
}

impl Fleet {
    fn new() -> Self {
        let fleet = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let (mut inventory, mut keys) = ("schema = 1\n".to_owned(), String::new());
        for (name, digit) in HOSTS {
            fleet.add(name, digit, digit);
            let public = key(digit).public();
            let keyid = public.id();
            inventory += &format!("[[host]]\nname = \"{name}\"\nkeyid = \"{keyid}\"\n");
            keys += &format!("'''{}''', ", public.to_pem().unwrap());
        }
        fleet.write("inventory.toml", &inventory);
        let policy = |result: &str| {
            format!("schema = 1\n[keys]\ninline = [{keys}]\n[run]\nresult = \"{result}\"\n")
        };
        fleet.write("any.toml", &policy("any"));
        fleet.write("held.toml", &policy("held"));
        fleet
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    /// A bundle of the run, signed with the key.
    fn add(&self, name: &str, run: u8, digit: u8) {
        let sample = stand_in::sample_of(&format!("{run:016x}"));
        let signer = Signer::operator(key(digit));
        let specimen = Specimen::seal_with(&sample, signer).unwrap();
        fs::create_dir_all(self.at("all")).unwrap();
        fs::rename(specimen.path(), self.at("all").join(name)).unwrap();
    }

    /// How a line ended, and what was printed on either stream.
    fn line(&self, line: &str) -> (i32, String, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_proof-of-block-verify"))
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = done.status.code().unwrap();
        (code, text(done.stdout), text(done.stderr))
    }

    /// The answer to a program, and each host with the reasons against it.
    fn told(&self, line: &str) -> (i32, Value, Vec<String>) {
        let (code, out, _) = self.line(&format!("{line} --format json"));
        let answer: Value = serde_json::from_str(&out).unwrap();
        let words = |host: &Value| {
            let reasons = host["reasons"].as_array().unwrap().iter();
            let codes: Vec<&str> = reasons.map(|it| it["code"].as_str().unwrap()).collect();
            format!("{}: {}", host["host"].as_str().unwrap(), codes.join(" "))
        };
        let hosts = answer["fleet"]
            .as_array()
            .unwrap()
            .iter()
            .map(words)
            .collect();
        (code, answer, hosts)
    }
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-r").args([from, to]).status();
    assert!(done.unwrap().success());
}

#[test]
fn hosts_that_are_all_as_asked_are_accepted_in_one_table() {
    let fleet = Fleet::new();
    let line = "--each all --policy any.toml --inventory inventory.toml --junit fleet.xml";
    let (code, out, err) = fleet.line(line);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    let columns: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(
        columns,
        [
            "host", "engine", "kernel", "signer", "age", "verdict", "reason"
        ]
    );
    let hosts: Vec<&str> = lines[1..4]
        .iter()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(hosts, ["db-1", "web-1", "web-2"]);
    assert_eq!(
        lines[4],
        "accepted: 3 bundles: 3 accepted, 0 of them held; 0 not accepted; 0 missing"
    );
    let xml = fs::read_to_string(fleet.at("fleet.xml")).unwrap();
    assert!(
        xml.contains("tests=\"3\"") && xml.contains("failures=\"0\""),
        "{xml}"
    );
}

#[test]
fn a_host_that_is_missing_and_one_that_is_there_twice_are_red() {
    let fleet = Fleet::new();
    fs::remove_dir_all(fleet.at("all/web-2")).unwrap();
    fleet.add("again", 4, 1);
    fleet.add("stranger", 5, 5);
    copy(&fleet.at("all/db-1"), &fleet.at("all/copy"));
    let line = "--each all --inventory inventory.toml --junit fleet.xml";
    let (code, answer, hosts) = fleet.told(line);
    assert_eq!((code, &answer["code"]), (1, &"refused".into()));
    assert_eq!(answer["missing"], serde_json::json!(["web-2"]));
    assert_eq!(
        hosts,
        [
            "web-1: not_held",
            "db-1: not_held",
            "db-1: not_held doubled_run doubled_host",
            "all/stranger: not_held unknown_host",
            "web-1: not_held doubled_host",
        ]
    );
    let xml = fs::read_to_string(fleet.at("fleet.xml")).unwrap();
    assert!(
        xml.contains("failures=\"5\"") && xml.contains("errors=\"1\""),
        "{xml}"
    );
    let (_, out, err) = fleet.line(line);
    let conclusion =
        "not accepted: 5 bundles: 0 accepted, 0 of them held; 5 not accepted; 1 missing";
    assert!(out.ends_with(&format!("{conclusion}\n")), "{out}");
    assert!(err.contains("web-2: no bundle is of this host"), "{err}");
    assert!(
        out.lines()
            .any(|line| line.starts_with("web-2") && line.contains("missing"))
    );
}

#[test]
fn a_host_is_judged_as_its_bundle_would_be_alone() {
    let fleet = Fleet::new();
    fs::write(fleet.at("all/web-1/junit.xml"), "x").unwrap();
    fs::create_dir(fleet.at("all/empty")).unwrap();
    let (code, _, hosts) = fleet.told("--each all --policy any.toml");
    assert_eq!(code, 1);
    for host in hosts {
        let (bundle, reasons) = host.split_once(": ").unwrap();
        let (alone, out, _) = fleet.line(&format!("{bundle} --policy any.toml --format json"));
        let answer: Value = serde_json::from_str(&out).unwrap();
        let expected = answer["reasons"].as_array().unwrap();
        let expected: Vec<&str> = expected
            .iter()
            .map(|it| it["code"].as_str().unwrap())
            .collect();
        assert_eq!(reasons, expected.join(" "), "{bundle}");
        assert_eq!(alone == 0, reasons.is_empty(), "{bundle}");
    }
    // What a policy asks unless it says otherwise is asked without one, too.
    let (code, _, hosts) = fleet.told("all/web-2 all/db-1 --policy held.toml");
    assert_eq!(
        (code, hosts),
        (
            1,
            vec!["all/web-2: not_held".into(), "all/db-1: not_held".into()]
        )
    );
    let (code, _, hosts) = fleet.told("all/web-2 all/db-1");
    assert_eq!(
        (code, hosts),
        (
            1,
            vec!["all/web-2: not_held".into(), "all/db-1: not_held".into()]
        )
    );
}

#[test]
fn folders_of_folders_are_searched_and_nothing_found_is_no_answer() {
    let fleet = Fleet::new();
    fs::create_dir_all(fleet.at("by-host/web-1")).unwrap();
    copy(&fleet.at("all/web-1"), &fleet.at("by-host/web-1/0001"));
    let (code, _, hosts) = fleet.told("--each by-host --policy any.toml");
    assert_eq!((code, hosts), (0, vec!["by-host/web-1/0001: ".into()]));
    fs::create_dir(fleet.at("none")).unwrap();
    for line in [
        "--each none",
        "--each nowhere",
        "all/web-1 all/web-2 --inventory any.toml",
    ] {
        assert_eq!(fleet.line(line).0, 2, "{line}");
    }
    let (code, _, _) = fleet.line("all/web-1 all/web-2 --junit nowhere/fleet.xml");
    assert_eq!(code, 2);
}

#[test]
fn of_a_fleet_none_of_which_answered_all_are_missing() {
    let fleet = Fleet::new();
    fs::create_dir(fleet.at("none")).unwrap();
    let (code, answer, hosts) = fleet.told("--each none --inventory inventory.toml");
    assert_eq!((code, hosts), (1, vec![]));
    assert_eq!(
        answer["missing"],
        serde_json::json!(["web-1", "web-2", "db-1"])
    );
}
