//! The arguments of `audit`.

use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{ArgGroup, Args};

use super::{Into, SignedBy};

/// What is about one line and its answer: of what is no audit of one line it would do nothing.
const OF_A_LINE: [&str; 12] = [
    "expect",
    "write_expect",
    "junit",
    "markdown",
    "record",
    "out",
    "key",
    "lift",
    "oci",
    "compose",
    "unit",
    "line",
];

/// A word that a record can have: its JSON is text.
fn word() -> impl TypedValueParser<Value = String> {
    OsStringValueParser::new().try_map(|word| {
        word.into_string().map_err(|word| {
            format!(
                "expected text (UTF-8), which a record can hold, observed `{}`; put it into a \
                 script, and name that in the line",
                word.as_bytes().escape_ascii()
            )
        })
    })
}

/// What `audit` takes.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("sealing").args(["record", "key"]).multiple(true)))]
#[command(mut_arg("out", |out| out.requires("sealing")))]
#[command(after_help = "\
The probe and its arguments are put at the end of the line. In a word of it, {probe} stands for the
probe's path, {command} for the probe and its arguments as one word for a shell; a word {args} stands
for its arguments alone.

  harness audit -- bwrap --unshare-all --ro-bind / / --dev /dev --proc /proc
  harness audit -- docker run --rm --network none -v {probe}:/probe:ro IMAGE /probe
  harness audit --oci BUNDLE -- runc run --bundle {bundle} {name}
  harness audit --compose compose.yml SERVICE
  harness audit --unit /etc/systemd/system/job.service

Without --expect everything is described and nothing is declared: exit code 4. What --record or
--key seals is judged again by `harness verify`, offline.")]
pub struct Audit {
    /// What is expected of the line: a preset (agent, container, grader or checker), or a file
    /// (TOML) with `preset`, `deny`, `except` and `work`, each a list of acts, groups, rows or
    /// `everything`.
    #[arg(long, value_name = "FILE")]
    pub expect: Option<PathBuf>,
    /// Write a new file for --expect that expects what was found; what was open is left
    /// in it for a decision.
    #[arg(long, value_name = "FILE", conflicts_with = "expect")]
    pub write_expect: Option<PathBuf>,
    /// Write what each expectation came to as JUnit XML, too.
    #[arg(long, value_name = "FILE", requires = "expect")]
    pub junit: Option<PathBuf>,
    /// Write the findings as a table in Markdown, too: for the page of a CI job.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Seal what was seen and what it amounts to into a signed record beneath --out; --key
    /// does so, too.
    #[arg(long)]
    pub record: bool,
    /// Where the record goes.
    #[command(flatten)]
    pub into: Into,
    /// Who signs it.
    #[command(flatten)]
    pub signed: SignedBy,
    /// Run the line without these words, too: what is open then is closed by them.
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true, value_parser = word())]
    pub lift: Vec<String>,
    /// Give the line a terminal, as its standard input and its session's; without one, U14
    /// shows nothing.
    #[arg(long)]
    pub tty: bool,
    /// For a runtime that takes no command on its line: the folder of a bundle (OCI). In a copy
    /// of its config.json the probe is the process; in LINE, {bundle} stands for the copy's
    /// folder and {name} for a name of the container's; without {name} the last word is its
    /// name, which the runtime may not know yet.
    #[arg(long, value_name = "BUNDLE", conflicts_with = "tty")]
    pub oci: Option<PathBuf>,
    /// A service of a Compose file, run once by `docker compose` or `docker-compose` without what
    /// it depends on: its own settings, with the probe as what it runs and mounted read-only, by
    /// an override file beside FILE, which is not changed.
    #[arg(long, num_args = 2, value_names = ["FILE", "SERVICE"], conflicts_with_all = ["line", "tty", "oci", "lift"])]
    pub compose: Vec<String>,
    /// The sandbox of a service unit (systemd): the directives of its section Service that are
    /// known here as properties of a transient unit, by systemd-run; what is left out is named,
    /// and drop-ins are not read. It needs a running systemd, and was never run on hardware with one.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["line", "tty", "oci", "compose"])]
    pub unit: Option<PathBuf>,
    /// The folder that the probe is put into, for a line that hides the working folder.
    #[arg(long, value_name = "DIR")]
    pub place: Option<PathBuf>,
    /// List the acts: what each does, and what closes it.
    #[arg(long, conflicts_with_all = OF_A_LINE, conflicts_with_all = ["tty", "place"])]
    pub acts: bool,
    /// Compare two audits, each a record or what --format json printed: 1 if an act opened, 4 if
    /// one that was closed is no longer shown to be.
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], conflicts_with_all = OF_A_LINE, conflicts_with_all = ["tty", "place", "acts"])]
    pub diff: Vec<PathBuf>,
    /// Try every line of a file (TOML: a name, and the words of the line, or `oci`, a bundle, and
    /// `line`) and print one table.
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_A_LINE, conflicts_with_all = ["acts", "diff"])]
    pub lines: Option<PathBuf>,
    /// The line: a launcher with its words.
    #[arg(last = true, required_unless_present_any = ["acts", "diff", "lines", "compose", "unit"], value_name = "LINE", value_parser = word())]
    pub line: Vec<String>,
}
