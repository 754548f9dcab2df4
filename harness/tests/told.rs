//! What people read beside answers: hostile names begin no line, and whatever is not done is
//! told with what to do.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

fn line(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command.current_dir(folder).args(words);
    command
}

fn harness(folder: &Path, words: &[&str]) -> Output {
    line(folder, words).output().unwrap()
}

/// Both streams, line by line.
fn lines(done: &Output) -> Vec<String> {
    let both = [&done.stdout[..], &done.stderr].concat();
    let text = String::from_utf8(both).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn said(done: &Output) -> String {
    lines(done).join("\n")
}

/// A line that a hostile name would like to be read, and what begins it here.
const FORGED: &str = "outcome  no_gap_observed (exit 5)";

fn forges_nothing(done: &Output, what: &str) {
    for line in lines(done) {
        assert!(!line.starts_with("outcome  no_gap"), "{what}: {line}");
        assert!(!line.starts_with("== real"), "{what}: {line}");
        assert!(!line.contains('\u{1b}'), "{what}: {line}");
    }
}

/// The reference packet of the example, whose folder is `packet`.
fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = harness(folder.path(), &["packet", "new", ".", "--example"]);
    assert!(made.status.success(), "{}", said(&made));
    folder
}

/// A tar of one link, whose name has lines.
fn forger(folder: &Path) {
    let name = format!("rel/x\n\n== real\n{FORGED}\n");
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_link_name("x").unwrap();
    header.set_size(0);
    header.set_cksum();
    let mut archive = tar::Builder::new(fs::File::create(folder.join("forge.tar")).unwrap());
    archive.append(&header, &b""[..]).unwrap();
    archive.finish().unwrap();
}

#[test]
fn no_name_in_an_archive_begins_a_line_of_an_answer_or_of_its_record() {
    let desk = desk();
    forger(desk.path());
    let check = ["check", "--engine", "bwrap", "--record", "R", "forge.tar"];
    let done = harness(desk.path(), &check);
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
    forges_nothing(&done, "check");
    let error = String::from_utf8(done.stderr).unwrap();
    assert!(
        error.contains("error: forge.tar: ARCHIVE_LINK: "),
        "{error}"
    );
    assert!(
        error.contains("hint: pack what the link leads to"),
        "{error}"
    );
    let record = fs::read_dir(desk.path().join("R")).unwrap().next();
    let record = record.unwrap().unwrap().path();
    let record = record.to_str().unwrap();
    let verified = harness(desk.path(), &["verify", record]);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    forges_nothing(&verified, "verify");
    assert!(said(&verified).contains("this is the record of a check, signed with a development"));
}

/// The words of who signed are those of a check, whatever key was given.
#[test]
fn a_record_of_a_check_is_told_as_no_attestation() {
    let desk = desk();
    harness(desk.path(), &["keygen", "key.pem"]);
    let check = [
        "check", "--engine", "bwrap", "--record", "R", "--key", "key.pem", "packet",
    ];
    let done = harness(desk.path(), &check);
    assert_eq!(done.status.code(), Some(4), "{}", said(&done));
    let record = fs::read_dir(desk.path().join("R")).unwrap().next();
    let record = record.unwrap().unwrap().path();
    let record = record.to_str().unwrap();
    for (key, words) in [
        (
            &["--public-key", "key.pub.pem"][..],
            "signed with the key that you gave",
        ),
        (&[], "whose signer is not known"),
    ] {
        let verified = harness(desk.path(), &[&["verify", record], key].concat());
        let verified = said(&verified);
        assert!(
            verified.contains(&format!("this is the record of a check, {words}")),
            "{verified}"
        );
        assert!(
            !verified.contains("an operator's attestation"),
            "{verified}"
        );
    }
}

