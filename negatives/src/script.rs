//! Acts that take more than one call, by name: a closed table.
//!
//! A script stops at the first step the kernel refuses and reports that step,
//! or does the act with harmless effect and takes it back.

use crate::attempt::{Bench, Report, Step};

mod descriptors;
mod environment;
mod escape;
mod exec;
mod files;
mod kb;
mod memory;
pub(crate) mod network;
mod postgres;
mod program;

pub use exec::{CHILD_ARGUMENT, CHILD_HELLO};

/// One scripted act.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// Its name in the matrix.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arguments: usize,
    /// What it does, for a reader.
    pub does: &'static str,
    /// The act.
    pub run: fn(&mut Bench<'_>, &[String]) -> Step<Report>,
}

/// The script with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Script> {
    ALL.iter().find(|script| script.name == name)
}

/// Splits `before fact(name) after` into its three parts; `None` where the
/// argument is plain text. At most one fact stands in an argument.
#[must_use]
pub fn split_fact(argument: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = argument.split_once("fact(")?;
    let (name, after) = rest.split_once(')')?;
    Some((before, name, after))
}

macro_rules! scripts {
    ($($name:literal $arguments:literal $run:path, $does:literal;)*) => {
        /// Every script.
        pub const ALL: &[Script] =
            &[$(Script { name: $name, arguments: $arguments, does: $does, run: $run }),*];
    };
}

scripts! {
    "env-keyset" 0 environment::keyset, "lists the names of all environment variables";
    "env-key" 1 environment::key, "looks for one environment variable";
    "env-credential" 0 environment::credential, "looks for a variable named like a credential";
    "environ-file" 1 environment::file, "reads the kernel's copy of the environment";
    "path-present" 1 files::present, "asks for a path's metadata";
    "read-file" 1 files::read, "opens a file and reads its first bytes";
    "list-folder" 1 files::list, "opens a folder and lists it";
    "create-file" 1 files::create, "creates a file, then removes it";
    "write-at" 1 files::write_at, "opens a file for writing, or creates one in the folder and removes it";
    "make-folder" 1 files::make_folder, "makes a folder, then removes it";
    "make-fifo" 1 files::make_fifo, "makes a FIFO, then removes it";
    "make-socket" 1 files::make_socket, "makes a socket file, then removes it";
    "make-device" 1 files::make_device, "makes the device 0:0, then removes it";
    "make-symlink" 2 files::make_symlink, "makes a symbolic link to the first path, then removes it";
    "make-hard-link" 2 files::make_hard_link, "makes a hard link to the first path, then removes it";
    "remove" 1 files::remove_and_restore, "removes a file and puts one in its place";
    "rename" 2 files::rename, "renames a file and renames it back";
    "read-back" 1 files::read_back, "writes a file in the folder and opens it for reading";
    "mount-at" 1 files::mount_at, "looks for a mount at the path in its own mount table";
    "write-through-symlink" 2 escape::write_through_symlink,
        "makes a symbolic link to the first path and creates a file through it";
    "read-through-symlink" 2 escape::read_through_symlink,
        "makes a symbolic link to the first path and reads through it";
    "write-through-descriptor" 2 escape::write_through_descriptor,
        "opens the folder and creates the second path relative to that descriptor";
    "network-interfaces" 0 network::interfaces, "lists interfaces other than lo";
    "network-routes" 0 network::routes, "lists routes";
    "network-routes6" 0 network::routes6, "lists IPv6 routes that do not lead to lo";
    "tcp-connect" 2 network::tcp_connect, "connects to an IPv4 address and port";
    "udp-send" 2 network::udp_send, "sends one byte to an IPv4 address and port";
    "unix-connect" 1 network::unix_connect, "connects to a unix socket; @name is an abstract one";
    "postgres-tcp" 2 postgres::tcp, "asks a PostgreSQL server for TLS, over TCP";
    "postgres-tcp-login" 2 postgres::tcp_login, "logs in to a PostgreSQL server, over TCP";
    "postgres-mapped" 2 postgres::mapped, "asks it for TLS over an IPv6 socket, at the IPv4-mapped address";
    "postgres-mptcp" 2 postgres::multipath, "asks it for TLS over Multipath TCP";
    "postgres-fastopen" 3 postgres::fast_open, "asks it for TLS with the opening packet: sendto, sendmsg or sendmmsg";
    "postgres-socketcall" 2 postgres::socketcall, "asks it for TLS over a socket made and connected by i386's socketcall";
    "postgres-unix" 1 postgres::unix_socket, "asks a PostgreSQL server for TLS, over its unix socket";
    "postgres-unix-login" 1 postgres::unix_login, "logs in to a PostgreSQL server, over its unix socket";
    "kb-write" 4 kb::write, "writes the third argument to the knowledge base over HTTP, with the token of the variable named by the fourth";
    "list-descriptors" 0 descriptors::list, "looks for an open descriptor other than 0, 1 and 2";
    "exec-path" 1 exec::path, "executes a program";
    "exec-from-thread" 0 exec::from_thread, "executes this program from a second thread";
    "exec-from-child" 1 exec::from_child, "executes this program in a child made by fork, vfork, clone or spawn";
    "execveat-opened" 1 exec::opened, "opens a program and executes the descriptor";
    "execveat-descriptor" 1 exec::descriptor, "executes an open descriptor";
    "execveat-pinned" 1 exec::pinned, "maps the page whose address the filter knows and executes a descriptor with the empty path on it";
    "memfd-exec" 1 exec::memfd, "writes a program into memory and executes it: execveat or /proc path";
    "write-own-code" 1 memory::write_own_code, "writes to its own code through a memory file";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_used_twice() {
        let mut names: Vec<&str> = ALL.iter().map(|script| script.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn a_fact_may_stand_anywhere_in_a_path() {
        assert_eq!(
            split_fact("fact(output)/../x"),
            Some(("", "output", "/../x"))
        );
        assert_eq!(
            split_fact("/proc/fact(host_process)"),
            Some(("/proc/", "host_process", ""))
        );
        assert_eq!(split_fact("/out/x"), None);
        assert_eq!(split_fact("fact(output"), None);
    }
}
