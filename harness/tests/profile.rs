//! The lines that `profile` prints, each run as a user would, against the engine's own
//! launch of the same profile: the probe must come to the same outcomes in both.
//!
//! A line has no airlock, so the engine launches without it here too. Engines that are
//! not on this host are named and left out; one at least must be there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use engine::choice::EngineChoice;
use engine::image::{Image, PROBE};
use engine::open::{self, Place};
use engine::{Engine, Folders, Launch, Surroundings};
use evidence::profile::{Profile, User};

use negatives::wire::{
    Act, Event, INPUT, Line, Outcome, PLAN_FILE, Plan, PlannedAttempt, VICTIM_FILE,
};
use programs::Programs;

/// What a test runner leaves open is not a user's.
const CLOSE_WHAT_WAS_INHERITED: &str = r#"for fd in /proc/self/fd/*; do
  n=${fd##*/}; if [ "$n" -gt 9 ]; then eval "exec $n>&-"; fi
done"#;

/// Every attempt's outcome, by its id.
type Outcomes = BTreeMap<String, String>;

/// Folders and a user for one run of the probe.
struct Bench {
    folder: tempfile::TempDir,
    user: User,
}

impl Bench {
    fn new() -> Self {
        let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
        let user = if uid.is_root() {
            (65532, 65532)
        } else {
            (uid.as_raw(), gid.as_raw())
        };
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
            user: User {
                uid: user.0,
                gid: user.1,
            },
        };
        fs::set_permissions(bench.folder.path(), Permissions::from_mode(0o755)).unwrap();
        for name in ["in", "outer", "outer/out", "root", "scratch"] {
            fs::create_dir(bench.at(name)).unwrap();
            bench.give(name);
        }
        fs::write(bench.at("in").join(PLAN_FILE), bench.plan()).unwrap();
        fs::write(
            bench.at("in").join(VICTIM_FILE),
            "victim: this text must not change\n",
        )
        .unwrap();
        bench.give(&format!("in/{VICTIM_FILE}"));
        bench.lay_out_the_root();
        bench
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn give(&self, name: &str) {
        if nix::unistd::geteuid().is_root() {
            chown(self.at(name), Some(self.user.uid), Some(self.user.gid)).unwrap();
        }
    }

    fn folders(&self) -> Folders {
        let nowhere = || self.at("nowhere");
        Folders {
            input: self.at("in"),
            output: self.at("outer/out"),
            outer: self.at("outer"),
            canary: nowhere(),
            decoy: nowhere(),
            database: nowhere(),
            socket: nowhere(),
        }
    }

    /// Every attempt that the probe survives and that needs no server.
    fn plan(&self) -> Vec<u8> {
        let matrix = declared::matrix().unwrap();
        let attempts = matrix.cases().iter().flat_map(|case| case.attempts());
        let attempts = attempts.filter(|it| !it.lethal).map(|it| it.planned());
        let needs_server = |it: &PlannedAttempt| match &it.act {
            Act::Call { call, .. } => call.contains("fact(pg_"),
            Act::Script { args, .. } => args.iter().any(|arg| arg.contains("fact(pg_")),
        };
        let facts = [
            ("input", "/in"),
            ("output", "/out"),
            ("canary_env", "KB_TOKEN"),
            ("host_process", "2"),
        ];
        let plan = Plan {
            nonce: "00".repeat(16),
            case: "N19".to_owned(),
            facts: facts
                .map(|(name, fact)| (name.to_owned(), fact.to_owned()))
                .into(),
            attempts: attempts.filter(|it| !needs_server(it)).collect(),
        };
        serde_json::to_vec(&plan).unwrap()
    }

    fn argv(&self) -> Vec<String> {
        vec![PROBE.to_owned(), format!("{INPUT}/{PLAN_FILE}")]
    }

    /// What comes of the probe when the engine itself launches it.
    fn by_the_engine(&self, engine: &dyn Engine) -> Outcomes {
        let profile = Profile {
            airlock: false,
            ..Profile::locked(self.user).unwrap()
        };
        let folders = self.folders();
        let mut running = engine
            .start(&Launch {
                name: "profile-test".to_owned(),
                profile: &profile,
                argv: self.argv(),
                folders: &folders,
                environment: std::collections::BTreeMap::new(),
                limit: Duration::from_secs(60),
            })
            .unwrap();
        let mut lines = Vec::new();
        while let Some(line) = running.line().unwrap() {
            lines.push(line);
        }
        let finished = running.finish().unwrap();
        outcomes(&lines, &format!("{finished:?}"))
    }

    /// As the image has it, so that the attempts find the same.
    fn lay_out_the_root(&self) {
        let programs = Programs::builtin();
        let files = [
            ("airlock", programs.airlock),
            ("checker", programs.checker),
            ("probe", programs.probe),
        ];
        for (name, bytes) in files {
            let path = self.at("root").join(name);
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o555)).unwrap();
        }
        fs::create_dir(self.at("root").join("etc")).unwrap();
    }

    /// What comes of it when a user pastes the line.
    fn by_the_line(&self, form: &str, image: &str, with_file: bool) -> Outcomes {
        let path = |name: &str| self.at(name).display().to_string();
        let mut words = vec!["profile".to_owned(), "--as".to_owned(), form.to_owned()];
        words.extend([
            "--input".to_owned(),
            path("in"),
            "--output".to_owned(),
            path("outer/out"),
        ]);
        words.extend(match form {
            "bwrap" => ["--root".to_owned(), path("root")],
            _ => ["--image".to_owned(), image.to_owned()],
        });
        if with_file {
            words.extend(["--seccomp-out".to_owned(), path("filter")]);
        }
        words.push("--".to_owned());
        words.extend(self.argv());
        let printed = Command::new(env!("CARGO_BIN_EXE_harness"))
            .args(words)
            .output()
            .unwrap();
        assert!(printed.status.success(), "{printed:?}");
        let script = String::from_utf8(printed.stdout).unwrap();
        let done = Command::new("bash")
            .current_dir(self.folder.path())
            .args(["-euc", &format!("{CLOSE_WHAT_WAS_INHERITED}\n{script}")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let text = String::from_utf8(done.stdout).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        outcomes(&lines, &format!("{script}\n{said}"))
    }
}

fn outcomes(lines: &[String], said: &str) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for line in lines {
        let line: Line =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{said}"));
        if let Event::End { id, outcome, .. } = line.event {
            outcomes.insert(id, words(&outcome));
        }
    }
    assert!(outcomes.len() > 250, "{} outcomes: {said}", outcomes.len());
    outcomes
}

