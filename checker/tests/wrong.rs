//! Each wrong checker says something else than the sound one where its fault is, and the
//! same everywhere else.
//!
//! An answer is what the checker announces, reports, opens and leaves in its output.
//! `data/wrong-checkers.json` has, for each fault, where it is seen and the parts of the
//! answer that are then others. What only the kernel or another launch sees is not
//! tested here: the rows that watch the calls show it.
#![cfg(feature = "wrong")]
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use assert_cmd::Command;
use checker::self_check::{Facts, Reading};
use checker::{Announcement, Settings, wrong};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use serde::Deserialize;
use serde_json::{Value, json};

const TABLE: &str = include_str!("data/wrong-checkers.json");
/// What only the kernel or another launch sees.
const UNSEEN: [&str; 3] = ["not-synced", "folder-time-stamped", "half-report-published"];

/// A fault, where it is seen, and the parts of the answer that are others for it.
#[derive(Debug, Deserialize)]
struct Row {
    fault: String,
    packet: String,
    /// What is wrong around it: an invariant, or something in the way of the report.
    #[serde(default)]
    around: String,
    differs: BTreeSet<String>,
    /// A packet on which the fault makes no difference.
    same: Option<String>,
    /// The items of the self-audits that would see the fault if they did not share it.
    audit: Option<String>,
}

/// One fault at a time: a process has no other.
static SELECTED: Mutex<()> = Mutex::new(());

fn table() -> Vec<Row> {
    serde_json::from_str(TABLE).expect("rows")
}

const STATUS: &str = "Uid:\t65532\t65532\t65532\t65532\nGid:\t65532\t65532\t65532\t65532\nGroups:\t \nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";

/// The facts of a sandbox without one invariant, of which each has its own edit.
fn facts(settings: &Settings, around: &str) -> Facts {
    let (input, output) = (settings.input.display(), settings.output.display());
    let mut mounts = format!(
        "1 0 0:1 / / ro - tmpfs tmpfs ro\n2 1 0:2 / {input} ro - tmpfs x ro\n3 1 0:3 / {output} rw - tmpfs x rw\n"
    );
    let mut status = STATUS.to_owned();
    let mut net_dev = "head\nhead\n lo: 0 0\n".to_owned();
    let mut route = "Iface\tDestination\n".to_owned();
    let mut environment = Vec::new();
    let mut edit = |from: &str, to: &str| status = status.replace(from, to);
    match around {
        "data_mounts" => {
            mounts = mounts
                .replace(&format!("{input} ro"), &format!("{input} rw"))
                .replace("x ro", "x rw")
        }
        "mount_table" => mounts += "4 1 0:4 / /home rw - ext4 x rw\n",
        "root_read_only" => mounts += "4 1 0:1 / / ro - tmpfs tmpfs ro\n",
        "network_interfaces" => net_dev += " eth0: 1 1\n",
        "routes" => route += "eth0\t00000000\n",
        "environment" => environment.push("TOKEN".to_owned()),
        "seccomp_mode" => edit("Seccomp:\t2", "Seccomp:\t0"),
        "seccomp_filters" => edit("filters:\t3", "filters:\t1"),
        "no_new_privs" => edit("Privs:\t1", "Privs:\t0"),
        "capabilities" => edit("CapAmb:\t00", "CapAmb:\t01"),
        "user" => edit("65532", "0"),
        _ => {}
    }
    Facts {
        status: Reading::Text(status),
        mountinfo: Reading::Text(mounts),
        net_dev: Reading::Text(net_dev),
        route: Reading::Text(route),
        ipv6_route: Reading::Absent,
        environment,
    }
}

/// Everything the checker says and does, as far as this process can see it.
fn answer(packet: &str, around: &str) -> Value {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let settings = Settings {
        order: checker::Order::parse(&fixtures::order()).expect("an order"),
        ..Settings::of(dir.path().join("in"), dir.path().join("out"))
    };
    let (input, output) = (&settings.input, &settings.output);
    fixtures::write(packet, input).expect("a packet");
    put_in_the_way(output, around);
    let facts = facts(&settings, around);
    let (opens, changes) = (Watch::of(input), Watch::of(output));
    let said = checker::run(&settings, &facts);
    let (opens, changes) = (opens.seen(AddWatchFlags::IN_OPEN), changes.seen(CHANGES));
    let report = fs::read(output.join("report.json")).unwrap_or_default();
    json!({
        "code": said.code(),
        "announced": announced(&said, &settings),
        "report": serde_json::from_slice(&report).unwrap_or(Value::Null),
        "earlier": report == b"earlier",
        "opens": opens,
        "output": changes,
    })
}

fn put_in_the_way(output: &Path, around: &str) {
    let folder = |name: &str| fs::create_dir(output.join(name)).expect("a folder");
    fs::create_dir(output).expect("a folder");
    if around.contains("earlier report") {
        fs::write(output.join("report.json"), "earlier").expect("written");
    }
    if around.contains("partial in the way") {
        folder(".report.json.partial");
    }
    if around.contains("report in the way") {
        folder("report.json");
    }
}

/// The announcement, with fixed folders. Of digest and length it has whether they are the
/// report's: what they are follows from the report.
fn announced(said: &Announcement, settings: &Settings) -> Value {
    let mut value = serde_json::to_value(said).expect("JSON");
    if let Some(file) = &said.report {
        let bytes = fs::read(settings.output.join(&file.path)).unwrap_or_default();
        let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        value["report"]["sha256"] = json!(file.sha256 == hex);
        value["report"]["bytes"] = json!(file.bytes == bytes.len() as u64);
    }
    let text = value.to_string();
    let text = text.replace(&*settings.input.to_string_lossy(), "/in");
    let text = text.replace(&*settings.output.to_string_lossy(), "/out");
    serde_json::from_str(&text).expect("JSON")
}

