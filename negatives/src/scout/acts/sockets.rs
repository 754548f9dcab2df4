//! Sockets to the harness's own listeners: loopback, a path, an abstract name.

use super::{Bench, Report, Step, argument, constant, done};
use crate::script::network::{internet, unix as path};
use crate::wire::Outcome;

const LOOPBACK: &str = "127.0.0.1";
/// The longest answer of a listener.
const ANSWER: u64 = 128;

/// Connects to a port of loopback, sends the mark, and brings back the answer.
pub(super) fn tcp(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let address = internet(LOOPBACK, argument(arguments, 0)?)?;
    let stream = (libc::AF_INET, libc::SOCK_STREAM);
    answer(bench, stream, &address, argument(arguments, 1)?)
}

/// Sends the mark to a port of loopback in a datagram: whether it arrived, only the
/// listener can say.
pub(super) fn udp(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let address = internet(LOOPBACK, argument(arguments, 0)?)?;
    let socket = socket(bench, (libc::AF_INET, libc::SOCK_DGRAM))?;
    let mark = argument(arguments, 1)?;
    let (text, length) = (bench.text(mark)?, mark.len() as u64);
    let placed = bench.bytes(&address)?;
    let size = address.len() as u64;
    let sent = bench.native("sendto", &[socket, text, length, 0, placed, size])?;
    bench.close(socket);
    Ok(Report::of(sent))
}

/// Connects to a unix socket, by path or, with `@`, by an abstract name; sends the mark
/// and brings back the answer.
pub(super) fn unix(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let address = path(argument(arguments, 0)?)?;
    let stream = (libc::AF_UNIX, libc::SOCK_STREAM);
    answer(bench, stream, &address, argument(arguments, 1)?)
}

fn socket(bench: &mut Bench<'_>, (family, kind): (i32, i32)) -> Step<u64> {
    let kind = constant(kind | libc::SOCK_CLOEXEC);
    bench.must("socket", &[constant(family), kind, 0])
}

fn answer(bench: &mut Bench<'_>, kind: (i32, i32), address: &[u8], mark: &str) -> Step<Report> {
    let socket = socket(bench, kind)?;
    let placed = bench.bytes(address)?;
    let size = address.len() as u64;
    let (_, connected) = done(bench.native("connect", &[socket, placed, size])?)?;
    let text = bench.text(&format!("{mark}\n"))?;
    bench.must("write", &[socket, text, mark.len() as u64 + 1])?;
    let room = bench.bytes(&[0; 128])?;
    let length = bench.must("read", &[socket, room, ANSWER])?;
    bench.close(socket);
    let length = usize::try_from(length).unwrap_or_default();
    let bytes = bench.arena.read(room, length).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    Ok(Report {
        call: Some(connected),
        outcome: Outcome::Found(text),
    })
}