/// An address differs from run to run, and so does the order of variables.
fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned(value) if *value > i64::from(u32::MAX) => "an address".to_owned(),
        Outcome::Found(what) => {
            let mut names: Vec<&str> = what.split(' ').collect();
            names.sort_unstable();
            format!("found {}", names.join(" "))
        }
        Outcome::Returned(_)
        | Outcome::Errno(_)
        | Outcome::Absent
        | Outcome::NotApplicable(_)
        | Outcome::Unready(_) => format!("{outcome:?}"),
    }
}

/// What differs, so that a failure shows nothing else.
fn differences(engine: &Outcomes, line: &Outcomes) -> Vec<String> {
    let differ = |(id, by_engine): (&String, &String)| {
        let by_line = line.get(id).cloned().unwrap_or_default();
        (by_line != *by_engine).then(|| format!("{id}: engine {by_engine}, line {by_line}"))
    };
    engine.iter().filter_map(differ).collect()
}

fn compare(choice: EngineChoice, run: &str) -> Result<(), String> {
    let bench = Bench::new();
    let scratch = bench.at("scratch");
    let place = Place {
        surroundings: &Surroundings::of_this_process(),
        run,
        scratch: Path::new(&scratch),
    };
    let engine = open::one(choice, place).map_err(|error| error.to_string())?;
    engine
        .load(&Image::build(Programs::builtin()).unwrap())
        .unwrap();
    let compared = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let by_engine = bench.by_the_engine(&*engine);
        let image = format!("proof-of-block:{run}");
        for with_file in [true, false] {
            let by_line = bench.by_the_line(&choice.to_string(), &image, with_file);
            assert_eq!(differences(&by_engine, &by_line), Vec::<String>::new());
        }
    }));
    engine.close().unwrap();
    compared.map_err(|_| format!("{choice}: the line and the engine differ"))
}

#[test]
fn a_pasted_line_does_what_the_engine_does() {
    let mut compared = 0;
    for choice in open::ALL {
        let run = format!("paste{choice}{}", std::process::id());
        match compare(choice, &run) {
            Ok(()) => compared += 1,
            Err(why) if why.contains("differ") => panic!("{why}"),
            Err(why) => eprintln!("not compared: {choice}: {why}"),
        }
    }
    assert!(compared > 0, "no engine is there to compare with");
}
