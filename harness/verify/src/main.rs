//! `proof-of-block-verify`: what a bundle is worth, said by a program that cannot make
//! one. Parses the command line and ends with its exit code.

mod asked;

use std::process::ExitCode;

use bundle::exit::Exit;
use verify::verify as checking;
use verify::{Failure, accept, merge, report, show, summary, terminal};

use asked::{Asked, Command};

fn main() -> ExitCode {
    let exit = match asked::parse(lexopt::Parser::from_env()) {
        Ok(asked) => carry_out(&asked).unwrap_or_else(Failure::tell),
        Err(error) => {
            let hint = "`proof-of-block-verify --help` shows what it takes";
            Failure::usage(error, hint).tell()
        }
    };
    exit.into()
}

fn carry_out(asked: &Asked) -> Result<Exit, Failure> {
    let printing = asked.printing;
    match &asked.command {
        Command::Verify(it) => checking::run(printing, it),
        Command::Report(it) => report::run(printing, it),
        Command::Show(it) => show::run(printing, it),
        Command::Merge(it) => merge::run(printing, it),
        Command::Accept(it) => accept::run(printing, it),
        Command::Summary(it) => summary::run(it),
        Command::Help => {
            terminal::print(asked::HELP)?;
            Ok(Exit::Held)
        }
        Command::Version => {
            let version = env!("CARGO_PKG_VERSION");
            terminal::say(&format!("proof-of-block-verify {version}"))?;
            Ok(Exit::Held)
        }
    }
}
