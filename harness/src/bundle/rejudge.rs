//! Judging a verified bundle's observations again, and holding the statement to it.

use std::collections::BTreeSet;

use negatives::matrix::{Case, MATRIX_TOML, Matrix};
use seccomp::policy::POLICY_TOML;

use super::{ENGINE_FILE, MATRIX_FILE, POLICY_FILE, observations_file, statement};
use crate::audit::{self, Audited, ItemId, SelfAudit};
use crate::engine::Account;
use crate::judge::{self, Expected, Reason};
use crate::record::{Observations, Role};
use crate::seal::bundle::verify::VerifiedBundle;
use crate::seal::canonical;
use crate::seal::statement::attestation::{Row, Sharding};
use crate::seal::strict_json::{self, JsonError};
use crate::suite::CaseResult;

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
    pub engine: Account,
    /// What they were judged against.
    pub expected: Expected,
}

/// A bundle's statement and its observations do not agree.
#[derive(Debug, thiserror::Error)]
pub enum RejudgeError {
    /// This program's own matrix or policy cannot be used.
    #[error("failed to load this program's own {what}")]
    Own {
        /// Which.
        what: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The bundle was made by another matrix or policy.
    #[error(
        "`{file}`: expected this program's own, observed another: verify with the release that made it"
    )]
    Other {
        /// Which file.
        file: &'static str,
    },
    /// The bundle has no such file.
    #[error("`{file}` is missing")]
    Missing {
        /// Which file.
        file: String,
    },
    /// An observations file cannot be read.
    #[error("failed to read `{file}`")]
    Json {
        /// Which file.
        file: String,
        /// Why not.
        #[source]
        source: JsonError,
    },
    /// The engine's account is another engine's.
    #[error("`{ENGINE_FILE}`: expected the statement's engine {expected}, observed {observed}")]
    Engine {
        /// The statement's.
        expected: String,
        /// The account's.
        observed: String,
    },
    /// A record is not one that the row's plan asks for.
    #[error("`{file}`: record `{record}` {what}")]
    Foreign {
        /// Which file.
        file: String,
        /// Which record.
        record: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The statement says another verdict than the observations bear out.
    #[error(
        "`{file}`: row {id}: expected {expected}, as its observations are judged, observed {observed} in the statement"
    )]
    Verdict {
        /// Where the observations are.
        file: String,
        /// The row.
        id: String,
        /// As judged now.
        expected: String,
        /// As signed.
        observed: String,
    },
    /// The self-audits are not what the observations bear out.
    #[error(
        "`{}`: {item}: expected the answer computed again, observed another",
        audit::FILE
    )]
    Audit {
        /// The first item that differs.
        item: String,
    },
    /// The statement does not call the whole roll.
    #[error(
        "`statement.dsse.json`: expected all {expected} rows and {deferred} deferred, observed {observed} and {listed}"
    )]
    Roll {
        /// Rows in scope.
        expected: usize,
        /// Rows deferred.
        deferred: usize,
        /// Rows in the statement.
        observed: usize,
        /// Deferred rows in the statement.
        listed: usize,
    },
}

/// Judges every row of a bundle again.
///
/// # Errors
/// The first row that does not come out as the statement says.
pub fn rejudge(bundle: &VerifiedBundle) -> Result<Rejudged, RejudgeError> {
    let own = |what| move |source| RejudgeError::Own { what, source };
    let matrix = Matrix::builtin().map_err(|error| own("matrix")(Box::new(error)))?;
    require_own(bundle, MATRIX_FILE, MATRIX_TOML)?;
    require_own(bundle, POLICY_FILE, POLICY_TOML)?;
    let said = bundle.attestation();
    let (expected, deferred) = (matrix.cases().len(), matrix.deferred().len());
    if said.rows.len() != expected || said.deferred.len() != deferred {
        let (observed, listed) = (said.rows.len(), said.deferred.len());
        return Err(RejudgeError::Roll {
            expected,
            deferred,
            observed,
            listed,
        });
    }
    let engine = engine(bundle)?;
    let against = Expected::of(bundle.subjects(), engine.lacking.clone())
        .map_err(|error| own("policy")(Box::new(error)))?;
    let mut nonces = BTreeSet::new();
    let mut results = Vec::new();
    for (case, row) in matrix.cases().iter().zip(&said.rows) {
        let observed = observations(bundle, case, &mut nonces)?;
        results.push(match left_to_another(case, &said.sharding) {
            Some(left) => same_row(left, row, observed)?,
            None => same_verdict(case, row, observed, &against)?,
        });
    }
    let audit = same_audit(bundle, &results, &matrix)?;
    Ok(Rejudged {
        results,
        audit,
        engine,
        expected: against,
    })
}

