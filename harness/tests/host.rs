//! What the program says of this host: `doctor`, `options`, and a refusal to do without
//! a sandbox.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

#[path = "objects/fits.rs"]
mod fits;

fn harness(words: &[&str]) -> std::process::Output {
    let mut command = Command::cargo_bin("harness").unwrap();
    command.args(words).output().unwrap()
}

fn json(words: &[&str]) -> (Option<i32>, Value) {
    let done = harness(words);
    (done.status.code(), fits::object(words[0], &done.stdout))
}

#[test]
fn without_a_sandbox_everything_is_blocked_before_a_packet_is_looked_for() {
    // A packet that is not there would be a usage error, if it were looked for.
    for words in [
        &["check", "/no/such/packet"][..],
        &["run", "N19"],
        &["attest"],
    ] {
        let done = harness(&[words, &["--engine", "none"]].concat());
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(3), "{words:?}: {said}");
        assert!(
            said.contains("BLOCKED") && said.contains("options A and F"),
            "{said}"
        );
        assert!(done.stdout.is_empty(), "{words:?}");
    }
    assert_eq!(
        harness(&["check", "/no/such/packet"]).status.code(),
        Some(2)
    );
}

/// Since which release of Linux the calls of x86-64 that no filter is shown are so, as
/// its own sources have it (`seccomp_uprobe_exception`, kernel/seccomp.c). The program
/// does not know this table: it asks.
#[test]
fn what_the_kernel_shows_to_no_filter_is_found_by_asking_it() {
    let known: &[(u64, u64, &str)] = if cfg!(target_arch = "x86_64") {
        &[
            (6, 14, "335 uretprobe (killed SIGILL)"),
            (6, 18, "336 uprobe (ENXIO)"),
        ]
    } else {
        &[]
    };
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    let mut number = || numbers.next().unwrap().parse::<u64>().unwrap();
    let running = (number(), number());
    let (_, said) = json(&["doctor", "--format", "json", "--engine", "none"]);
    let mut findings = said["findings"].as_array().unwrap().iter();
    let finding = findings.find(|it| it["what"] == "calls filtered").unwrap();
    let observed = finding["observed"].as_str().unwrap();
    let calls: Vec<&str> = known
        .iter()
        .filter(|(major, minor, _)| running >= (*major, *minor))
        .map(|(_, _, call)| *call)
        .collect();
    let whole = "this kernel shows to filters the whole table of calls";
    let expected = if calls.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole} but for {}", calls.join(", "))
    };
    assert_eq!(observed, expected, "{release}");
}

/// A host without a route, as a container of its own network is: what shares its network
/// has nothing to be kept from, and the rows that show it say so. Only root makes one.
#[test]
fn a_host_without_a_network_is_told_so_and_what_mends_it_does() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let harness = assert_cmd::cargo::cargo_bin("harness");
    let alone = |script: &str| {
        let script = format!("ip link set lo up && {script}");
        let mut command = Command::new("unshare");
        let command = command.args(["--net", "sh", "-ec", &script]);
        command.env("HARNESS", &harness).output().unwrap()
    };
    let doctor = alone("exec \"$HARNESS\" doctor --engine bwrap --format json");
    let said = fits::object("doctor", &doctor.stdout);
    let mut findings = said["findings"].as_array().unwrap().iter();
    let finding = findings.find(|it| it["what"] == "network").unwrap();
    assert_eq!(finding["state"], "limited", "{finding}");
    let mend = finding["mend"].as_str().unwrap().replace("sudo ", "");

    let run = "exec \"$HARNESS\" run --engine bwrap --exact N12 N24 --format json";
    let without = alone(run);
    let said = fits::object("run", &without.stdout);
    assert_eq!(without.status.code(), Some(4), "{said}");
    for row in said["rows"].as_array().unwrap() {
        assert_eq!(row["verdict"], "inconclusive", "{row}");
    }
    let mended = alone(&format!("{mend} && {run}"));
    let said = fits::object("run", &mended.stdout);
    assert_eq!(mended.status.code(), Some(0), "{said}");
}

