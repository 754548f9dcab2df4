//! What a row expects of an attempt, in words that a reader can check.
//!
//! Owns the wording (`EPERM`, `returns 0`, `killed SIGSYS`, …) and whether an
//! outcome is the expected one. It does not decide what follows from that.

use std::fmt;
use std::str::FromStr;

use crate::errno::{Errno, Signal};
use crate::wire::{EXEC_HELLO, Outcome};

/// One expected outcome. See [`Expectation::from_str`] for the wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// `EPERM`: the call fails with exactly this error number.
    Errno(Errno),
    /// `EPERM or EACCES`: with one of these; the attempt's `why` says why.
    OneOf(Vec<Errno>),
    /// `returns`: the call succeeds with any value that is not negative.
    Returns,
    /// `returns 0`: the call succeeds with exactly this value.
    ReturnsExactly(i64),
    /// `killed SIGSYS`: the probe does not survive the attempt.
    Killed(Signal),
    /// `found`: what was looked for is there.
    Found,
    /// `absent`: it is not.
    Absent,
    /// `exec`: the probe, or its child, became another program and said so.
    Exec,
}

/// The wording is not one of those an expectation has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an error name, `returns`, `returns N`, `killed SIGNAL`, `found`, `absent` or `exec`, observed `{text}`"
)]
pub struct ExpectationError {
    text: String,
}

impl Expectation {
    /// Whether the probe's outcome is the expected one. An outcome is never
    /// the expected one where the probe was to be killed.
    #[must_use]
    pub fn matches(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Returned(value) => match self {
                Self::Returns => *value >= 0,
                Self::ReturnsExactly(expected) => value == expected,
                Self::Errno(_) | Self::OneOf(_) | Self::Killed(_) => false,
                Self::Found | Self::Absent | Self::Exec => false,
            },
            Outcome::Errno(number) => match self {
                Self::Errno(expected) => expected.number() == *number,
                Self::OneOf(names) => names.iter().any(|name| name.number() == *number),
                Self::Returns | Self::ReturnsExactly(_) | Self::Killed(_) => false,
                Self::Found | Self::Absent | Self::Exec => false,
            },
            Outcome::Found(what) => match self {
                Self::Exec => what == EXEC_HELLO,
                Self::Found => what != EXEC_HELLO,
                Self::Errno(_) | Self::OneOf(_) | Self::Returns => false,
                Self::ReturnsExactly(_) | Self::Killed(_) | Self::Absent => false,
            },
            Outcome::Absent => *self == Self::Absent,
            Outcome::NotApplicable(_) | Outcome::Unready(_) => false,
        }
    }

    /// Whether the probe's death by this signal number is the expected outcome.
    #[must_use]
    pub fn matches_death(&self, signal: i32) -> bool {
        self.signal()
            .is_some_and(|expected| expected.number() == signal)
    }

    /// The signal the probe is expected to die of, if any.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        match self {
            Self::Killed(signal) => Some(*signal),
            Self::Errno(_) | Self::OneOf(_) | Self::Returns | Self::ReturnsExactly(_) => None,
            Self::Found | Self::Absent | Self::Exec => None,
        }
    }

    /// Whether the call is to fail, which leaves everything as it was.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Errno(_) | Self::OneOf(_) => true,
            Self::Returns | Self::ReturnsExactly(_) | Self::Killed(_) => false,
            Self::Found | Self::Absent | Self::Exec => false,
        }
    }
}

impl FromStr for Expectation {
    type Err = ExpectationError;

    /// Reads `EPERM`, `EPERM or EACCES`, `returns`, `returns 0`,
    /// `killed SIGSYS`, `found`, `absent` or `exec`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || ExpectationError {
            text: text.to_owned(),
        };
        if let Some(value) = text.strip_prefix("returns ") {
            return value
                .parse()
                .map(Self::ReturnsExactly)
                .map_err(|_| unknown());
        }
        if let Some(name) = text.strip_prefix("killed ") {
            return Signal::named(name).map(Self::Killed).ok_or_else(unknown);
        }
        match text {
            "returns" => Ok(Self::Returns),
            "found" => Ok(Self::Found),
            "absent" => Ok(Self::Absent),
            "exec" => Ok(Self::Exec),
            names => {
                let names: Option<Vec<Errno>> = names.split(" or ").map(Errno::named).collect();
                match names.as_deref() {
                    Some([one]) => Ok(Self::Errno(*one)),
                    Some(several) => Ok(Self::OneOf(several.to_vec())),
                    None => Err(unknown()),
                }
            }
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errno(errno) => write!(f, "{errno}"),
            Self::OneOf(names) => {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                f.write_str(&names.join(" or "))
            }
            Self::Returns => f.write_str("returns"),
            Self::ReturnsExactly(value) => write!(f, "returns {value}"),
            Self::Killed(signal) => write!(f, "killed {}", signal.name()),
            Self::Found => f.write_str("found"),
            Self::Absent => f.write_str("absent"),
            Self::Exec => f.write_str("exec"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDINGS: [&str; 8] = [
        "EPERM",
        "EPERM or EACCES",
        "returns",
        "returns 0",
        "killed SIGSYS",
        "found",
        "absent",
        "exec",
    ];

    fn read(text: &str) -> Expectation {
        text.parse().unwrap()
    }

    #[test]
    fn each_wording_is_printed_as_it_was_read() {
        for text in WORDINGS {
            assert_eq!(read(text).to_string(), text);
        }
    }

    #[test]
    fn refuses_words_it_does_not_know() {
        for text in [
            "",
            "EPREM",
            "eperm",
            "returns x",
            "killed",
            "killed SIGFOO",
            "EPERM or",
            " EPERM",
            "fails",
        ] {
            assert!(text.parse::<Expectation>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_errno_matches_exactly_and_nothing_else() {
        let refused = Outcome::Errno(libc::EPERM);
        let matching: Vec<&str> = WORDINGS
            .into_iter()
            .filter(|text| read(text).matches(&refused))
            .collect();
        assert_eq!(matching, ["EPERM", "EPERM or EACCES"]);
        assert!(!read("EPERM").matches(&Outcome::Errno(libc::EACCES)));
        assert!(read("EPERM or EACCES").matches(&Outcome::Errno(libc::EACCES)));
    }

    #[test]
    fn a_return_value_is_a_success_only_if_it_is_not_negative() {
        assert!(read("returns").matches(&Outcome::Returned(7)));
        assert!(!read("returns").matches(&Outcome::Returned(-1)));
        assert!(read("returns 0").matches(&Outcome::Returned(0)));
        assert!(!read("returns 0").matches(&Outcome::Returned(3)));
    }

    #[test]
    fn an_exec_is_not_merely_something_found() {
        let hello = Outcome::Found(EXEC_HELLO.to_owned());
        assert!(read("exec").matches(&hello));
        assert!(!read("found").matches(&hello));
        assert!(!read("exec").matches(&Outcome::Found("eth0".to_owned())));
        assert!(read("found").matches(&Outcome::Found("eth0".to_owned())));
    }

    #[test]
    fn what_could_not_be_tried_matches_nothing() {
        for outcome in [
            Outcome::Unready("x".into()),
            Outcome::NotApplicable("x".into()),
        ] {
            assert!(WORDINGS.iter().all(|text| !read(text).matches(&outcome)));
        }
    }

    #[test]
    fn a_death_matches_only_its_own_signal() {
        assert!(read("killed SIGSYS").matches_death(31));
        assert!(!read("killed SIGSYS").matches_death(9));
        assert!(!read("EPERM").matches_death(31));
    }
}
