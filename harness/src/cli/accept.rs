//! What `accept` takes.

use std::path::PathBuf;

use clap::Args;

/// Terms as they are written, shown by `accept --help`. The keys and digests in it are
/// nobody's.
pub const EXAMPLE: &str = r#"schema = 1

[owner]
public_key = """
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
"""

[[operator]]
public_key = """
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=
-----END PUBLIC KEY-----
"""

[agreed]
matrix = "0000000000000000000000000000000000000000000000000000000000000000"

[reviewed]
image = "0000000000000000000000000000000000000000000000000000000000000000"
checker = "0000000000000000000000000000000000000000000000000000000000000000"
airlock = "0000000000000000000000000000000000000000000000000000000000000000"
probe = "0000000000000000000000000000000000000000000000000000000000000000"
policy = "0000000000000000000000000000000000000000000000000000000000000000"
"#;

/// What `accept` takes.
#[derive(Debug, Args)]
#[command(after_long_help = format!("The terms, all of them required:\n\n{EXAMPLE}"))]
pub struct Accept {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// What was agreed beforehand (TOML): owner's and operators' keys, and the
    /// digests of what was reviewed.
    #[arg(long, value_name = "FILE")]
    pub terms: PathBuf,
    /// The owner's disposition of B0''', as `dispose` writes it. Without one, B0'''
    /// is not disposed of and nothing is accepted.
    #[arg(long, value_name = "FILE")]
    pub disposition: Option<PathBuf>,
}
