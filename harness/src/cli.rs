//! The command line, as data: help and errors follow from it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use seal::partition::Partition;

mod accept;
mod audit;
mod dispose;
mod documents;
mod falsify;
mod groups;
mod helper;
mod line;
mod merge;
mod options;
mod packet;
mod profile;
mod release;
mod report;
mod reseal;
mod run;
mod show;
mod summary;
mod verify_bundle;

pub use accept::Accept;
pub use audit::Audit;
pub use dispose::Dispose;
pub use documents::{Completions, Man, Schema};
pub use falsify::Falsify;
pub use groups::{Common, Into, OnEngine, POSTGRES_IMAGE_VARIABLE, Postgres, SideBySide, SignedBy};
pub use helper::{AskKernel, EnterFirejail, Helper, HelperLine, Reap, ServeDatabase};
pub(crate) use line::mistake;
pub use merge::Merge;
pub use options::OptionsOf;
pub use packet::{
    AddClaim, AddItem, CaptureOf, LintPacket, NewPacket, Packet, PacketFolder, PacketTask, SOURCES,
};
pub use profile::{ProfileForm, ShowProfile};
pub use release::Release;
pub use report::Report;
pub use reseal::Reseal;
pub(crate) use run::FILTERS;
pub use run::Run;
pub use show::Show;
pub use summary::SummaryOf;
pub use verify_bundle::Verify;

mod check;
mod lint_checker;

pub use check::{Check, PATIENCE};
pub use lint_checker::LintChecker;

/// Proves, on this host, that a deny-by-default sandbox denies, and signs the proof.
#[derive(Debug, Parser)]
#[command(name = "harness", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Flags that every command takes.
    #[command(flatten)]
    pub common: Common,
}

const EXIT_CODES: &str = "\
Exit codes: 0 held, or accepted by verify; 1 broken, or refused by verify or accept; 2 usage; \
3 blocked: this host cannot; 4 inconclusive or incomplete; 70 internal error; 130 interrupted.\n\n`--version --verbose` \
says the commit, and the digests of what is built in.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run every row in real sandboxes and seal the signed bundle.
    Attest(Attest),
    /// Run rows as tests, with the flags of `cargo test`.
    Run(Run),
    /// Show that the rows can fail: weaken the sandbox in every known way, and
    /// require that the row bound to each breaks for the declared reason.
    Mutants(Mutants),
    /// Falsify what a bundle holds, sign it again, and see each falsification refused
    Falsify(Falsify),
    /// List the rows.
    List,
    /// Say what a row requires, attempts and lifts, or what a word of this project means.
    Explain(Explain),
    /// Make a packet: its items, captures and claims, and the bag around them.
    Packet(Packet),
    /// Check your own packets in locked sandboxes, side by side.
    Check(Check),
    /// Try a sandbox of your own, by its line: what it leaves open, what closes the rest
    Audit(Audit),
    /// Hold the checker's dependencies, sources and program against the denylist (L2).
    LintChecker(LintChecker),
    /// Check a bundle and judge its observations again; needs no engine.
    Verify(Verify),
    /// Show a bundle as a page, once it has been checked and judged again.
    Report(Report),
    /// Print what was observed for a row of a bundle, or all of one of its launches, in
    /// words, once the bundle has been checked and judged again.
    Show(Show),
    /// Join the bundles of a run's shards into one.
    Merge(Merge),
    /// Say what a bundle shows, in Markdown: for the page of a CI job.
    Summary(SummaryOf),
    /// Sign the owner's decision on B0''' over a bundle: honoured, or waived with the risk.
    Dispose(Dispose),
    /// Sign, as the reviewer, that a bundle was reviewed: what B0''' honoured waits for.
    Reseal(Reseal),
    /// Say whether a bundle is accepted: the gates M1 to M5, each met or not, and why.
    Accept(Accept),
    /// Say whether the files of a release are as the holder of its key signed them.
    Release(Release),
    /// Say by which digests this build is known, as `accept --terms` takes them.
    Digests,
    /// Make a key pair, for an operator or for the owner.
    Keygen {
        /// Where the private key goes; the public one goes beside it: `operator.pem` and
        /// `operator.pub.pem`.
        file: PathBuf,
    },
    /// Say what this host can do, and what to do where it cannot.
    Doctor(Doctor),
    /// The sandbox options A to F of the decision, each with this host's answer.
    Options(OptionsOf),
    /// Print the locked sandbox: as a line to paste for a program of your own, as its
    /// filter, or lock by lock in words.
    Profile(ShowProfile),
    /// Print the completions of this command line for a shell.
    Completions(Completions),
    /// Print the JSON Schema of what a command prints with `--format json`.
    Schema(Schema),
    /// Print the manual page, or write one for every command into a folder.
    Man(Man),
}

/// What `attest` takes.
#[derive(Debug, Args)]
pub struct Attest {
    /// Where it runs.
    #[command(flatten)]
    pub on: OnEngine,
    /// Where the bundle goes.
    #[command(flatten)]
    pub into: Into,
    /// Who signs it.
    #[command(flatten)]
    pub signed: SignedBy,
    /// How many sandboxes at a time.
    #[command(flatten)]
    pub side_by_side: SideBySide,
    /// The database of N13.
    #[command(flatten)]
    pub postgres: Postgres,
    /// Lift a boundary everywhere, to see rows break: such a run attests nothing.
    #[arg(long, value_name = "LIFT")]
    pub lift: Vec<String>,
    /// Run the mutants too, and put their score into the statement.
    #[arg(long)]
    pub mutants: bool,
    /// Run only this shard's rows, such as `count:1/3`: such a run attests nothing
    /// until `merge` has joined all shards.
    #[arg(long, value_name = "count:K/N", conflicts_with = "mutants")]
    pub partition: Option<Partition>,
}

/// What `mutants` takes.
#[derive(Debug, Args)]
pub struct Mutants {
    /// Where they run.
    #[command(flatten)]
    pub on: OnEngine,
    /// How many sandboxes at a time.
    #[command(flatten)]
    pub side_by_side: SideBySide,
    /// The database of N13.
    #[command(flatten)]
    pub postgres: Postgres,
    /// Only those of this row or operator, or whose name contains this.
    pub filter: Option<String>,
    /// One of each operator.
    #[arg(long)]
    pub short: bool,
    /// Write the outcomes as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct Explain {
    /// A row's id, such as N19; an attempt's, a mutant's, a packet's; or a word, such as
    /// `airlock`, `exit code 5` or `PROSE_ONLY`. Without one, every word.
    pub word: Vec<String>,
    /// Where a row's last proof is looked for.
    #[command(flatten)]
    pub into: Into,
}

/// What `doctor` takes.
#[derive(Debug, Args)]
pub struct Doctor {
    /// What a run would use.
    #[command(flatten)]
    pub on: OnEngine,
    /// Where its bundle would go.
    #[command(flatten)]
    pub into: Into,
    /// The database that it would use.
    #[command(flatten)]
    pub postgres: Postgres,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
        HelperLine::command().debug_assert();
    }
}
