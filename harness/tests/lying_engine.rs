//! An engine that does something else than it was asked for: between the harness and the
//! real Docker stands a socket of the test's own, which changes one thing in each request
//! that creates a container. What was changed is seen from outside, whatever the engine
//! reports, and the row falls for it.
//!
//! Where this host has no Docker, each test is listed as ignored: not run.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::path::Path;
use std::process::ExitCode;

use assert_cmd::Command;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

#[path = "lying_engine/proxy.rs"]
mod proxy;

use proxy::Proxy;

const DOCKER: &str = "/var/run/docker.sock";

/// One thing that the engine does otherwise.
struct Lie {
    name: &'static str,
    row: &'static str,
    /// The change of the create request.
    tell: fn(&mut Value),
    /// What the row's reason says.
    reason: &'static [&'static str],
}

const LIES: [Lie; 13] = [
    Lie {
        name: "a_variable_more_breaks_a1",
        row: "A1",
        tell: |body| push(&mut body["Env"], json!("DB_PASSWORD=hunter2")),
        reason: &["nothing at the barrier but", "observed DB_PASSWORD"],
    },
    Lie {
        name: "a_variable_more_breaks_n15",
        row: "N15",
        tell: |body| push(&mut body["Env"], json!("DB_PASSWORD=hunter2")),
        reason: &["nothing at the barrier but", "observed DB_PASSWORD"],
    },
    Lie {
        name: "a_library_to_load_first_breaks_a1",
        row: "A1",
        tell: |body| push(&mut body["Env"], json!("LD_PRELOAD=/in/packet.json")),
        reason: &["nothing at the barrier but", "observed LD_PRELOAD"],
    },
    Lie {
        name: "a_library_to_load_first_breaks_n15",
        row: "N15",
        tell: |body| push(&mut body["Env"], json!("LD_PRELOAD=/in/packet.json")),
        reason: &["nothing at the barrier but", "observed LD_PRELOAD"],
    },
    Lie {
        name: "a_folder_more_breaks_a1",
        row: "A1",
        tell: |body| push(&mut body["HostConfig"]["Binds"], json!("/etc:/srv:ro")),
        reason: &["mounts", "`/srv`", "is not a mount of the runtime's"],
    },
    Lie {
        name: "a_folder_more_breaks_n18",
        row: "N18",
        tell: |body| push(&mut body["HostConfig"]["Binds"], json!("/etc:/srv:ro")),
        reason: &["mounts", "`/srv`", "is not a mount of the runtime's"],
    },
    Lie {
        name: "a_capability_more_breaks_a1",
        row: "A1",
        tell: |body| push(&mut body["HostConfig"]["CapAdd"], json!("CAP_SYS_PTRACE")),
        reason: &["privileges", "0000000000080000"],
    },
    Lie {
        name: "a_network_breaks_a1",
        row: "A1",
        tell: |body| {
            body["NetworkDisabled"] = json!(false);
            body["HostConfig"]["NetworkMode"] = json!("bridge");
        },
        reason: &["network", "eth0"],
    },
    Lie {
        name: "a_filter_less_breaks_a1",
        row: "A1",
        tell: |body| body["HostConfig"]["SecurityOpt"] = json!(["seccomp=unconfined"]),
        reason: &["filters"],
    },
    Lie {
        name: "another_first_program_breaks_a1",
        row: "A1",
        tell: |body| body["HostConfig"]["Init"] = json!(true),
        reason: &["failed to reach the airlock's barrier"],
    },
    Lie {
        name: "the_subject_without_its_airlock_is_no_launch",
        row: "A1",
        tell: |body| body["Entrypoint"] = json!(["/checker", "--help"]),
        reason: &["failed to reach the airlock's barrier"],
    },
    Lie {
        name: "another_subject_breaks_n19",
        row: "N19",
        tell: |body| plan(body, |plan| plan["argv"][0] = json!("/checker")),
        reason: &["programs", "the command line as asked for, word for word"],
    },
    Lie {
        name: "more_that_may_be_read_breaks_a1",
        row: "A1",
        tell: |body| {
            plan(body, |plan| {
                push(&mut plan["landlock"]["read_files"], json!("/proc"));
            });
        },
        reason: &["programs", "the command line as asked for, word for word"],
    },
];

fn push(list: &mut Value, value: Value) {
    if list.is_null() {
        *list = json!([]);
    }
    list.as_array_mut().unwrap().push(value);
}

/// Changes the airlock's plan, its only argument.
fn plan(body: &mut Value, change: impl Fn(&mut Value)) {
    let word = &mut body["Entrypoint"][1];
    let mut plan: Value = serde_json::from_str(word.as_str().unwrap()).unwrap();
    change(&mut plan);
    *word = json!(plan.to_string());
}

fn main() -> ExitCode {
    let there = Path::new(DOCKER).exists();
    let mut trials: Vec<Trial> = LIES.into_iter().map(|lie| lie.trial()).collect();
    trials.push(Trial::test("an_engine_that_does_as_asked_holds", || {
        for row in ["A1", "N15", "N18", "N19"] {
            let (code, said) = run(row, |_| {});
            if code != Some(0) {
                return Err(Failed::from(format!("{row}: {said}")));
            }
        }
        Ok(())
    }));
    let note = if there {
        ""
    } else {
        "not run: no Docker on this host"
    };
    let trials = trials.into_iter();
    let trials = trials.map(|it| it.with_ignored_flag(!there).with_kind(note));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

impl Lie {
    fn trial(self) -> Trial {
        Trial::test(self.name, move || {
            let (code, said) = run(self.row, self.tell);
            if code == Some(0) {
                return Err(Failed::from(format!("{} held: {said}", self.row)));
            }
            let mut words = self.reason.iter();
            match words.find(|word| !said.contains(*word)) {
                Some(word) => Err(Failed::from(format!("`{word}` is not said: {said}"))),
                None => Ok(()),
            }
        })
    }
}

/// Runs a row on an engine that tells this lie.
fn run(row: &str, tell: fn(&mut Value)) -> (Option<i32>, String) {
    let proxy = Proxy::before(Path::new(DOCKER), tell);
    let done = Command::cargo_bin("harness")
        .unwrap()
        .args(["run", row, "--engine", "docker"])
        .env("DOCKER_HOST", proxy.endpoint())
        .output()
        .unwrap();
    assert_ne!(proxy.created(), 0, "no container was asked for");
    let said = [done.stdout, done.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    (done.status.code(), said.concat())
}
