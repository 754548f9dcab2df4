//! `proof-of-block-verify`: what a bundle is worth, said by a program that cannot make
//! one. Parses the command line and ends with its exit code.

mod asked;

use std::process::ExitCode;

use bundle::exit::Exit;
use verify::{
    Done, Failure, Format, accept, fleet, guarded, merge, release, report, show, summary, terminal,
    version,
};

use asked::{Asked, Command};

fn main() -> ExitCode {
    let format = Format::of_line(std::env::args_os());
    guarded(declared::texts!("../../../negatives/"), format, || {
        begin(format)
    })
    .into()
}

fn begin(format: Format) -> Exit {
    match asked::parse(lexopt::Parser::from_env()) {
        Ok(asked) => carry_out(&asked),
        Err(error) => {
            let hint = "`proof-of-block-verify --help` shows what it takes";
            format.end(Err(Failure::usage(error, hint)))
        }
    }
}

fn carry_out(asked: &Asked) -> Exit {
    let printing = asked.printing;
    let done = match &asked.command {
        Command::Verify(it) => fleet::run(printing, it),
        Command::Report(it) => report::run(printing, it),
        Command::Show(it) => show::run(printing, it),
        Command::Merge(it) => merge::run(printing, it),
        Command::Accept(it) => accept::run(printing, it),
        Command::Summary(it) => summary::run(printing, it),
        Command::Release(it) => release::run(printing, it),
        Command::Help => return text(asked::HELP),
        Command::Version { verbose: false } => {
            return text(&version::short("proof-of-block-verify"));
        }
        Command::Version { verbose: true } => {
            return text(&version::long("proof-of-block-verify", &[]));
        }
    };
    printing.format.end(done)
}

/// Words about the program itself are text for whoever asks.
fn text(words: &str) -> Exit {
    let printed = terminal::print(words).map_err(Failure::from);
    Format::Human.end(printed.map(|()| Done::held()))
}