#[test]
fn no_text_of_a_packet_or_name_of_a_file_begins_a_line_of_packet() {
    let desk = desk();
    let path = desk.path().join("packet/data/packet.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut packet: Value = serde_json::from_str(&text).unwrap();
    packet["items"][0]["path"] = format!("data/x\n{FORGED}").into();
    packet["claims"][0]["statement"] = format!("x\u{1b}[2J\n{FORGED}").into();
    packet["claims"][0]["values"] = serde_json::json!([
        { "item": "x", "pointer": format!("/x\n{FORGED}"), "value": 1 }
    ]);
    fs::write(&path, packet.to_string()).unwrap();
    let shown = harness(desk.path(), &["packet", "show", "packet"]);
    assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
    forges_nothing(&shown, "show");
    assert!(said(&shown).contains(&format!("\u{240a}{FORGED}")));
    let name = format!("new\n{FORGED}");
    let made = harness(
        desk.path(),
        &["packet", "new", &name, "--id", "x", "--scope", "x"],
    );
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    forges_nothing(&made, "new");
    let file = format!("a\u{1b}[2J\n{FORGED}");
    fs::write(desk.path().join(&file), "x").unwrap();
    let add = [
        "packet", "add", &name, &file, "--source", "prose", "--id", "x",
    ];
    forges_nothing(&harness(desk.path(), &add), "add");
}

/// A packet that takes minutes: a file of many bytes, none of which the disk has.
fn long(folder: &Path) {
    let data = folder.join("long/data");
    fs::create_dir_all(&data).unwrap();
    let file = fs::File::create(data.join("zeros")).unwrap();
    file.set_len(200 << 30).unwrap();
    fs::write(data.join("packet.json"), "{}").unwrap();
    let bag = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    fs::write(folder.join("long/bagit.txt"), bag).unwrap();
    let none = "0".repeat(64);
    let manifest = format!("{none}  data/zeros\n{none}  data/packet.json\n");
    fs::write(folder.join("long/manifest-sha256.txt"), manifest).unwrap();
}

#[test]
fn an_interrupted_check_says_what_it_answered_before() {
    let desk = desk();
    long(desk.path());
    let words = [
        "--format", "json", "check", "packet", "long", "--engine", "bwrap",
    ];
    let words = [&words[..], &["--report-dir", "reports", "--jobs", "1"]].concat();
    let run = line(desk.path(), &words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let run = run.unwrap();
    let report = desk.path().join("reports/packet.report.json");
    let began = Instant::now();
    while !report.exists() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "no report was written"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    kill(Pid::from_raw(run.id().cast_signed()), Signal::SIGINT).unwrap();
    let done = run.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(130), "{}", said(&done));
    let error = String::from_utf8(done.stderr).unwrap();
    let words = "interrupted: 1 of 2 packets had an answer before, whose reports are in `reports`";
    assert!(error.contains(words), "{error}");
    let object: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(object["packets"].as_array().unwrap().len(), 1);
    assert_eq!(object["packets"][0]["code"], "gaps_found");
}

/// A tar.gz of a few MiB that is 7 GiB of zero bytes when unpacked: gzip takes members one
/// behind another.
fn bomb(folder: &Path) {
    let script = "truncate -s 7G z && tar --format=ustar -cf - z | head -c 512 | gzip -1 > b.tar.gz
        head -c 64M /dev/zero | gzip -1 > m
        for i in $(seq 112); do cat m; done >> b.tar.gz
        head -c 1024 /dev/zero | gzip -1 >> b.tar.gz
        rm z m";
    let made = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .status();
    assert!(made.unwrap().success());
}

#[test]
fn the_time_of_a_packet_is_that_of_its_unpacking_too() {
    let desk = desk();
    bomb(desk.path());
    let began = Instant::now();
    let words = [
        "--format",
        "json",
        "check",
        "b.tar.gz",
        "--engine",
        "bwrap",
        "--timeout",
        "1",
    ];
    let done = harness(desk.path(), &words);
    let object: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(object["code"], "timed_out", "{object}");
    let error = object["packets"][0]["error"].as_str().unwrap();
    assert!(
        error.contains("given up after the 1 s of --timeout"),
        "{error}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

/// Every way of writing: people's and programs'.
#[test]
fn a_full_disk_is_no_fault_of_this_program() {
    let desk = desk();
    for words in [
        &["packet", "show", "packet"][..],
        &["--format", "json", "packet", "show", "packet"],
        &["explain", "bag"],
    ] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let done = line(desk.path(), words).stdout(full).output().unwrap();
        let error = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{words:?}: {error}");
        assert!(
            error.contains("failed to write to standard output"),
            "{error}"
        );
    }
}

/// Root of a container may often not mount: then the packet is not reached, and which folder
/// is in the way is said before it is looked for.
#[test]
fn root_who_may_not_mount_is_told_which_folder_is_closed() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let desk = desk();
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(desk.path(), closed).unwrap();
    let done = Command::new("setpriv")
        .args([
            "--bounding-set",
            "-sys_admin",
            env!("CARGO_BIN_EXE_harness"),
        ])
        .args(["check", "--engine", "bwrap", "packet"])
        .current_dir(desk.path())
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    let words = format!(
        "observed `{}` closed to it: give a copy",
        desk.path().display()
    );
    assert!(said(&done).contains(&words), "{}", said(&done));
}

/// On an engine whose interface is not text. Archives of old disks have such names.
#[test]
fn a_packet_whose_path_is_no_text_is_checked_like_any_other() {
    use std::os::unix::ffi::OsStrExt as _;
    let desk = desk();
    let odd = desk.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::rename(desk.path().join("packet"), &odd).unwrap();
    let mut line = line(desk.path(), &["check", "--engine", "bwrap"]);
    let done = line.arg(&odd).output().unwrap();
    assert_eq!(done.status.code(), Some(4), "{}", said(&done));
}

/// Whatever is given for a file, a command ends at once with one line.
#[test]
fn what_is_no_file_for_an_option_is_told_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    nix::unistd::mkfifo(&at("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    fs::File::create(at("huge"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    fs::create_dir(at("folder")).unwrap();
    for file in ["fifo", "socket", "huge", "folder", "/dev/zero"] {
        for line in [
            "run --matrix FILE N19",
            "audit --expect FILE -- true",
            "audit --unit FILE",
            "audit --lines FILE",
            "audit --compose FILE service",
            "packet lint . --authorities FILE",
            "check . --authorities FILE",
            "keygen FILE",
            "verify . --public-key FILE",
            "verify --each . --inventory FILE",
            "accept . --terms FILE",
        ] {
            let line = line.replace("FILE", file);
            let done = Command::new("timeout")
                .args(["20", env!("CARGO_BIN_EXE_harness")])
                .args(line.split(' '))
                .current_dir(folder.path())
                .output()
                .unwrap();
            let said = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(2), "{line}: {said}");
            assert_eq!(said.matches("error: ").count(), 1, "{line}: {said}");
        }
    }
    drop(socket);
}
