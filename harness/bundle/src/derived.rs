//! The files of a bundle that add nothing to what is signed: they show the
//! statement and the observations in another form.
//!
//! `attest` writes them and `verify` makes them again and compares, so that none of
//! them can say more than the observations bear out.

use evidence::EngineAccount;
use evidence::profile::Profile;
use evidence::record::{Filters, Observations};
use judge::{CaseResult, Expected};
use seal::canonical;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, Row, VerdictWord};

use super::statement::{self, Sights};
use super::{BundleError, FILTERS_FILE, MATRIX_FILE, POLICY_FILE, REPORT_FILE, junit};
use crate::report::html;
use crate::report::html::Report;
use crate::report::junit::JunitCase;
use crate::rules::Rules;
use crate::self_audit::{Audited, Inquiry};

/// What they are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The statement; its list of files is not looked at.
    pub(super) said: &'a Attestation,
    /// Of what it says it.
    pub(super) subjects: &'a Subjects,
    /// The engine's account of itself.
    pub(super) engine: &'a EngineAccount,
    /// Every row with its verdict.
    pub(super) results: &'a [CaseResult],
    /// What it is judged by.
    pub(super) rules: &'a Rules,
    /// What the observations are held against.
    pub(super) expected: &'a Expected,
}

/// What they show of the observations, gathered while each row is open.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) sights: Sights,
    pub(super) inquiry: Inquiry,
    filters: Filters,
    cases: Vec<JunitCase>,
    page: html::Gathered,
}

impl Gathered {
    /// Takes in the next row: what is said of it, and what was observed.
    pub(super) fn add(
        &mut self,
        audited: &Audited<'_>,
        expected: &Expected,
        (said, result): (&Row, &CaseResult),
        observed: &Observations,
    ) {
        self.sights.add(observed);
        self.filters.gather(observed);
        if said.verdict == VerdictWord::Held {
            self.inquiry.ask_row(audited, &result.case, observed);
        }
        self.cases.extend(junit::case(result, observed));
        self.page.add(said, result, observed, expected);
    }

    /// Each of the files, by its place in the bundle, and the inquiry, which is not
    /// over. The same gives the same bytes.
    ///
    /// # Errors
    /// One of them could not be made.
    pub(super) fn files(self, source: &Source<'_>) -> Result<(Files, Inquiry), BundleError> {
        let locked = Profile::locked(statement::USER)?;
        let oci = seccomp::oci_json(&source.rules.policy, source.expected.arch, &[]);
        let page = Report {
            said: source.said,
            subjects: source.subjects,
            matrix: &source.rules.matrix,
            expected: source.expected,
        };
        let files = vec![
            (FILTERS_FILE, json(FILTERS_FILE, &self.filters)?),
            ("junit.xml", junit::render(source, self.cases)?),
            (MATRIX_FILE, source.rules.matrix_toml.as_bytes().to_vec()),
            (POLICY_FILE, source.rules.policy_toml.as_bytes().to_vec()),
            ("profile.json", json("profile.json", &locked)?),
            (REPORT_FILE, html::render(&page, self.page)?.into_bytes()),
            ("seccomp.json", json("seccomp.json", &oci)?),
        ];
        Ok((files, self.inquiry))
    }
}

/// Files of a bundle, each by its place in it.
pub(super) type Files = Vec<(&'static str, Vec<u8>)>;

/// A value as a file of a bundle: canonical JSON.
pub(super) fn json<T: serde::Serialize>(file: &str, value: &T) -> Result<Vec<u8>, BundleError> {
    canonical::to_bytes(value).map_err(|source| BundleError::Json {
        file: file.to_owned(),
        source,
    })
}
