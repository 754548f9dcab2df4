//! HTTP/1.1 on a unix socket, forwarded: only the body of a request that creates a
//! container is changed.
//!
//! Each connection carries one request, then bytes both ways as they come: so what is
//! attached to, and what comes without an end, needs no words of its own.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

/// The most bytes of a request's head.
const MAX_HEAD: usize = 64 << 10;

/// A socket before the engine's own.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    created: Arc<AtomicUsize>,
}

/// What every connection needs.
#[derive(Clone)]
struct Desk {
    engine: PathBuf,
    change: fn(&mut Value),
    created: Arc<AtomicUsize>,
}

impl Proxy {
    /// Listens before the engine at `engine`; its threads end with the test.
    pub(crate) fn before(engine: &Path, change: fn(&mut Value)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("engine.sock")).unwrap();
        let created = Arc::new(AtomicUsize::new(0));
        let desk = Desk {
            engine: engine.to_owned(),
            change,
            created: Arc::clone(&created),
        };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let desk = desk.clone();
                // A client that goes away in the middle is no fault of the test's.
                thread::spawn(move || drop(desk.serve(client)));
            }
        });
        Self { folder, created }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("unix://{}/engine.sock", self.folder.path().display())
    }

    /// How many requests were changed.
    pub(crate) fn created(&self) -> usize {
        self.created.load(Ordering::SeqCst)
    }
}

impl Desk {
    fn serve(&self, mut client: UnixStream) -> io::Result<()> {
        let Some((head, mut rest)) = head(&mut client)? else {
            return Ok(());
        };
        let mut engine = UnixStream::connect(&self.engine)?;
        let mut length = None;
        if head.creates() {
            rest = self.changed(&head, rest, &mut client)?;
            length = Some(rest.len());
        }
        engine.write_all(&head.written(length))?;
        engine.write_all(&rest)?;
        both_ways(client, engine)
    }

    fn changed(
        &self,
        head: &Head,
        mut body: Vec<u8>,
        client: &mut UnixStream,
    ) -> io::Result<Vec<u8>> {
        let length = head.value("content-length").and_then(|it| it.parse().ok());
        let length: usize = length.ok_or(io::ErrorKind::InvalidData)?;
        let missing = length.saturating_sub(body.len()) as u64;
        client.take(missing).read_to_end(&mut body)?;
        let mut value: Value = serde_json::from_slice(&body)?;
        (self.change)(&mut value);
        self.created.fetch_add(1, Ordering::SeqCst);
        Ok(value.to_string().into_bytes())
    }
}

/// A request's first line and its headers.
struct Head {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
}

impl Head {
    fn value(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(it, _)| it.eq_ignore_ascii_case(name))?;
        Some(&header.1)
    }

    fn creates(&self) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        self.method == "POST" && path.ends_with("/containers/create")
    }

    /// As the engine gets it. Unless the connection becomes another one, it ends with
    /// this request's answer, so that the next request comes on its own.
    fn written(&self, length: Option<usize>) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let mut put = |name: &str, value: &str| text.push_str(&format!("{name}: {value}\r\n"));
        let upgrade = self.value("upgrade").is_some();
        for (name, value) in &self.headers {
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            if is("content-length") && length.is_some() || is("connection") && !upgrade {
                continue;
            }
            put(name, value);
        }
        if let Some(length) = length {
            put("content-length", &length.to_string());
        }
        if !upgrade {
            put("connection", "close");
        }
        text.push_str("\r\n");
        text.into_bytes()
    }
}

/// The head of the next request, and what came after it; nothing where none comes.
fn head(client: &mut UnixStream) -> io::Result<Option<(Head, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while bytes.len() < MAX_HEAD {
        let read = client.read(&mut chunk)?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..read]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let parsed = request.parse(&bytes).map_err(io::Error::other)?;
        if let httparse::Status::Complete(end) = parsed {
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let headers = request.headers.iter();
            let head = Head {
                method: request.method.unwrap_or_default().to_owned(),
                path: request.path.unwrap_or_default().to_owned(),
                headers: headers
                    .map(|it| (it.name.to_owned(), text(it.value)))
                    .collect(),
            };
            return Ok(Some((head, bytes.split_off(end))));
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// Until the engine has said its last; an end of the client's is passed on.
fn both_ways(client: UnixStream, engine: UnixStream) -> io::Result<()> {
    let (from_client, to_engine) = (client.try_clone()?, engine.try_clone()?);
    thread::spawn(move || one_way(from_client, to_engine));
    one_way(engine, client)
}

fn one_way(mut from: UnixStream, mut to: UnixStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}
