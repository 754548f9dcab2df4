//! The stand-in for the KB: a small HTTP/1.1 server (RFC 9112) of the harness's own, one
//! for each launch that is about it, which takes a write from whoever has the token that
//! was planted for that launch.
//!
//! What it saw is the server's own word, recorded beside the probe's. Who writes to it
//! runs in a sandbox and is hostile: every request is bounded in bytes and in time.
//! Nothing here judges.

use std::io::{self, PipeWriter, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use evidence::servers::{Heard, Request, TAKEN, Token};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

mod request;

use request::{HeadError, head};

/// How long it waits for the rest of a request, and the host for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most connections that are answered.
const MAX_CONNECTIONS: u32 = 64;
/// The longest body that is taken.
const MAX_BODY: usize = 256;

/// A server that takes connections. Dropping it ends it.
#[derive(Debug)]
pub struct Writer {
    address: SocketAddrV4,
    token: String,
    log: Arc<Mutex<Log>>,
    host: u16,
    running: Option<(PipeWriter, JoinHandle<io::Result<()>>)>,
}

#[derive(Debug, Default)]
struct Log {
    connections: u32,
    requests: Vec<Request>,
}

impl Writer {
    /// Listens at a free port of this address.
    ///
    /// # Errors
    /// The address is not this host's, or there are no resources for a thread.
    pub fn open(host: Ipv4Addr, token: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((host, 0))?;
        listener.set_nonblocking(true)?;
        let address = SocketAddrV4::new(host, listener.local_addr()?.port());
        let (stopped, stop) = io::pipe()?;
        let log = Arc::new(Mutex::new(Log::default()));
        let server = Server {
            token: token.to_owned(),
            log: Arc::clone(&log),
        };
        let work = move || server.serve(&listener, stopped.as_fd());
        let thread = thread::Builder::new().name("kb".to_owned()).spawn(work)?;
        Ok(Self {
            address,
            token: token.to_owned(),
            log,
            host: 0,
            running: Some((stop, thread)),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// Writes to it as the host, so that a silence of it later means something.
    ///
    /// # Errors
    /// The connection broke, or the answer is none of HTTP's.
    pub fn write_as_the_host(&mut self) -> io::Result<()> {
        let mut connection = TcpStream::connect_timeout(&self.address.into(), PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        let request = format!(
            "POST /write HTTP/1.1\r\nHost: kb\r\nAuthorization: Bearer {}\r\nContent-Length: 4\r\n\r\nhost",
            self.token
        );
        connection.write_all(request.as_bytes())?;
        let mut answer = String::new();
        connection
            .take(MAX_BODY as u64)
            .read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
        self.host = status.ok_or_else(|| io::Error::other("the answer has no status"))?;
        // The server noted it before it answered.
        *lock(&self.log) = Log::default();
        Ok(())
    }

    /// Ends it, once every connection that was made was answered; what it saw.
    ///
    /// # Errors
    /// It broke while it served.
    pub fn close(mut self) -> io::Result<Heard> {
        self.end()?;
        let log = std::mem::take(&mut *lock(&self.log));
        Ok(Heard {
            address: self.address.to_string(),
            host: self.host,
            connections: log.connections,
            requests: log.requests,
        })
    }

    fn end(&mut self) -> io::Result<()> {
        let Some((stop, thread)) = self.running.take() else {
            return Ok(());
        };
        drop(stop);
        let crashed = |_| Err(io::Error::other("the server's thread crashed"));
        thread.join().unwrap_or_else(crashed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // A net for launches that failed already and say why.
        drop(self.end());
    }
}

struct Server {
    token: String,
    log: Arc<Mutex<Log>>,
}

impl Server {
    /// Answers one connection after the other, until the other end of `stopped` closes.
    fn serve(
        &self,
        listener: &TcpListener,
        stopped: std::os::fd::BorrowedFd<'_>,
    ) -> io::Result<()> {
        loop {
            let mut waited = [
                PollFd::new(listener.as_fd(), PollFlags::POLLIN),
                PollFd::new(stopped, PollFlags::POLLIN),
            ];
            match poll(&mut waited, PollTimeout::NONE) {
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
            let over = waited[1].any().unwrap_or(true);
            self.answer_all(listener)?;
            if over {
                return Ok(());
            }
        }
    }

    /// Every connection that is waiting.
    fn answer_all(&self, listener: &TcpListener) -> io::Result<()> {
        loop {
            let connection = match listener.accept() {
                Ok((connection, _)) => connection,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                // It was there and is gone (accept(2)).
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                Err(error) => return Err(error),
            };
            let connections = {
                let mut log = lock(&self.log);
                log.connections = log.connections.saturating_add(1);
                log.connections
            };
            if connections <= MAX_CONNECTIONS {
                // Who hangs up or sends no HTTP was counted, and gets no more.
                drop(self.answer(connection));
            }
        }
    }

    fn answer(&self, mut connection: TcpStream) -> io::Result<()> {
        connection.set_nonblocking(false)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        let head = match head(&mut connection) {
            Ok(head) => head,
            Err(HeadError::Broken(error)) => return Err(error),
            Err(HeadError::NotHttp) => return refuse(&mut connection, 400),
        };
        if head.length > MAX_BODY {
            return refuse(&mut connection, 413);
        }
        let mut body = head.rest;
        body.resize(head.length, 0);
        let read = head.read.min(head.length);
        connection.read_exact(&mut body[read..])?;
        let token = match head.token {
            None => Token::None,
            Some(token) if token == self.token.as_bytes() => Token::Planted,
            Some(_) => Token::Other,
        };
        let status = match (token, head.is_a_write) {
            (Token::Planted, true) => TAKEN,
            (Token::Planted, false) => 404,
            (Token::None | Token::Other, _) => 401,
        };
        lock(&self.log).requests.push(Request {
            token,
            body: shown(&body),
            status,
        });
        refuse(&mut connection, status)
    }
}

/// Answers with this status and no more.
fn refuse(connection: &mut TcpStream, status: u16) -> io::Result<()> {
    let answer = format!("HTTP/1.1 {status} .\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    connection.write_all(answer.as_bytes())
}

fn shown(bytes: &[u8]) -> String {
    let shown = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '\u{fffd}',
    };
    bytes.iter().map(shown).collect()
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
