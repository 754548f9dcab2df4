//! Options in groups: a command takes those groups that it reads, and no other.

use std::path::PathBuf;
use std::thread;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use engine::choice::EngineChoice;
use verify::terminal::Color;
use verify::{Format, Printing};

/// The environment variable that stands for `--postgres-image`.
pub const POSTGRES_IMAGE_VARIABLE: &str = "PROOF_OF_BLOCK_POSTGRES_IMAGE";

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
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
            program: Printing::PLAIN.program,
        }
    }
}

/// What needs a sandbox.
#[derive(Debug, Clone, Args)]
pub struct OnEngine {
    /// Which engine realises the sandbox.
    #[arg(long, value_parser = engines(), default_value_t = EngineChoice::Auto)]
    pub engine: EngineChoice,
}

/// What has to do with the folder of bundles.
#[derive(Debug, Clone, Args)]
pub struct Into {
    /// The folder that bundles go into.
    #[arg(long, value_name = "DIR", default_value = "attestation")]
    pub out: PathBuf,
}

/// What seals a bundle.
#[derive(Debug, Clone, Args)]
pub struct SignedBy {
    /// The operator's private key (PKCS#8 PEM, Ed25519); without one, a development key.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// What is done side by side.
#[derive(Debug, Clone, Args)]
pub struct SideBySide {
    /// How many sandboxes, or falsifications, are worked on side by side.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
}

impl SideBySide {
    /// How many; by default one more than there are processors, because launches spend
    /// most of their time waiting for the engine.
    #[must_use]
    pub fn count(&self) -> usize {
        let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
        self.jobs.map_or(cores + 1, usize::from)
    }
}

/// What needs the database of N13.
#[derive(Debug, Clone, Args)]
pub struct Postgres {
    /// An image of PostgreSQL for N13, which the engine may have to pull; without one,
    /// the server of this host's own package.
    #[arg(long, value_name = "REF", env = POSTGRES_IMAGE_VARIABLE)]
    pub postgres_image: Option<String>,
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