#[test]
fn doctor_ends_as_its_report_says() {
    for engine in ["auto", "docker", "podman", "bwrap", "firejail", "none"] {
        let (code, said) = json(&["doctor", "--format", "json", "--engine", engine]);
        let usable = said["usable"].as_bool().unwrap();
        assert_eq!(code, Some(if usable { 0 } else { 3 }), "{engine}");
        assert_eq!(usable, said["engine"].is_string(), "{engine}");
        assert!(engine != "none" || !usable);
        for finding in said["findings"].as_array().unwrap() {
            let told = (finding["state"].as_str(), finding["word"].as_str());
            let pairs = [("fine", "fine"), ("limited", "less"), ("missing", "no")];
            let pairs = pairs.map(|(state, word)| (Some(state), Some(word)));
            assert!(pairs.contains(&told), "{finding}");
            let complaint = finding["state"] != "fine";
            for field in ["costs", "mend"] {
                let words = finding[field].as_str().unwrap();
                assert_eq!(complaint, !words.is_empty(), "{finding}");
            }
        }
    }
}

/// The words of the page are those of the terminal and of the object, in this order.
#[test]
fn doctor_tells_people_and_programs_the_same_words() {
    let page = include_str!("../../README.md");
    assert!(page.contains("each finding is\n  `fine`, `less` or `no`"));
    let (_, said) = json(&["doctor", "--format", "json", "--engine", "none"]);
    let told = String::from_utf8(harness(&["doctor", "--engine", "none"]).stdout).unwrap();
    let mut lines = told.lines().filter(|it| !it.starts_with(' '));
    for finding in said["findings"].as_array().unwrap() {
        let word = finding["word"].as_str().unwrap();
        assert!(["fine", "less", "no"].contains(&word), "{finding}");
        for word in [word, finding["what"].as_str().unwrap()] {
            assert_eq!(harness(&["explain", word]).status.code(), Some(0), "{word}");
        }
        let begins = format!("{word:<4} {}", finding["what"].as_str().unwrap());
        let line = lines.next().unwrap();
        assert!(line.starts_with(&begins), "{line}: {finding}");
    }
}

#[test]
fn where_no_engine_is_there_doctor_says_why_of_each() {
    let mut command = Command::cargo_bin("harness").unwrap();
    let nowhere = Path::new("/no/such/folder");
    let done = command
        .args(["doctor", "--format", "json"])
        .env("DOCKER_HOST", "unix:///no/such/socket")
        .env("CONTAINER_HOST", "unix:///no/such/socket")
        .env("PATH", nowhere)
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(3), "{said}");
    for engine in ["docker", "podman", "bwrap", "firejail"] {
        let mut findings = said["findings"].as_array().unwrap().iter();
        let finding = findings.find(|it| it["what"] == engine).unwrap();
        assert_eq!(finding["state"], "missing", "{finding}");
        assert!(
            finding["costs"]
                .as_str()
                .unwrap()
                .contains("nothing can be attested")
        );
    }
}

