//! What a text of a packet may be: a type for each kind, and one way to read it.
//!
//! A field's type in [`super::wire`] says which it is, here and in the published schema.

use super::Timestamp;
use crate::bag::PACKET;
use crate::json::is_pointer;
use crate::refusal::{Reason, Refusal};
use crate::scope::{MAX_SCOPE, Scope};
use crate::text::hides;

/// The longest text, in characters.
pub(super) const MAX_TEXT: usize = 4096;
pub(super) const MAX_ID: usize = 64;
pub(super) const MAX_POINTER: usize = 4096;
/// The longest payload of a capture, in characters of base64.
pub(super) const MAX_CAPTURE: usize = 64 * 1024;

macro_rules! texts {
    ($($(#[doc = $says:literal])+ $name:ident,)+) => {$(
        $(#[doc = $says])+
        #[derive(Debug, serde::Deserialize)]
        #[serde(transparent)]
        pub(super) struct $name(String);
    )+};
}

texts! {
    /// The schema that the packet names.
    SchemaName,
    /// What others refer to: letters, digits, `.`, `_` and `-`.
    Id,
    /// Text that is shown as it is: there is something to see, and nothing in it hides, or
    /// hides or rearranges the rest.
    Text,
    /// The same; if there is nothing in it, nothing was said.
    Said,
    /// A moment.
    Moment,
    /// The same; if it is empty, nothing was said.
    SaidMoment,
    /// What something speaks of.
    ScopeText,
    /// A plain path beneath `data/` that is not the packet itself.
    ItemPath,
    /// A JSON pointer (RFC 6901) to a part: the whole of an item is its digest's business.
    Pointer,
    /// A statement in base64, which is decoded when somebody looks at who signed it.
    Payload,
    /// Text that nobody reads before somebody looks at who signed it.
    Opaque,
}

impl SchemaName {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Id {
    pub(super) fn read(self, pointer: &str) -> Result<String, Refusal> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let length = (1..=MAX_ID).contains(&self.0.len());
        if length && self.0.bytes().all(plain) {
            Ok(self.0)
        } else {
            let expected = format!("1 to {MAX_ID} of A-Z, a-z, 0-9, `.`, `_` and `-`");
            Err(at(Reason::IdMalformed, pointer).expected(&expected, &self.0))
        }
    }
}

impl Text {
    pub(super) fn read(self, pointer: &str) -> Result<String, Refusal> {
        let length = self.0.chars().count();
        let hidden = self.0.chars().position(hides);
        let observed = match (length, hidden.and_then(|at| self.0.chars().nth(at))) {
            (1..=MAX_TEXT, None) if self.0.trim().is_empty() => "white space alone".to_owned(),
            (1..=MAX_TEXT, None) => return Ok(self.0),
            (_, Some(c)) => {
                let place = hidden.unwrap_or_default() + 1;
                format!("U+{:04X} as character {place}", u32::from(c))
            }
            (length, None) => format!("{length} characters"),
        };
        let expected = format!("1 to {MAX_TEXT} characters, all of which are seen");
        Err(at(Reason::TextUnsafe, pointer).expected(&expected, &observed))
    }
}

impl Said {
    pub(super) fn read(self, pointer: &str) -> Result<Option<String>, Refusal> {
        if self.0.chars().count() <= MAX_TEXT && self.0.trim().is_empty() {
            return Ok(None);
        }
        Text(self.0).read(pointer).map(Some)
    }
}

impl Moment {
    pub(super) fn read(self, pointer: &str) -> Result<Timestamp, Refusal> {
        let refused = || at(Reason::TimeMalformed, pointer);
        let expected = "YYYY-MM-DDThh:mm:ss, then Z or an offset such as +02:00";
        Timestamp::parse(&self.0).ok_or_else(|| refused().expected(expected, &self.0))
    }
}

impl SaidMoment {
    pub(super) fn read(self, pointer: &str) -> Result<Option<Timestamp>, Refusal> {
        if self.0.is_empty() {
            return Ok(None);
        }
        Moment(self.0).read(pointer).map(Some)
    }
}

impl ScopeText {
    pub(super) fn read(self, pointer: &str) -> Result<Scope, Refusal> {
        let refused = || at(Reason::ScopeMalformed, pointer);
        let expected = format!(
            "segments of A-Z, a-z, 0-9, `.`, `_` and `-`, joined by /; at most {MAX_SCOPE} characters"
        );
        Scope::parse(&self.0).ok_or_else(|| refused().expected(&expected, &self.0))
    }
}

impl ItemPath {
    pub(super) fn read(self, pointer: &str) -> Result<String, Refusal> {
        let beneath = self.0.starts_with("data/") && self.0 != PACKET;
        if beneath && crate::bag::is_plain(&self.0) {
            Ok(self.0)
        } else {
            let expected = "the plain path of a file beneath data/, not data/packet.json";
            Err(at(Reason::ItemPath, pointer).expected(expected, &self.0))
        }
    }
}

impl Pointer {
    pub(super) fn read(self, pointer: &str) -> Result<String, Refusal> {
        if is_pointer(&self.0) && self.0.chars().count() <= MAX_POINTER {
            return Ok(self.0);
        }
        let refusal = at(Reason::PacketShape, pointer);
        let expected = "a JSON pointer (RFC 6901) that begins with / and has ~ as ~0 or ~1 alone";
        Err(refusal.expected(expected, &self.0))
    }
}

impl Payload {
    pub(super) fn read(self, pointer: &str) -> Result<String, Refusal> {
        if self.0.len() <= MAX_CAPTURE {
            return Ok(self.0);
        }
        let most = format!("at most {MAX_CAPTURE} characters");
        let refusal = at(Reason::CaptureTooLong, pointer);
        Err(refusal.expected(&most, &self.0.len().to_string()))
    }
}

impl Opaque {
    pub(super) fn read(self) -> String {
        self.0
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
    fn a_pointer_is_spelled_as_its_rfc_has_it() {
        let taken = |text: &str| Pointer(text.to_owned()).read("/x").is_ok();
        for good in ["/", "/a", "/a~1b/~0~1", "/~01", "//", "/\u{e9}\n"] {
            assert!(taken(good), "{good}");
        }
        for bad in ["", "a", "/~", "/~2", "/a~", "/~/0", "/~~0"] {
            assert!(!taken(bad), "{bad}");
        }
    }

    #[test]
    fn a_text_in_which_anything_hides_is_refused() {
        let taken = |value: String| Text(value).read("/claims/0/text");
        for c in all_that_hide() {
            let refusal = taken(format!("a{c}b")).unwrap_err();
            assert_eq!(refusal.reason, Reason::TextUnsafe, "U+{:04X}", u32::from(c));
        }
        // A space that is no mark is no text of its own, and nothing was said.
        assert!(matches!(
            Said("\u{a0}\u{3000}".to_owned()).read("/x"),
            Ok(None)
        ));
        for blank in [" ", "\u{3000}\u{a0}", "   "] {
            let refusal = taken(blank.to_owned()).unwrap_err();
            assert_eq!(refusal.reason, Reason::TextUnsafe);
            assert_eq!(refusal.observed.unwrap(), "white space alone");
        }
        assert!(taken("R\u{1ee7}i ro, \u{e9}\u{2026}".to_owned()).is_ok());
    }
}
