//! The `checker` program: arguments in, one line and an exit code out.
//!
//! Exit codes: 2 usage (also `--help` and `--version`), 3 blocked, 4 gaps,
//! 5 no gap observed in this packet's scope, 6 packet refused, 70 internal
//! error. There is no 0: nothing this program finds is a permission.
#![forbid(unsafe_code)]

use std::io::Write;
use std::process::ExitCode;

use checker::self_check::Facts;
use checker::{Announcement, EXIT_USAGE, Outcome, Settings};

fn main() -> ExitCode {
    let settings = match Settings::parse(std::env::args_os().skip(1)) {
        Ok(settings) => settings,
        Err(usage) => {
            say(&format!("{usage}\n"));
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let announcement = checker::run(&settings, &Facts::gather());
    say(&announcement.words());
    match announce(&announcement) {
        Ok(()) => ExitCode::from(announcement.code()),
        Err(_) => ExitCode::from(Outcome::InternalError.exit()),
    }
}

/// The one line on standard output that machines read.
fn announce(announcement: &Announcement) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(announcement.line().as_bytes())?;
    out.flush()
}

/// A few words on standard error for people; whether they are heard changes nothing.
fn say(words: &str) {
    drop(std::io::stderr().lock().write_all(words.as_bytes()));
}
