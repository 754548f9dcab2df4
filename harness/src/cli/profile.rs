//! What `profile` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What `profile` takes.
#[derive(Debug, Args)]
pub struct ShowProfile {
    /// In which form.
    #[arg(long = "as", value_enum, default_value_t = ProfileForm::Explain)]
    pub form: ProfileForm,
    /// The host folder to be mounted as the input.
    #[arg(long, value_name = "DIR", default_value = "in")]
    pub input: PathBuf,
    /// The host folder to be mounted as the output.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub output: PathBuf,
    /// The image of `docker` and `podman`.
    #[arg(long, value_name = "REF", default_value = "IMAGE")]
    pub image: String,
    /// The folder that `bwrap` makes the root of.
    #[arg(long, value_name = "DIR", default_value = "root")]
    pub root: PathBuf,
    /// Write the seccomp filter to this file, which the line then names; without it,
    /// the line has the shell ask this program for it.
    #[arg(long, value_name = "FILE")]
    pub seccomp_out: Option<PathBuf>,
    /// Your program inside, with its arguments.
    #[arg(last = true, value_name = "PROGRAM", default_value = "/program")]
    pub program: Vec<String>,
}

/// A form of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileForm {
    /// A `docker run` line.
    Docker,
    /// A `podman run` line.
    Podman,
    /// A `bwrap` line.
    Bwrap,
    /// The system call policy, as container engines read it.
    Seccomp,
    /// The same compiled, as bubblewrap reads it: bytes, not text.
    Bpf,
    /// Every lock in words, with the requirement it is there for.
    Explain,
}
