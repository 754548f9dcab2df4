//! Daemons of the host's: listeners on loopback, by path and by an abstract name, that
//! answer whoever says this launch's mark, and remember it.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};

/// How often a listener looks.
const PAUSE: Duration = Duration::from_millis(2);
/// How long a caller may take to say the mark.
const PATIENCE: Duration = Duration::from_secs(1);
/// The longest thing that is listened to.
const WORDS: usize = 256;

/// What was heard, by act.
type Heard = Arc<Mutex<BTreeMap<String, String>>>;

/// Listeners that have their own threads until they are asked what they heard.
#[derive(Debug)]
pub(super) struct Listeners {
    /// The ports of loopback.
    pub tcp: u16,
    /// The same for datagrams.
    pub udp: u16,
    /// Why there is none by path, where there is none.
    pub no_path: Option<String>,
    heard: Heard,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Listeners {
    /// Starts them.
    ///
    /// # Errors
    /// One cannot listen.
    pub(super) fn start(mark: &str, path: &Path, name: &str) -> io::Result<Self> {
        let tcp = TcpListener::bind("127.0.0.1:0")?;
        let udp = UdpSocket::bind("127.0.0.1:0")?;
        let address = SocketAddr::from_abstract_name(name)?;
        let by_name = UnixListener::bind_addr(&address)?;
        tcp.set_nonblocking(true)?;
        udp.set_nonblocking(true)?;
        by_name.set_nonblocking(true)?;
        let mut listeners = Self {
            tcp: tcp.local_addr()?.port(),
            udp: udp.local_addr()?.port(),
            no_path: None,
            heard: Heard::default(),
            stop: Arc::default(),
            threads: Vec::new(),
        };
        listeners.hear("tcp-loopback", mark, move |mark| {
            let (stream, _) = tcp.accept()?;
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            let said = said(stream, mark)?;
            Ok(
                said.then(|| {
                    "the listener on the host's loopback heard it and answered".to_owned()
                }),
            )
        });
        listeners.hear("udp-loopback", mark, move |mark| {
            let mut words = [0; WORDS];
            let (length, _) = udp.recv_from(&mut words)?;
            let said = words.get(..length) == Some(mark.as_bytes());
            Ok(said.then(|| "the listener on the host's loopback heard it".to_owned()))
        });
        // A path may be longer than a socket's may be (unix(7)).
        match UnixListener::bind(path).and_then(|it| it.set_nonblocking(true).map(|()| it)) {
            Ok(it) => listeners.hear("unix-path", mark, move |mark| answer(&it, mark)),
            Err(error) => listeners.no_path = Some(format!("{}: {error}", path.display())),
        }
        listeners.hear("unix-abstract", mark, move |mark| answer(&by_name, mark));
        Ok(listeners)
    }

    fn hear(
        &mut self,
        act: &'static str,
        mark: &str,
        next: impl Fn(&str) -> io::Result<Option<String>> + Send + 'static,
    ) {
        let (heard, stop) = (Arc::clone(&self.heard), Arc::clone(&self.stop));
        let mark = mark.to_owned();
        self.threads.push(thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                match next(&mark) {
                    Ok(Some(who)) => {
                        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                        heard.insert(act.to_owned(), who);
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
                    // Whoever hangs up or says something else is not the scout.
                    Ok(None) | Err(_) => thread::sleep(PAUSE),
                }
            }
        }));
    }

    /// Ends them; what each heard, by act.
    #[must_use]
    pub(super) fn heard(mut self) -> BTreeMap<String, String> {
        self.end();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *heard)
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.end();
    }
}

fn answer(listener: &UnixListener, mark: &str) -> io::Result<Option<String>> {
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let peer = peer(&stream);
    let said = said(stream, mark)?;
    Ok(said.then(|| format!("a daemon of the host answered; it saw {peer}")))
}

/// Who called, as the kernel says (`SO_PEERCRED`, unix(7)).
fn peer(stream: &UnixStream) -> String {
    match getsockopt(stream, PeerCredentials) {
        Ok(it) => format!("process {} of user {}", it.pid(), it.uid()),
        Err(_) => "a process that the kernel did not name".to_owned(),
    }
}

/// Whether the caller said the mark, which is then answered.
fn said(mut stream: impl Read + Write, mark: &str) -> io::Result<bool> {
    let mut words = Vec::new();
    let mut room = [0; WORDS];
    while !words.contains(&b'\n') && words.len() < WORDS {
        let length = stream.read(&mut room)?;
        if length == 0 {
            break;
        }
        words.extend_from_slice(&room[..length]);
    }
    let said = words.trim_ascii() == mark.as_bytes();
    if said {
        stream.write_all(format!("heard {mark}\n").as_bytes())?;
    }
    Ok(said)
}
