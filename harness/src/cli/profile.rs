//! What `profile` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What `profile` takes.
#[derive(Debug, Args)]
pub struct ShowProfile {
    /// In which form.
    #[arg(long = "as", value_enum, default_value_t = ProfileForm::Explain)]
    pub form: ProfileForm,
    /// Of a line: the host folder to be mounted as the input, `in` unless another is named.
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Of a line: the host folder to be mounted as the output, `out` unless another is named.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The image of `docker` and `podman`, `IMAGE` unless another is named.
    #[arg(long, value_name = "REF")]
    pub image: Option<String>,
    /// The folder that `bwrap` makes the root of, `root` unless another is named.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Of a line: write the seccomp filter to this file, which the line then names; without it,
    /// the line has the shell ask this program for it.
    #[arg(long, value_name = "FILE")]
    pub seccomp_out: Option<PathBuf>,
    /// Of a line: your program inside, with its arguments; `/program` unless it is named.
    #[arg(last = true, value_name = "PROGRAM")]
    pub program: Vec<String>,
}

impl ShowProfile {
    /// The first thing on the line that its form has no use for.
    #[must_use]
    pub fn idle(&self) -> Option<&'static str> {
        let line = match self.form {
            ProfileForm::Docker | ProfileForm::Podman | ProfileForm::Bwrap => true,
            ProfileForm::Seccomp | ProfileForm::Bpf | ProfileForm::Explain => false,
        };
        let bwrap = self.form == ProfileForm::Bwrap;
        let given = [
            ("--input", self.input.is_some(), line),
            ("--output", self.output.is_some(), line),
            ("--image", self.image.is_some(), line && !bwrap),
            ("--root", self.root.is_some(), bwrap),
            ("--seccomp-out", self.seccomp_out.is_some(), line),
            ("PROGRAM", !self.program.is_empty(), line),
        ];
        let idle = given.into_iter().find(|(_, given, used)| *given && !used);
        idle.map(|(name, _, _)| name)
    }
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
