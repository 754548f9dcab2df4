//! Bags as other tools make them of files with hard names: how each tool spells the name,
//! and the word that its bag has here.
//!
//! `data/hard-names.json` has the names, and for each tool what it lists, the word and the
//! reason. A bag is made here as the tool makes it; `ci/makers.sh` installs the tools and
//! lets them make the same bags, and this file then holds that they do.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use checker::{Guard, Order, Settings};
use fixtures::bag::put;
use serde::Deserialize;
use serde_json::json;

const TABLE: &str = include_str!("data/hard-names.json");
const CONTENT: &[u8] = b"hello\n";
const SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

#[derive(Debug, Deserialize)]
struct Table {
    makers: BTreeMap<String, Maker>,
    names: Vec<Row>,
}

/// How a tool writes a bag.
#[derive(Debug, Deserialize)]
struct Maker {
    version: String,
    /// What it writes between digest and path.
    between: String,
}

#[derive(Debug, Deserialize)]
struct Row {
    name: String,
    /// By tool: the path that it lists, the bag's word, and the reason if it has one.
    bags: BTreeMap<String, (String, String, Option<String>)>,
}

fn table() -> Table {
    serde_json::from_str(TABLE).expect("a table")
}

/// The word of a bag, and the reason.
fn word(bag: &Path) -> (String, Option<String>) {
    let guard = Guard::new(&Settings::of(bag.into(), "/nowhere".into()));
    let report = checker::triage(&guard, &Order::default()).expect("the self-audit holds");
    let report = serde_json::to_value(report).expect("JSON");
    let text = |at: &str| report.pointer(at).and_then(|it| it.as_str());
    let reason = text("/refusal/reason").filter(|it| *it != "PACKET_MISSING");
    let word = text("/bag/outcome").unwrap_or_default();
    (word.to_owned(), reason.map(str::to_owned))
}

fn made(maker: &Maker, name: &str, listed: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, bytes: &[u8]| put(dir.path(), path, bytes).expect("written");
    write(&format!("data/{name}"), CONTENT);
    let declaration = format!("BagIt-Version: {}\n", maker.version);
    let declaration = declaration + "Tag-File-Character-Encoding: UTF-8\n";
    write("bagit.txt", declaration.as_bytes());
    let line = format!("{SHA256}{}{listed}\n", maker.between);
    write("manifest-sha256.txt", line.as_bytes());
    dir
}

#[test]
fn a_bag_made_as_a_tool_makes_it_has_the_words_of_the_table() {
    let (table, mut wrong) = (table(), Vec::new());
    assert_eq!((table.names.len(), table.makers.len()), (36, 3));
    for row in &table.names {
        for (name, maker) in &table.makers {
            let (listed, expected, reason) = &row.bags[name];
            let bag = made(maker, &row.name, listed);
            let observed = word(bag.path());
            if observed != (expected.clone(), reason.clone()) {
                wrong.push(json!([name, row.name, observed]).to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The bags of `ci/makers.sh`: a folder for each tool, and in it one for each name.
#[test]
#[ignore = "needs the tools' own bags: ci/makers.sh"]
fn the_tools_themselves_make_these_bags_and_the_words_are_the_same() {
    let bags = std::env::var_os("PROOF_OF_BLOCK_MADE").expect("the folder of the bags");
    let (bags, table, mut wrong) = (PathBuf::from(bags), table(), Vec::new());
    for (index, row) in table.names.iter().enumerate() {
        for (name, maker) in &table.makers {
            let (listed, expected, reason) = &row.bags[name];
            let bag = bags.join(name).join(index.to_string());
            let read = |file: &str| std::fs::read_to_string(bag.join(file)).expect(file);
            let version = format!("BagIt-Version: {}\n", maker.version);
            let line = format!("{SHA256}{}{listed}\n", maker.between);
            let same =
                read("bagit.txt").starts_with(&version) && read("manifest-sha256.txt") == line;
            let observed = word(&bag);
            if !same || observed != (expected.clone(), reason.clone()) {
                let says = read("manifest-sha256.txt");
                wrong.push(json!([name, row.name, observed, says]).to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
