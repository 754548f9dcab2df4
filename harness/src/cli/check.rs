//! The arguments of `check`.

use std::path::PathBuf;

use clap::Args;

use super::{OnEngine, SideBySide};

/// What `check` takes.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Check {
    /// Packets: each a folder that is a BagIt bag, or a zip, tar or tar.gz of one.
    #[arg(required = true, value_name = "PACKET")]
    pub packets: Vec<PathBuf>,
    /// Who is believed: a TOML file of authorities, with the keys that their captures are
    /// signed with. Without it nobody is, and a native or governed label is a statement.
    #[arg(long, value_name = "FILE")]
    pub authorities: Option<PathBuf>,
    /// Give a packet up after so many seconds, its unpacking included; without it, each has
    /// the time that it takes as long as its checker moves.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub timeout: Option<u64>,
    /// Give a packet up whose checker stood still for so many seconds: it read nothing and
    /// asked the kernel for nothing, as on a disk that stopped answering.
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE, value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub patience: u64,
    /// Write each report there too, as the checker wrote it, and never over another.
    #[arg(long, value_name = "DIR")]
    pub report_dir: Option<PathBuf>,
    /// Read nothing unless this sandbox is the one of this bundle in all that it says of it:
    /// the folder that `attest` wrote, accepted under `--terms`. Machines of the same kernel
    /// and engine are not told apart.
    #[arg(long, value_name = "BUNDLE", requires = "terms")]
    pub bundle: Option<PathBuf>,
    /// The terms under which the bundle is accepted, as `accept` takes them.
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub terms: Option<PathBuf>,
    /// The owner's disposition over the bundle.
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub disposition: Option<PathBuf>,
    /// The reviewer's re-seal of the bundle, where the owner honoured B0'''.
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub reseal: Option<PathBuf>,
    /// Write a signed record of the check into a folder beneath this one: what was seen of
    /// each launch, and its report. `harness verify` judges it again.
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// The key that the record is signed with (PKCS#8 PEM, Ed25519); without one, a
    /// development key.
    #[arg(long, value_name = "FILE", requires = "record")]
    pub key: Option<PathBuf>,
    /// Where they are read.
    #[command(flatten)]
    pub on: OnEngine,
    /// How many at a time.
    #[command(flatten)]
    pub side_by_side: SideBySide,
}

/// Ten minutes: a tape or a remote disk may take its time, and nothing here computes for so
/// long between two reads.
pub const PATIENCE: u64 = 600;

const EXIT_CODES: &str = "\
Exit codes, of several packets the worst, which is the first of these: 70 internal error; \
3 blocked, or given up; 2 an archive that is not taken; 6 packet refused; 4 gaps found; \
5 no gap observed in the packet's scope. 2 is usage, too. Never 0: what is found permits \
nothing.";
