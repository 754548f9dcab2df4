//! Speaks to a PostgreSQL server by every way that leads to one.
//!
//! Owns the protocol's first question and the roads to it. What it finds is the
//! server's own answer: a connection alone would show any listener.

use super::files::symbol;
use super::network::{internet, unix};
use crate::attempt::{Bench, Report, Step};
use crate::wire::CallRecord;

/// `SSLRequest`: length 8, code 80877103 (PostgreSQL documentation, 55.7). The
/// server answers with one byte, `S` or `N`, before any login.
const TLS_REQUEST: &[u8] = &[0, 0, 0, 8, 4, 210, 22, 47];
/// `StartupMessage`: length 23, protocol 3.0, the user `postgres`. The server
/// answers with a message whose first byte is its type.
const LOGIN: &[u8] = b"\0\0\0\x17\0\x03\0\0user\0postgres\0\0";
/// `MSG_FASTOPEN` of `<linux/socket.h>`: connect and send in one call.
const MSG_FASTOPEN: u64 = 0x2000_0000;
/// `IPPROTO_MPTCP` of `<linux/in.h>`.
const IPPROTO_MPTCP: u64 = 262;
/// `SYS_SOCKET` and `SYS_CONNECT` of `socketcall(2)`.
const SOCKETCALL: [u64; 2] = [1, 3];

/// Where the server is, for `socket(2)` and `connect(2)`.
struct Road {
    family: u64,
    protocol: u64,
    address: Vec<u8>,
}

impl Road {
    fn internet(arguments: &[String]) -> Step<Self> {
        Ok(Self {
            family: symbol("AF_INET"),
            protocol: 0,
            address: internet(&arguments[0], &arguments[1])?,
        })
    }

    fn unix(arguments: &[String]) -> Step<Self> {
        Ok(Self {
            family: symbol("AF_UNIX"),
            protocol: 0,
            address: unix(&arguments[0])?,
        })
    }

    fn ask(&self, bench: &mut Bench<'_>, question: &[u8]) -> Step<Report> {
        let socket = self.socket(bench)?;
        let address = bench.bytes(&self.address)?;
        let length = self.address.len() as u64;
        let record = bench.native("connect", &[socket, address, length])?;
        if record.returned < 0 {
            bench.close(socket);
            return Ok(Report::of(record));
        }
        let text = bench.bytes(question)?;
        let _: u64 = bench.must("write", &[socket, text, question.len() as u64])?;
        answer(bench, socket)
    }

    fn socket(&self, bench: &mut Bench<'_>) -> Step<u64> {
        bench.must(
            "socket",
            &[self.family, symbol("SOCK_STREAM"), self.protocol],
        )
    }
}

pub(super) fn tcp(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    Road::internet(arguments)?.ask(bench, TLS_REQUEST)
}

pub(super) fn tcp_login(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    Road::internet(arguments)?.ask(bench, LOGIN)
}

pub(super) fn unix_socket(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    Road::unix(arguments)?.ask(bench, TLS_REQUEST)
}

pub(super) fn unix_login(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    Road::unix(arguments)?.ask(bench, LOGIN)
}

/// `::ffff:a.b.c.d` leads to the IPv4 address (RFC 4291, 2.5.5.2).
pub(super) fn mapped(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let road = Road {
        family: symbol("AF_INET6"),
        protocol: 0,
        address: mapped_address(&internet(&arguments[0], &arguments[1])?),
    };
    road.ask(bench, TLS_REQUEST)
}

/// A server that knows nothing of Multipath TCP sees plain TCP (RFC 8684, 3.7).
pub(super) fn multipath(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let road = Road {
        protocol: IPPROTO_MPTCP,
        ..Road::internet(arguments)?
    };
    road.ask(bench, TLS_REQUEST)
}

/// TCP Fast Open: no `connect(2)` is made (RFC 7413).
pub(super) fn fast_open(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let road = Road::internet(&arguments[1..])?;
    let socket = road.socket(bench)?;
    let address = bench.bytes(&road.address)?;
    let (text, length) = (bench.bytes(TLS_REQUEST)?, TLS_REQUEST.len() as u64);
    let room = road.address.len() as u64;
    let vector = bench.words(&[text, length])?;
    // `struct msghdr`, and behind it the length of `struct mmsghdr`.
    let message = bench.words(&[address, room, vector, 1, 0, 0, 0, 0])?;
    let record = match arguments[0].as_str() {
        "sendto" => bench.native(
            "sendto",
            &[socket, text, length, MSG_FASTOPEN, address, room],
        ),
        "sendmsg" => bench.native("sendmsg", &[socket, message, MSG_FASTOPEN]),
        "sendmmsg" => bench.native("sendmmsg", &[socket, message, 1, MSG_FASTOPEN]),
        other => Err(Report::unready(&format!(
            "expected sendto, sendmsg or sendmmsg, observed `{other}`"
        ))),
    }?;
    if record.returned < 0 {
        bench.close(socket);
        return Ok(Report::of(record));
    }
    answer(bench, socket)
}

