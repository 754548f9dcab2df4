//! Builds the programs that run inside a sandbox, statically, so that
//! building what needs them is all a user needs.
//!
//! The nested build has a target folder of its own: cargo holds a lock on the
//! outer one while this script runs. The checker's sources, as its compiler listed
//! them, are taken along: the scan of what was built needs them where only the
//! harness is installed. So is what the programs were made with ([`made_with`]).
//!
//! The nested build comes out the same in any folder, for any user: this very program
//! stands before its compiler ([`rustc`]).

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

#[path = "build/made_with.rs"]
mod made_with;
#[path = "build/rustc.rs"]
mod rustc;

/// Package and binary of each program in the image, and of the one that is in none.
const PROGRAMS: [(&str, &str); 4] = [
    ("seccomp", "airlock"),
    ("checker", "checker"),
    ("negatives", "probe"),
    ("negatives", "scout"),
];

/// What is built of the programs: all of them; or the checker with its faults, which
/// only `mutants` ever starts.
const RIGHT: &[&str] = &["--no-default-features", "--features", "seccomp/airlock"];
const WRONG: &[&str] = &["--no-default-features", "--features", "checker/wrong"];

/// Everything that the programs are made of, in the workspace.
const SOURCES: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "checker/Cargo.toml",
    "checker/src",
    "negatives/Cargo.toml",
    "negatives/src",
    "seccomp/Cargo.toml",
    "seccomp/policy.toml",
    "seccomp/src",
];

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(remaps) = env::var(rustc::REMAPS) {
        return rustc::become_compiler(&remaps);
    }
    let workspace = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    watch(&workspace);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let target = env::var("TARGET")?;
    let build = out
        .ancestors()
        .find(|folder| folder.file_name().is_some_and(|name| name == "build"))
        .and_then(Path::parent)
        .ok_or("OUT_DIR has no `build` folder above it")?
        .join("sandboxed");
    // The wrong checkers first: what stands under the checker's name afterwards is right.
    compile(&workspace, &build, &target, WRONG)?;
    let built = |binary: &str| build.join(&target).join("sandboxed").join(binary);
    fs::copy(built("checker"), out.join("wrong-checker"))
        .map_err(|error| format!("failed to take the wrong checker: {error}"))?;
    compile(&workspace, &build, &target, RIGHT)?;
    for (_, binary) in PROGRAMS {
        fs::copy(built(binary), out.join(binary))
            .map_err(|error| format!("failed to take the static `{binary}`: {error}"))?;
    }
    let deps = build.join(&target).join("sandboxed/deps");
    let mut made_with = made_with::read(&deps)?;
    made_with.insert("sources".to_owned(), digest_of_sources(&workspace)?);
    write_made_with(&made_with, &out.join("made_with.rs"))?;
    let dep_info = build.join(&target).join("sandboxed/checker.d");
    take_sources(&workspace, &dep_info, &out.join("checker_sources.rs"))
}

/// Writes what the programs were made with as constants, in the order of its names.
fn write_made_with(made_with: &made_with::MadeWith, to: &Path) -> Result<(), Box<dyn Error>> {
    let pairs: Vec<_> = made_with.iter().collect();
    let text = format!(
        "/// Each input of the programs' build by its name.\npub const MADE_WITH: &[(&str, &str)] = &{pairs:?};\n"
    );
    Ok(fs::write(to, text)?)
}

