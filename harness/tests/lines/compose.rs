//! Services of a Compose file, by a daemon of the test's own.

use super::*;

/// Two services of an image that has no program: one as people write them, one that is
/// hardly one. The first depends on another, which cannot run.
const FILE: &str = r#"
services:
  job:
    image: tiny
    command: ["/nothing"]
    read_only: true
    volumes: ["./root:/data", "kept:/kept"]
    depends_on: [other]
  open:
    image: tiny
    entrypoint: ["/nothing"]
    network_mode: host
    pid: host
    cap_add: [SYS_PTRACE]
    security_opt: ["seccomp:unconfined"]
  other:
    image: tiny
volumes:
  kept: {}
"#;
const INSIDE: &str = r#"
mkdir root home work
: >root/empty
tar -C root -c empty | docker import - tiny >/dev/null
cp c.yml as-it-was
export HOME="$D/home"
cd work
for service in job open; do
  code=0
  "$H" audit --format json --compose ../c.yml $service >../$service.json 2>../$service.said || code=$?
  echo "$service: $code"
done
"$H" audit --compose ../c.yml job >../told || true
"$H" audit --compose ../c.yml nobody >../nobody 2>&1 || echo "nobody: $?"
docker network ls --quiet --filter label=com.docker.compose.project
docker volume ls --quiet
docker ps --all --quiet
cmp ../c.yml ../as-it-was
ls -A . ../home
"#;

/// Whether this host has one of the programs that read such a file.
fn compose() -> bool {
    ["docker", "docker-compose"].into_iter().any(|program| {
        let mut asked = Command::new(program);
        if program == "docker" {
            asked.arg("compose");
        }
        asked
            .arg("version")
            .output()
            .is_ok_and(|it| it.status.success())
    })
}

#[test]
fn a_service_is_run_with_its_own_settings_and_the_probe_and_nothing_of_it_is_left() {
    if !nix::unistd::geteuid().is_root() || !own::has("dockerd") || !compose() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("c.yml"), FILE).unwrap();
    let daemon = own::DAEMON;
    let inside = format!("ip link set lo up\nFLAGS=--iptables=false\n{daemon}\n{INSIDE}");
    std::fs::write(at("inside"), inside).unwrap();
    let start = "exec unshare --net sh -e inside";
    let done = own::run(start, env!("CARGO_BIN_EXE_harness"), folder.path());
    let text = |name: &str| std::fs::read_to_string(at(name)).unwrap_or_default();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&done.stderr).into_owned();
    // No network, volume, container, folder or file is left.
    let left = "job: 4\nopen: 4\nnobody: 3\n.:\n\n../home:\n";
    assert_eq!(
        said,
        left,
        "{wrong}{}{}",
        text("job.said"),
        text("open.said")
    );
    says(&text);
}

/// What was found of each service, and said of what was added.
fn says(text: &dyn Fn(&str) -> String) {
    let object = |name: &str| fits::object("audit", text(name).as_bytes());
    let (job, open) = (object("job.json"), object("open.json"));
    let found = words(&job);
    for act in ["unix-path", "environment", "signal", "bpf"] {
        is(&found, act, "closed");
    }
    // Its network is a bridge's.
    is(&found, "tcp-loopback", "not_seen");
    // What the service says itself holds of the probe, too.
    let found = words(&open);
    for act in ["tcp-loopback", "namespace-pid", "filters", "signal"] {
        is(&found, act, "open");
    }
    is(&found, "unix-path", "closed");
    let service = &job["added"]["services"]["job"];
    assert_eq!(service["entrypoint"][0], "/.proof-of-block-scout");
    assert_eq!(service["volumes"][0]["read_only"], true);
    assert_eq!(service["volumes"].as_array().unwrap().len(), 1);
    assert_eq!(service.as_object().unwrap().len(), 3);
    let told = text("told");
    let added = format!("added to the service, and nothing else: {}\n", job["added"]);
    assert!(told.contains(&added), "{told}");
    assert!(
        told.contains(" -f ../c.yml -f '{bundle}/config.json' run --rm --no-deps -T"),
        "{told}"
    );
    assert!(
        text("nobody").contains("its last words: "),
        "{}",
        text("nobody")
    );
}

#[test]
fn without_compose_a_service_is_blocked_and_without_its_file_unusable() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(work.path().join("c.yml"), FILE).unwrap();
    let audited = |file: &str| {
        Command::new(env!("CARGO_BIN_EXE_harness"))
            .args(["audit", "--compose", file, "job"])
            .current_dir(work.path())
            .env("PATH", work.path())
            .output()
            .unwrap()
    };
    let none = audited("c.yml");
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert_eq!(code(&none), 3, "{said}");
    assert!(said.contains("observed neither"), "{said}");
    assert!(said.contains("install docker-compose"), "{said}");
    assert_eq!(code(&audited("nosuch.yml")), 2);
}
