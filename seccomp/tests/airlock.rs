//! The real airlock on this host, without a container, around a static subject.
//!
//! Each refusal that could be vacuous has a control with the lock lifted.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail like the test itself"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use seccomp::plan::{AirlockPlan, AirlockStatus, LandlockPlan, LandlockState, Limits, OneShot};
use seccomp::{Action, Arch, Call, Form, Policy, Program, compile_strict, evaluate_stack};

#[path = "subject/build.rs"]
mod subject;

use subject::subject;

struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["in", "out"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("in/a"), "abc").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn plan(&self, policy: &Policy, arguments: &[&str]) -> AirlockPlan {
        let programs = compile_strict(policy, Arch::native().unwrap()).unwrap();
        let subject = subject().to_str().unwrap();
        AirlockPlan {
            nonce: "n-1".to_owned(),
            filters: programs.iter().map(Program::to_hex).collect(),
            no_new_privileges: true,
            landlock: Some(LandlockPlan {
                read: vec![self.path("in")],
                read_files: vec!["/proc/self/status".to_owned()],
                write: vec![self.path("out")],
            }),
            clear_environment: true,
            close_descriptors: true,
            one_shot: Some(OneShot {
                descriptor: policy.one_shot_descriptor(),
                nofile: 64,
            }),
            limits: Limits {
                core: Some(0),
                fsize: Some(65_536),
            },
            working_folder: self.path("in"),
            barrier: true,
            argv: std::iter::once(subject)
                .chain(arguments.iter().copied())
                .map(str::to_owned)
                .collect(),
        }
    }
}

fn run(plan: &AirlockPlan, input: &[u8]) -> Output {
    // A descriptor for the airlock to close.
    let mut child = Command::new("sh")
        .args([
            "-c",
            "exec 7</dev/null; exec \"$0\" \"$1\"",
            env!("CARGO_BIN_EXE_airlock"),
        ])
        .arg(serde_json::to_string(plan).unwrap())
        .env("CANARY", "secret")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // An airlock that has failed reads nothing.
    match child.stdin.take().unwrap().write_all(input) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => panic!("{error}"),
        Err(_) | Ok(()) => {}
    }
    child.wait_with_output().unwrap()
}

/// The status line, then what the subject said: `what -> (return, errno)`.
fn told(output: &Output) -> (AirlockStatus, BTreeMap<String, (i64, i64)>) {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let (first, rest) = text
        .split_once('\n')
        .unwrap_or_else(|| panic!("{output:?}"));
    let lines = rest.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let what = words.next()?.to_owned();
        Some((
            what,
            (words.next()?.parse().ok()?, words.next()?.parse().ok()?),
        ))
    });
    (serde_json::from_str(first).unwrap(), lines.collect())
}

fn answers(plan: &AirlockPlan) -> BTreeMap<String, (i64, i64)> {
    let output = run(plan, b"!");
    let (status, answers) = told(&output);
    assert!(matches!(status, AirlockStatus::Ready { .. }), "{output:?}");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    answers
}

fn failure(plan: &AirlockPlan, input: &[u8]) -> String {
    let output = run(plan, input);
    assert_eq!(output.status.code(), Some(97), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    match serde_json::from_str(text.lines().last().unwrap()).unwrap() {
        AirlockStatus::Failed { nonce, step, .. } => {
            assert_eq!(nonce, "n-1");
            step
        }
        AirlockStatus::Ready { .. } => panic!("ready is not the last word: {text}"),
    }
}

#[test]
fn the_subject_starts_with_nothing_and_every_lock_in_force() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let output = run(&lab.plan(&policy, &["look"]), b"!");
    let (status, answers) = told(&output);
    let AirlockStatus::Ready {
        landlock,
        filters,
        descriptor,
        ..
    } = status
    else {
        panic!("{output:?}")
    };
    assert!(
        matches!(landlock, LandlockState::Enforced { abi: 1.. }),
        "{landlock:?}"
    );
    assert_eq!(
        (filters, descriptor, output.status.code()),
        (2, 1000, Some(4))
    );
    let of = |what: &str| {
        answers
            .get(what)
            .copied()
            .unwrap_or_else(|| panic!("{what}: {output:?}"))
    };
    assert_eq!(
        (of("environment"), of("arguments"), of("thread")),
        ((0, 0), (2, 0), (7, 0))
    );
    let open: Vec<_> = answers
        .keys()
        .filter(|what| what.starts_with("descriptor-"))
        .collect();
    assert_eq!(open, ["descriptor-0", "descriptor-1", "descriptor-2"]);
    assert_eq!(
        (of("limit-nofile"), of("limit-core"), of("limit-fsize")),
        ((64, 64), (0, 0), (65_536, 65_536))
    );
    assert_eq!(of("limit-space"), (1 << 36, 1 << 36));
}

