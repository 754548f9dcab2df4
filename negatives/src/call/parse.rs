//! Reads the call language. Strict: what it does not know it refuses, and it
//! accepts exactly one call with nothing behind it.

use super::{Argument, BY_NUMBER, Call, Flag, MAX_ARGUMENTS, MAX_BUFFER, symbols};

/// The longest call the parser reads, in bytes.
const MAX_TEXT: usize = 1024;

/// Why a text is not a call. Positions count bytes from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Longer than any call needs to be.
    #[error("expected at most {MAX_TEXT} bytes, observed {length}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Another character was needed.
    #[error("expected {expected} at byte {at} of `{text}`")]
    Syntax {
        /// What was needed.
        expected: &'static str,
        /// Where.
        at: usize,
        /// The call.
        text: String,
    },
    /// A constant that is not in the table.
    #[error("expected a known constant, observed `{name}`")]
    Symbol {
        /// The word.
        name: String,
    },
    /// A number that no register holds.
    #[error("expected a number of 64 bits, observed `{digits}`")]
    Number {
        /// The digits.
        digits: String,
    },
    /// More arguments than a system call takes.
    #[error("expected at most {limit} arguments, observed more")]
    TooMany {
        /// The most there may be.
        limit: usize,
    },
}

pub(super) fn call(text: &str) -> Result<Call, CallError> {
    if text.len() > MAX_TEXT {
        return Err(CallError::TooLong { length: text.len() });
    }
    let mut reader = Reader { text, at: 0 };
    let name = reader.word("a system call's name")?.to_owned();
    let limit = if name == BY_NUMBER {
        MAX_ARGUMENTS + 1
    } else {
        MAX_ARGUMENTS
    };
    let arguments = reader.list(limit, Depth::Call)?;
    if reader.at != text.len() {
        return Err(reader.expected("the end"));
    }
    Ok(Call { name, arguments })
}

/// An array holds plain values only, so nesting is at most two deep.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Call,
    Array,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn list(&mut self, limit: usize, depth: Depth) -> Result<Vec<Argument>, CallError> {
        self.take('(', "`(`")?;
        let mut arguments = Vec::new();
        if self.skip(')') {
            return Ok(arguments);
        }
        loop {
            if arguments.len() == limit {
                return Err(CallError::TooMany { limit });
            }
            arguments.push(self.argument(depth)?);
            if self.skip(')') {
                return Ok(arguments);
            }
            self.take(',', "`,` or `)`")?;
            self.take(' ', "a space after `,`")?;
        }
    }

    fn argument(&mut self, depth: Depth) -> Result<Argument, CallError> {
        if self.peek() == Some('"') {
            return self.quoted().map(Argument::Text);
        }
        if !self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            let number = self.number()?;
            return self.flags(Flag::Literal(number));
        }
        let word = self.word("an argument")?;
        match word {
            "NULL" => Ok(Argument::Null),
            "BAD" => Ok(Argument::Bad),
            "buf" => self.buffer(),
            "bytes" => self.bytes(),
            "fact" => self.fact(),
            "u32s" if depth == Depth::Call => self.list(16, Depth::Array).map(Argument::Words32),
            "u64s" if depth == Depth::Call => self.list(16, Depth::Array).map(Argument::Words64),
            name => {
                let flag = named(name)?;
                self.flags(flag)
            }
        }
    }

    fn flags(&mut self, first: Flag) -> Result<Argument, CallError> {
        if self.peek() != Some('|')
            && let Flag::Literal(number) = first
        {
            return Ok(Argument::Number(number));
        }
        let mut flags = vec![first];
        while self.skip('|') {
            let flag = if self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
                named(self.word("a constant")?)?
            } else {
                Flag::Literal(self.number()?)
            };
            flags.push(flag);
        }
        Ok(Argument::Flags(flags))
    }

    fn number(&mut self) -> Result<u64, CallError> {
        let start = self.at;
        let negative = self.skip('-');
        let hexadecimal = self.text[self.at..].starts_with("0x");
        if hexadecimal {
            self.at += 2;
        }
        let digits =
            self.while_true(|c| c.is_ascii_hexdigit() && (hexadecimal || c.is_ascii_digit()));
        if digits.is_empty() {
            return Err(self.expected("an argument"));
        }
        let radix = if hexadecimal { 16 } else { 10 };
        let magnitude = u64::from_str_radix(digits, radix);
        let value = match (magnitude, negative) {
            (Ok(value), false) => Some(value),
            (Ok(value), true) => 0_i64.checked_sub_unsigned(value).map(i64::cast_unsigned),
            (Err(_), _) => None,
        };
        value.ok_or_else(|| CallError::Number {
            digits: self.text[start..self.at].to_owned(),
        })
    }

    /// Printable ASCII without `"` and `\`: nothing needs escaping.
    fn quoted(&mut self) -> Result<String, CallError> {
        self.take('"', "`\"`")?;
        let inside = self
            .while_true(|c| (' '..='~').contains(&c) && c != '"' && c != '\\')
            .to_owned();
        self.take('"', "`\"` or a printable character")?;
        Ok(inside)
    }

    fn buffer(&mut self) -> Result<Argument, CallError> {
        self.take('(', "`(`")?;
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if length == 0 || length > MAX_BUFFER {
            return Err(self.expected("a length from 1 to 4096"));
        }
        self.take(')', "`)`")?;
        Ok(Argument::Buffer(length))
    }

    fn bytes(&mut self) -> Result<Argument, CallError> {
        self.take('(', "`(`")?;
        let digits = self.while_true(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        if digits.is_empty() || !digits.len().is_multiple_of(2) {
            return Err(self.expected("an even number of lower-case hexadecimal digits"));
        }
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_default();
        let bytes = (0..digits.len()).step_by(2).map(pair).collect();
        self.take(')', "`)`")?;
        Ok(Argument::Bytes(bytes))
    }

    fn fact(&mut self) -> Result<Argument, CallError> {
        self.take('(', "`(`")?;
        let name = self.word("a fact's name")?.to_owned();
        self.take(')', "`)`")?;
        Ok(Argument::Fact(name))
    }

    fn word(&mut self, expected: &'static str) -> Result<&'a str, CallError> {
        if !self
            .peek()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        {
            return Err(self.expected(expected));
        }
        Ok(self.while_true(|c| c.is_ascii_alphanumeric() || c == '_'))
    }

    fn while_true(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn take(&mut self, wanted: char, expected: &'static str) -> Result<(), CallError> {
        if self.skip(wanted) {
            Ok(())
        } else {
            Err(self.expected(expected))
        }
    }

    fn skip(&mut self, wanted: char) -> bool {
        let here = self.peek() == Some(wanted);
        if here {
            self.at += wanted.len_utf8();
        }
        here
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn expected(&self, expected: &'static str) -> CallError {
        CallError::Syntax {
            expected,
            at: self.at,
            text: self.text.to_owned(),
        }
    }
}

fn named(name: &str) -> Result<Flag, CallError> {
    symbols::find(name)
        .map(|(name, value)| Flag::Named(name, value))
        .ok_or_else(|| CallError::Symbol {
            name: name.to_owned(),
        })
}

#[cfg(test)]
mod tests;
