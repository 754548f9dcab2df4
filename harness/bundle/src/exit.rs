//! The exit codes: a documented contract, in one place.

use std::process::ExitCode;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for holds.
    Held,
    /// A row is broken; `verify` refuses.
    Broken,
    /// The command line is wrong.
    Usage,
    /// This host cannot: no engine, no privilege. It says what to do about it.
    Blocked,
    /// Nothing is broken, and not everything held.
    Incomplete,
    /// `check` ends as the checker did: 3 to 6, or 70; never 0.
    Checker(u8),
    /// A fault of the harness itself.
    Internal,
    /// Ended by Ctrl-C or SIGTERM.
    Interrupted,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Broken => 1,
            Self::Usage => 2,
            Self::Blocked => 3,
            Self::Incomplete => 4,
            Self::Checker(code) => code,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
