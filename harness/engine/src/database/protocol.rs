//! As much of PostgreSQL's protocol as shows that a server is one, spoken from
//! the host (PostgreSQL documentation, 55.7 "Message Formats").
//!
//! The server runs in a sandbox of its own and is not trusted either: every
//! answer is bounded in bytes and in time.

use std::io::{self, Read, Write};

/// `SSLRequest`: length 8, code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// `StartupMessage`: length 23, protocol 3.0, the user `postgres`.
const STARTUP: &[u8; 23] = b"\0\0\0\x17\0\x03\0\0user\0postgres\0\0";
/// The longest message that is read.
const MAX_MESSAGE: usize = 4096;
/// The most messages that are read before the server is ready.
const MAX_MESSAGES: usize = 64;

/// A server's answers are not those of the protocol.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The connection broke.
    #[error("failed to talk to the server")]
    Broken(#[from] io::Error),
    /// Another answer was due.
    #[error("expected {expected}, observed {observed}")]
    Unexpected {
        /// What was due.
        expected: &'static str,
        /// What came.
        observed: String,
    },
}

/// Asks for TLS; the answer is `S` or `N`.
///
/// # Errors
/// The connection broke, or the answer is another.
pub(super) fn ask_for_tls(connection: &mut (impl Read + Write)) -> Result<char, ProtocolError> {
    connection.write_all(&SSL_REQUEST)?;
    let mut answer = [0];
    connection.read_exact(&mut answer)?;
    match answer[0] {
        b'S' => Ok('S'),
        b'N' => Ok('N'),
        other => Err(unexpected("`S` or `N`", other)),
    }
}

/// Logs in without a password, where the server lets one in, and reads its version.
///
/// # Errors
/// The connection broke, or the server did not say its version.
pub(super) fn version(connection: &mut (impl Read + Write)) -> Result<String, ProtocolError> {
    connection.write_all(STARTUP)?;
    for _ in 0..MAX_MESSAGES {
        let (kind, body) = message(connection)?;
        match kind {
            b'S' => {
                let mut words = body.split(|byte| *byte == 0);
                if words.next() == Some(b"server_version") {
                    return Ok(shown(words.next().unwrap_or_default()));
                }
            }
            b'R' | b'K' | b'N' => {}
            other => return Err(unexpected("the server's parameters", other)),
        }
    }
    Err(ProtocolError::Unexpected {
        expected: "the parameter `server_version`",
        observed: format!("{MAX_MESSAGES} other messages"),
    })
}

/// A message's type and its body.
fn message(connection: &mut impl Read) -> Result<(u8, Vec<u8>), ProtocolError> {
    let mut head = [0; 5];
    connection.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    // The length counts itself.
    let Some(rest) = length.checked_sub(4).filter(|rest| *rest <= MAX_MESSAGE) else {
        return Err(ProtocolError::Unexpected {
            expected: "a message of 4 to 4100 bytes",
            observed: format!("{length}"),
        });
    };
    let mut body = vec![0; rest];
    connection.read_exact(&mut body)?;
    Ok((kind, body))
}

fn unexpected(expected: &'static str, observed: u8) -> ProtocolError {
    ProtocolError::Unexpected {
        expected,
        observed: format!("the byte {observed:#04x}"),
    }
}

/// At most a line of printable ASCII.
fn shown(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take(100)
        .map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that says what it was told to say.
    struct Spoken(io::Cursor<Vec<u8>>, Vec<u8>);

    impl Spoken {
        fn new(bytes: &[u8]) -> Self {
            Self(io::Cursor::new(bytes.to_vec()), Vec::new())
        }
    }

    impl Read for Spoken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Spoken {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_startup_message_says_its_own_length() {
        let length = u32::from_be_bytes(STARTUP[..4].try_into().unwrap());
        assert_eq!(usize::try_from(length).unwrap(), STARTUP.len());
    }

    #[test]
    fn the_answer_to_the_tls_request_is_one_of_two() {
        let mut server = Spoken::new(b"N");
        assert_eq!(ask_for_tls(&mut server).unwrap(), 'N');
        assert_eq!(server.1, SSL_REQUEST);
        assert!(ask_for_tls(&mut Spoken::new(b"H")).is_err());
        assert!(ask_for_tls(&mut Spoken::new(b"")).is_err());
    }

    #[test]
    fn the_version_is_read_from_the_servers_parameters() {
        let said = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x09a\0on\0S\0\0\0\x18server_version\x0015.1\0";
        assert_eq!(version(&mut Spoken::new(said)).unwrap(), "15.1");
    }

    #[test]
    fn a_server_that_refuses_or_floods_is_no_answer() {
        assert!(version(&mut Spoken::new(b"E\0\0\0\x04")).is_err());
        for length in [b"S\x7f\xff\xff\xff", b"S\0\0\0\0"] {
            // By its length alone, before a byte of the body is waited for.
            let error = version(&mut Spoken::new(length)).unwrap_err();
            assert!(
                matches!(error, ProtocolError::Unexpected { .. }),
                "{error:?}"
            );
        }
        assert!(version(&mut Spoken::new(&b"K\0\0\0\x04".repeat(MAX_MESSAGES))).is_err());
    }
}
