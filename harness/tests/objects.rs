//! With `--format json` every command prints exactly one object, however it ends, and the
//! object is as `output.schema.json` says. The commands that run all rows, or that take a
//! sandbox of others, are held to it where they are tested.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::path::Path;
use std::process::Command;

use bundle::forgery::Specimen;
use bundle::sample::stand_in;
use seal::key::{SecretKey, Signer};
use serde_json::Value;

#[path = "objects/fits.rs"]
mod fits;

/// A line, by whose schema its object is held, and how it ends.
type Line = (&'static str, &'static str, i32);

/// What comes of a line, in a folder with the bundle `run` and a packet.
fn said(folder: &Path, (words, command, code): Line) -> Value {
    // What stands behind `--` is another program's.
    let (ours, theirs) = match words.contains(" -- ") {
        true => ("", words),
        false => (words, ""),
    };
    let line = format!("{ours} --format json {theirs}");
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(line.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    let object = fits::object(command, &done.stdout);
    let errors = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(code), "{words}: {errors}");
    assert_eq!(object["exit"], code, "{words}: {object}");
    object
}

fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let operator = SecretKey::from_seed(&[7; 32]);
    let owner = SecretKey::from_seed(&[8; 32]);
    owner.write_new(&at("owner.pem")).unwrap();
    let (operators, owners) = (operator.public(), owner.public().to_pem().unwrap());
    operators.write_new(&at("operator.pub.pem")).unwrap();
    owner.public().write_new(&at("owner.pub.pem")).unwrap();
    let specimen = Specimen::seal_with(&stand_in::sample(), Signer::operator(operator)).unwrap();
    std::fs::rename(specimen.path(), at("run")).unwrap();
    let example = bundle::acceptance::TERMS_EXAMPLE;
    let (_, rest) = example.split_once("[[operator]]").unwrap();
    let terms =
        format!("schema = 1\n\n[owner]\npublic_key = '''\n{owners}'''\n\n[[operator]]{rest}");
    std::fs::write(at("terms.toml"), terms).unwrap();
    fixtures::write("fix7", &at("packet")).unwrap();
    folder
}

