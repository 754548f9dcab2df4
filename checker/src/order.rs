//! The order: what whoever runs the checker tells it beside its folders.
//!
//! Whose captures are believed, for which classes and from when until when, and what
//! time it is. It comes from the command line and never from a packet.

use serde::{Deserialize, Serialize};

use crate::bag::sha256_hex;
use crate::canonical::canonical;
use crate::evidence::EvidenceClass;
use crate::key::EnrolledKey;
use crate::packet::Timestamp;
use crate::provenance::RevisionKind;

/// The schema of an order.
pub const ORDER_SCHEMA: &str = "proof-of-block/order/v1";
/// The longest order, in bytes: it is one argument, inside the airlock's one argument,
/// and the kernel takes 128 KiB for one (execve(2), `MAX_ARG_STRLEN`).
pub const MAX_ORDER: usize = 32 * 1024;

/// What is told to the checker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Always [`ORDER_SCHEMA`].
    pub schema: String,
    /// The time at which the packet is checked; without it, none is later.
    pub now: Option<Timestamp>,
    /// Who is enrolled; without any, no label makes evidence native or governed.
    pub authorities: Vec<Authority>,
}

/// An authority whose captures are believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Its name, as an item's provenance gives it.
    pub name: String,
    /// The classes that it can vouch for: native, governed.
    pub classes: Vec<EvidenceClass>,
    /// What a revision of it looks like that never means anything else later.
    pub revisions: Vec<RevisionKind>,
    /// The keys that its captures are signed with.
    pub keys: Vec<EnrolledKey>,
    /// Captures of an earlier time are not believed.
    pub from: Timestamp,
    /// Captures of a later time are not believed.
    pub until: Timestamp,
}

/// What of an order stands in the announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderSeen {
    /// The sha256 of who is enrolled, in canonical JSON.
    pub authorities_sha256: String,
    /// The time that was told.
    pub now: Option<Timestamp>,
}

/// The order cannot be followed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// It is too long for an argument.
    #[error("expected an order of at most {MAX_ORDER} bytes, observed {0}")]
    TooLong(usize),
    /// It is not JSON of the right shape.
    #[error("expected an order as `{ORDER_SCHEMA}` has it, observed: {0}")]
    Shape(String),
    /// Another schema.
    #[error("expected an order of schema `{ORDER_SCHEMA}`, observed `{0}`")]
    Schema(String),
    /// An authority cannot vouch for a class that needs no capture.
    #[error("expected authority `{0}` to vouch for native or governed evidence only")]
    Class(String),
    /// One authority twice.
    #[error("expected each authority once, observed `{0}` again")]
    Twice(String),
    /// An authority of which no capture could be believed.
    #[error("expected authority `{name}` to have {what}, observed none")]
    Nothing {
        /// The authority.
        name: String,
        /// What it has none of.
        what: &'static str,
    },
}

impl Default for Order {
    /// Nobody is enrolled, and nobody told the time.
    fn default() -> Self {
        Self {
            schema: ORDER_SCHEMA.to_owned(),
            now: None,
            authorities: Vec::new(),
        }
    }
}

impl Order {
    /// Reads an order from its argument.
    ///
    /// # Errors
    /// [`OrderError`].
    pub fn parse(text: &str) -> Result<Self, OrderError> {
        if text.len() > MAX_ORDER {
            return Err(OrderError::TooLong(text.len()));
        }
        let order: Self =
            serde_json::from_str(text).map_err(|error| OrderError::Shape(error.to_string()))?;
        if order.schema != ORDER_SCHEMA {
            return Err(OrderError::Schema(order.schema));
        }
        order.sound().map(|()| order)
    }

    /// Whether a capture of each authority could be believed, and each is there once.
    ///
    /// # Errors
    /// [`OrderError`].
    pub fn sound(&self) -> Result<(), OrderError> {
        for (index, authority) in self.authorities.iter().enumerate() {
            let name = || authority.name.clone();
            let lacks = |what| Err(OrderError::Nothing { name: name(), what });
            if !authority.classes.iter().all(|class| class.is_authority()) {
                return Err(OrderError::Class(name()));
            }
            let earlier = self.authorities.iter().take(index);
            if earlier.map(|it| &it.name).any(|it| *it == authority.name) {
                return Err(OrderError::Twice(name()));
            }
            if authority.classes.is_empty() {
                return lacks("a class");
            }
            if authority.keys.is_empty() {
                return lacks("a key");
            }
            if authority.revisions.is_empty() {
                return lacks("a kind of revision");
            }
            if authority.from > authority.until {
                return lacks("a time at which its captures are believed");
            }
        }
        Ok(())
    }

    /// The authority of this name.
    pub(crate) fn authority(&self, name: &str) -> Option<&Authority> {
        self.authorities.iter().find(|it| it.name == name)
    }

    /// The sha256 of who is enrolled, in canonical JSON: the time is not in it.
    pub fn authorities_sha256(&self) -> String {
        // Plain strings, whole numbers and times always have a canonical form.
        sha256_hex(&canonical(&self.authorities).unwrap_or_default())
    }

    /// What of it is announced.
    #[must_use]
    pub fn seen(&self) -> OrderSeen {
        OrderSeen {
            authorities_sha256: self.authorities_sha256(),
            now: self.now,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn fixture() -> Value {
        serde_json::from_str(&fixtures::order()).unwrap()
    }

    /// What comes of the fixtures' order after one change.
    fn changed(change: impl FnOnce(&mut Value)) -> Result<Order, OrderError> {
        let mut order = fixture();
        change(&mut order);
        Order::parse(&order.to_string())
    }

    #[test]
    fn an_order_is_read_whole_or_refused_in_words() {
        assert_eq!(changed(|_| {}).unwrap().authorities.len(), 3);
        type Change = fn(&mut Value);
        let refused: [(Change, &str); 8] = [
            (|it| it["schema"] = json!("v9"), "observed `v9`"),
            (|it| it["more"] = json!(1), "unknown field `more`"),
            (|it| it["now"] = json!("yesterday"), "a time as RFC 3339"),
            (
                |it| it["authorities"][0]["keys"] = json!(["00"]),
                "64 hex digits",
            ),
            (
                |it| it["authorities"][0]["keys"] = json!([]),
                "to have a key",
            ),
            (
                |it| it["authorities"][0]["classes"] = json!(["told"]),
                "native or governed",
            ),
            (
                |it| it["authorities"][1] = it["authorities"][0].clone(),
                "each authority once",
            ),
            (
                |it| it["schema"] = json!("x".repeat(MAX_ORDER)),
                "at most 32768 bytes",
            ),
        ];
        for (change, words) in refused {
            let error = changed(change).unwrap_err().to_string();
            assert!(error.contains(words), "{words}: {error}");
        }
    }

    #[test]
    fn what_is_announced_is_who_is_enrolled_and_the_time_beside_it() {
        let whole = changed(|_| {}).unwrap();
        let later = changed(|it| it["now"] = json!("2027-01-01T00:00:00Z")).unwrap();
        assert_eq!(whole.authorities_sha256(), later.authorities_sha256());
        assert_ne!(whole.seen(), later.seen());
        let fewer = changed(|it| it["authorities"] = json!([])).unwrap();
        assert_ne!(whole.authorities_sha256(), fewer.authorities_sha256());
    }
}
