//! The call that is under way, where it outlives who makes it: of a process that a filter
//! killed it says at which call that was.

use std::io;

use crate::raw::Shared;
use crate::wire::CallRecord;

/// The longest name of a call.
const NAME: usize = 64;
/// The words before it: whether there is a call, whether it is aside, its number, its
/// entry and its arguments.
const WORDS: usize = 10;

/// The call that is under way.
#[derive(Debug)]
pub struct UnderWay(Shared);

/// A call that never returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreturned {
    /// The call; what it returned is nothing.
    pub call: CallRecord,
    /// Its arguments.
    pub arguments: [u64; 6],
    /// Whether the act could have done without it.
    pub aside: bool,
}

impl UnderWay {
    /// Of no call yet.
    ///
    /// # Errors
    /// What `mmap(2)` returns.
    pub fn new() -> io::Result<Self> {
        Shared::new().map(Self)
    }

    /// A call is about to be made.
    pub(super) fn begins(
        &mut self,
        name: &str,
        (number, arch): (u64, u32),
        arguments: [u64; 6],
        aside: bool,
    ) {
        let head = [1, u64::from(aside), number, u64::from(arch)];
        let words = head.iter().chain(&arguments);
        let mut bytes: Vec<u8> = words.flat_map(|word| word.to_ne_bytes()).collect();
        let mut padded = [0; NAME];
        padded
            .iter_mut()
            .zip(name.bytes())
            .for_each(|(to, byte)| *to = byte);
        bytes.extend(padded);
        self.0.write(&bytes);
    }

    /// It has returned, or there is none.
    pub(super) fn is_over(&mut self) {
        self.0.write(&0_u64.to_ne_bytes());
    }

    /// The call that has not returned.
    #[must_use]
    pub fn unreturned(&self) -> Option<Unreturned> {
        let bytes = self.0.read();
        let (words, name) = bytes.split_at_checked(WORDS * 8)?;
        let words: Vec<u64> = words
            .chunks_exact(8)
            .map(|it| it.try_into().map_or(0, u64::from_ne_bytes))
            .collect();
        let [1, aside, number, arch, arguments @ ..] = words.as_slice() else {
            return None;
        };
        let name = name.get(..NAME)?.split(|byte| *byte == 0).next()?;
        Some(Unreturned {
            call: CallRecord {
                name: String::from_utf8_lossy(name).into_owned(),
                number: *number,
                arch: u32::try_from(*arch).ok()?,
                returned: 0,
            },
            arguments: arguments.try_into().ok()?,
            aside: *aside != 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_from_before_it_is_made_until_it_has_returned() {
        let mut under_way = UnderWay::new().unwrap();
        assert_eq!(under_way.unreturned(), None);
        under_way.begins("lseek", (8, 7), [1, 2, 3, 4, 5, u64::MAX], true);
        let call = CallRecord {
            name: "lseek".to_owned(),
            number: 8,
            arch: 7,
            returned: 0,
        };
        let wanted = Unreturned {
            call,
            arguments: [1, 2, 3, 4, 5, u64::MAX],
            aside: true,
        };
        assert_eq!(under_way.unreturned(), Some(wanted));
        under_way.is_over();
        assert_eq!(under_way.unreturned(), None);
    }
}
