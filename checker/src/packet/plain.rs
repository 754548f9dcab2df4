//! What a text, an id, a time, a scope or a path of a packet may be.

use super::Timestamp;
use crate::bag::PACKET;
use crate::refusal::{Reason, Refusal};
use crate::scope::Scope;
use crate::text::hides;

const MAX_TEXT: usize = 4096;
const MAX_ID: usize = 64;

pub(super) fn id(value: &str, pointer: &str) -> Result<String, Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let good = !value.is_empty() && value.len() <= MAX_ID && value.bytes().all(plain);
    if good {
        Ok(value.to_owned())
    } else {
        Err(at(Reason::IdMalformed, pointer))
    }
}

/// Text that is shown as it is: nothing in it hides, or hides or rearranges the rest.
pub(super) fn text(value: &str, pointer: &str) -> Result<String, Refusal> {
    let good = !value.is_empty() && value.len() <= MAX_TEXT && !value.chars().any(hides);
    if good {
        Ok(value.to_owned())
    } else {
        Err(at(Reason::TextUnsafe, pointer))
    }
}

pub(super) fn timestamp(value: &str, pointer: &str) -> Result<Timestamp, Refusal> {
    Timestamp::parse(value)
        .ok_or_else(|| at(Reason::TimeMalformed, pointer).expected("YYYY-MM-DDThh:mm:ssZ", value))
}

pub(super) fn scope(value: &str, pointer: &str) -> Result<Scope, Refusal> {
    Scope::parse(value).ok_or_else(|| at(Reason::ScopeMalformed, pointer))
}

/// A plain path beneath `data/` that is not the packet itself.
pub(super) fn path(value: &str, pointer: &str) -> Result<String, Refusal> {
    let good = value.starts_with("data/") && value != PACKET && crate::bag::is_plain(value);
    if good {
        Ok(value.to_owned())
    } else {
        Err(at(Reason::ItemPath, pointer).expected("data/...", value))
    }
}

pub(super) fn at(reason: Reason, pointer: &str) -> Refusal {
    Refusal::new(reason).file(PACKET).about(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::all_that_hide;

    #[test]
    fn a_text_in_which_anything_hides_is_refused() {
        let taken = |value: &str| text(value, "/claims/0/text");
        for c in all_that_hide() {
            let refusal = taken(&format!("a{c}b")).unwrap_err();
            assert_eq!(refusal.reason, Reason::TextUnsafe, "U+{:04X}", u32::from(c));
        }
        assert!(taken("R\u{1ee7}i ro, \u{e9}\u{2026}").is_ok());
    }
}
