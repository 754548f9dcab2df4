//! The arguments of `audit`.

use std::path::PathBuf;

use clap::Args;

/// What `audit` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
The probe and its arguments are put at the end of the line. In a word of it, {probe} stands for the
probe's path, {command} for the probe and its arguments as one word for a shell; a word {args} stands
for its arguments alone.

  harness audit -- bwrap --unshare-all --ro-bind / / --dev /dev --proc /proc
  harness audit -- docker run --rm --network none -v {probe}:/probe:ro IMAGE /probe

Without --expect everything is described and nothing is declared: exit code 4.")]
pub struct Audit {
    /// What is expected of the line (TOML): `preset` (agent, container, grader or checker),
    /// `deny`, `except` and `work`, each a list of acts, rows or `everything`.
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
    /// Run the line without these words, too: what is open then is closed by them.
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub lift: Vec<String>,
    /// Give the line a terminal, as its standard input and its session's; without one, U14
    /// shows nothing.
    #[arg(long)]
    pub tty: bool,
    /// The folder that the probe is put into, for a line that hides the working folder.
    #[arg(long, value_name = "DIR")]
    pub place: Option<PathBuf>,
    /// List the acts: what each does, and what closes it.
    #[arg(long, conflicts_with_all = ["expect", "write_expect", "junit", "markdown", "lift", "tty", "place", "line"])]
    pub acts: bool,
    /// The line: a launcher with its words.
    #[arg(last = true, required_unless_present = "acts", value_name = "LINE")]
    pub line: Vec<String>,
}
