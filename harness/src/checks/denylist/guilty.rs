//! What the scan is given for N22: the clean tree with one thing added, programs and
//! images; what it finds, in words.

use std::sync::LazyLock;

use engine::image::{Archive, Layer, archive};
use evidence::error::chain;
use evidence::record::CheckRecord;
use programs::Programs;
use serde_json::json;

use super::CLEAN;
use super::elf::Elf;
use crate::lint::{self, Finding, Scanner, Tree};

/// The clean tree with one more module.
pub(super) fn source(text: &str) -> String {
    if text.is_empty() {
        return tree(Tree::builtin());
    }
    let guilty = Tree::builtin().with("checker/src/guilty.rs", text);
    tree(guilty.with_more("checker/src/lib.rs", "mod guilty;\n"))
}

pub(super) fn unsafe_allowed() -> String {
    let clean = Tree::builtin();
    let main = clean.get("checker/src/main.rs").unwrap_or_default();
    let main = main.replace("#![forbid(unsafe_code)]", "");
    tree(clean.with("checker/src/main.rs", &main))
}

pub(super) fn build_script() -> String {
    let script = "#![forbid(unsafe_code)]\nfn main() {}";
    tree(Tree::builtin().with("checker/build.rs", script))
}

/// The clean tree with one more dependency. Its place is the end of the lock file.
pub(super) fn dependency(name: &str, lines: &str) -> String {
    let clean = Tree::builtin();
    let manifest = clean.get("checker/Cargo.toml").unwrap_or_default();
    let asked = format!("[dependencies]\n{name} = \"9\"\n");
    let manifest = if manifest.contains(&format!("\n{name}.")) {
        manifest.to_owned()
    } else {
        manifest.replacen("[dependencies]\n", &asked, 1)
    };
    let package = format!("\n[[package]]\nname = \"{name}\"\nversion = \"9.9.9\"\n{lines}");
    let lock = clean.get("Cargo.lock").unwrap_or_default();
    let line = format!("{lock}{package}").lines().count() - lines.lines().count() - 1;
    let guilty = clean
        .with("checker/Cargo.toml", &manifest)
        .with_more("Cargo.lock", &package);
    tree(guilty).replace(&format!("Cargo.lock:{line}:"), "Cargo.lock:LAST:")
}

fn tree(tree: Tree) -> String {
    words(scanner().map(|it| it.scan(&tree, None).findings))
}

pub(super) fn program(bytes: &[u8]) -> String {
    words(scanner().map(|it| it.scan_program(bytes)))
}

/// One for all checks: the trees differ in little.
fn scanner() -> Result<&'static Scanner, String> {
    static SCANNER: LazyLock<Result<Scanner, String>> =
        LazyLock::new(|| Scanner::builtin().map_err(|error| chain(&error)));
    SCANNER.as_ref().map_err(Clone::clone)
}

pub(super) fn made(elf: Elf) -> String {
    program(&elf.bytes())
}

pub(super) fn own_image() -> String {
    let archive = archive(Programs::builtin()).and_then(|archive| archive.tagged("scan:1"));
    words(
        archive
            .map_err(|error| chain(&error))
            .and_then(|archive| scanned(&archive)),
    )
}

/// An image with one more file than the clean one's kind.
pub(super) fn image(path: &str, bytes: &[u8]) -> String {
    let mut layer = Layer::with_room(bytes.len());
    let archive = layer
        .file("/program", 0o555, &Elf::CLEAN.bytes())
        .and_then(|()| layer.file(path, 0o555, bytes))
        .and_then(|()| Archive::new(layer, &json!({})))
        .and_then(|archive| archive.tagged("scan:1"));
    words(
        archive
            .map_err(|error| chain(&error))
            .and_then(|archive| scanned(&archive)),
    )
}

fn scanned(archive: &[u8]) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    let files = lint::image::scan(archive, &mut findings).map_err(|error| chain(&error))?;
    if files.is_empty() {
        return Err("the image has no file".to_owned());
    }
    Ok(findings)
}

fn words(scanned: Result<Vec<Finding>, String>) -> String {
    let findings = match scanned {
        Ok(findings) if findings.is_empty() => return CLEAN.to_owned(),
        Ok(findings) => findings,
        Err(trouble) => return CheckRecord::not_made(trouble),
    };
    let words: Vec<String> = findings.iter().map(ToString::to_string).collect();
    words.join("; ")
}