/// The i386 table's one call for everything about sockets, whose arguments are
/// behind a pointer that no filter can follow.
pub(super) fn socketcall(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let road = Road::internet(arguments)?;
    let [make, connect] = SOCKETCALL;
    let made = multiplexed(bench, make, [road.family, symbol("SOCK_STREAM"), 0])?;
    let Ok(socket) = u64::try_from(made.returned) else {
        return Ok(Report::of(made));
    };
    let address = bench.bytes(&road.address)?;
    let length = road.address.len() as u64;
    let record = multiplexed(bench, connect, [socket, address, length])?;
    if record.returned < 0 {
        bench.close(socket);
        return Ok(Report::of(record));
    }
    let text = bench.bytes(TLS_REQUEST)?;
    let _: u64 = bench.must("write", &[socket, text, TLS_REQUEST.len() as u64])?;
    answer(bench, socket)
}

fn multiplexed(bench: &mut Bench<'_>, which: u64, words: [u64; 3]) -> Step<CallRecord> {
    // The memory for arguments is below 4 GiB, so that the low halves are all.
    let halves: Step<Vec<u32>> = words
        .into_iter()
        .map(|word| u32::try_from(word).map_err(|_| Report::unready("expected 32-bit words")))
        .collect();
    let bytes: Vec<u8> = halves?.into_iter().flat_map(u32::to_ne_bytes).collect();
    let placed = bench.bytes(&bytes)?;
    bench.compat("socketcall", &[which, placed])
}

/// The first byte of what the server says, which both questions are answered by.
fn answer(bench: &mut Bench<'_>, socket: u64) -> Step<Report> {
    let room = bench.bytes(&[0])?;
    let record = bench.native("read", &[socket, room, 1])?;
    bench.close(socket);
    let byte = bench.arena.read(room, 1).unwrap_or_default();
    match (record.returned, byte.as_slice()) {
        (1, [byte]) => Ok(said(*byte)),
        (..=-1, _) => Ok(Report::of(record)),
        _ => Ok(Report::absent()),
    }
}

fn said(byte: u8) -> Report {
    match byte {
        b'S' | b'N' => Report::found("the server answered the TLS request"),
        b'R' => Report::found("the server answered the login"),
        b'E' => Report::found("the server refused the login"),
        _ => Report::unready("something answered that is not a PostgreSQL server"),
    }
}

/// `struct sockaddr_in6` of `ipv6(7)`, from a `struct sockaddr_in`.
fn mapped_address(address: &[u8]) -> Vec<u8> {
    let mut bytes = 10_u16.to_ne_bytes().to_vec();
    bytes.extend(&address[2..4]); // sin6_port
    bytes.extend([0; 4]); // sin6_flowinfo
    bytes.extend([0; 10]);
    bytes.extend([0xff, 0xff]);
    bytes.extend(&address[4..8]);
    bytes.extend([0; 4]); // sin6_scope_id
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::wire::{Act, Outcome};

    /// Answers one connection with these bytes, and gives back what it was asked.
    fn server(says: &'static [u8]) -> (u16, thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let heard = thread::spawn(move || {
            let Some(mut connection) = accepted(&listener) else {
                return Vec::new();
            };
            let mut question = vec![0; 64];
            let length = connection.read(&mut question).unwrap();
            connection.write_all(says).unwrap();
            question.truncate(length);
            question
        });
        (port, heard)
    }

    /// A connection, or none where the road led elsewhere.
    fn accepted(listener: &TcpListener) -> Option<TcpStream> {
        for _ in 0..500 {
            if let Ok((connection, _)) = listener.accept() {
                connection.set_nonblocking(false).unwrap();
                return Some(connection);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    fn ask(script: &str, first: &[&str], says: &'static [u8]) -> (Outcome, Vec<u8>) {
        let (port, heard) = server(says);
        let place = ["127.0.0.1".to_owned(), port.to_string()];
        let act = Act::Script {
            script: script.to_owned(),
            args: first
                .iter()
                .map(|arg| (*arg).to_owned())
                .chain(place)
                .collect(),
        };
        let facts = BTreeMap::new();
        let report = Bench::new(&facts).unwrap().attempt(&act);
        (report.outcome, heard.join().unwrap())
    }

    #[test]
    fn each_road_over_tcp_gets_the_question_to_the_server() {
        let roads: [(&str, &[&str]); 5] = [
            ("postgres-tcp", &[]),
            ("postgres-mapped", &[]),
            ("postgres-fastopen", &["sendto"]),
            ("postgres-fastopen", &["sendmsg"]),
            ("postgres-fastopen", &["sendmmsg"]),
        ];
        for (script, first) in roads {
            let (outcome, question) = ask(script, first, b"N");
            assert!(
                matches!(outcome, Outcome::Found(_)),
                "{script}: {outcome:?}"
            );
            assert_eq!(question, TLS_REQUEST, "{script}");
        }
    }

    #[test]
    fn a_login_says_its_own_length() {
        let (outcome, question) = ask("postgres-tcp-login", &[], b"R\0\0\0\x08");
        assert!(matches!(outcome, Outcome::Found(_)), "{outcome:?}");
        let length = u32::from_be_bytes(question[..4].try_into().unwrap());
        assert_eq!(usize::try_from(length).unwrap(), question.len());
    }

    #[test]
    fn another_listener_is_no_server() {
        let (outcome, _) = ask("postgres-tcp", &[], b"HTTP/1.1 400 Bad Request");
        assert!(matches!(outcome, Outcome::Unready(_)), "{outcome:?}");
        let (outcome, _) = ask("postgres-tcp", &[], b"");
        assert_eq!(outcome, Outcome::Absent);
    }
}
