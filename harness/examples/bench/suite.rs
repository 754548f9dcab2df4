//! The peer people write today: a bats file around the docker command line, one
//! launch for each attempt. It runs the same programs behind the same locks; a
//! sample of the attempts is run, and the rest counted in proportion.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use engine::image::{AIRLOCK, Image, PROBE};
use evidence::profile::{NATIVE, Profile, User};
use negatives::matrix::{Attempt, Matrix};
use negatives::wire::{PLAN_FILE, Plan};
use programs::Programs;

/// How many attempts are run.
const SAMPLE: usize = 40;
/// The user inside.
const USER: User = User {
    uid: 65532,
    gid: 65532,
};

/// What was measured.
pub(crate) struct Peer {
    pub(crate) wall: Duration,
    pub(crate) sample: usize,
    pub(crate) attempts: usize,
}

impl Peer {
    /// Seconds for all attempts, and for all with a control each.
    pub(crate) fn whole(&self) -> (f64, f64) {
        let each = self.wall.as_secs_f64() / self.sample as f64;
        (
            each * self.attempts as f64,
            each * self.attempts as f64 * 2.0,
        )
    }
}

/// Runs the sample; `None` where bats or docker is not installed.
pub(crate) fn run(matrix: &Matrix, folder: &Path) -> Result<Option<Peer>, Box<dyn Error>> {
    if !["bats", "docker"].into_iter().all(is_here) {
        return Ok(None);
    }
    let attempts: Vec<(&str, &Attempt)> = matrix
        .cases()
        .iter()
        .filter(|case| case.id.as_str() != "N13")
        .flat_map(|case| case.attempts().map(|attempt| (case.id.as_str(), attempt)))
        .collect();
    let sample: Vec<_> = attempts
        .iter()
        .step_by(attempts.len().div_ceil(SAMPLE))
        .collect();
    let tag = format!("proof-of-block-bats:{}", std::process::id());
    load(&tag, folder)?;
    let file = folder.join("sandbox.bats");
    fs::write(&file, text(&sample, &tag, folder)?)?;
    let started = Instant::now();
    let status = Command::new("bats")
        .arg(&file)
        .stdout(Stdio::null())
        .status()?;
    let wall = started.elapsed();
    drop(docker(&["rmi", "--force", &tag]).status());
    if !status.success() {
        return Err(format!("the bats suite failed: {status}").into());
    }
    Ok(Some(Peer {
        wall,
        sample: sample.len(),
        attempts: attempts.len(),
    }))
}

fn is_here(program: &str) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

fn docker(words: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(words).stdout(Stdio::null());
    command
}

fn load(tag: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let archive = folder.join("image.tar");
    fs::write(&archive, Image::build(Programs::builtin())?.archive(tag)?)?;
    let status = docker(&["load", "--quiet", "--input"])
        .arg(&archive)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("docker load: {status}").into())
    }
}

/// One test for each attempt: it ran, and the probe came to its end.
fn text(sample: &[&(&str, &Attempt)], tag: &str, folder: &Path) -> Result<String, Box<dyn Error>> {
    let profile = Profile::locked(USER)?;
    let filter = folder.join("seccomp.json");
    fs::write(
        &filter,
        seccomp::oci_json(&profile.policy, NATIVE, &[]).to_string(),
    )?;
    let argv = [PROBE.to_owned(), format!("/in/{PLAN_FILE}")];
    let mut plan = profile.airlock_plan("bench", &argv)?;
    plan.barrier = false;
    let plan = serde_json::to_string(&plan)?;
    let mut text = String::new();
    for (number, (case, attempt)) in sample.iter().enumerate() {
        let input = folder.join(format!("in-{number}"));
        fs::create_dir(&input)?;
        let asked = Plan {
            nonce: "bench".to_owned(),
            case: (*case).to_owned(),
            facts: facts(),
            attempts: vec![attempt.planned()],
        };
        fs::write(input.join(PLAN_FILE), serde_json::to_vec(&asked)?)?;
        writeln!(
            text,
            "@test \"{number} {case} {}\" {{\n  run docker run --rm --network none --ipc none --read-only \
             --cap-drop ALL --security-opt no-new-privileges --security-opt seccomp={} \
             --ulimit nofile=1024:1024 --user 65532:65532 --volume {}:/in:ro --tmpfs /out \
             --entrypoint {AIRLOCK} {tag} '{plan}'\n  [[ $output == *'\"hello\"'* ]]\n}}",
            attempt.id,
            filter.display(),
            input.display(),
        )?;
    }
    Ok(text)
}

fn facts() -> std::collections::BTreeMap<String, String> {
    let facts = [
        ("input", "/in"),
        ("output", "/out"),
        ("canary_env", "KB_TOKEN"),
        ("host_process", "1"),
    ];
    facts
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}
