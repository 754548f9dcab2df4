//! The command line: where the packet is and where the report goes.
//!
//! Beside them stands the order. There is no flag and no variable that makes P1 weaker.

use std::ffi::OsString;
use std::path::{Component, PathBuf};

use crate::order::{Order, OrderError};

/// What `--help` says, and what follows a usage error.
pub const USAGE: &str = "usage: checker [--input DIR] [--output DIR] [--order JSON]\n\
    Reads the packet in DIR (default /in), writes report.json to DIR (default /out).\n\
    The order says whose captures are believed, and what time it is.\n\
    Exit: 2 usage, 3 blocked, 4 gaps, 5 no gap observed, 6 refused, 70 internal error.";

/// Where the packet is and where the report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder that is the bag; absolute, a mount point of its own.
    pub input: PathBuf,
    /// The folder the report goes to; absolute, a mount point of its own.
    pub output: PathBuf,
    /// What else whoever runs it says.
    pub order: Order,
}

/// The arguments are not as they must be, or asked for help.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// `--help`.
    #[error("{USAGE}")]
    Help,
    /// `--version`.
    #[error("checker {}", crate::VERSION)]
    Version,
    /// An argument nobody defined.
    #[error("expected `--input DIR`, `--output DIR` or `--order JSON`, observed `{0}`\n{USAGE}")]
    Unknown(String),
    /// The order cannot be followed.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A flag without its value, or given twice.
    #[error("expected `{0}` once, with a value\n{USAGE}")]
    Value(&'static str),
    /// A folder that is not absolute, or is spelled with `.` or `..`.
    #[error("expected an absolute folder below the root, plainly spelled, observed `{0}`")]
    NotPlain(String),
    /// A fault that no wrong checker has.
    #[cfg(feature = "wrong")]
    #[error(transparent)]
    Fault(#[from] crate::wrong::SelectError),
    /// One folder is, or lies in, the other.
    #[error("expected input and output apart, observed one beneath the other")]
    Nested,
}

impl Settings {
    /// These folders, with nobody enrolled and no time told.
    pub fn of(input: PathBuf, output: PathBuf) -> Self {
        Self {
            input,
            output,
            order: Order::default(),
        }
    }

    /// Reads the arguments (without the program's name).
    ///
    /// # Errors
    /// [`UsageError`]; all of them are exit code 2.
    pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Self, UsageError> {
        let (mut input, mut output, mut order) = (None, None, None);
        let mut args = args;
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--help" | "-h") => return Err(UsageError::Help),
                Some("--version" | "-V") => return Err(UsageError::Version),
                Some("--input") => set(&mut input, args.next(), "--input")?,
                Some("--output") => set(&mut output, args.next(), "--output")?,
                Some("--order") => told(&mut order, args.next())?,
                #[cfg(feature = "wrong")]
                Some("--wrong") => select(args.next())?,
                Some(_) | None => {
                    return Err(UsageError::Unknown(arg.to_string_lossy().into_owned()));
                }
            }
        }
        let input = input.unwrap_or_else(|| PathBuf::from("/in"));
        let output = output.unwrap_or_else(|| PathBuf::from("/out"));
        if input.starts_with(&output) || output.starts_with(&input) {
            return Err(UsageError::Nested);
        }
        Ok(Self {
            input,
            output,
            order: order.unwrap_or_default(),
        })
    }
}

/// The fault that this wrong checker is to have.
#[cfg(feature = "wrong")]
fn select(name: Option<OsString>) -> Result<(), UsageError> {
    let name = name.unwrap_or_default();
    Ok(crate::wrong::select(&name.to_string_lossy())?)
}

fn told(slot: &mut Option<Order>, value: Option<OsString>) -> Result<(), UsageError> {
    let value = value.filter(|_| slot.is_none());
    let text = value.and_then(|value| value.into_string().ok());
    *slot = Some(Order::parse(&text.ok_or(UsageError::Value("--order"))?)?);
    Ok(())
}

fn set(
    slot: &mut Option<PathBuf>,
    value: Option<OsString>,
    flag: &'static str,
) -> Result<(), UsageError> {
    let (Some(value), None) = (value, slot.as_ref()) else {
        return Err(UsageError::Value(flag));
    };
    let not_plain = || UsageError::NotPlain(value.to_string_lossy().into_owned());
    let text = value.to_str().ok_or_else(not_plain)?;
    let path = PathBuf::from(text);
    let normal = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
    let respelled: PathBuf = path.components().collect();
    let plain = text.starts_with('/')
        && text.len() > 1
        && path.components().all(normal)
        && respelled.as_os_str() == path.as_os_str();
    if !plain {
        return Err(not_plain());
    }
    *slot = Some(path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Settings, UsageError> {
        Settings::parse(args.iter().map(OsString::from))
    }

    #[test]
    fn without_arguments_the_folders_are_in_and_out() {
        let settings = parse(&[]).unwrap();
        assert_eq!(settings.input, PathBuf::from("/in"));
        assert_eq!(settings.output, PathBuf::from("/out"));
    }

    #[test]
    fn both_folders_can_be_named() {
        let settings = parse(&["--output", "/b", "--input", "/a"]).unwrap();
        assert_eq!(
            (settings.input, settings.output),
            ("/a".into(), "/b".into())
        );
    }

    #[test]
    fn help_and_version_are_not_a_run() {
        assert_eq!(parse(&["--help"]), Err(UsageError::Help));
        assert_eq!(parse(&["--version"]), Err(UsageError::Version));
    }

    #[test]
    fn refuses_what_nobody_defined() {
        assert_eq!(
            parse(&["--no-self-check"]),
            Err(UsageError::Unknown("--no-self-check".into()))
        );
        assert_eq!(parse(&["--input"]), Err(UsageError::Value("--input")));
        assert_eq!(
            parse(&["--input", "/a", "--input", "/b"]),
            Err(UsageError::Value("--input"))
        );
    }

    #[test]
    fn refuses_a_folder_that_is_not_plainly_spelled() {
        for folder in ["in", "", "/", "/in/../etc", "/in/.", "/in//x", "/in/"] {
            assert_eq!(
                parse(&["--input", folder]),
                Err(UsageError::NotPlain(folder.into())),
                "{folder}"
            );
        }
    }

    #[test]
    fn refuses_one_folder_beneath_the_other() {
        assert_eq!(
            parse(&["--input", "/a", "--output", "/a/b"]),
            Err(UsageError::Nested)
        );
        assert_eq!(
            parse(&["--input", "/a", "--output", "/a"]),
            Err(UsageError::Nested)
        );
    }
}
