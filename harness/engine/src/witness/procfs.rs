//! Reading `/proc/PID` of a sandboxed process: bounded, and one reason per fact
//! that could not be had.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use evidence::mounts;
use evidence::view::{Descriptor, Namespace, Seen, View};
use nix::unistd::Pid;

use super::{LaidOut, hostfs};

/// The longest file of `/proc` that is read.
const MAX_TEXT: u64 = 1 << 20;
/// The lines of `status` that matter to a verdict.
const STATUS: [&str; 14] = [
    "CapAmb",
    "CapBnd",
    "CapEff",
    "CapInh",
    "CapPrm",
    "Gid",
    "Groups",
    "NSpid",
    "NoNewPrivs",
    "Seccomp",
    "Seccomp_filters",
    "Threads",
    "TracerPid",
    "Uid",
];

/// What to look for in a process.
#[derive(Debug, Clone, Copy)]
pub struct Lookup<'a> {
    /// The process, as the host numbers it.
    pub pid: u32,
    /// What the launch asked for: the program's words.
    pub command: &'a [String],
    /// The one-shot descriptor.
    pub held: u32,
    /// The data folders' paths inside.
    pub folders: [&'a str; 2],
    /// The programs that this process laid out itself.
    pub programs: &'a LaidOut,
}

/// Looks at a process once. Filters are added by the tracer, which alone can
/// read them.
#[must_use]
pub fn view(lookup: Lookup<'_>) -> View {
    let process = Process { lookup };
    View {
        status: seen(process.status()),
        mounts: seen(process.mounts()),
        environment: seen(process.environment()),
        limits: seen(process.limits()),
        control_group: seen(
            process
                .text("cgroup")
                .and_then(|text| hostfs::control_group(&text)),
        ),
        system_paths: seen(hostfs::system_paths()),
        devices: seen(hostfs::devices(&process.path("root/dev"))),
        namespaces: seen(process.namespaces()),
        interfaces: seen(process.interfaces()),
        routes: seen(process.routes()),
        executable: seen(process.digest("exe")),
        held: seen(process.held()),
        descriptors: seen(process.descriptors()),
        command_as_asked: seen(process.command_as_asked()),
        folders: seen(process.folders()),
        filters: Seen::NotSeen("not asked for at this moment".to_owned()),
    }
}

fn seen<T>(fact: io::Result<T>) -> Seen<T> {
    match fact {
        Ok(fact) => Seen::Seen(fact),
        Err(error) => Seen::NotSeen(error.to_string()),
    }
}

struct Process<'a> {
    lookup: Lookup<'a>,
}

