//! Writes to the knowledge base as a program with its token would: over HTTP.
//!
//! Owns the one request and what its answer means. The token comes from the
//! environment, where the variable is named; nothing else is read of that.

use std::os::unix::ffi::OsStrExt as _;

use super::files::symbol;
use super::network::internet;
use crate::attempt::{Bench, Report, Step};

/// How long the connection and each answer may take, seconds: a firewall that drops
/// packets must not hold the probe.
const PATIENCE: u64 = 5;
/// `SOL_SOCKET`, and its options `SO_RCVTIMEO` and `SO_SNDTIMEO`, of `<asm-generic/socket.h>`.
const SOL_SOCKET: u64 = 1;
const TIMEOUTS: [u64; 2] = [20, 21];
/// The start of an answer (RFC 9112, 4): `HTTP/1.1 201`.
const STATUS_LINE: usize = 12;

/// Posts the third argument, with the token that the variable named by the fourth holds.
pub(super) fn write(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let address = internet(&arguments[0], &arguments[1])?;
    let socket = bench.must("socket", &[symbol("AF_INET"), symbol("SOCK_STREAM"), 0])?;
    let timeout = bench.words(&[PATIENCE, 0])?;
    for option in TIMEOUTS {
        let _: u64 = bench.must("setsockopt", &[socket, SOL_SOCKET, option, timeout, 16])?;
    }
    let placed = bench.bytes(&address)?;
    let record = bench.native("connect", &[socket, placed, address.len() as u64])?;
    if record.returned < 0 {
        bench.close(socket);
        return Ok(Report::of(record));
    }
    let request = request(&arguments[2], token(&arguments[3]).as_deref());
    let text = bench.bytes(&request)?;
    let _: u64 = bench.must("write", &[socket, text, request.len() as u64])?;
    let room = bench.bytes(&[0; STATUS_LINE])?;
    let record = bench.native("read", &[socket, room, STATUS_LINE as u64])?;
    bench.close(socket);
    if record.returned < 0 {
        return Ok(Report::of(record));
    }
    let answer = bench.arena.read(room, STATUS_LINE).unwrap_or_default();
    Ok(match answer.as_slice() {
        b"HTTP/1.1 201" => Report::found("the KB took the write"),
        b"HTTP/1.1 401" => Report::absent(),
        _ => Report::unready("something answered that is not the KB"),
    })
}

/// A request that asks to be the connection's only one.
fn request(body: &str, token: Option<&[u8]>) -> Vec<u8> {
    let mut request = b"POST /write HTTP/1.1\r\nHost: kb\r\nConnection: close\r\n".to_vec();
    if let Some(token) = token {
        request.extend(b"Authorization: Bearer ");
        request.extend(token);
        request.extend(b"\r\n");
    }
    request.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).bytes());
    request
}

fn token(variable: &str) -> Option<Vec<u8>> {
    let value = std::env::var_os(variable)?;
    Some(value.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_a_token_says_nothing_of_one() {
        let text = String::from_utf8(request("abc", None)).unwrap();
        assert!(!text.contains("Authorization"), "{text}");
        assert!(text.ends_with("Content-Length: 3\r\n\r\nabc"), "{text}");
        let text = String::from_utf8(request("", Some(b"t"))).unwrap();
        assert!(text.contains("\r\nAuthorization: Bearer t\r\n"), "{text}");
    }
}