const ENDS: &[Line] = &[
    ("list", "list", 0),
    ("explain", "explain", 0),
    ("explain N19", "explain", 0),
    ("explain N1", "explain", 0),
    ("explain D1", "explain", 0),
    ("explain airlock", "explain", 0),
    ("explain moon", "explain", 2),
    ("schema verify", "schema", 0),
    ("schema moon", "schema", 2),
    ("completions bash", "completions", 0),
    ("man", "man", 0),
    ("man pages", "man", 0),
    ("man terms.toml", "man", 2),
    ("digests", "digests", 0),
    ("lint-checker", "lint-checker", 0),
    ("lint-checker --tree nowhere", "lint-checker", 2),
    ("keygen new.pem", "keygen", 0),
    ("keygen new.pem", "keygen", 2),
    ("profile", "profile", 0),
    ("profile --as seccomp", "profile", 0),
    ("profile --as bpf", "profile", 0),
    ("profile --as docker", "profile", 0),
    ("profile --input in", "profile", 2),
    ("audit --acts", "audit", 0),
    ("audit --expect nowhere -- true", "audit", 2),
    ("audit -- true", "audit", 3),
    ("verify run --public-key operator.pub.pem", "verify", 0),
    ("verify run --public-key owner.pub.pem", "verify", 1),
    ("verify run --public-key nowhere", "verify", 2),
    ("verify run --policy nowhere", "verify", 2),
    ("verify nowhere", "verify", 2),
    ("report run", "report", 0),
    ("report run --to page.html", "report", 0),
    ("report run --to -", "report", 0),
    ("report run --to run/page.html", "report", 2),
    ("show run N1", "show", 0),
    ("show run N1 1", "show", 0),
    ("show run N99", "show", 2),
    ("summary run", "summary", 0),
    ("options run", "options", 0),
    ("options run packet", "options", 1),
    ("options nowhere", "options", 2),
    ("summary packet", "summary", 1),
    ("merge run run", "merge", 1),
    ("merge run", "merge", 2),
    ("falsify run", "falsify", 2),
    ("accept run --terms terms.toml", "accept", 1),
    (
        "dispose run --honoured --disposition b0.json --owner-key owner.pem",
        "dispose",
        0,
    ),
    (
        "dispose run --honoured --disposition b0.json --owner-key owner.pem",
        "dispose",
        2,
    ),
    (
        "accept run --terms terms.toml --disposition b0.json",
        "accept",
        1,
    ),
    (
        "reseal run --reviewed all --reseal reseal.json --reviewer-key owner.pem",
        "reseal",
        0,
    ),
    (
        "reseal run --reviewed all --reseal reseal.json --reviewer-key owner.pem",
        "reseal",
        2,
    ),
    (
        "accept run --terms terms.toml --disposition b0.json --reseal reseal.json",
        "accept",
        1,
    ),
    ("release packet --public-key owner.pub.pem", "release", 2),
    ("release --key owner.pem", "release", 2),
    ("run --list N19 n20", "run", 0),
    ("run N19 --help", "run", 0),
    ("run N99", "run", 2),
    ("run --moon", "run", 2),
    ("mutants no-such-mutant", "mutants", 2),
    ("attest --engine none", "attest", 3),
    ("attest --jobs 0", "attest", 2),
    ("packet new own --id own --scope a/b", "packet", 0),
    ("packet new own --id own --scope a/b", "packet", 2),
    (
        "packet capture --authority a --key new.pem --source kb_document --locator l --revision 1 terms.toml",
        "packet",
        0,
    ),
    (
        "packet capture --authority a --key nowhere --source kb_document --locator l --revision 1 terms.toml",
        "packet",
        2,
    ),
    ("packet add own terms.toml --source prose", "packet", 0),
    ("packet add own terms.toml --source hearsay", "packet", 2),
    (
        "packet claim own --id c --statement words --evidence terms.toml",
        "packet",
        0,
    ),
    ("packet seal own", "packet", 0),
    ("packet lint own", "packet", 4),
    ("packet lint own --authorities terms.toml", "packet", 2),
    ("packet show own", "packet", 0),
    ("packet schema", "packet", 0),
    ("packet new example --example", "packet", 0),
    ("check --engine none packet", "check", 3),
    ("check nowhere", "check", 2),
    ("moon", "mistake", 2),
];

#[test]
fn every_end_is_one_object() {
    let desk = desk();
    for line in ENDS {
        said(desk.path(), *line);
    }
}

/// What asks for help is no command: its text stays text, and a mistake in it is an object.
#[test]
fn help_stays_text_and_its_mistakes_are_objects() {
    let help = |line: &str| {
        let mut asked = Command::new(env!("CARGO_BIN_EXE_harness"));
        asked.args(line.split_whitespace()).output().unwrap()
    };
    for (line, with) in [
        ("help", "help --format json"),
        ("help attest", "--format json help attest"),
        ("help attest", "help attest --format=json"),
        ("packet help new", "packet help new --format json"),
        ("attest --help", "attest --help --format json"),
        ("--version", "--version --format json"),
    ] {
        let (text, done) = (help(line), help(with));
        assert_eq!(done.status.code(), Some(0), "{with}");
        assert!(
            !text.stdout.is_empty() && !text.stdout.starts_with(b"{"),
            "{line}"
        );
        assert_eq!(done.stdout, text.stdout, "{with}");
    }
    let done = help("help moon --format json");
    assert_eq!(fits::object("mistake", &done.stdout)["exit"], 2);
    assert_eq!(done.status.code(), Some(2));
    for page in ["README.md", "ATTESTATION.md"] {
        let page = std::fs::read_to_string(Path::new("..").join(page)).unwrap();
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains("`help`, `--help` and `--version`"));
    }
}

/// Nothing to carry out is a mistake, too, whatever stands on the line.
#[test]
fn no_command_is_a_mistake() {
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["--format", "json"])
        .output()
        .unwrap();
    let object = fits::object("mistake", &done.stdout);
    assert_eq!(object["code"], "command_line");
}

