//! What each shell offers, asked of the shell itself: ids are written in capitals and typed
//! without. A shell that is not installed is not asked (`ci/peers.sh` installs it).

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A line as it is typed, and some of what is offered for its last word.
const TYPED: [(&str, &[&str]); 7] = [
    ("harness run n1", &["N1", "N10", "N19"]),
    ("harness run N2", &["N2", "N20", "N29"]),
    ("harness explain prose_o", &["PROSE_ONLY"]),
    ("harness explain PROSE_O", &["PROSE_ONLY"]),
    ("harness show record u4", &["U4"]),
    ("harness mutants n1", &["N1", "N19"]),
    ("harness run --lift one", &["one-shot"]),
];

/// The words that a script of the shell's prints, with the completions in `file`; nothing
/// where there is no such shell.
fn offered(shell: &str, script: &str, line: &str) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = Command::new(env!("CARGO_BIN_EXE_harness"));
    let made = harness.args(["completions", shell]).output().unwrap();
    fs::write(folder.path().join("_harness"), made.stdout).unwrap();
    let mut asked = Command::new("timeout");
    asked.args(["60", shell]);
    if shell == "zsh" {
        asked.arg("-f");
    }
    asked.args(["-c", script]).current_dir(folder.path());
    asked.env("HOME", folder.path()).env("LINE", line);
    asked.env("TERM", "xterm").stdin(Stdio::null());
    if !Path::new("/usr/bin").join(shell).exists() {
        return None;
    }
    let done = asked.output().unwrap();
    assert!(done.status.success(), "{shell}: {line}: {done:?}");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let words = said.lines().filter_map(|it| it.split('\t').next());
    Some(words.map(|it| it.trim().to_owned()).collect())
}

fn holds(shell: &str, script: &str) {
    for (line, expected) in TYPED {
        let Some(words) = offered(shell, script, line) else {
            return;
        };
        for word in expected {
            let found = words.iter().any(|it| it == word);
            assert!(found, "{shell}: `{line}` offers {words:?}");
        }
        let others = words.iter().any(|it| it == "N30" || it == "A13");
        assert!(!others, "{shell}: `{line}` offers {words:?}");
    }
}

/// A shell at a terminal of its own: what would be added to the line is written down.
const ZSH: &str = r#"
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; PS1=; RPS1='
zpty -w inner 'compadd() { local -a hits; builtin compadd -A hits "$@"; [[ "$*" == *-[OAD]\ * ]] || print -l -- $hits >>hits; builtin compadd "$@"; }'
zpty -w inner 'over() { : >over; }; comppostfuncs=(over)'
zpty -w inner 'bindkey "^I" complete-word; : >ready'
until [[ -e ready ]]; do sleep 0.05; done
zpty -w -n inner "$LINE"$'\t'
until [[ -e over ]]; do zpty -r -t inner said; sleep 0.05; done
zpty -d inner
[[ ! -e hits ]] || cat hits
"#;

#[test]
fn zsh_offers_ids_in_any_case_of_letters() {
    holds("zsh", ZSH);
}

#[test]
fn fish_offers_ids_in_any_case_of_letters() {
    holds("fish", "source _harness; complete -C \"$LINE\"");
}

const BASH: &str = r#"
source ./_harness
read -ra COMP_WORDS <<<"$LINE"
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_harness harness "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

#[test]
fn bash_offers_ids_in_any_case_of_letters() {
    holds("bash", BASH);
}
