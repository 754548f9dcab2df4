//! CI as a venue: the definitions for users' own CI are least privilege and call
//! nothing but `ci/venue`, and what they call is run here, on a real engine.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn definition(file: &str) -> (String, Yaml) {
    let text = fs::read_to_string(root().join("ci").join(file)).unwrap();
    let mut documents = YamlLoader::load_from_str(&text).unwrap();
    assert_eq!(documents.len(), 1, "{file}");
    (text, documents.remove(0))
}

fn entries(yaml: &Yaml) -> BTreeMap<String, &Yaml> {
    let entries = yaml.as_hash().unwrap().iter();
    entries
        .map(|(name, value)| (name.as_str().unwrap().to_owned(), value))
        .collect()
}

fn keys(yaml: &Yaml) -> Vec<String> {
    entries(yaml).into_keys().collect()
}

/// The steps that a definition calls, which must be all that it runs.
fn called<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    lines
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(words[0], "ci/venue", "a job runs something else: {line}");
            words[1].to_owned()
        })
        .collect()
}

/// The steps that `ci/venue` has.
fn steps() -> BTreeSet<String> {
    let usage = venue(&["no-such-step"], Path::new("/nowhere"));
    assert_eq!(usage.status.code(), Some(2));
    let usage = String::from_utf8(usage.stderr).unwrap();
    let (_, steps) = usage.trim().split_once("ci/venue ").unwrap();
    let steps = steps.split(" | ");
    steps
        .map(|step| step.split(' ').next().unwrap().to_owned())
        .collect()
}

fn venue(words: &[&str], folder: &Path) -> std::process::Output {
    Command::new(root().join("ci/venue"))
        .args(words)
        .env("PROOF_OF_BLOCK_VENUE", folder)
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .unwrap()
}

#[test]
fn github_gets_what_it_needs_and_no_more() {
    let (text, yaml) = definition("github.yml");
    assert_eq!(keys(&yaml["permissions"]), Vec::<String>::new());
    assert_eq!(
        keys(&yaml["on"]),
        ["pull_request", "push", "workflow_dispatch"]
    );
    for word in ["pull_request_target", "workflow_run", "secrets."] {
        assert!(!text.contains(word), "{word}");
    }
    let mut runs = Vec::new();
    for (name, job) in entries(&yaml["jobs"]) {
        assert_eq!(keys(&job["permissions"]), ["contents"], "{name}");
        assert_eq!(job["permissions"]["contents"].as_str(), Some("read"));
        assert!(job["timeout-minutes"].as_i64().is_some(), "{name}");
        for step in job["steps"].as_vec().unwrap() {
            if let Some(action) = step["uses"].as_str() {
                pinned(action, step);
            }
            runs.extend(step["run"].as_str());
        }
    }
    // An expression in a script is pasted into it before the shell reads it.
    assert!(runs.iter().all(|run| !run.contains("${{")), "{runs:?}");
    assert_eq!(called(runs.into_iter()), steps());
}

fn pinned(action: &str, step: &Yaml) {
    let (name, hash) = action.split_once('@').unwrap();
    let hex = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(hex && hash.len() == 40, "{action} is not pinned");
    if name == "actions/checkout" {
        assert_eq!(step["with"]["persist-credentials"].as_bool(), Some(false));
    }
}

#[test]
fn every_shard_that_github_starts_is_of_one_cut() {
    let (_, yaml) = definition("github.yml");
    let shards = &yaml["jobs"]["shard"]["strategy"]["matrix"]["shard"];
    let shards: Vec<&str> = shards
        .as_vec()
        .unwrap()
        .iter()
        .filter_map(Yaml::as_str)
        .collect();
    let count = shards.len();
    let expected: Vec<String> = (1..=count)
        .map(|index| format!("{index}/{count}"))
        .collect();
    assert_eq!(shards, expected);
}

#[test]
fn gitlab_gets_its_report_and_its_exit_code() {
    let (_, yaml) = definition("gitlab.yml");
    let stages: Vec<&str> = yaml["stages"]
        .as_vec()
        .unwrap()
        .iter()
        .filter_map(Yaml::as_str)
        .collect();
    let jobs: BTreeMap<String, &Yaml> = entries(&yaml)
        .into_iter()
        .filter(|(_, job)| !job["script"].is_badvalue())
        .collect();
    assert_eq!(jobs.len(), stages.len());
    let lines = jobs
        .values()
        .flat_map(|job| job["script"].as_vec().unwrap());
    assert_eq!(called(lines.filter_map(Yaml::as_str)), steps());
    // A job that may fail would hide the exit code, which alone is the verdict.
    assert!(jobs.values().all(|job| job["allow_failure"].is_badvalue()));
    let artifacts = &jobs["merge"]["artifacts"];
    assert_eq!(artifacts["when"].as_str(), Some("always"));
    assert_eq!(
        artifacts["reports"]["junit"].as_str(),
        Some("attestation/venue/junit.xml")
    );
}

/// GitLab's own schema takes a job without a script, and a stage that is none.
#[test]
fn every_job_of_gitlab_has_a_script_and_a_stage_that_exists() {
    let (_, yaml) = definition("gitlab.yml");
    let stages = yaml["stages"].as_vec().unwrap();
    let mut used = BTreeSet::new();
    for (name, job) in entries(&yaml) {
        if ["default", "workflow", "stages"].contains(&name.as_str()) {
            continue;
        }
        assert!(job["script"].as_vec().is_some(), "{name} has no script");
        assert!(stages.contains(&job["stage"]), "{name} is in no stage");
        used.insert(job["stage"].as_str().unwrap().to_owned());
    }
    assert_eq!(used.len(), stages.len(), "a stage has no job");
}