#[test]
fn forbidden_calls_are_refused_with_the_declared_error() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let answers = answers(&lab.plan(&policy, &["look"]));
    let of = |what: &str| answers[what];
    for call in ["socket", "ptrace", "fork", "fork-by-clone", "raise"] {
        assert_eq!(of(call), (-1, 1), "{call}");
    }
    assert_eq!(of("clone3"), (-1, 38));
}

#[test]
fn without_the_strict_filter_the_same_calls_get_other_answers() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let mut plan = lab.plan(&policy, &["look"]);
    plan.filters.clear();
    plan.clear_environment = false;
    plan.one_shot = None;
    plan.close_descriptors = false;
    let answers = answers(&plan);
    assert!(
        answers.contains_key("descriptor-7"),
        "there was something to close"
    );
    assert!(answers["socket"].0 >= 0 && answers["ptrace"].1 != 1 && answers["environment"].0 > 0);
    assert_eq!(answers["clone3"], (-1, 22));
    assert!(
        answers.contains_key("descriptor-1000"),
        "the descriptor survives when the rule is lifted"
    );
}

#[test]
fn files_are_read_beneath_the_input_and_written_beneath_the_output_only() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let plan = lab.plan(&policy, &["files", &lab.path("in"), &lab.path("out")]);
    let locked = answers(&plan);
    for (what, expected) in [
        ("list-input", (1, 0)),
        ("read-input", (3, 0)),
        ("read-here", (3, 0)),
        ("write-input", (-1, 13)),
        ("read-outside", (-1, 13)),
        ("list-outside", (-1, 13)),
        ("write-output", (6, 0)),
        ("read-output", (-1, 13)),
        ("list-output", (-1, 13)),
        ("read-self", (1, 0)),
    ] {
        assert_eq!(locked[what], expected, "{what}");
    }
    assert_eq!(std::fs::read(lab.path("out/report")).unwrap(), b"report");
    let mut lifted = plan;
    lifted.landlock = None;
    lifted.working_folder = lab.path("nowhere");
    let lifted = answers(&lifted);
    assert!(
        lifted["read-outside"].0 > 0
            && lifted["write-input"] == (1, 0)
            && lifted["read-output"] == (6, 0)
            && lifted["read-here"].0 == -1
    );
}

#[test]
fn a_file_beyond_the_limit_ends_the_subject() {
    use std::os::unix::process::ExitStatusExt;
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let mut plan = lab.plan(&policy, &["large", &lab.path("out")]);
    assert_eq!(run(&plan, b"!").status.signal(), Some(25), "SIGXFSZ");
    plan.limits.fsize = None;
    assert_eq!(answers(&plan)["large"], (1, 0));
}

#[test]
fn no_second_exec_is_possible() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let mut plan = lab.plan(&policy, &["exec", subject().to_str().unwrap()]);
    // Landlock off: the seccomp rule must hold alone.
    plan.landlock = None;
    let locked = answers(&plan);
    for what in ["execve", "execve-null", "by-descriptor", "by-absolute-path"] {
        assert_eq!(locked[what], (-1, 1), "{what}");
    }
    assert_eq!(
        locked["by-pinned-path"],
        (-1, 14),
        "nothing is mapped there"
    );
}

