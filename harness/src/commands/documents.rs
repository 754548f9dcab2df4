//! `completions` and `man`: the command line's own definition, in the forms that
//! shells and man(1) read.

use std::fs;
use std::io;

use bundle::exit::Exit;
use clap::CommandFactory;
use verify::terminal;

use super::Failure;
use crate::cli::{Cli, Completions, Man};

/// Prints a shell's completions.
pub(super) fn completions(args: &Completions) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut text);
    terminal::put(&text)?;
    Ok(Exit::Held)
}

/// Prints the main page, or writes a page for every command into a folder.
pub(super) fn man(args: &Man) -> Result<Exit, Failure> {
    let command = Cli::command();
    match &args.folder {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            terminal::put(&page)?;
        }
        Some(folder) => {
            let failed = |error: io::Error| {
                let shown = folder.display();
                Failure::usage(
                    format!("failed to write manual pages into `{shown}`: {error}"),
                    "name a folder that can be written",
                )
            };
            fs::create_dir_all(folder).map_err(failed)?;
            clap_mangen::generate_to(command, folder).map_err(failed)?;
        }
    }
    Ok(Exit::Held)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap_complete::Shell;

    use super::*;

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
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "harness", &mut text);
            let text = String::from_utf8(text).unwrap();
            for word in names.iter().chain(&flags) {
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
        let args = Man {
            folder: Some(folder.path().to_owned()),
        };
        assert_eq!(man(&args).unwrap(), Exit::Held);
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
        let hidden = folder.path().join("harness-reap.1");
        assert!(
            !hidden.exists(),
            "a command of the harness's own has a page"
        );
    }
}
