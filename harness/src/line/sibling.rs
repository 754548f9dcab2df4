//! The planted process, from this side: it is told what to plant, and asked what it saw.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use negatives::scout::{Order, Planted, SIBLING_ARGUMENT, Told};

/// The planted process of one launch.
#[derive(Debug)]
pub(super) struct Sibling {
    process: Child,
    orders: Option<ChildStdin>,
    words: BufReader<ChildStdout>,
    /// Where the canary stands in its memory.
    pub address: u64,
    /// Where it left room in its memory.
    pub room: u64,
    /// What could not be planted, by name, with why.
    pub failed: BTreeMap<String, String>,
}

impl Sibling {
    /// Starts it, in a process group of its own: what ends this program ends it last.
    ///
    /// # Errors
    /// It does not start, or does not say that everything is planted.
    pub(super) fn start(
        program: &Path,
        planted: Planted,
        variable: (&str, &str),
    ) -> io::Result<Self> {
        let mut process = Command::new(program)
            .args([SIBLING_ARGUMENT, &planted.name])
            .env(variable.0, variable.1)
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let none = || io::Error::other("no pipe to the planted process");
        let orders = process.stdin.take().ok_or_else(none)?;
        let words = BufReader::new(process.stdout.take().ok_or_else(none)?);
        let mut sibling = Self {
            process,
            orders: Some(orders),
            words,
            address: 0,
            room: 0,
            failed: BTreeMap::new(),
        };
        sibling.order(&Order::Plant(planted))?;
        if let Told::Ready {
            address,
            room,
            failed,
        } = sibling.told()?
        {
            (sibling.address, sibling.room) = (address, room);
            sibling.failed = failed;
        }
        Ok(sibling)
    }

    /// Its number on this host.
    #[must_use]
    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Tells it something.
    ///
    /// # Errors
    /// It is gone.
    pub(super) fn order(&mut self, order: &Order) -> io::Result<()> {
        let mut text = serde_json::to_string(order)?;
        text.push('\n');
        let orders = self.orders.as_mut();
        orders
            .ok_or_else(|| io::Error::other("the planted process was let go"))?
            .write_all(text.as_bytes())
    }

    fn told(&mut self) -> io::Result<Told> {
        let mut line = String::new();
        self.words.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// What reached it, by act.
    ///
    /// # Errors
    /// It is gone, and what it saw with it.
    pub(super) fn saw(&mut self, mark: &str) -> io::Result<BTreeMap<String, String>> {
        self.order(&Order::Collect)?;
        let mut saw = BTreeMap::new();
        let Told::Seen {
            signal,
            message,
            queue,
            attached,
            written,
        } = self.told()?
        else {
            return Err(io::Error::other("the planted process said something else"));
        };
        let mut note = |act: &str, words: String| saw.insert(act.to_owned(), words);
        if let Some(pid) = signal {
            let words = format!("a process of the host got it; it came from process {pid}");
            note("signal", words);
        }
        if message.is_some_and(|it| it == mark) {
            note("message-queue", "it was in the host's queue".to_owned());
        }
        if queue.is_some_and(|it| it == mark) {
            note("posix-queue", "it was in the host's queue".to_owned());
        }
        if written.is_some_and(|it| it == mark) {
            let words = "it was in the memory of a process of the host".to_owned();
            note("write-memory", words);
        }
        if let Some(pid) = attached {
            let words = format!("the kernel wrote down that process {pid} attached it");
            note("shared-memory", words);
        }
        Ok(saw)
    }
}

/// The end of its input lets it remove what it planted; then it ends.
impl Drop for Sibling {
    fn drop(&mut self) {
        drop(self.orders.take());
        drop(self.process.wait());
    }
}
