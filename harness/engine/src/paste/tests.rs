//! The lines of the locked profile: every lock is on them, and what has no words stops
//! them. That they do what the engine's own launch does is shown in `tests/profile.rs`.

use evidence::profile::User;

use super::*;

fn locked() -> Profile {
    Profile::locked(User {
        uid: 65532,
        gid: 65532,
    })
    .unwrap()
}

fn target() -> Target {
    Target {
        input: PathBuf::from("/srv/the packet, \"one\""),
        output: PathBuf::from("/srv/out"),
        program: vec!["/program".to_owned(), "it's".to_owned()],
        filter: Filter::File(PathBuf::from("seccomp.json")),
    }
}

#[test]
fn the_docker_line_says_every_lock() {
    let line = docker(&locked(), &target(), "image:1").unwrap().to_string();
    insta::assert_snapshot!(line);
}

#[test]
fn the_podman_line_says_every_lock() {
    let line = |rootless| {
        podman(&locked(), &target(), "image:1", rootless)
            .unwrap()
            .to_string()
            // Only some hosts need to be told a runtime.
            .replace("podman --runtime runc run", "podman run")
    };
    insta::assert_snapshot!(line(false));
    let rootless = line(true);
    assert_eq!(
        rootless.replace("keep-id:uid=65532,gid=65532", "host"),
        line(false)
    );
    assert_ne!(rootless, line(false));
}

#[test]
fn the_bwrap_line_says_every_lock() {
    let lines = bwrap(&locked(), &target(), Path::new("/srv/root")).unwrap();
    let masked = evidence::profile::system::MASKED;
    let read_only = evidence::profile::system::READ_ONLY;
    let line = lines.start.to_string();
    for path in masked.iter().chain(&read_only) {
        let there = path.starts_with("/proc/") && Path::new(path).exists();
        assert_eq!(line.contains(path), there, "{path}");
    }
    for words in [
        "prlimit --nofile=1024:1024",
        "--core=0:0",
        "--unshare-net",
        "--unshare-pid",
        "--cap-drop ALL",
        "--clearenv",
        "--ro-bind /srv/root /",
        "--ro-bind '/srv/the packet, \"one\"' /in",
        "--bind /srv/out /out",
        r"--seccomp 10 -- /program 'it'\''s' 10<seccomp.json",
    ] {
        assert!(line.contains(words), "{words} in {line}");
    }
    assert_eq!(
        lines.prepare.to_string(),
        "mkdir -p /srv/root/in /srv/root/out /srv/root/proc /srv/root/dev"
    );
}

#[test]
fn what_a_line_has_no_words_for_is_refused_by_name() {
    let refused = |change: fn(&mut Profile)| {
        let mut profile = locked();
        change(&mut profile);
        docker(&profile, &target(), "image:1")
            .unwrap_err()
            .to_string()
    };
    assert!(refused(|it| it.privileged = true).contains("`Privileged`"));
    let stop = |it: &mut Profile| {
        let signal = evidence::profile::Setting::StopSignal("TERM".to_owned());
        it.settings.push(signal);
    };
    assert!(refused(stop).contains("`StopSignal`"));
    assert!(refused(|it| it.system_paths = false).contains("`MaskedPaths`"));
}

#[test]
fn without_a_file_the_filter_is_printed_into_the_line() {
    let target = Target {
        filter: Filter::Printed {
            harness: PathBuf::from("/opt/har ness"),
        },
        ..target()
    };
    let line = docker(&locked(), &target, "image:1").unwrap().to_string();
    assert!(
        line.contains("seccomp=<('/opt/har ness' profile --as seccomp)"),
        "{line}"
    );
    let lines = bwrap(&locked(), &target, Path::new("/r")).unwrap();
    assert_eq!(
        lines.filter.unwrap().to_string(),
        "'/opt/har ness' profile --as bpf >seccomp.bpf"
    );
    assert!(lines.start.to_string().ends_with("10<seccomp.bpf"));
}