/// The self-audits, computed again: the bundle's file must be exactly that.
fn same_audit(
    bundle: &VerifiedBundle,
    results: &[CaseResult],
    matrix: &Matrix,
) -> Result<SelfAudit, RejudgeError> {
    let file = audit::FILE.to_owned();
    let audited = Audited {
        said: bundle.attestation(),
        artifacts: bundle.subjects(),
        results,
        matrix,
    };
    let own = SelfAudit::of(&audited);
    let Some(bytes) = bundle.files().get(&file) else {
        return Err(RejudgeError::Missing { file });
    };
    let said: SelfAudit = strict_json::from_slice(&file, bytes, MAX_OBSERVATIONS)
        .map_err(|source| RejudgeError::Json { file, source })?;
    let canonical = canonical::to_bytes(&own).is_ok_and(|own| own == bytes);
    if said == own && canonical {
        return Ok(own);
    }
    let item = own.first_difference(&said).map(ItemId::name);
    Err(RejudgeError::Audit {
        item: item.unwrap_or_else(|| "its form".to_owned()),
    })
}

fn require_own(bundle: &VerifiedBundle, file: &'static str, own: &str) -> Result<(), RejudgeError> {
    match bundle.files().get(file) {
        None => Err(RejudgeError::Missing {
            file: file.to_owned(),
        }),
        Some(bytes) if bytes == own.as_bytes() => Ok(()),
        Some(_) => Err(RejudgeError::Other { file }),
    }
}

/// The engine's account of itself, which is the engine that the statement names.
fn engine(bundle: &VerifiedBundle) -> Result<Account, RejudgeError> {
    let file = || ENGINE_FILE.to_owned();
    let bytes = bundle.files().get(ENGINE_FILE);
    let bytes = bytes.ok_or_else(|| RejudgeError::Missing { file: file() })?;
    let account: Account =
        strict_json::from_slice(ENGINE_FILE, bytes, MAX_OBSERVATIONS).map_err(|source| {
            RejudgeError::Json {
                file: file(),
                source,
            }
        })?;
    let said = &bundle.attestation().host.engine;
    let own = &account.identity;
    if (&own.name, &own.version) == (&said.name, &said.version) {
        return Ok(account);
    }
    Err(RejudgeError::Engine {
        expected: format!("{} {}", said.name, said.version),
        observed: format!("{} {}", own.name, own.version),
    })
}

/// A row's records: of this row, each launch and each nonce once in the bundle, and
/// lifted as the statement says.
fn observations(
    bundle: &VerifiedBundle,
    case: &Case,
    nonces: &mut BTreeSet<String>,
) -> Result<Observations, RejudgeError> {
    let file = observations_file(case.id.as_str());
    let Some(bytes) = bundle.files().get(&file) else {
        return Ok(Observations::default());
    };
    let observed: Observations =
        strict_json::from_slice(&file, bytes, MAX_OBSERVATIONS).map_err(|source| {
            RejudgeError::Json {
                file: file.clone(),
                source,
            }
        })?;
    let mut ids = BTreeSet::new();
    for record in &observed.launches {
        let foreign = |what| {
            Err(RejudgeError::Foreign {
                file: file.clone(),
                record: record.id.clone(),
                what,
            })
        };
        if record.case != case.id.as_str() {
            return foreign("is of another row");
        }
        if !ids.insert(&record.id) {
            return foreign("is there twice");
        }
        if !record.nonce.is_empty() && !nonces.insert(record.nonce.clone()) {
            return foreign("has the nonce of another launch");
        }
        if record.role == Role::Locked && record.lifts != bundle.attestation().lifts {
            return foreign("was lifted otherwise than the statement says");
        }
    }
    Ok(observed)
}

/// A row that this shard does not take, which nothing may have been observed of.
fn left_to_another(case: &Case, sharding: &Option<Sharding>) -> Option<CaseResult> {
    match sharding {
        Some(Sharding::Shard(here)) if !here.takes(u32::from(case.number)) => Some(
            CaseResult::not_run(case, Reason::OtherShard { here: *here }),
        ),
        Some(Sharding::Shard(_) | Sharding::Merged { .. }) | None => None,
    }
}

fn same_row(
    left: CaseResult,
    said: &Row,
    observed: Observations,
) -> Result<CaseResult, RejudgeError> {
    if statement::row(&left) == *said && observed == left.observed {
        return Ok(left);
    }
    Err(differs(&left.case, &statement::row(&left), said))
}

fn same_verdict(
    case: &Case,
    said: &Row,
    observed: Observations,
    against: &Expected,
) -> Result<CaseResult, RejudgeError> {
    let result = CaseResult {
        case: case.clone(),
        verdict: judge::judge(case, &observed, against),
        filters: judge::filter_proof(&observed),
        millis: 0,
        observed,
    };
    let judged = statement::row(&result);
    // What was never reached left no observations: the statement alone says why.
    let unreached = result.observed == Observations::default() && judged.verdict == said.verdict;
    if judged == *said || unreached {
        return Ok(result);
    }
    Err(differs(case, &judged, said))
}

fn differs(case: &Case, judged: &Row, said: &Row) -> RejudgeError {
    let words = |row: &Row| format!("{:?} ({})", row.verdict, row.reason_text);
    RejudgeError::Verdict {
        file: observations_file(case.id.as_str()),
        id: case.id.to_string(),
        expected: words(judged),
        observed: words(said),
    }
}