const CHANGES: AddWatchFlags = AddWatchFlags::IN_CREATE
    .union(AddWatchFlags::IN_DELETE)
    .union(AddWatchFlags::IN_MOVE);

/// What happens beneath a folder (inotify(7)).
struct Watch(Inotify);

impl Watch {
    fn of(folder: &Path) -> Self {
        let flags = InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC;
        let watch = Self(Inotify::init(flags).expect("inotify"));
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            // With the closing between, two openings in a row are two events.
            let flags = CHANGES | AddWatchFlags::IN_OPEN | AddWatchFlags::IN_CLOSE;
            watch.0.add_watch(&folder, flags).expect("a watch");
            let entries = fs::read_dir(&folder).expect("a folder");
            let entries = entries.map(|entry| entry.expect("an entry").path());
            folders.extend(entries.filter(|path| path.is_dir()));
        }
        watch
    }

    /// The names, each with what became of it, sorted; a folder that is listed is left out.
    fn seen(&self, wanted: AddWatchFlags) -> Vec<String> {
        let mut seen = Vec::new();
        while let Ok(events) = self.0.read_events() {
            for event in events {
                let name = event
                    .name
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let what = event.mask & wanted;
                if !what.is_empty() && !event.mask.contains(AddWatchFlags::IN_ISDIR) {
                    seen.push(format!("{what:?} {name}"));
                }
            }
        }
        seen.sort();
        seen
    }
}

/// The parts of two answers that are not the same, to the third name, without indices.
fn differs(a: &Value, b: &Value, at: &str, depth: usize, parts: &mut BTreeSet<String>) {
    match (a, b) {
        _ if a == b => {}
        (Value::Object(one), Value::Object(other)) if depth < 3 => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let of = |map: &serde_json::Map<String, Value>| {
                    map.get(name).cloned().unwrap_or_default()
                };
                differs(
                    &of(one),
                    &of(other),
                    &format!("{at}/{name}"),
                    depth + 1,
                    parts,
                );
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() && depth < 3 => {
            one.iter()
                .zip(other)
                .for_each(|(a, b)| differs(a, b, at, depth, parts));
        }
        _ => _ = parts.insert(at.to_owned()),
    }
}

#[test]
fn every_fault_is_seen_where_it_is_and_nowhere_else() {
    let _one = SELECTED.lock().unwrap_or_else(PoisonError::into_inner);
    let table = table();
    let of = |row: &Row| {
        (
            answer(&row.packet, &row.around),
            row.same.as_ref().map(|it| answer(it, "")),
        )
    };
    wrong::none();
    let sound: Vec<_> = table.iter().map(of).collect();
    let mut wrong = Vec::new();
    for (row, sound) in table.iter().zip(&sound) {
        assert!(!row.differs.is_empty(), "{}", row.fault);
        wrong::select(&row.fault).expect("a fault");
        let observed = of(row);
        let mut parts = BTreeSet::new();
        differs(&sound.0, &observed.0, "", 0, &mut parts);
        if parts != row.differs || sound.1 != observed.1 {
            wrong.push(format!("{}: {}", row.fault, json!(parts)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_fault_that_the_self_audits_share_is_one_that_an_item_sees() {
    let _one = SELECTED.lock().unwrap_or_else(PoisonError::into_inner);
    let table = table();
    let shared: BTreeSet<&str> = wrong::not_seen().collect();
    let rows = table.iter().filter(|row| row.audit.is_some());
    let named: BTreeSet<&str> = rows.map(|row| row.fault.as_str()).collect();
    assert_eq!(named, shared);
    let mut wrong = Vec::new();
    for row in &table {
        let Some(item) = &row.audit else { continue };
        wrong::select(&row.fault).expect("a fault");
        wrong::see(true);
        let seen = answer(&row.packet, &row.around);
        wrong::see(false);
        let expected = format!("expected the self-audit to hold, observed {item} broken");
        let said = &seen["announced"]["reason"];
        if *said != expected || seen["code"] != 70 {
            wrong.push(format!("{}: expected {item}, observed {said}", row.fault));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_fault_has_a_row_or_is_seen_elsewhere() {
    let table = table();
    let rows = table.iter().map(|row| row.fault.as_str());
    let all: Vec<&str> = rows.chain(UNSEEN).collect();
    let names: BTreeSet<&str> = wrong::names().collect();
    assert_eq!(all.iter().copied().collect::<BTreeSet<_>>(), names);
    assert_eq!(all.len(), names.len(), "a fault twice");
    assert!(names.len() >= 45, "{}", names.len());
}

#[test]
fn the_program_takes_one_fault_and_names_them_all() {
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("checker").expect("the program was built");
        command.args(arguments).output().expect("the program runs")
    };
    assert_eq!(run(&["--wrong", "exit-zero"]).status.code(), Some(0));
    assert_eq!(run(&["--wrong", "clock-stamped"]).status.code(), Some(3));
    for arguments in [&["--wrong", "no-such-fault"][..], &["--wrong"]] {
        let unknown = run(arguments);
        assert_eq!(unknown.status.code(), Some(2));
        let said = String::from_utf8(unknown.stderr).expect("text");
        assert!(wrong::names().all(|name| said.contains(name)));
        // By these words the denylist knows a program that must not be attested.
        assert!(said.contains("wrong on purpose"));
    }
}
