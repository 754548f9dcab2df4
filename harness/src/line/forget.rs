//! What a line starts through somebody else is known to that one still when the line is
//! gone: a runtime's container, an engine's. It is found by the launch's nonce, and by
//! nothing else.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use engine::caller::search_path;
use seal::shell;

/// Runtimes that know a container by its name: `delete --force NAME` (OCI).
const RUNTIMES: [&str; 5] = ["crun", "kata-runtime", "runc", "runsc", "youki"];
/// Engines that list their containers with what each runs.
const ENGINES: [&str; 3] = ["docker", "nerdctl", "podman"];
/// What may stand before either and is needed to reach the same one.
const BEFORE: [&str; 3] = ["doas", "env", "sudo"];
/// The words behind which the options of a whole program do not stand.
const VERBS: [&str; 2] = ["create", "run"];
/// Removes the containers that this is among the words of.
const REMOVE: &str = "mark=$1; shift
for it in $(\"$@\" ps --all --no-trunc --format '{{.ID}} {{.Command}}' | grep -F -e \"$mark\" | cut -d' ' -f1)
do \"$@\" rm --force --volumes \"$it\"
done";

/// Deletes the container of this name if its state names a bundle with this mark.
const DELETE: &str = "mark=$1; name=$2; shift 2
if \"$@\" state \"$name\" | grep -q -F -e \"$mark\"
then \"$@\" delete --force \"$name\"
fi";

/// A program that is run, by its path, with its words.
pub(super) type Words = Vec<String>;

/// What lets the runtime of this line forget the container of this name: the same program
/// with the same options of its own, which say where it keeps what it knows. None where no
/// runtime is known in it.
#[must_use]
pub(super) fn of_runtime(line: &[String], name: &str) -> Option<Words> {
    let mut words = reached(line, &RUNTIMES)?;
    words.extend(["delete", "--force", name].map(str::to_owned));
    whole(words)
}

/// The same of a container whose name somebody else may have taken: only if its bundle is
/// the one with this mark.
#[must_use]
pub(super) fn of_runtime_if(line: &[String], name: &str, mark: &str) -> Option<Words> {
    let runtime = reached(line, &RUNTIMES)?;
    let shell = ["/bin/sh", "-c", DELETE, "sh", mark, name].map(str::to_owned);
    Some(shell.into_iter().chain(runtime).collect())
}

/// Whether the runtime of this line knows a container of this name; which runtime.
#[must_use]
pub(super) fn known(line: &[String], name: &str) -> Option<String> {
    let mut words = reached(line, &RUNTIMES)?;
    words.extend(["state", name].map(str::to_owned));
    let runtime = shell::line(&words);
    let (program, rest) = words.split_first()?;
    let mut asked = Command::new(program);
    let quiet = asked.args(rest).stdin(Stdio::null()).stdout(Stdio::null());
    let status = quiet.stderr(Stdio::null()).status().ok()?;
    status.success().then_some(runtime)
}

/// The same of an engine, for every container with this mark in what it runs.
#[must_use]
pub(super) fn of_engine(line: &[String], mark: &str) -> Option<Words> {
    let engine = reached(line, &ENGINES)?;
    let shell = ["/bin/sh", "-c", REMOVE, "sh", mark].map(str::to_owned);
    Some(shell.into_iter().chain(engine).collect())
}

/// A program's words with its path first.
#[must_use]
pub(super) fn whole(mut words: Words) -> Option<Words> {
    let program = file_of(words.first()?)?;
    words[0] = program.to_str()?.to_owned();
    Some(words)
}

/// The words of the line up to what it is to do, if one of these is asked to do it.
fn reached(line: &[String], programs: &[&str]) -> Option<Words> {
    let name = |word: &String| Path::new(word).file_name()?.to_str().map(str::to_owned);
    let is = |word: &String, among: &[&str]| name(word).is_some_and(|it| among.contains(&&*it));
    let at = line.iter().position(|word| is(word, programs))?;
    let verb = line[at..]
        .iter()
        .position(|word| VERBS.contains(&&**word))?;
    let first = line.first().is_some_and(|word| is(word, &BEFORE));
    let from = if first { 0 } else { at };
    Some(line[from..at + verb].to_vec())
}

/// The file that a program's name stands for.
#[must_use]
pub(super) fn file_of(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program));
    }
    std::env::split_paths(&search_path())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Lets somebody forget something, if it is still known.
pub(super) fn forget(words: &[String]) {
    let Some((program, rest)) = words.split_first() else {
        return;
    };
    let mut asked = Command::new(program);
    let quiet = asked.args(rest).stdin(Stdio::null()).stdout(Stdio::null());
    drop(quiet.stderr(Stdio::null()).status());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_same_runtime_with_the_same_root_is_asked_and_no_other_program() {
        for (line, asked) in [
            ("/x/runc run --bundle b n", Some("/x/runc delete --force n")),
            (
                "/x/runc --root /run/x run -d --bundle b n",
                Some("/x/runc --root /run/x delete --force n"),
            ),
            (
                "/usr/bin/env A=b /x/crun run n",
                Some("/usr/bin/env A=b /x/crun delete --force n"),
            ),
            ("/bin/nice /x/runc run n", Some("/x/runc delete --force n")),
            ("/usr/bin/env /x/mine run n", None),
            ("/x/runc list", None),
        ] {
            let forgets = of_runtime(&words(line), "n");
            assert_eq!(forgets, asked.map(words), "{line}");
        }
    }

    #[test]
    fn an_engine_is_asked_where_the_line_asks_it() {
        let of = |line: &str| of_engine(&words(line), "m").map(|it| it[5..].join(" "));
        let host = "docker -H unix:///x run --rm -v a:b image /probe";
        assert_eq!(of(host).as_deref(), Some("docker -H unix:///x"));
        assert_eq!(of("sudo podman run image").as_deref(), Some("sudo podman"));
        assert_eq!(of("bwrap --bind / / env"), None);
    }
}
