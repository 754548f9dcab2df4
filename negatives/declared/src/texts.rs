//! The four texts of a release, and who brings them.

use std::sync::OnceLock;

/// The texts that a program is of.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// The rows. The digest of this text stands in the attestation.
    pub matrix: &'static str,
    /// Each weakening of the profile with the row that must catch it. Read and run by the
    /// harness, which alone knows what a profile is.
    pub mutants: &'static str,
    /// Each false thing that observations could be made to say, with the rule that must
    /// find it. Read and run by the harness.
    pub falsifications: &'static str,
    /// What each word of the project means. Read by the harness.
    pub glossary: &'static str,
}

/// The texts in a folder, compiled in where this stands: the folder of the release's texts,
/// from the file that names it, with a slash at its end.
#[macro_export]
macro_rules! texts {
    ($folder:literal) => {
        $crate::Texts {
            matrix: include_str!(concat!($folder, "matrix.toml")),
            mutants: include_str!(concat!($folder, "mutants.toml")),
            falsifications: include_str!(concat!($folder, "falsifications.toml")),
            glossary: include_str!(concat!($folder, "glossary.toml")),
        }
    };
}

/// What there is before a program has declared its own: for tests, which have no `main`,
/// the release's; for a program nothing, in which every reader finds an error.
#[cfg(feature = "embedded")]
static UNDECLARED: Texts = texts!("../../");
#[cfg(not(feature = "embedded"))]
static UNDECLARED: Texts = Texts {
    matrix: "",
    mutants: "",
    falsifications: "",
    glossary: "",
};

static DECLARED: OnceLock<Texts> = OnceLock::new();

/// Says which texts this program is of: the first thing its `main` does. What is read of a
/// text is kept, so only the first call counts.
pub fn declare(texts: Texts) {
    DECLARED.get_or_init(|| texts);
}

/// The texts of this program.
#[must_use]
pub fn texts() -> &'static Texts {
    DECLARED.get().unwrap_or(&UNDECLARED)
}