/// A packet that takes minutes: a file of many bytes, none of which the disk has.
fn long(folder: &Path) {
    let data = folder.join("long/data");
    std::fs::create_dir_all(&data).unwrap();
    let file = std::fs::File::create(data.join("zeros")).unwrap();
    file.set_len(200 << 30).unwrap();
    std::fs::write(data.join("packet.json"), "{}").unwrap();
    let bag = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    std::fs::write(folder.join("long/bagit.txt"), bag).unwrap();
    let none = "0".repeat(64);
    let manifest = format!("{none}  data/zeros\n{none}  data/packet.json\n");
    std::fs::write(folder.join("long/manifest-sha256.txt"), manifest).unwrap();
}

#[test]
fn a_packet_is_given_up_when_the_line_says_so() {
    let desk = desk();
    long(desk.path());
    let line = "check long packet --engine bwrap --timeout 1";
    let object = said(desk.path(), (line, "check", 3));
    assert_eq!(object["code"], "timed_out");
    let codes = [0, 1].map(|at| object["packets"][at]["code"].clone());
    assert_eq!(codes, ["timed_out", "gaps_found"]);
}

/// The packet as a tar.gz, and a tar whose one file would lie beside it.
fn archives(desk: &Path) {
    let file = std::fs::File::create(desk.join("packet.tar.gz")).unwrap();
    let gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    archive.append_dir_all("bag", desk.join("packet")).unwrap();
    archive.into_inner().unwrap().finish().unwrap();
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..9].copy_from_slice(b"../beside");
    header.set_size(0);
    header.set_cksum();
    let mut archive = tar::Builder::new(std::fs::File::create(desk.join("out.tar")).unwrap());
    archive.append(&header, &b""[..]).unwrap();
    archive.finish().unwrap();
}

#[test]
fn an_archive_is_checked_as_its_folder_is_and_each_report_is_kept() {
    let desk = desk();
    archives(desk.path());
    let line = "check packet packet.tar.gz out.tar --engine bwrap --report-dir reports";
    let object = said(desk.path(), (line, "check", 2));
    let packets = object["packets"].as_array().unwrap();
    let codes: Vec<&Value> = packets.iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["gaps_found", "gaps_found", "unusable"]);
    assert_eq!(packets[0]["report"], packets[1]["report"]);
    let why = packets[2]["error"].as_str().unwrap();
    assert!(why.starts_with("ARCHIVE_PATH_OUTSIDE: "), "{why}");
    said(
        desk.path(),
        (
            "check packet --engine bwrap --report-dir reports",
            "check",
            4,
        ),
    );
    let reports = desk.path().join("reports");
    for name in ["packet", "packet.tar.gz", "packet-2"] {
        let kept = std::fs::read(reports.join(format!("{name}.report.json"))).unwrap();
        let kept: Value = serde_json::from_slice(&kept).unwrap();
        assert_eq!(kept, packets[0]["report"], "{name}");
    }
    assert_eq!(std::fs::read_dir(reports).unwrap().count(), 3);
    assert!(!desk.path().join("beside").exists());
}

#[test]
fn what_runs_in_sandboxes_is_one_object() {
    let desk = desk();
    let one = "check packet --engine bwrap";
    let two = "check packet packet --engine bwrap";
    for (line, packets) in [(one, 1), (two, 2)] {
        let object = said(desk.path(), (line, "check", 4));
        let list = object["packets"].as_array().unwrap();
        assert_eq!(list.len(), packets);
        assert_eq!(list[0]["code"], "gaps_found");
        assert_eq!(list[0]["report"]["exit"], 4);
    }
    let broken = "run N19 --engine bwrap --lift seccomp";
    let object = said(desk.path(), (broken, "run", 1));
    assert_eq!(object["rows"][0]["reason"], "not_refused");
    let object = said(desk.path(), ("run N19 a3 --engine bwrap", "run", 0));
    let rows = object["rows"].as_array().unwrap();
    let told = rows.iter().map(|row| (&row["id"], &row["verdict"]));
    let told: Vec<String> = told
        .map(|(id, verdict)| format!("{id} {verdict}"))
        .collect();
    assert_eq!(told, ["\"A3\" \"held\"", "\"N19\" \"held\""]);
    said(
        desk.path(),
        ("mutants network-bridge --engine bwrap", "mutants", 0),
    );
    said(desk.path(), ("options", "options", 0));
    said(desk.path(), ("doctor --engine bwrap", "doctor", 0));
}
