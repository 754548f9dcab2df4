//! The command line, as data: help and errors follow from it.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use engine::choice::EngineChoice;
use seal::partition::Partition;
use std::ffi::OsString;
use std::path::PathBuf;
use verify::terminal::Color;
use verify::{Format, Printing};

use clap::{Args, Parser, Subcommand};

mod accept;
mod audit;
mod dispose;
mod documents;
mod falsify;
mod helper;
mod merge;
mod profile;
mod report;
mod run;
mod show;
mod summary;
mod verify_bundle;

pub use accept::Accept;
pub use audit::Audit;
pub use dispose::Dispose;
pub use documents::{Completions, Man};
pub use falsify::Falsify;
pub use helper::{AskKernel, Helper, Reap, ServeDatabase};
pub use merge::Merge;
pub use profile::{ProfileForm, ShowProfile};
pub use report::Report;
pub(crate) use run::FILTERS;
pub use run::Run;
pub use show::Show;
pub use summary::SummaryOf;
pub use verify_bundle::Verify;

mod check;
mod lint_checker;

pub use check::Check;
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

/// The environment variable that stands for `--postgres-image`.
pub const POSTGRES_IMAGE_VARIABLE: &str = "PROOF_OF_BLOCK_POSTGRES_IMAGE";

const EXIT_CODES: &str = "\
Exit codes: 0 held; 1 broken, or refused by verify or accept; 2 usage; 3 blocked: this host cannot;
4 inconclusive or incomplete; 70 internal error; 130 interrupted.";

/// Our own flags that may stand behind a filter of `run`, each with one value; what
/// else stands there is for the runner.
const OWN_FLAGS: [&str; 7] = [
    "--lift",
    "--matrix",
    "--engine",
    "--out",
    "--key",
    "--jobs",
    "--postgres-image",
];

impl Cli {
    /// Parses the command line; ends the process on `--help` and on errors, as
    /// command lines do.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self::parse_from(own_flags_first(std::env::args_os().collect()))
    }
}

/// `run FILTER` hands the rest of the line to the runner, so our own flags are moved
/// before the filter.
fn own_flags_first(line: Vec<OsString>) -> Vec<OsString> {
    let Some(run) = line.iter().position(|word| word == "run") else {
        return line;
    };
    let (head, tail) = line.split_at(run + 1);
    let (mut own, mut rest) = (Vec::new(), Vec::new());
    let mut words = tail.iter();
    while let Some(word) = words.next() {
        // A flag of ours is text; what is none is handed on as it is.
        let text = word.to_str().unwrap_or_default();
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        if !OWN_FLAGS.contains(&name) {
            rest.push(word.clone());
            continue;
        }
        own.push(word.clone());
        if !text.contains('=') {
            own.extend(words.next().cloned());
        }
    }
    [head, &own, &rest].concat()
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Which engine realises the sandbox.
    #[arg(long, global = true, value_parser = engines(), default_value_t = EngineChoice::Auto)]
    pub engine: EngineChoice,
    /// The folder that bundles go into.
    #[arg(long, global = true, value_name = "DIR", default_value = "attestation")]
    pub out: PathBuf,
    /// The operator's private key (PKCS#8 PEM, Ed25519); without one, a development key.
    #[arg(long, global = true, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// How many sandboxes run side by side.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
    /// An image of PostgreSQL for N13, which the engine may have to pull; without one,
    /// the server of this host's own package.
    #[arg(long, global = true, value_name = "REF", env = POSTGRES_IMAGE_VARIABLE)]
    pub postgres_image: Option<String>,
    /// What is printed on standard output.
    #[arg(long, global = true, value_parser = formats(), default_value = "human")]
    pub format: Format,
    /// Whether to use colour; `auto` heeds `NO_COLOR` and pipes.
    #[arg(long, global = true, value_parser = colors(), default_value = "auto")]
    pub color: Color,
}

impl Common {
    /// How results are printed.
    #[must_use]
    pub fn printing(&self) -> Printing {
        Printing {
            format: self.format,
            color: self.color,
        }
    }
}

/// The words that `--engine` takes.
fn engines() -> impl TypedValueParser<Value = EngineChoice> {
    let words = EngineChoice::ALL.map(|(_, word, help)| (word, help));
    words_of(words).try_map(|word| word.parse::<EngineChoice>())
}

/// The words that `--format` takes.
fn formats() -> impl TypedValueParser<Value = Format> {
    let words = [("human", "For people"), ("json", "One JSON object")];
    words_of(words).try_map(|word| word.parse::<Format>())
}

/// The words that `--color` takes.
fn colors() -> impl TypedValueParser<Value = Color> {
    let words = [
        ("auto", "On a terminal, unless `NO_COLOR` is set"),
        ("always", "Always"),
        ("never", "Never"),
    ];
    words_of(words).try_map(|word| word.parse::<Color>())
}

fn words_of<const N: usize>(words: [(&'static str, &'static str); N]) -> PossibleValuesParser {
    PossibleValuesParser::new(words.map(|(word, help)| PossibleValue::new(word).help(help)))
}

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
    Explain {
        /// A row's id, such as N19; an attempt's, a mutant's, a packet's; or a word, such as
        /// `airlock`, `exit code 5` or `PROSE_ONLY`. Without one, every word.
        word: Vec<String>,
    },
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
    /// Say whether a bundle is accepted: the gates M1 to M5, each met or not, and why.
    Accept(Accept),
    /// Say by which digests this build is known, as `accept --terms` takes them.
    Digests,
    /// Make a key pair, for an operator or for the owner.
    Keygen {
        /// Where the private key goes; the public one goes beside it: `operator.pem` and
        /// `operator.pub.pem`.
        file: PathBuf,
    },
    /// Say what this host can do, and what to do where it cannot.
    Doctor,
    /// The sandbox options A to F of the decision, each with this host's answer.
    Options,
    /// Print the locked sandbox: as a line to paste for a program of your own, as its
    /// filter, or lock by lock in words.
    Profile(ShowProfile),
    /// Print the completions of this command line for a shell.
    Completions(Completions),
    /// Print the manual page, or write one for every command into a folder.
    Man(Man),
    /// What a run starts beside itself.
    #[command(flatten)]
    Helper(Helper),
}

/// What `attest` takes.
#[derive(Debug, Args)]
pub struct Attest {
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
    /// Only those of this row or operator, or whose name contains this.
    pub filter: Option<String>,
    /// One of each operator.
    #[arg(long)]
    pub short: bool,
    /// Write the outcomes as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn moved(line: &str) -> String {
        own_flags_first(line.split(' ').map(OsString::from).collect())
            .join(OsStr::new(" "))
            .into_string()
            .unwrap()
    }

    #[test]
    fn the_definition_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_lift_may_stand_behind_the_filter() {
        assert_eq!(
            moved("harness run N19 --lift seccomp"),
            "harness run --lift seccomp N19"
        );
        assert_eq!(
            moved("harness run N19 --lift=seccomp --exact"),
            "harness run --lift=seccomp N19 --exact"
        );
    }

    #[test]
    fn other_commands_are_left_alone() {
        assert_eq!(
            moved("harness attest --lift network"),
            "harness attest --lift network"
        );
    }
}