/// Or each would start the next, without end.
#[test]
fn a_helper_of_a_run_starts_no_run() {
    let mut command = Command::cargo_bin("harness").unwrap();
    let out = tempfile::tempdir().unwrap();
    let done = command
        .env("PROOF_OF_BLOCK_HELPER", "1")
        .args(["attest", "--engine", "bwrap", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(
        said.contains("is a run's helper, and starts a run"),
        "{said}"
    );
}

#[test]
fn the_options_answer_what_doctor_found() {
    let (code, said) = json(&["options", "--format", "json"]);
    assert_eq!(code, Some(0));
    let options = said["options"].as_array().unwrap();
    let letters: String = options
        .iter()
        .filter_map(|it| it["option"].as_str())
        .collect();
    assert_eq!(letters, "ABCDEF");
    let here =
        |letter: &str| options.iter().find(|it| it["option"] == letter).unwrap()["here"].clone();
    assert_eq!([here("A"), here("F")], [false, false]);
    let usable = |engine: &str| {
        let (_, said) = json(&["doctor", "--format", "json", "--engine", engine]);
        said["usable"].as_bool().unwrap()
    };
    assert_eq!(here("B"), usable("docker") || usable("podman"));
    assert_eq!(here("C"), usable("bwrap") || usable("firejail"));
}

/// As root any engine's daemon is the caller's own; an ordinary user's own engine comes
/// before one of root's.
#[test]
fn for_an_ordinary_user_podman_is_tried_before_docker() {
    use std::os::unix::process::CommandExt;
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let copy = folder.path().join("harness");
    std::fs::copy(env!("CARGO_BIN_EXE_harness"), &copy).unwrap();
    for (user, expected) in [
        (0, ["docker", "podman", "bwrap", "firejail"]),
        (65534, ["podman", "docker", "bwrap", "firejail"]),
    ] {
        let mut doctor = std::process::Command::new(&copy);
        doctor
            .args(["doctor", "--engine", "none", "--format", "json"])
            .current_dir("/tmp")
            .uid(user)
            .gid(user);
        let said: Value = serde_json::from_slice(&doctor.output().unwrap().stdout).unwrap();
        let findings = said["findings"].as_array().unwrap();
        let engines: Vec<&str> = findings[..4]
            .iter()
            .filter_map(|it| it["what"].as_str())
            .collect();
        assert_eq!(engines, expected, "user {user}");
    }
}

/// What `auto` takes is said with the reason, by a run and by `options`.
#[test]
fn auto_says_why_it_takes_an_engine() {
    let (code, said) = json(&["options", "--format", "json"]);
    assert_eq!(code, Some(0));
    let usable = said.to_string().contains("usable: ");
    let why = if nix::unistd::geteuid().is_root() {
        "as root, `auto` takes the first of docker, podman, bwrap and firejail"
    } else {
        "as an ordinary user, `auto` takes the first of podman, docker, bwrap and firejail"
    };
    assert_eq!(said.to_string().contains(why), usable, "{said}");
    if usable {
        let done = harness(&["run", "A3"]);
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains("engine: ") && said.contains(why), "{said}");
    }
}

/// What a shell's script says, with the program as `harness` in its folder, which every user
/// may enter; nothing where this is no root.
fn script(text: &str) -> Option<std::process::Output> {
    use std::os::unix::fs::PermissionsExt as _;
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_harness"), folder.path().join("harness")).unwrap();
    let mut shell = Command::new("bash");
    shell.args(["-c", text]).current_dir(folder.path());
    Some(shell.output().unwrap())
}

/// As an ordinary user, in a user namespace whose limit is set, which holds beneath it alone.
const LIMITED: &str = "setpriv --reuid 65533 --regid 65533 --clear-groups \
    unshare --user --map-current-user --keep-caps sh -c \
    'echo 0 >/proc/sys/user/max_user_namespaces && \
     exec setpriv --ambient-caps -all --inh-caps -all ./harness WORDS --engine bwrap'";

#[test]
fn a_host_without_room_for_user_namespaces_is_told_with_what_mends_it() {
    let Some(done) = script(&LIMITED.replace("WORDS", "doctor")) else {
        return;
    };
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(3), "{said}");
    for part in [
        "less user namespaces   user.max_user_namespaces is 0\n",
        "mend:  sudo sysctl -w user.max_user_namespaces=15000\n",
        "BLOCKED",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let done = script(&LIMITED.replace("WORDS", "run A1")).unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(3), "{said}");
    let hint = said.split_once("hint: ").unwrap().1;
    assert!(hint.contains("user.max_user_namespaces"), "{said}");
}

/// Root of a user namespace that has no other user cannot become one.
#[test]
fn root_of_a_user_namespace_without_other_users_is_told_so() {
    for words in ["doctor", "run A1"] {
        let line = format!("unshare --user --map-root-user ./harness {words} --engine bwrap");
        let Some(done) = script(&line) else {
            return;
        };
        let said = [&*done.stdout, &*done.stderr]
            .map(String::from_utf8_lossy)
            .concat();
        assert_eq!(done.status.code(), Some(3), "{said}");
        assert!(said.contains("`cat /proc/self/uid_map`"), "{said}");
        assert!(!said.contains("apt-get install bubblewrap"), "{said}");
    }
}

/// What the kernel lists where securityfs is mounted, as root may in a mount namespace.
#[test]
fn the_security_modules_of_this_kernel_are_named() {
    const OWN: &str = "unshare --mount sh -c 'mount -t securityfs none /sys/kernel/security; \
        cat /sys/kernel/security/lsm >modules; ./harness doctor --engine bwrap; cat modules'";
    let Some(done) = script(OWN) else {
        return;
    };
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let modules = said.lines().last().unwrap().replace(',', ", ");
    let told = said.lines().find(|it| it.contains("security modules"));
    let told = told
        .and_then(|it| it.split_once("security modules"))
        .unwrap()
        .1;
    // A kernel without securityfs has none to list.
    let expected = match modules.contains("capability") {
        true => modules.as_str(),
        false => "not known",
    };
    assert!(told.trim().starts_with(expected), "{said}");
}
