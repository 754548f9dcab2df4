//! Judging a verified bundle's observations again, and holding the statement to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use evidence::EngineAccount;
use evidence::record::Packed;
use judge::{Adapted, CaseResult, Expected, Reason};
use negatives::matrix::{Case, Matrix};
use seal::bundle::SIGNER_FILE;
use seal::bundle::verify::VerifiedBundle;
use seal::statement::attestation::{Attestation, Row, Sharding};
use seal::{canonical, strict_json};
use serde::de::DeserializeOwned;

use super::derived::{Gathered, Source};
use super::rules::Rules;
use super::{ENGINE_FILE, MATRIX_FILE, POLICY_FILE, observations_file, statement};
use crate::releases::{self, Table};
use crate::report::visible::on_one_line;
use crate::self_audit::{self, Audited, Inquiry, ItemId, SelfAudit};

mod error;
mod records;

pub use error::{Alien, Field, RejudgeError};

/// The longest observations file, in bytes.
const MAX_OBSERVATIONS: usize = 16 << 20;

/// What judging again gave.
#[derive(Debug)]
pub struct Rejudged {
    /// Every row, as judged now; equal to the statement's.
    pub results: Vec<CaseResult>,
    /// The self-audits, as computed now; equal to the bundle's.
    pub audit: SelfAudit,
    /// The engine's account of itself.
    pub engine: EngineAccount,
    /// What they were judged against.
    pub expected: Expected,
    /// By which matrix and policy.
    pub rules: Arc<Rules>,
}

/// Judges every row of a bundle again, by the matrix and the policy of this release, or of
/// another that is known.
///
/// # Errors
/// The first row that does not come out as the statement says.
pub fn rejudge(bundle: &VerifiedBundle) -> Result<Rejudged, RejudgeError> {
    let known = releases::builtin().map_err(|source| RejudgeError::Own {
        what: "table of releases",
        source: Box::new(source),
    })?;
    rejudge_by(bundle, known)
}

/// The same, with these releases known.
pub(super) fn rejudge_by(bundle: &VerifiedBundle, known: &Table) -> Result<Rejudged, RejudgeError> {
    let failed = |what| move |source| RejudgeError::Own { what, source };
    let rules = rules_of(bundle, known)?;
    let matrix = &rules.matrix;
    let said = bundle.attestation();
    call_the_roll(matrix, said)?;
    let engine = engine(bundle)?;
    let field = Field::Arch;
    let arch = statement::arch(&said.host).ok_or(RejudgeError::Field { field })?;
    let against = rules
        .expected(bundle.subjects(), &engine, arch)
        .map_err(|error| failed("data")(Box::new(error)))?;
    let audited = Audited {
        said,
        artifacts: bundle.subjects(),
        matrix,
    };
    let (results, gathered) = judge_rows(bundle, &audited, &against)?;
    let inquiry = bear_out(
        bundle,
        &Source {
            said,
            subjects: bundle.subjects(),
            engine: &engine,
            results: &results,
            rules: &rules,
            expected: &against,
        },
        gathered,
    )?;
    // Last: the audits speak of all the others.
    let audit = same_audit(bundle, inquiry.end(&audited))?;
    Ok(Rejudged {
        results,
        audit,
        engine,
        expected: against,
        rules,
    })
}

/// What the bundle is judged by: its own matrix and policy, if they are byte for byte those
/// of this release, or of another that judges alike.
fn rules_of(bundle: &VerifiedBundle, known: &Table) -> Result<Arc<Rules>, RejudgeError> {
    let (matrix, policy) = (file(bundle, MATRIX_FILE)?, file(bundle, POLICY_FILE)?);
    let own = known.own().map_err(|source| RejudgeError::Own {
        what: "matrix and policy",
        source: Box::new(source),
    })?;
    if matrix == own.matrix_toml.as_bytes() && policy == own.policy_toml.as_bytes() {
        return Ok(own);
    }
    if let Some(rules) = known.of_another(matrix, policy)? {
        return Ok(rules);
    }
    let other = matrix == own.matrix_toml.as_bytes();
    let file = if other { POLICY_FILE } else { MATRIX_FILE };
    Err(RejudgeError::Other { file })
}

/// Every row as it is judged now, and what a bundle shows of it.
fn judge_rows(
    bundle: &VerifiedBundle,
    audited: &Audited<'_>,
    against: &Expected,
) -> Result<(Vec<CaseResult>, Gathered), RejudgeError> {
    let mut nonces = BTreeSet::new();
    let filters = records::filters(bundle)?;
    let (mut results, mut gathered) = (Vec::new(), Gathered::default());
    for (case, row) in audited.matrix.cases().iter().zip(&audited.said.rows) {
        let observed = records::read(bundle, case, &filters, &mut nonces)?;
        let packed = records::packed(bundle, case, &filters);
        let result = match left_to_another(case, &audited.said.sharding, against) {
            Some(left) => same_row(left, row, &packed)?,
            None => same_verdict(row, CaseResult::of(case, &observed, packed, against))?,
        };
        gathered.add(audited, against, (row, &result), &observed);
        results.push(result);
    }
    Ok((results, gathered))
}

/// All rows, and the deferred ones by name.
fn call_the_roll(matrix: &Matrix, said: &Attestation) -> Result<(), RejudgeError> {
    let deferred: Vec<&str> = matrix.deferred().iter().map(|row| &*row.id).collect();
    let listed: Vec<&str> = said.deferred.iter().map(String::as_str).collect();
    if said.rows.len() == matrix.cases().len() && listed == deferred {
        return Ok(());
    }
    Err(RejudgeError::Roll {
        expected: matrix.cases().len(),
        deferred: deferred.join(" "),
        observed: said.rows.len(),
        listed: on_one_line(&listed.join(" ")).chars().take(200).collect(),
    })
}

