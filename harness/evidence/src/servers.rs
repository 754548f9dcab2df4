//! What the servers beside sandboxes said and saw: the database, and the stand-in for
//! the KB.

use serde::{Deserialize, Serialize};

/// What a server answered the host right before a launch: raw, for the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its address on the engine's bridge or the loopback interface, with its port.
    pub address: String,
    /// Where the server comes from: the host's package, or an image by reference.
    pub source: String,
    /// The version it states to who logs in.
    pub version: String,
    /// Its answer to the TLS request over TCP: `S` or `N`.
    pub tcp: char,
    /// Its answer to the TLS request over its unix socket: `S` or `N`.
    pub unix: char,
}

/// What the server saw during a launch: raw, for the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// Its address on the engine's bridge or the loopback interface, with its port.
    pub address: String,
    /// The status it gave the host, which wrote with the token right before.
    pub host: u16,
    /// How many connections there were after that.
    pub connections: u32,
    /// The requests that came over them, in order.
    pub requests: Vec<Request>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The token that came with it.
    pub token: Token,
    /// What was to be written; what is no printable ASCII is replaced.
    pub body: String,
    /// The status it was answered with: 201 where the write was taken.
    pub status: u16,
}

/// The token of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    /// There is none.
    None,
    /// Another than the one that was planted.
    Other,
    /// The one that was planted.
    Planted,
}

/// The status of a write that was taken (RFC 9110, 15.3.2).
pub const TAKEN: u16 = 201;
