//! Reading the head of a request: bounded, and by a parser that others keep.

use std::io::{self, Read};

use httparse::{EMPTY_HEADER, Status};

/// The longest head that is read, bytes.
const MAX_HEAD: usize = 4096;
/// The most headers it may have.
const MAX_HEADERS: usize = 16;

/// What the server must know of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// It posts to the one path that is written to.
    pub(super) is_a_write: bool,
    /// Its bearer token (RFC 6750, 2.1).
    pub(super) token: Option<Vec<u8>>,
    /// How long its body is.
    pub(super) length: usize,
    /// What came of the body already.
    pub(super) rest: Vec<u8>,
    /// How many bytes that is.
    pub(super) read: usize,
}

/// There is no head.
#[derive(Debug)]
pub(super) enum HeadError {
    /// The connection broke or fell silent.
    Broken(io::Error),
    /// What came is not one, or too long.
    NotHttp,
}

/// Reads up to the end of the head.
///
/// # Errors
/// See [`HeadError`].
pub(super) fn head(connection: &mut impl Read) -> Result<Head, HeadError> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let read = connection.read(&mut chunk).map_err(HeadError::Broken)?;
        if read == 0 || bytes.len() + read > MAX_HEAD {
            return Err(HeadError::NotHttp);
        }
        bytes.extend_from_slice(&chunk[..read]);
        if let Some(head) = parse(&bytes)? {
            return Ok(head);
        }
    }
}

/// `None` while it is not whole.
fn parse(bytes: &[u8]) -> Result<Option<Head>, HeadError> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let end = match request.parse(bytes) {
        Ok(Status::Complete(end)) => end,
        Ok(Status::Partial) => return Ok(None),
        Err(_) => return Err(HeadError::NotHttp),
    };
    let field = |name: &str| {
        let mut fields = request.headers.iter();
        let found = fields.find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| header.value)
    };
    let length = match field("content-length").map(std::str::from_utf8) {
        None => 0,
        Some(Ok(digits)) => digits.parse().map_err(|_| HeadError::NotHttp)?,
        Some(Err(_)) => return Err(HeadError::NotHttp),
    };
    let token = field("authorization").map(|value| {
        let token = value.strip_prefix(b"Bearer ");
        token.unwrap_or_default().to_vec()
    });
    let rest = bytes[end..].to_vec();
    Ok(Some(Head {
        is_a_write: request.method == Some("POST") && request.path == Some("/write"),
        token,
        length,
        read: rest.len(),
        rest,
    }))
}
