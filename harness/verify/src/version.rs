//! What `--version` says, and with `--verbose` from which sources a program is.

use bundle::releases::Records;
use negatives::coverage::Coverage;
use seal::digest::Sha256Digest;
use seal::statement::attestation;
use seccomp::policy::POLICY_TOML;

/// The commit, where whoever built the program said so.
const COMMIT: Option<&str> = option_env!("PROOF_OF_BLOCK_COMMIT");

/// The program and its version.
#[must_use]
pub fn short(program: &str) -> String {
    format!("{program} {}\n", env!("CARGO_PKG_VERSION"))
}

/// The same, with the commit, the schema, the digests of this release's rules, and `more`.
#[must_use]
pub fn long(program: &str, more: &[(String, String)]) -> String {
    let digest = |text: &str| Sha256Digest::of(text.as_bytes()).to_string();
    let own = [
        (
            "commit",
            COMMIT.unwrap_or("not said by who built it").to_owned(),
        ),
        ("schema", attestation::SCHEMA.to_string()),
        ("matrix", digest(declared::texts().matrix)),
        ("policy", digest(POLICY_TOML)),
        ("coverage", coverage()),
        ("records", records()),
    ];
    let own = own.map(|(name, is)| (name.to_owned(), is));
    let lines = own.iter().chain(more);
    let lines = lines.map(|(name, is)| format!("{name}: {is}\n"));
    short(program) + &lines.collect::<String>()
}

/// How far this release's catalogues reach, as `release.toml` has it.
fn coverage() -> String {
    let Ok(coverage) = declared::coverage() else {
        return "not known".to_owned();
    };
    let Coverage {
        rows,
        mutants,
        falsifications,
        hostile_checks,
        none,
    } = coverage;
    format!(
        "{{ rows = {rows}, mutants = {mutants}, falsifications = {falsifications}, \
         hostile_checks = {hostile_checks}, none = {none} }}"
    )
}

/// What this release's records are known by, as `release.toml` has it.
fn records() -> String {
    match Records::own() {
        Ok(Records {
            audit,
            acts,
            check: Some(check),
        }) => format!("{{ audit = {audit}, acts = \"{acts}\", check = {check} }}"),
        Ok(Records { check: None, .. }) | Err(_) => "not known".to_owned(),
    }
}
