//! The commands as people copy them: out of `ATTESTATION.md`, and off a bundle's page.

use std::path::Path;

/// What is documented is what is run.
const ATTESTATION: &str = include_str!("../../../../../ATTESTATION.md");

/// The code block that stands behind this mark in `ATTESTATION.md`.
pub(super) fn documented(mark: &str) -> String {
    let mark = format!("<!-- run by a test: {mark} -->");
    let (_, behind) = ATTESTATION
        .split_once(&mark)
        .expect("the page has the mark");
    let (_, block) = behind.split_once("```").expect("a block follows");
    let (_, block) = block.split_once('\n').expect("the fence is a line");
    block
        .split_once("```")
        .expect("the block ends")
        .0
        .to_owned()
}

/// The block of commands on the page of the bundle in this folder, as a browser shows it.
pub(super) fn shown(bundle: &Path) -> String {
    let page = std::fs::read_to_string(bundle.join("report.html")).unwrap();
    let (_, verify) = page.split_once("<section id=\"verify\"").unwrap();
    let mut blocks = verify.split("<code>").skip(1);
    let block = blocks.find(|block| block.starts_with("BUNDLE=")).unwrap();
    let (block, _) = block.split_once("</code>").unwrap();
    assert!(!block.contains('<'), "no element in it");
    let mut text = block.to_owned();
    for (written, meant) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
    ] {
        text = text.replace(written, meant);
    }
    // Last, so that nothing is read twice.
    let text = text.replace("&#38;", "&");
    assert!(!text.contains("&#"), "an entity that is not known here");
    text
}

/// The commands with `value` in the one place where `blank` stands.
pub(super) fn filled(commands: &str, blank: &str, value: &str) -> String {
    assert_eq!(commands.matches(blank).count(), 1, "{blank}");
    commands.replacen(blank, value, 1)
}
