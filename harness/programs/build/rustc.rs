//! Stands before the compiler of the nested build. What is compiled must not say where
//! that was done: the folder of each crate becomes `/crates/NAME-VERSION`, whoever
//! downloaded or vendored it.
//!
//! Flags in `RUSTFLAGS` would not do: what they say goes into the names of symbols.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::made_with;

/// By it this program knows that it is started as a compiler. Its value is the remaps
/// that are the same for every crate, `FROM=TO` each, with [`BETWEEN`] between them.
pub(super) const REMAPS: &str = "PROOF_OF_BLOCK_REMAPS";
/// Stands in no path that anybody builds in.
pub(super) const BETWEEN: &str = "\x1f";

/// Becomes the compiler that the first word names.
pub(super) fn become_compiler(remaps: &str) -> Result<(), Box<dyn Error>> {
    let mut words = env::args_os().skip(1);
    let rustc = words.next().ok_or("expected a compiler, observed none")?;
    let words: Vec<OsString> = words.collect();
    let spoken: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    if let Some(program) = made_with::program(&spoken) {
        made_with::write(Path::new(&rustc), &spoken, program)?;
    }
    let mut compiler = Command::new(&rustc);
    compiler.args(&words);
    for remap in remaps.split(BETWEEN).map(str::to_owned).chain(of_crate()) {
        compiler.arg(format!("--remap-path-prefix={remap}"));
    }
    let error = compiler.exec();
    Err(format!("failed to start `{}`: {error}", Path::new(&rustc).display()).into())
}

/// The folders of the crate that is compiled, if one is.
fn of_crate() -> Vec<String> {
    let said = |name| env::var(name).ok();
    let (Some(name), Some(version)) = (said("CARGO_PKG_NAME"), said("CARGO_PKG_VERSION")) else {
        return Vec::new();
    };
    let folders = [("CARGO_MANIFEST_DIR", ""), ("OUT_DIR", "/out")];
    folders
        .into_iter()
        .filter_map(|(folder, below)| {
            Some(format!("{}=/crates/{name}-{version}{below}", said(folder)?))
        })
        .collect()
}
