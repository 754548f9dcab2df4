//! `completions` and `man`: the command line's own definition, in the forms that
//! shells and man(1) read.

use std::fs;
use std::path::Path;

use bundle::file;
use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;
use verify::code::Code;
use verify::terminal;
use verify::{Done, Failure, Format};

use crate::cli::{Cli, Common, Completions, Man};

mod words;

/// Prints a shell's completions.
pub(super) fn completions(common: &Common, args: &Completions) -> Result<Done, Failure> {
    let text = completed(args.shell)?;
    text_of(common.format, &text)
}

fn completed(shell: Shell) -> Result<Vec<u8>, Failure> {
    let mut command = words::known(Cli::command()).map_err(Failure::internal)?;
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    if shell == Shell::Fish {
        text.extend(words::for_fish(&command).into_bytes());
    }
    if shell == Shell::Bash || shell == Shell::Zsh {
        let clap = String::from_utf8(text).map_err(Failure::internal)?;
        text = words::in_any_case(shell, &clap).into_bytes();
    }
    Ok(text)
}

/// Text as it is, or within an object.
fn text_of(format: Format, text: &[u8]) -> Result<Done, Failure> {
    let object = json!({ "text": String::from_utf8_lossy(text) });
    format.say(Code::Held, &object, || Ok(terminal::put(text)?))
}

/// Prints the main page, or writes a page for every command into a folder.
pub(super) fn man(common: &Common, args: &Man) -> Result<Done, Failure> {
    let command = Cli::command();
    match &args.folder {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            text_of(common.format, &page)
        }
        Some(folder) => {
            pages(command, folder)?;
            Done::saying(
                Code::Held,
                &json!({ "folder": folder.display().to_string() }),
            )
        }
    }
}

/// A page for each command that is shown, with those beneath it, into a folder.
fn pages(command: clap::Command, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        let shown = folder.display();
        Failure::unwritten(
            format!("failed to write manual pages into `{shown}`: {error}"),
            INTO,
        )
    })?;
    // `help` repeats what the other pages say.
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let mut open = vec![command];
    while let Some(command) = open.pop() {
        let beneath = command.get_subcommands();
        open.extend(beneath.filter(|it| !it.is_hide_set()).cloned());
        let page = clap_mangen::Man::new(command);
        let mut text = Vec::new();
        page.render(&mut text)?;
        let to = folder.join(page.get_filename());
        file::put(&to, &text).map_err(|error| Failure::unwritten(error, INTO))?;
    }
    Ok(())
}

/// Where pages go.
const INTO: &str = "name a folder that can be written";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use bundle::exit::Exit;
    use clap::Parser as _;

    use super::*;

    /// The words that bash offers behind these.
    fn offered(words: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("completions");
        fs::write(&file, completed(Shell::Bash).unwrap()).unwrap();
        let script = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _harness harness \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            file.display()
        );
        let done = Command::new("bash").args(["-c", &script]).output().unwrap();
        let text = String::from_utf8(done.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn bash_offers_what_a_command_takes_and_no_more() {
        for (words, expected) in [
            ("harness explain N19", &["N19"][..]),
            ("harness show bundle N30", &["N30"]),
            (
                "harness run N2",
                &[
                    "N2", "N20", "N21", "N22", "N23", "N24", "N25", "N26", "N27", "N28", "N29",
                ],
            ),
            (
                "harness run n1",
                &[
                    "N1", "N10", "N11", "N12", "N13", "N14", "N15", "N16", "N17", "N18", "N19",
                ],
            ),
            ("harness explain prose_o", &["PROSE_ONLY"]),
            ("harness show record u4", &["U4"]),
            ("harness show record tcp-loop", &["tcp-loopback"]),
            ("harness schema ver", &["verify"]),
            ("harness schema N1", &[]),
            ("harness audit --expect a", &["agent"]),
            ("harness audit --expect line.t", &[]),
            ("harness run --lift one", &["one-shot"]),
            ("harness attest --engine d", &["docker"]),
            ("harness explain PROSE", &["PROSE_ONLY"]),
            ("harness list --", &["--format", "--color", "--help"]),
            ("harness keygen --o", &[]),
            ("harness rea", &[]),
        ] {
            let offered = offered(words);
            let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
            let offered: Vec<&str> = offered.into_iter().filter(|it| !it.is_empty()).collect();
            assert_eq!(offered, expected, "{words}");
        }
    }

    /// Every command that is shown, and every long flag of each, as the command line
    /// itself has them.
    fn shown() -> (BTreeSet<String>, BTreeSet<String>) {
        let mut command = Cli::command();
        command.build();
        let commands = || command.get_subcommands().filter(|it| !it.is_hide_set());
        let names = commands().map(|it| it.get_name().to_owned());
        let flags = commands().flat_map(clap::Command::get_arguments);
        let flags = flags.filter_map(|it| it.get_long()).map(str::to_owned);
        (names.collect(), flags.collect())
    }

    #[test]
    fn every_shell_completes_every_command_and_flag() {
        let (names, flags) = shown();
        assert!(names.contains("attest") && flags.contains("partition"));
        for shell in [
            Shell::Bash,
            Shell::Zsh,
            Shell::Fish,
            Shell::Elvish,
            Shell::PowerShell,
        ] {
            let text = String::from_utf8(completed(shell).unwrap()).unwrap();
            let words = ["N19", "bwrap", "one-shot", "network-bridge", "PROSE_ONLY"];
            let knows = [Shell::Bash, Shell::Zsh, Shell::Fish].contains(&shell);
            let words = words.map(str::to_owned);
            let words = words.iter().filter(|_| knows);
            for word in names.iter().chain(&flags).chain(words) {
                assert!(
                    text.contains(word.as_str()),
                    "{shell} does not complete {word}"
                );
            }
        }
    }

    #[test]
    fn every_command_has_a_page_and_every_flag_is_on_its_page() {
        let folder = tempfile::tempdir().unwrap();
        let cli = Cli::try_parse_from(["harness", "list"]).unwrap();
        let common = cli.common;
        let args = Man {
            folder: Some(folder.path().to_owned()),
        };
        assert_eq!(Format::Human.end(man(&common, &args)), Exit::Held);
        // `help` repeats what the other pages say, and has none.
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        for command in command.get_subcommands().filter(|it| !it.is_hide_set()) {
            let name = format!("harness-{}.1", command.get_name());
            let page = fs::read_to_string(folder.path().join(&name));
            let page = page.unwrap_or_else(|error| panic!("{name}: {error}"));
            // roff writes a hyphen as an escape.
            let page = page.replace("\\-", "-");
            for flag in command.get_arguments().filter_map(|it| it.get_long()) {
                assert!(page.contains(&format!("--{flag}")), "{name}: --{flag}");
            }
        }
        assert!(
            !folder.path().join("harness-reap.1").exists(),
            "a task of a helper has a page"
        );
    }
}