#[test]
fn a_filter_that_pins_descriptor_and_flags_alone_lets_an_absolute_path_through() {
    let lab = Lab::new();
    let pinned = "    { index = 1, width = 64, op = \"eq\", value = \"ONE_SHOT_PATHNAME\" },\n";
    let text = seccomp::policy::POLICY_TOML.replace(pinned, "");
    assert_ne!(text, seccomp::policy::POLICY_TOML);
    let policy = Policy::parse(&text).unwrap();
    let mut plan = lab.plan(&policy, &["exec", subject().to_str().unwrap()]);
    plan.landlock = None;
    let output = run(&plan, b"!");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("second ran"),
        "{output:?}"
    );
}

#[test]
fn no_page_can_be_put_under_the_one_shot_path() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let answers = answers(&lab.plan(&policy, &["memory"]));
    for what in [
        "map-fixed",
        "map-hint",
        "map-from-zero",
        "map-executable",
        "make-executable",
    ] {
        assert_eq!(answers[what], (-1, 1), "{what}");
    }
    assert!(answers["map"].0 > 0);
    let lowest = answers["lowest"].0;
    assert!(lowest > 1 << 32 && lowest < i64::MAX, "{lowest:#x}");
}

#[test]
fn the_kernel_answers_every_refused_number_as_the_evaluator_says() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let arch = Arch::native().unwrap();
    let stack = compile_strict(&policy, arch).unwrap();
    // `uretprobe`, `uprobe`: never shown to filters since Linux 6.14; SIGILL here.
    let unfiltered = 335..=336;
    let expected: BTreeMap<String, (i64, i64)> = (0..1024)
        .filter(|number| !unfiltered.contains(number))
        .filter_map(|number| {
            let call = Call {
                number,
                arch: arch.audit_value(),
                instruction_pointer: 0,
                args: [u64::MAX; 6],
            };
            match evaluate_stack(&stack, &call).action {
                Action::Errno(errno) => Some((format!("call-{number}"), (-1, i64::from(errno)))),
                Action::Allow => None,
                Action::KillProcess
                | Action::KillThread
                | Action::Trap(_)
                | Action::Notify
                | Action::Trace(_)
                | Action::Log => panic!("{number}"),
            }
        })
        .collect();
    assert!(
        expected.len() > 900 && expected.len() + policy.rules(Form::Strict, arch).count() >= 1022
    );
    let numbers: Vec<_> = expected
        .keys()
        .map(|what| what.trim_start_matches("call-"))
        .collect();
    let mut plan = lab.plan(&policy, &["table", &numbers.join(",")]);
    plan.landlock = None;
    assert_eq!(answers(&plan), expected);
}

#[test]
fn an_end_of_input_at_the_barrier_is_a_failure() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    assert_eq!(
        failure(&lab.plan(&policy, &["look"]), b""),
        "wait at the barrier"
    );
}

#[test]
fn a_step_that_fails_is_named_and_nothing_runs() {
    let (lab, policy) = (Lab::new(), Policy::builtin().unwrap());
    let plan = || lab.plan(&policy, &["look"]);
    let mut absent = plan();
    absent.argv[0] = "/no/such/subject".to_owned();
    assert!(failure(&absent, b"!").starts_with("open the subject"));
    let mut broken = plan();
    broken.filters[0].truncate(20);
    assert!(failure(&broken, b"!").starts_with("read strict filter `0`"));
    let mut unreadable = plan();
    unreadable
        .landlock
        .as_mut()
        .unwrap()
        .read
        .push("/no/such/folder".to_owned());
    assert!(failure(&unreadable, b"!").contains("/no/such/folder"));
    let mut high = plan();
    high.one_shot = Some(OneShot {
        descriptor: 1000,
        nofile: 1001,
    });
    assert!(failure(&high, b"!").contains("one-shot descriptor"));
}
