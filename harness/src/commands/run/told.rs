//! Where the runner's own words go. The runner ends the process where it cannot write,
//! as behind `| head -1`; so it writes into a pipe, which this reads to its end.

use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::os::fd::AsRawFd as _;
use std::thread::{self, JoinHandle};

use libtest_mimic::{Arguments, ColorSetting};
use verify::terminal::put;
use verify::{Failure, Format, Printing};

/// Words on their way to standard output.
#[derive(Debug)]
struct Way {
    /// Open until the runner is done, so that the pipe does not end before.
    kept: PipeWriter,
    reader: JoinHandle<io::Result<()>>,
}

/// Runs the runner with its words sent on: to standard output for people, and nowhere
/// where a program is told at the end. A file that the line names is the line's.
///
/// # Errors
/// There is no pipe, or standard output cannot be written to.
pub(super) fn telling<T>(
    printing: Printing,
    arguments: &mut Arguments,
    run: impl FnOnce(&Arguments) -> T,
) -> Result<T, Failure> {
    if arguments.logfile.is_some() {
        return Ok(run(arguments));
    }
    if printing.format == Format::Json {
        arguments.logfile = Some("/dev/null".to_owned());
        return Ok(run(arguments));
    }
    let way = Way::open()?;
    arguments.logfile = Some(format!("/proc/self/fd/{}", way.kept.as_raw_fd()));
    // Of a pipe the runner would say that it is no terminal.
    if matches!(arguments.color, None | Some(ColorSetting::Auto)) {
        let always = printing.color.is_wanted();
        arguments.color = always.then_some(ColorSetting::Always);
    }
    let came = run(arguments);
    way.close()?;
    Ok(came)
}

impl Way {
    fn open() -> io::Result<Self> {
        let (from, kept) = io::pipe()?;
        let reader = thread::spawn(move || send_on(from));
        Ok(Self { kept, reader })
    }

    fn close(self) -> Result<(), Failure> {
        drop(self.kept);
        match self.reader.join() {
            Ok(sent) => Ok(sent?),
            Err(_) => Err(Failure::internal("the runner's words were lost")),
        }
    }
}

/// To the end, even where nothing can be written any more: the runner must not notice.
fn send_on(mut from: PipeReader) -> io::Result<()> {
    let mut sent = Ok(());
    let mut bytes = [0; 4096];
    loop {
        match from.read(&mut bytes) {
            Ok(0) => return sent,
            Ok(many) => sent = sent.and_then(|()| put(&bytes[..many])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