/// What only shows the rows in another form shows these rows; and nothing lies in
/// the bundle that has no place there.
fn bear_out(
    bundle: &VerifiedBundle,
    source: &Source<'_>,
    gathered: Gathered,
) -> Result<Inquiry, RejudgeError> {
    let sights = &gathered.sights;
    if let Some(field) =
        statement::not_borne_out(source.said, source.subjects, sights, source.rules)
    {
        return Err(RejudgeError::Field { field });
    }
    let (made, inquiry) = gathered.files(source).map_err(|error| RejudgeError::Own {
        what: "form of what a bundle shows",
        source: Box::new(error),
    })?;
    let mut known = BTreeSet::from([SIGNER_FILE, ENGINE_FILE, self_audit::FILE].map(str::to_owned));
    for (file, bytes) in made {
        match bundle.files().get(file) {
            Some(there) if there == bytes => known.insert(file.to_owned()),
            Some(_) => return Err(RejudgeError::NotBorneOut { file }),
            None => {
                let file = file.to_owned();
                return Err(RejudgeError::Missing { file });
            }
        };
    }
    let rows = source.rules.matrix.cases().iter();
    known.extend(rows.map(|case| observations_file(case.id.as_str())));
    match bundle
        .files()
        .iter()
        .find(|(path, _)| !known.contains(path.as_str()))
    {
        None => Ok(inquiry),
        Some((path, _)) => Err(RejudgeError::Stray {
            file: path.to_string(),
        }),
    }
}

/// The self-audits, computed again: the bundle's file must be exactly that.
fn same_audit(bundle: &VerifiedBundle, own: SelfAudit) -> Result<SelfAudit, RejudgeError> {
    let bytes = file(bundle, self_audit::FILE)?;
    let said: SelfAudit = json(self_audit::FILE, bytes)?;
    let canonical = canonical::to_bytes(&own).is_ok_and(|own| own == bytes);
    if said == own && canonical {
        return Ok(own);
    }
    let item = own.first_difference(&said).map(ItemId::name);
    Err(RejudgeError::Audit {
        item: item.unwrap_or_else(|| "its form".to_owned()),
    })
}

/// A file that every bundle has.
fn file<'b>(bundle: &'b VerifiedBundle, name: &str) -> Result<&'b [u8], RejudgeError> {
    let missing = || RejudgeError::Missing {
        file: name.to_owned(),
    };
    bundle.files().get(name).ok_or_else(missing)
}

/// What a file holds.
fn json<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, RejudgeError> {
    let read = strict_json::from_slice(file, bytes, MAX_OBSERVATIONS);
    read.map_err(|source| RejudgeError::Json {
        file: file.to_owned(),
        source,
    })
}

/// The engine's account of itself, which is the engine that the statement names.
fn engine(bundle: &VerifiedBundle) -> Result<EngineAccount, RejudgeError> {
    let account: EngineAccount = json(ENGINE_FILE, file(bundle, ENGINE_FILE)?)?;
    let (said, own) = (&bundle.attestation().host, &account.identity);
    let expected = [
        &said.engine.name,
        &said.engine.version,
        &said.engine.api,
        &said.runtime,
    ]
    .map(String::as_str);
    let api = own.api.as_deref().unwrap_or_default();
    let observed = [&*own.name, &own.version, api, &own.runtime];
    if observed == expected {
        return Ok(account);
    }
    let words = |all: [&str; 4]| {
        let known = all.into_iter().filter(|it| !it.is_empty());
        known.collect::<Vec<_>>().join(", ")
    };
    Err(RejudgeError::Engine {
        expected: words(expected),
        observed: words(observed),
    })
}

/// A row that this shard does not take, which nothing may have been observed of.
fn left_to_another(
    case: &Case,
    sharding: &Option<Sharding>,
    against: &Expected,
) -> Option<CaseResult> {
    match sharding {
        Some(Sharding::Shard(here)) if !here.takes(u32::from(case.number)) => {
            Some(CaseResult::not_run(
                &Adapted::of(case, &against.abilities),
                Reason::OtherShard { here: *here },
            ))
        }
        Some(Sharding::Shard(_) | Sharding::Merged { .. }) | None => None,
    }
}

fn same_row(left: CaseResult, said: &Row, observed: &Packed) -> Result<CaseResult, RejudgeError> {
    if statement::row(&left) == *said && observed.is_empty() {
        return Ok(left);
    }
    Err(differs(&left.case, &statement::row(&left), said))
}

fn same_verdict(said: &Row, judged: CaseResult) -> Result<CaseResult, RejudgeError> {
    if judged.observed.is_empty()
        && let Some(unreached) = unreached(&judged.case, said)
    {
        return Ok(unreached);
    }
    let row = statement::row(&judged);
    if row == *said {
        return Ok(judged);
    }
    Err(differs(&judged.case, &row, said))
}

/// A row that the run never came to left no observations: the statement alone says
/// why, in one of two ways.
fn unreached(case: &Adapted, said: &Row) -> Option<CaseResult> {
    [Reason::Interrupted, Reason::EngineLost]
        .map(|reason| CaseResult::not_run(case, reason))
        .into_iter()
        .find(|result| statement::row(result) == *said)
}

fn differs(case: &Case, judged: &Row, said: &Row) -> RejudgeError {
    let words = |row: &Row| match &*row.reason_text {
        "" => row.verdict.to_string(),
        why => format!("{} ({why})", row.verdict),
    };
    RejudgeError::Verdict {
        file: observations_file(case.id.as_str()),
        id: case.id.to_string(),
        expected: words(judged),
        observed: words(said),
    }
}
