//! A packet of one's own, by the README's words alone; and what is refused by name when
//! somebody changes it.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const README: &str = include_str!("../../README.md");

/// The code of a language in the README's section on packets.
fn block(language: &str) -> &'static str {
    let (_, section) = README.split_once("## A packet of your own\n").unwrap();
    let (_, code) = section.split_once(&format!("```{language}\n")).unwrap();
    code.split_once("```").unwrap().0
}

fn shell(folder: &Path, script: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_harness"));
    let path = std::env::var_os("PATH").unwrap();
    let programs = std::iter::once(program.parent().unwrap().to_owned());
    let path = std::env::join_paths(programs.chain(std::env::split_paths(&path))).unwrap();
    Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap()
}

/// What the README's commands make, up to the last, which needs a sandbox.
fn made() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("images.json"),
        r#"[{"name":"shop","tag":"7"}]"#,
    )
    .unwrap();
    fs::write(folder.path().join("authorities.toml"), block("toml")).unwrap();
    let (making, check) = block("sh").trim_end().rsplit_once('\n').unwrap();
    assert_eq!(
        check,
        "harness check --authorities authorities.toml release"
    );
    let done = shell(folder.path(), &format!("set -e\n{making}"));
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    folder
}

/// What the checker's rules say of the packet, and how that ends.
fn lint(folder: &Path) -> (Value, Option<i32>) {
    let line = "harness --format json packet lint release --authorities authorities.toml";
    let done = shell(folder, line);
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    (said["report"].clone(), done.status.code())
}

#[test]
fn the_readmes_commands_make_a_packet_without_a_gap() {
    let folder = made();
    let (report, code) = lint(folder.path());
    assert_eq!(code, Some(5), "{report:#}");
    assert_eq!(report["items"][0]["evidence_class"], "native");
    assert_eq!(report["items"][0]["capture"]["outcome"], "verified");
    // The key is named as `keygen` named it.
    let line = "openssl pkey -pubin -in registry.pub.pem -outform DER | sha256sum";
    let id = shell(folder.path(), line).stdout;
    let key = report["items"][0]["capture"]["key"].as_str().unwrap();
    assert!(String::from_utf8(id).unwrap().starts_with(key), "{key}");
    assert_eq!(report["claims"][0]["values"], 1);
    // The same in a sandbox, where this host has one.
    let check = shell(
        folder.path(),
        "harness --format json check --authorities authorities.toml release",
    );
    let said: Value = serde_json::from_slice(&check.stdout).unwrap();
    if said["code"] != "blocked" {
        assert_eq!(check.status.code(), Some(5), "{said:#}");
        let theirs = &said["packets"][0]["report"];
        assert_eq!(theirs["authorities_sha256"], report["authorities_sha256"]);
        assert_eq!(theirs["claims"], report["claims"]);
    }
}

/// Where the packet lies is nobody's but root's: what a temporary folder is, and /root.
#[test]
fn a_packet_beneath_a_folder_that_is_closed_is_read_all_the_same() {
    let folder = made();
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(folder.path(), closed).unwrap();
    let line = "harness --format json check --engine bwrap --authorities authorities.toml release";
    let check = shell(folder.path(), line);
    let said: Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(check.status.code(), Some(5), "{said:#}");
    // What was mounted to reach it was the launcher's alone.
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(folder.path().to_str().unwrap()));
}

/// What somebody does, and the gap that the claim then has.
const CHANGES: [(&str, &str); 9] = [
    (
        "sed -i s/registry.pub.pem/other.pub.pem/ authorities.toml; harness keygen other.pem",
        "CAPTURE_NOT_SIGNED",
    ),
    (
        "sed -i 's/\\(\"captured_at\": \"20\\)../\\125/' release/data/packet.json; harness packet seal release",
        "CAPTURE_DISAGREES",
    ),
    (
        "sed -i 's/\"native\"/\"governed\"/' authorities.toml",
        "AUTHORITY_NOT_FOR_CLASS",
    ),
    ("sed -i s/2036/2026/ authorities.toml", "ENROLMENT_EXPIRED"),
    (
        "sed -i 's/name = \"registry\"/name = \"another\"/' authorities.toml",
        "AUTHORITY_UNKNOWN",
    ),
    ("sed -i 's/\"moment\", //' authorities.toml", "NOT_PINNED"),
    (
        "sed -i s/shop/cart/ release/data/evidence/images.json; harness packet seal release",
        "CAPTURE_OF_ANOTHER",
    ),
    (
        "sed -i s/native_listing/pg_named_query/ release/data/packet.json; harness packet seal release",
        "CAPTURE_DISAGREES",
    ),
    (
        "sed -i 's/\"value\": \"7\"/\"value\": \"8\"/' release/data/packet.json; harness packet seal release",
        "VALUE_DIFFERS",
    ),
];

