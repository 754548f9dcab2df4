//! The small language in which the matrix writes one system call.
//!
//! `socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0)`: a name of the kernel's table
//! and up to six arguments. Owns reading and printing it; placing the arguments
//! in memory and entering the kernel is [`crate::attempt`]'s.

use std::fmt;

mod parse;
pub mod symbols;
pub mod table;

pub use parse::CallError;

/// The most arguments a system call takes, `syscall(2)`.
pub const MAX_ARGUMENTS: usize = 6;
/// The longest `buf(N)`, in bytes.
pub const MAX_BUFFER: usize = 4096;
/// The pseudo name for a call by number: `number(1000, 0)`.
pub const BY_NUMBER: &str = "number";

/// One system call as the matrix writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its name, or [`BY_NUMBER`], whose first argument is then the number.
    pub name: String,
    /// Its arguments, in the kernel's order.
    pub arguments: Vec<Argument>,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A number, kept as the register holds it: `-1` is all ones.
    Number(u64),
    /// Named constants and numbers joined by `|`.
    Flags(Vec<Flag>),
    /// `"text"`: the address of these bytes and a NUL.
    Text(String),
    /// `NULL`.
    Null,
    /// `BAD`: an address at which nothing is mapped.
    Bad,
    /// `buf(N)`: the address of N zeroed bytes.
    Buffer(usize),
    /// `bytes(00ff)`: the address of these bytes.
    Bytes(Vec<u8>),
    /// `fact(name)`: the address of the plan's text of that name and a NUL.
    Fact(String),
    /// `u32s(1, 2)`: the address of an array of 32-bit words.
    Words32(Vec<Self>),
    /// `u64s(1, "x")`: the address of an array of 64-bit words.
    Words64(Vec<Self>),
}

/// One term of a flag expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flag {
    /// A constant by its C name.
    Named(&'static str, u64),
    /// A literal.
    Literal(u64),
}

impl Flag {
    /// Its value.
    #[must_use]
    pub const fn value(&self) -> u64 {
        match self {
            Self::Named(_, value) | Self::Literal(value) => *value,
        }
    }
}

impl Call {
    /// Reads one call.
    ///
    /// # Errors
    /// Anything that is not exactly one call of this language: see [`CallError`].
    pub fn parse(text: &str) -> Result<Self, CallError> {
        parse::call(text)
    }

    /// The facts its arguments refer to.
    #[must_use]
    pub fn facts(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect_facts(&self.arguments, &mut names);
        names
    }
}

fn collect_facts<'a>(arguments: &'a [Argument], names: &mut Vec<&'a str>) {
    for argument in arguments {
        match argument {
            Argument::Fact(name) => names.push(name),
            Argument::Words32(words) | Argument::Words64(words) => collect_facts(words, names),
            Argument::Number(_) | Argument::Flags(_) | Argument::Text(_) | Argument::Null => {}
            Argument::Bad | Argument::Buffer(_) | Argument::Bytes(_) => {}
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        write_list(f, &self.arguments)?;
        f.write_str(")")
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write_number(f, *value),
            Self::Flags(flags) => write_flags(f, flags),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Null => f.write_str("NULL"),
            Self::Bad => f.write_str("BAD"),
            Self::Buffer(length) => write!(f, "buf({length})"),
            Self::Bytes(bytes) => {
                f.write_str("bytes(")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str(")")
            }
            Self::Fact(name) => write!(f, "fact({name})"),
            Self::Words32(words) => write_words(f, "u32s", words),
            Self::Words64(words) => write_words(f, "u64s", words),
        }
    }
}

fn write_words(f: &mut fmt::Formatter<'_>, name: &str, words: &[Argument]) -> fmt::Result {
    write!(f, "{name}(")?;
    write_list(f, words)?;
    f.write_str(")")
}

fn write_list(f: &mut fmt::Formatter<'_>, arguments: &[Argument]) -> fmt::Result {
    for (index, argument) in arguments.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{argument}")?;
    }
    Ok(())
}

fn write_flags(f: &mut fmt::Formatter<'_>, flags: &[Flag]) -> fmt::Result {
    for (index, flag) in flags.iter().enumerate() {
        if index > 0 {
            f.write_str("|")?;
        }
        match flag {
            Flag::Named(name, _) => f.write_str(name)?,
            Flag::Literal(value) => write_number(f, *value)?,
        }
    }
    Ok(())
}

/// Small negative numbers are descriptors and identifiers: written as such.
fn write_number(f: &mut fmt::Formatter<'_>, value: u64) -> fmt::Result {
    let signed = value.cast_signed();
    match signed {
        -4096..=65535 => write!(f, "{signed}"),
        _ => write!(f, "{value:#x}"),
    }
}