impl Process<'_> {
    fn path(&self, entry: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{entry}", self.lookup.pid))
    }

    fn bytes(&self, entry: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.path(entry))?
            .take(MAX_TEXT)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn text(&self, entry: &str) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes(entry)?).into_owned())
    }

    fn status(&self) -> io::Result<BTreeMap<String, String>> {
        let text = self.text("status")?;
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        let mut status: BTreeMap<String, String> = lines
            .filter(|(name, _)| STATUS.contains(name))
            .map(|(name, value)| (name.to_owned(), value.trim().replace('\t', " ")))
            .collect();
        for (name, file) in [("UidMap", "uid_map"), ("GidMap", "gid_map")] {
            let text = self.text(file)?;
            let words: Vec<&str> = text.split_whitespace().collect();
            status.insert(name.to_owned(), words.join(" "));
        }
        Ok(status)
    }

    fn mounts(&self) -> io::Result<Vec<mounts::Mount>> {
        mounts::parse(&self.text("mountinfo")?)
            .ok_or_else(|| io::Error::other("the mount table is not of the documented form"))
    }

    fn environment(&self) -> io::Result<Vec<String>> {
        let text = self.text("environ")?;
        let entries = text.split('\0').filter(|entry| !entry.is_empty());
        Ok(entries
            .map(|entry| {
                entry
                    .split_once('=')
                    .map_or(entry, |(name, _)| name)
                    .to_owned()
            })
            .collect())
    }

    fn limits(&self) -> io::Result<BTreeMap<String, String>> {
        let text = self.text("limits")?;
        // Columns have fixed places: a name of 26 characters, then the limits.
        Ok(text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_at_checked(26))
            .map(|(name, limits)| {
                let limits: Vec<&str> = limits.split_whitespace().take(2).collect();
                (name.trim().to_owned(), limits.join(" "))
            })
            .collect())
    }

    fn namespaces(&self) -> io::Result<BTreeMap<String, Namespace>> {
        let mut found = BTreeMap::new();
        for name in ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"] {
            let link = |whose: &str| fs::read_link(format!("/proc/{whose}/ns/{name}"));
            let id = link(&self.lookup.pid.to_string())?;
            let shared_with_host = id == link("self")?;
            let id = id.display().to_string();
            found.insert(
                name.to_owned(),
                Namespace {
                    id,
                    shared_with_host,
                },
            );
        }
        Ok(found)
    }

    fn interfaces(&self) -> io::Result<Vec<String>> {
        let text = self.text("net/dev")?;
        let lines = text.lines().skip(2).filter_map(|line| line.split_once(':'));
        Ok(lines.map(|(name, _)| name.trim().to_owned()).collect())
    }

    fn routes(&self) -> io::Result<Vec<String>> {
        let mut routes: Vec<String> = self
            .text("net/route")?
            .lines()
            .skip(1)
            .map(|line| line.trim().to_owned())
            .collect();
        // A kernel without IPv6 has no such file.
        let six = match self.text("net/ipv6_route") {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            other => other?,
        };
        let elsewhere = |line: &&str| line.split_whitespace().last() != Some("lo");
        routes.extend(six.lines().filter(elsewhere).map(str::to_owned));
        Ok(routes)
    }

    fn digest(&self, entry: &str) -> io::Result<String> {
        self.lookup.programs.digest(File::open(self.path(entry))?)
    }

    fn held(&self) -> io::Result<String> {
        let entry = format!("fd/{}", self.lookup.held);
        // Listing first tells "not there" from "may not look".
        fs::read_dir(self.path("fd"))?;
        match fs::symlink_metadata(self.path(&entry)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error),
            Ok(_) => self.digest(&entry),
        }
    }

    fn descriptors(&self) -> io::Result<Vec<Descriptor>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.path("fd"))? {
            let entry = entry?;
            let Some(number) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            else {
                continue;
            };
            let target = fs::read_link(entry.path())?.display().to_string();
            found.push(Descriptor { number, target });
        }
        found.sort_by_key(|descriptor| descriptor.number);
        Ok(found)
    }

    fn command_as_asked(&self) -> io::Result<bool> {
        let asked = self.lookup.command.iter();
        let asked = asked.flat_map(|word| word.bytes().chain([0]));
        Ok(self.bytes("cmdline")?.into_iter().eq(asked))
    }

    fn folders(&self) -> io::Result<BTreeMap<String, String>> {
        self.lookup
            .folders
            .iter()
            .map(|folder| {
                let path = self.path(&format!("root{folder}"));
                Ok(((*folder).to_owned(), identity(&fs::metadata(path)?)))
            })
            .collect()
    }
}

/// Every process that this one's `/proc` shows.
pub fn processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|number| *number > 0).map(Pid::from_raw)
}

/// Device and inode, which are the same on both sides of a bind mount.
#[must_use]
pub fn identity(metadata: &fs::Metadata) -> String {
    format!("{}:{}", metadata.dev(), metadata.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(command: &[String]) -> View {
        let pid = std::process::id();
        view(Lookup {
            pid,
            command,
            held: 1000,
            folders: ["/tmp", "/proc"],
            programs: LaidOut::none(),
        })
    }

    #[test]
    fn this_process_shares_every_namespace_with_itself() {
        let view = own(&[]);
        let namespaces = view.namespaces.fact().unwrap();
        assert_eq!(namespaces.len(), 7);
        assert!(
            namespaces
                .values()
                .all(|namespace| namespace.shared_with_host)
        );
    }

    #[test]
    fn this_process_is_seen_as_it_is() {
        let command: Vec<String> = std::env::args().collect();
        let view = own(&command);
        let program = fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(
            view.executable,
            Seen::Seen(evidence::digest::sha256(&program))
        );
        assert_eq!(view.command_as_asked, Seen::Seen(true));
        assert_eq!(view.held, Seen::Seen(String::new()));
        assert!(
            view.environment
                .fact()
                .unwrap()
                .iter()
                .any(|name| name == "PATH")
        );
        assert!(
            view.mounts
                .fact()
                .unwrap()
                .iter()
                .any(|mount| mount.point == "/")
        );
        assert!(view.limits.fact().unwrap().contains_key("Max open files"));
        let tmp = identity(&fs::metadata("/tmp").unwrap());
        assert_eq!(view.folders.fact().unwrap()["/tmp"], tmp);
    }

    #[test]
    fn a_command_line_is_as_asked_to_its_last_byte() {
        let command: Vec<String> = std::env::args().collect();
        let mut longer = command.clone();
        longer.push(String::new());
        let mut other = command.clone();
        other[0].push('x');
        for command in [&command[1..], &longer, &other] {
            assert_eq!(own(command).command_as_asked, Seen::Seen(false));
        }
    }

    #[test]
    fn a_process_that_is_gone_is_not_seen_and_says_why() {
        let lookup = Lookup {
            pid: u32::MAX,
            command: &[],
            held: 1,
            folders: ["/", "/"],
            programs: LaidOut::none(),
        };
        let view = view(lookup);
        assert!(view.status.reason().unwrap().contains("No such file"));
        assert!(view.held.fact().is_none());
    }
}