/// One digest over the paths and the bytes of the programs' sources.
fn digest_of_sources(workspace: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in SOURCES {
        collect(&workspace.join(path), &mut files)?;
    }
    files.sort();
    let mut all = Sha256::new();
    for file in files {
        let bytes = fs::read(&file)?;
        let path = file.strip_prefix(workspace)?.to_string_lossy();
        all.update(format!("{path}\0{}\0", bytes.len()));
        all.update(bytes);
    }
    Ok(made_with::hexadecimal(&all.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

/// Writes the files that `checker` was compiled from as constants, with the manifests.
/// A file outside the workspace is listed and not taken: the scan says so.
fn take_sources(workspace: &Path, dep_info: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let root = workspace.canonicalize()?;
    let text = fs::read_to_string(dep_info)?;
    // Makefile syntax: `target: file file`, a space in a name as `\ `.
    let (_, files) = text
        .split_once(": ")
        .ok_or("no file in the dependency list")?;
    let files = files
        .lines()
        .next()
        .unwrap_or_default()
        .replace("\\ ", "\0");
    let relative = |file: &str| {
        let path = PathBuf::from(file.replace('\0', " "));
        let inside = path.strip_prefix(&root).map(Path::to_path_buf);
        inside.unwrap_or(path).display().to_string()
    };
    let compiled: Vec<String> = files.split_whitespace().map(relative).collect();
    let manifests = ["Cargo.lock", "Cargo.toml", "checker/Cargo.toml"].map(str::to_owned);
    let mut pairs = Vec::new();
    for path in manifests.iter().chain(&compiled) {
        if !Path::new(path).is_absolute() {
            pairs.push((path, fs::read_to_string(root.join(path))?));
        }
    }
    let constants = format!(
        "/// Each file by its path in the workspace, with its text.\npub const FILES: &[(&str, &str)] = &{pairs:?};\n/// The paths that the compiler read.\npub const COMPILED: &[&str] = &{compiled:?};\n"
    );
    Ok(fs::write(to, constants)?)
}

fn watch(workspace: &Path) {
    for path in SOURCES {
        let path = workspace.join(path);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}

/// `relocation-model=static` leaves no dynamic section for a loader to read, and
/// `--target` keeps the flags away from procedural macros.
fn compile(
    workspace: &Path,
    build: &Path,
    target: &str,
    what: &[&str],
) -> Result<(), Box<dyn Error>> {
    let root = workspace.canonicalize()?;
    let flags = ["-Ctarget-feature=+crt-static", "-Crelocation-model=static"];
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(&root)
        .args(["build", "--profile", "sandboxed", "--target", target]);
    // Without the rows, which no program in the sandbox reads.
    cargo.args(what);
    cargo.arg("--target-dir").arg(build);
    let wrong = what == WRONG;
    if wrong {
        // Nobody waits for a wrong checker but its compiler: of its build this is nearly all.
        cargo.args(["--config", "profile.sandboxed.package.checker.opt-level=0"]);
    }
    for (package, binary) in PROGRAMS {
        if !wrong || package == "checker" {
            cargo.args(["-p", package, "--bin", binary]);
        }
    }
    alike(&mut cargo);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    cargo.env("RUSTC_WRAPPER", env::current_exe()?);
    cargo.env(rustc::REMAPS, remaps(&root, build)?);
    let status = cargo.status()?;
    if !status.success() {
        return Err(format!("the static build of the sandboxed programs failed: {status}").into());
    }
    Ok(())
}

/// Takes from a nested build what the caller's surroundings would change of it. The outer
/// build's wrappers and flags are for the outer build: clippy's driver emits no code, and
/// a dynamic flag would replace ours unseen.
fn alike(cargo: &mut Command) {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PROFILE_") || name.starts_with("LC_") {
            cargo.env_remove(&*name);
        }
    }
    for name in [
        "RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "RUSTC_WORKSPACE_WRAPPER",
        "LANG",
        "LANGUAGE",
    ] {
        cargo.env_remove(name);
    }
    cargo.env("LC_ALL", "C").env("CARGO_INCREMENTAL", "0");
}

/// What of each path is no input: the folders of workspace, build and toolchain. A
/// toolchain that brings the standard library's sources would name them where they lie.
fn remaps(root: &Path, build: &Path) -> Result<String, Box<dyn Error>> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = |words: &[&str]| -> Result<String, Box<dyn Error>> {
        let said = Command::new(&rustc).args(words).output()?;
        Ok(String::from_utf8(said.stdout)?.trim().to_owned())
    };
    let version = ask(&["-vV"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .unwrap_or("unknown");
    let library = format!("{}/lib/rustlib/src/rust", ask(&["--print", "sysroot"])?);
    let pairs = [
        format!("{}=.", root.display()),
        format!("{}=/build", build.display()),
        format!("{library}=/rustc/{commit}"),
    ];
    Ok(pairs.join(rustc::BETWEEN))
}