#[test]
fn what_somebody_changes_is_refused_by_name() {
    for (change, reason) in CHANGES {
        let folder = made();
        let done = shell(folder.path(), change);
        assert!(
            done.status.success(),
            "{change}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        let (report, code) = lint(folder.path());
        assert_eq!(code, Some(4), "{change}: {report:#}");
        assert_eq!(report["claims"][0]["gap"], reason, "{change}");
        assert!(README.contains(&format!("`{reason}`")), "{reason}");
    }
}

/// A step that cannot be done, and what is said of it.
const IN_VAIN: [(&str, &str); 22] = [
    (
        "harness packet new release --id x --scope x",
        "expected an absent or empty folder",
    ),
    (
        "harness packet new other --id 'a b' --scope x",
        "ID_MALFORMED at `/packet_id`",
    ),
    (
        "harness packet add release images.json --id two --capture images.capture.json",
        "nothing is overwritten",
    ),
    (
        "cp images.json b.json; echo >> b.json; harness packet add release b.json --capture images.capture.json",
        "expected a capture of this file",
    ),
    (
        "harness packet claim release --id two --statement x --evidence nowhere",
        "items: images",
    ),
    (
        "harness packet claim release --id two --statement x --evidence images --value images",
        "ITEM#POINTER=JSON",
    ),
    (
        "harness packet claim release --id image-there --statement x --evidence images",
        "DUPLICATE_ID",
    ),
    (
        "harness packet show nowhere",
        "begin one with `harness packet new FOLDER`",
    ),
    (
        "cp images.json 'a b.txt'; harness packet add release 'a b.txt' --source prose",
        "hint: give another --id",
    ),
    (
        "harness packet add release images.json",
        "hint: --source is one of operator_statement, local_copy, prose, kb_document",
    ),
    (
        "harness packet add release images.json",
        "expected --capture FILE, or --source",
    ),
    (
        "harness packet new other --id x --scope 'a b'",
        "hint: give another --scope",
    ),
    (
        "harness packet new other --id x --scope 'a b'",
        "observed `a b`",
    ),
    (
        "harness packet new other --id x --scope '*'",
        "expected a scope that has a bound",
    ),
    (
        "harness packet new other --id x --scope Everything",
        "expected a scope that has a bound",
    ),
    (
        "harness packet capture --authority a --key registry.pem --source native_listing \
         --locator x --revision main images.json",
        "expected a revision that does not move, observed `main`",
    ),
    (
        "harness packet capture --authority a --key registry.pem --source native_listing \
         --locator x --revision 7 --captured-at 2999-01-01T00:00:00Z images.json",
        "expected a time that is over",
    ),
    (
        "> empty; harness packet add release images.json --id two --capture empty",
        "observed an empty file",
    ),
    (
        "mkdir bom; cp -r release bom; printf '\\357\\273\\277{}' > bom/release/data/packet.json; \
         harness packet show bom/release",
        "begins with a byte order mark",
    ),
    (
        "cp images.json release/data/A; cp images.json release/data/a; harness packet seal release",
        "the checker would refuse it: CASE_COLLISION",
    ),
    (
        "rm release/data/a; harness packet new bare --id x --scope x; harness packet seal bare",
        "the checker would refuse it: NO_CLAIMS",
    ),
    (
        "ln -s /etc/hostname release/data/link; harness packet seal release",
        "expected files alone",
    ),
];

#[test]
fn a_step_that_cannot_be_done_says_what_was_expected() {
    let folder = made();
    for (line, words) in IN_VAIN {
        let done = shell(folder.path(), line);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{line}: {said}");
        assert!(said.contains(words), "{line}: {said}");
    }
}

#[test]
fn what_a_refusal_asks_for_stands_beside_it() {
    let folder = made();
    let unsealed = shell(
        folder.path(),
        "rm release/bagit.txt; harness packet lint release",
    );
    let said = String::from_utf8_lossy(&unsealed.stderr).into_owned();
    assert!(
        said.contains("hint: it was never sealed: `harness packet seal release`"),
        "{said}"
    );
    let change = "sed -i 's/\"release-7\"/\"release 7\"/' release/data/packet.json; \
        rm release/*.txt; cd release; (sha256sum data/packet.json; sha256sum data/evidence/*) \
        > manifest-sha256.txt; printf 'BagIt-Version: 1.0\\nTag-File-Character-Encoding: UTF-8\\n' \
        > bagit.txt; cd ..; harness packet lint release";
    let changed = shell(folder.path(), change);
    let said = String::from_utf8_lossy(&changed.stderr).into_owned();
    assert!(
        said.contains("hint: expected otherwise: an id that is not 1 to 64"),
        "{said}"
    );
    assert!(said.contains("`harness explain ID_MALFORMED`"), "{said}");
}

#[test]
fn a_capture_is_added_as_either_format_prints_it_and_a_failed_copy_leaves_no_item() {
    let folder = made();
    let capture = "harness --format json packet capture --authority registry --key registry.pem \
        --source native_listing --locator x --revision 7 images.json > object.json";
    let add = "cp images.json two.json; harness packet add release two.json --capture object.json";
    let done = shell(folder.path(), &format!("{capture} && {add}"));
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let before = fs::read(folder.path().join("release/data/packet.json")).unwrap();
    let vain = "mv release/data/evidence kept; touch release/data/evidence; \
        cp images.json three.json; harness packet add release three.json --source prose";
    assert!(!shell(folder.path(), vain).status.success());
    let after = fs::read(folder.path().join("release/data/packet.json")).unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_bag_info_of_ones_own_stays_when_the_bag_is_sealed_again() {
    let folder = made();
    let own = "printf 'Contact-Name: me\\nPayload-Oxum: 1.1\\n' > release/bag-info.txt";
    let done = shell(
        folder.path(),
        &format!("{own}; harness packet seal release"),
    );
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let info = fs::read_to_string(folder.path().join("release/bag-info.txt")).unwrap();
    assert!(
        info.starts_with("Contact-Name: me\nPayload-Oxum: "),
        "{info}"
    );
    let (_, code) = lint(folder.path());
    assert_eq!(code, Some(5));
}

#[test]
fn the_example_is_the_reference_packet_and_is_believed_by_the_file_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let line = "harness packet new example --example && cd example && \
                harness --format json packet lint packet --authorities authorities.toml";
    let done = shell(folder.path(), line);
    let text = String::from_utf8(done.stdout).unwrap();
    let said: Value = serde_json::from_str(text.split_once('\n').unwrap().1).unwrap();
    assert_eq!(done.status.code(), Some(4));
    let claims = said["report"]["claims"].as_array().unwrap();
    let gaps: Vec<_> = claims
        .iter()
        .filter_map(|claim| claim["gap"].as_str())
        .collect();
    assert_eq!(
        gaps,
        ["PROSE_ONLY", "LOCAL_COPY_AS_AUTHORITY", "NO_EVIDENCE"]
    );
    let shown = shell(&folder.path().join("example"), "harness packet show packet");
    let shown = String::from_utf8(shown.stdout).unwrap();
    for item in ["docker-listing", "spec-rev4", "session-notes"] {
        assert!(shown.contains(&format!("item     {item}:")), "{shown}");
        let notes = fs::read_to_string(folder.path().join("example/README.md")).unwrap();
        assert!(notes.contains(&format!("`{item}`")), "{item}");
    }
}
