//! What a program is made with beside its sources, which two builders may have
//! differently: written down by the compiler's stand-in when it links, so that what is
//! said is what was used.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::PROGRAMS;

/// What a linker for glibc takes of the system besides the C library.
const STARTUP: [&str; 7] = [
    "crt1.o",
    "crti.o",
    "crtbeginT.o",
    "crtend.o",
    "crtn.o",
    "libgcc.a",
    "libgcc_eh.a",
];
/// Options of the compiler that say where, not how.
const PLACES: [&str; 4] = ["metadata=", "extra-filename=", "incremental=", "linker="];

/// Each input by its name.
pub(super) type MadeWith = BTreeMap<String, String>;

/// The program that these words of a compiler make, if it is one of ours.
pub(super) fn program<'a>(words: &[&'a str]) -> Option<&'a str> {
    let name = after(words, "--crate-name")?;
    let ours = PROGRAMS.iter().any(|(_, binary)| *binary == name);
    let links = after(words, "--crate-type") == Some("bin");
    (ours && links && after(words, "--target").is_some()).then_some(name)
}

/// Writes down what `program` is linked from, beside where it is put.
pub(super) fn write(rustc: &Path, words: &[&str], program: &str) -> Result<(), Box<dyn Error>> {
    let said = observe(rustc, words)?;
    let folder = after(words, "--out-dir").ok_or("expected `--out-dir`, observed none")?;
    let lines: String = said
        .iter()
        .map(|(name, is)| format!("{name}\t{is}\n"))
        .collect();
    let path = file(Path::new(folder), program);
    fs::write(&path, lines)
        .map_err(|error| format!("failed to write `{}`: {error}", path.display()).into())
}

/// Reads what was written of all programs, which must be the same of each.
pub(super) fn read(folder: &Path) -> Result<MadeWith, Box<dyn Error>> {
    let mut found: Option<MadeWith> = None;
    for (_, program) in PROGRAMS {
        let path = file(folder, program);
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("failed to read `{}`: {error}", path.display()))?;
        let pairs = text.lines().filter_map(|line| line.split_once('\t'));
        let said: MadeWith = pairs.map(|(name, is)| (name.into(), is.into())).collect();
        match &found {
            Some(first) if *first != said => {
                return Err(format!(
                    "expected all programs made with the same, observed `{program}` made with \
                     {said:?}, another with {first:?}; remove the target folder and build again"
                )
                .into());
            }
            Some(_) | None => found = Some(said),
        }
    }
    found.ok_or_else(|| "no program was built".into())
}

fn file(folder: &Path, program: &str) -> PathBuf {
    folder.join(format!("{program}.made_with"))
}

fn observe(rustc: &Path, words: &[&str]) -> Result<MadeWith, Box<dyn Error>> {
    let target = after(words, "--target").unwrap_or_default();
    let options = codegen(words);
    let linker = options.iter().find_map(|it| it.strip_prefix("linker="));
    let linker = Path::new(linker.unwrap_or("cc"));
    let how = |it: &&str| !PLACES.iter().any(|place| it.starts_with(place));
    let flags: Vec<&str> = options.iter().copied().filter(how).collect();
    let startup: Result<Vec<PathBuf>, _> = STARTUP.iter().map(|it| library(linker, it)).collect();
    Ok([
        ("target", target.to_owned()),
        ("rustc", compiler(rustc)?),
        ("flags", flags.join(" ")),
        ("std", of_files(&standard_library(rustc, target)?)?),
        ("linker", linker_version(linker)?),
        ("libc", of_files(&[library(linker, "libc.a")?])?),
        ("startup", of_files(&startup?)?),
    ]
    .map(|(name, is)| (name.to_owned(), is))
    .into())
}

/// The compiler in one line: its release, its commit, and its code generator's.
fn compiler(rustc: &Path) -> Result<String, Box<dyn Error>> {
    let said = output(rustc, &["-vV"])?;
    let llvm = said.lines().find(|line| line.starts_with("LLVM version: "));
    let first = said.lines().next().unwrap_or_default();
    let llvm = llvm
        .unwrap_or("LLVM version: unknown")
        .replace("version: ", "");
    Ok(format!("{first}, {llvm}"))
}

fn standard_library(rustc: &Path, target: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let folder = output(rustc, &["--target", target, "--print", "target-libdir"])?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder.trim())? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "rlib") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The driver's first line, and that of the linker beneath it.
fn linker_version(driver: &Path) -> Result<String, Box<dyn Error>> {
    let first = |said: String| said.lines().next().unwrap_or_default().to_owned();
    let own = first(output(driver, &["--version"])?);
    let beneath = output(driver, &["-print-prog-name=ld"])?;
    let beneath = first(output(Path::new(beneath.trim()), &["--version"])?);
    Ok(format!("{own}, {beneath}"))
}

/// Where the linker's driver finds a file.
fn library(driver: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let found = output(driver, &[&format!("-print-file-name={name}")])?;
    Ok(PathBuf::from(found.trim()))
}

/// One digest over the names and the bytes of files.
fn of_files(files: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut all = Sha256::new();
    for file in files {
        let bytes = fs::read(file)
            .map_err(|error| format!("failed to read `{}`: {error}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        all.update(format!("{name}\0{}\0", bytes.len()));
        all.update(bytes);
    }
    Ok(hexadecimal(&all.finalize()))
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn output(program: &Path, words: &[&str]) -> Result<String, Box<dyn Error>> {
    let failed = |why: String| format!("failed to ask `{}` {words:?}: {why}", program.display());
    let output = Command::new(program)
        .args(words)
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The options of code generation: `-C KEY=VALUE` and `-CKEY=VALUE`.
fn codegen<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let apart = words
        .windows(2)
        .filter(|pair| pair[0] == "-C")
        .map(|pair| pair[1]);
    let joined = words.iter().filter_map(|word| word.strip_prefix("-C"));
    apart.chain(joined.filter(|it| !it.is_empty())).collect()
}

fn after<'a>(words: &[&'a str], option: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == option)?;
    words.get(at + 1).copied()
}