/// What runs is what its digest names; its tag names a Rust that builds this, and the command
/// that says how to have the digest of another names the same.
#[test]
fn the_image_of_gitlab_is_pinned_and_has_a_rust_that_builds_this() {
    let (text, yaml) = definition("gitlab.yml");
    let image = yaml["default"]["image"].as_str().unwrap();
    let (tag, digest) = image.split_once("@sha256:").unwrap();
    let hex = digest
        .bytes()
        .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    assert!(hex && digest.len() == 64, "{image} is not pinned");
    assert!(
        text.contains(&format!("imagetools inspect {tag}\n")),
        "{tag}"
    );
    let version = tag.strip_prefix("rust:").unwrap();
    let numbers = |text: &str| -> Vec<u32> {
        let numbers = text.split(['.', '-']).take(2);
        numbers.map(|it| it.parse().unwrap()).collect()
    };
    let least = numbers(env!("CARGO_PKG_RUST_VERSION"));
    assert!(numbers(version) >= least, "{tag}");
    // No job has an image of its own.
    assert_eq!(text.matches("image:").count(), 1);
}

#[test]
fn the_action_pastes_nothing_into_a_script_and_is_pinned() {
    let (_, yaml) = definition("github/action.yml");
    assert_eq!(yaml["runs"]["using"].as_str(), Some("composite"));
    let inputs = keys(&yaml["inputs"]);
    for step in yaml["runs"]["steps"].as_vec().unwrap() {
        match (step["uses"].as_str(), step["run"].as_str()) {
            (Some(action), None) => pinned(action, step),
            (None, Some(run)) => {
                assert_eq!(run, "\"$GITHUB_ACTION_PATH/run\"");
                // Every input but the name of what is uploaded reaches the step.
                assert_eq!(keys(&step["env"]).len(), inputs.len() - 1);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The action's step, as a runner starts it.
fn step(folder: &Path, inputs: &[(&str, &str)]) -> std::process::Output {
    let mut step = Command::new(root().join("ci/github/run"));
    step.env("GITHUB_OUTPUT", folder.join("output"))
        .env("GITHUB_STEP_SUMMARY", folder.join("page.md"))
        .env("RUNNER_TEMP", folder)
        .env("PROOF_OF_BLOCK_HARNESS", env!("CARGO_BIN_EXE_harness"));
    for (name, is) in inputs {
        step.env(format!("PROOF_OF_BLOCK_{name}"), is);
    }
    step.output().unwrap()
}

#[test]
fn the_action_ends_as_the_harness_did_and_leaves_what_a_job_uploads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let line = "bwrap\n--unshare-all\n--ro-bind\n/\n/\n--dev\n/dev\n--proc\n/proc\n";
    let done = step(path, &[("COMMAND", "audit"), ("LINE", line)]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(4), "{said}");
    let output = fs::read_to_string(path.join("output")).unwrap();
    let out = output.trim().strip_prefix("folder=").unwrap();
    let record = fs::read_dir(Path::new(out).join("bundle")).unwrap().next();
    assert!(
        record
            .unwrap()
            .unwrap()
            .path()
            .join("statement.dsse.json")
            .exists()
    );
    assert!(
        fs::read_to_string(path.join("page.md"))
            .unwrap()
            .contains("U1")
    );
    for (command, engine) in [("attest", "moon"), ("moon", "auto")] {
        let done = step(path, &[("COMMAND", command), ("ENGINE", engine)]);
        assert_eq!(done.status.code(), Some(2), "{command}");
    }
}

/// What the definitions' jobs do, one after the other; on the engine that is quickest, for
/// where rows run is no matter of shards.
#[test]
fn the_shards_of_a_run_are_merged_into_the_whole_roll() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let harness = path.join("harness");
    fs::copy(env!("CARGO_BIN_EXE_harness"), &harness).unwrap();
    for shard in ["1/2", "2/2"] {
        let done = venue(&["shard", shard, "--engine", "bwrap"], path);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(0), "{shard}: {said}");
    }
    let done = venue(&["merge"], path);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let merged = fs::read_dir(path.join("merged")).unwrap().next();
    let merged = merged.unwrap_or_else(|| panic!("{said}")).unwrap().path();
    let red = rows_that_are_red(&harness, &merged);
    let expected = if red.is_empty() { 0 } else { 4 };
    assert_eq!(done.status.code(), Some(expected), "{red:?} {said}");
    let junit = fs::read_to_string(path.join("junit.xml")).unwrap();
    assert_eq!(junit.matches("<testcase ").count(), 45);
    let page = fs::read_to_string(path.join("summary.md")).unwrap();
    assert!(page.contains(&format!("{} of 45 rows held", 45 - red.len())));
}

/// The rows of a bundle that are not held, each of which must be one that nothing runs.
fn rows_that_are_red(harness: &Path, bundle: &Path) -> Vec<String> {
    let json = |words: &[&str]| -> Value {
        let done = Command::new(harness).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{said}");
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let said = json(&["verify", bundle.to_str().unwrap(), "--format", "json"]);
    let rows = said["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 45);
    let red = rows.iter().filter(|row| row["verdict"] != "held");
    red.map(|row| {
        let reason = row["reason"].as_str().unwrap();
        assert!(["not_implemented", "pending"].contains(&reason), "{row}");
        row["id"].as_str().unwrap().to_owned()
    })
    .collect()
}
