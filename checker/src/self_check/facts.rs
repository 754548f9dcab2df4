//! The facts P1 judges: five files of `/proc/self` and the environment's keys.
//!
//! These five are all of `/proc` that the sandbox lets the subject read.
//! Values of variables are never taken, for they may be secrets. Landlock can
//! name the entries of `/proc/self/net` only by their folder: the kernel makes
//! each entry anew when it is looked up.

use std::fs::File;
use std::io::{ErrorKind, Read};

/// The most that is read of one file, in bytes.
const MAX_FACT: u64 = 1024 * 1024;

/// What became of reading one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Its text.
    Text(String),
    /// It does not exist.
    Absent,
    /// It exists, or may exist, and could not be read; why.
    Unreadable(String),
}

impl Reading {
    /// The text, or why there is none.
    pub(super) fn text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Absent => Err("absent".to_owned()),
            Self::Unreadable(why) => Err(why.clone()),
        }
    }
}

/// What P1 judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// `/proc/self/status`, proc(5).
    pub status: Reading,
    /// `/proc/self/mountinfo`, proc(5).
    pub mountinfo: Reading,
    /// `/proc/self/net/dev`: the interfaces of the network namespace.
    pub net_dev: Reading,
    /// `/proc/self/net/route`: the IPv4 routes.
    pub route: Reading,
    /// `/proc/self/net/ipv6_route`: the IPv6 routes; absent without IPv6.
    pub ipv6_route: Reading,
    /// The names of the environment's variables.
    pub environment: Vec<String>,
}

impl Facts {
    /// Takes the facts of this process.
    pub fn gather() -> Self {
        let name = |(name, _): (std::ffi::OsString, _)| name.to_string_lossy().into_owned();
        Self {
            status: read("/proc/self/status"),
            mountinfo: read("/proc/self/mountinfo"),
            net_dev: read("/proc/self/net/dev"),
            route: read("/proc/self/net/route"),
            ipv6_route: read("/proc/self/net/ipv6_route"),
            environment: std::env::vars_os().map(name).collect(),
        }
    }
}

fn read(path: &str) -> Reading {
    // Room for one page and more, so that the kernel gives each table in few pieces.
    let mut bytes = Vec::with_capacity(64 * 1024);
    let read = File::open(path).and_then(|file| file.take(MAX_FACT + 1).read_to_end(&mut bytes));
    match read {
        Ok(length) if length as u64 > MAX_FACT => Reading::Unreadable("too long".to_owned()),
        // The mount table has the host's paths as their bytes are. What of them is no text
        // becomes U+FFFD, which is in no mount point that is looked for.
        Ok(_) => Reading::Text(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Reading::Absent,
        Err(error) => Reading::Unreadable(error.kind().to_string()),
    }
}
