//! Why a command ended as it did, as a word that stays the same: a documented contract,
//! in one place. An exit code says the same more coarsely.

use bundle::exit::Exit;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// What was asked for holds, or was done.
    Held,
    /// A boundary, or a rule, did not hold.
    Broken,
    /// What was given is not to be believed, or not what is asked for.
    Refused,
    /// The words of the line.
    CommandLine,
    /// A name of the project's own that is none.
    Unknown,
    /// What the line names cannot be used.
    Unusable,
    /// The same of a key.
    UnusableKey,
    /// A file that was to be written.
    Unwritten,
    /// This host cannot.
    Blocked,
    /// The engine went away.
    EngineLost,
    /// The line's own time was over.
    TimedOut,
    /// What was waited for moved no more.
    Stalled,
    /// Not everything was shown.
    Incomplete,
    /// Of the checker: gaps.
    GapsFound,
    /// Of the checker: none seen, which permits nothing.
    NoGapObserved,
    /// Of the checker: not read to its end.
    PacketRefused,
    /// A fault of this program's own.
    Internal,
    /// Ended from outside.
    Interrupted,
}

impl Code {
    /// All of them, by exit code.
    pub const ALL: [Self; 18] = [
        Self::Held,
        Self::Broken,
        Self::Refused,
        Self::CommandLine,
        Self::Unknown,
        Self::Unusable,
        Self::UnusableKey,
        Self::Unwritten,
        Self::Blocked,
        Self::EngineLost,
        Self::TimedOut,
        Self::Stalled,
        Self::Incomplete,
        Self::GapsFound,
        Self::NoGapObserved,
        Self::PacketRefused,
        Self::Internal,
        Self::Interrupted,
    ];

    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.entry().0
    }

    /// How the process ends.
    #[must_use]
    pub const fn exit(self) -> Exit {
        self.entry().1
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn means(self) -> &'static str {
        self.entry().2
    }

    const fn entry(self) -> (&'static str, Exit, &'static str) {
        let gaps = (Exit::Checker(4), Exit::Checker(5), Exit::Checker(6));
        match self {
            Self::Held => ("held", Exit::Held, HELD),
            Self::Broken => ("broken", Exit::Broken, BROKEN),
            Self::Refused => ("refused", Exit::Broken, REFUSED),
            Self::CommandLine => ("command_line", Exit::Usage, COMMAND_LINE),
            Self::Unknown => ("unknown", Exit::Usage, UNKNOWN),
            Self::Unusable => ("unusable", Exit::Usage, UNUSABLE),
            Self::UnusableKey => ("unusable_key", Exit::Usage, UNUSABLE_KEY),
            Self::Unwritten => ("unwritten", Exit::Usage, UNWRITTEN),
            Self::Blocked => ("blocked", Exit::Blocked, BLOCKED),
            Self::EngineLost => ("engine_lost", Exit::Blocked, ENGINE_LOST),
            Self::TimedOut => ("timed_out", Exit::Blocked, TIMED_OUT),
            Self::Stalled => ("stalled", Exit::Blocked, STALLED),
            Self::Incomplete => ("incomplete", Exit::Incomplete, INCOMPLETE),
            Self::GapsFound => ("gaps_found", gaps.0, "The checker found gaps."),
            Self::NoGapObserved => ("no_gap_observed", gaps.1, NO_GAP),
            Self::PacketRefused => ("packet_refused", gaps.2, "The checker refused the packet."),
            Self::Internal => ("internal", Exit::Internal, INTERNAL),
            Self::Interrupted => ("interrupted", Exit::Interrupted, INTERRUPTED),
        }
    }
}

const HELD: &str = "What was asked for holds, or was done.";
const BROKEN: &str = "A boundary did not hold, or a rule was broken.";
const REFUSED: &str =
    "What was given is not to be believed, or not what a key, a policy or terms ask for.";
const COMMAND_LINE: &str = "The line is not one that the command takes.";
const UNKNOWN: &str = "A row, word, lift, launch or mutant of that name is not known here.";
const UNUSABLE: &str =
    "A file or folder that the line names cannot be read, or is not what it must be.";
const UNUSABLE_KEY: &str = "The same of a key.";
const UNWRITTEN: &str = "A file cannot be written where the line says.";
const BLOCKED: &str = "This host cannot, or not now.";
const ENGINE_LOST: &str = "The engine stopped answering in the middle.";
const TIMED_OUT: &str = "It took longer than the line allows.";
const STALLED: &str = "A program stood still for longer than it may.";
const INCOMPLETE: &str = "Nothing is broken, and not everything was shown.";
const NO_GAP: &str = "The checker observed no gap in the packet's scope, which permits nothing.";
const INTERNAL: &str = "A fault of this program's own.";
const INTERRUPTED: &str = "Ended by Ctrl-C or SIGTERM.";

/// Where nothing more is known than how the process ends.
impl From<Exit> for Code {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Held => Self::Held,
            Exit::Broken => Self::Broken,
            Exit::Usage => Self::CommandLine,
            Exit::Blocked | Exit::Checker(3) => Self::Blocked,
            Exit::Incomplete => Self::Incomplete,
            Exit::Checker(4) => Self::GapsFound,
            Exit::Checker(5) => Self::NoGapObserved,
            Exit::Checker(6) => Self::PacketRefused,
            Exit::Internal | Exit::Checker(_) => Self::Internal,
            Exit::Interrupted => Self::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_one_word_and_the_exit_code_that_says_the_same() {
        let mut words = Code::ALL.map(Code::word);
        words.sort_unstable();
        assert!(words.windows(2).all(|two| two[0] != two[1]), "{words:?}");
        for code in Code::ALL {
            let coarse = Code::from(code.exit());
            assert_eq!(coarse.exit().code(), code.exit().code(), "{}", code.word());
        }
        for exit in 3..=6 {
            assert_eq!(Code::from(Exit::Checker(exit)).exit().code(), exit);
        }
    }

    /// The page that says which words there are.
    #[test]
    fn the_page_lists_every_code_with_what_it_means() {
        let page = include_str!("../../../ATTESTATION.md");
        let (_, section) = page.split_once("## What a program is told").unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        let (_, rows) = section.split_once("| --- | --- | --- |\n").unwrap();
        let rows = rows.lines().take_while(|it| it.starts_with("| `"));
        let rows: Vec<&str> = rows.collect();
        let expected = Code::ALL.map(|it| {
            let exit = it.exit().code();
            format!("| `{}` | {exit} | {} |", it.word(), it.means())
        });
        assert_eq!(rows, expected);
    }
}
