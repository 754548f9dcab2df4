//! Writes a run as JUnit XML, for readers that show test results.
//!
//! Broken is a failure; inconclusive and not run are errors; nothing is ever
//! skipped, because readers count that as harmless. It owns the mapping, unique
//! names, and text that is safe in XML. It judges nothing.

use std::collections::HashSet;
use std::time::Duration;

use junit_report::{ReportBuilder, TestCase, TestCaseBuilder, TestSuite, TestSuiteBuilder};
use time::OffsetDateTime;

use self::duration::Milliseconds;

mod duration;
mod text;

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JunitOutcome {
    /// The boundary held. The only green.
    Held,
    /// The boundary did not hold: a failure.
    Broken {
        /// Why, for people.
        reason: String,
    },
    /// The refusal proves nothing: an error.
    Inconclusive {
        /// Why, for people.
        reason: String,
    },
    /// The case did not run: an error.
    NotRun {
        /// Why, for people.
        reason: String,
    },
}

/// One row of the matrix, as it is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JunitCase {
    /// Unique within the report, such as `N19 exec is refused`.
    pub name: String,
    /// The layer, such as `L1.os-sandbox`.
    pub classname: String,
    /// What came of it.
    pub outcome: JunitOutcome,
    /// How long it took; written to the millisecond.
    pub duration: Duration,
    /// What to show with it, from whatever source: it is made safe here.
    pub system_out: String,
}

/// A run, as it is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JunitSuite {
    /// The suite's name.
    pub name: String,
    /// When the run started.
    pub started: OffsetDateTime,
    /// The rows that were called, in order.
    pub cases: Vec<JunitCase>,
    /// The rows that are deferred: listed in the suite's text, never as cases.
    pub deferred: Vec<String>,
    /// What else to show with the suite.
    pub system_out: String,
}

/// A report was not written.
#[derive(Debug, thiserror::Error)]
pub enum JunitError {
    /// There is no case, which readers would show as a success.
    #[error("expected at least one case in suite `{suite}`, observed none")]
    NoCase {
        /// The suite.
        suite: String,
    },
    /// Two cases have one name, of which readers keep only the first.
    #[error("expected unique case names, observed `{name}` twice")]
    DuplicateName {
        /// The name, as it would have been written.
        name: String,
    },
    /// The time of the run cannot be written as RFC 3339.
    #[error("expected a start between the years 0 and 9999, observed year `{year}`")]
    Started {
        /// The year.
        year: i32,
    },
    /// The XML writer failed.
    #[error("failed to write suite `{suite}`")]
    Write {
        /// The suite.
        suite: String,
        /// Why.
        #[source]
        source: junit_report::Error,
    },
}

/// The report as XML, one suite in it.
///
/// # Errors
/// [`JunitError`] for a suite that readers would misunderstand.
pub fn to_xml(suite: &JunitSuite) -> Result<Vec<u8>, JunitError> {
    let report = ReportBuilder::new().add_testsuite(build(suite)?).build();
    let mut xml = Vec::new();
    report
        .write_xml(&mut xml)
        .map_err(|source| JunitError::Write {
            suite: suite.name.clone(),
            source,
        })?;
    xml.push(b'\n');
    Ok(xml)
}

fn build(suite: &JunitSuite) -> Result<TestSuite, JunitError> {
    let started = suite.started.to_offset(time::UtcOffset::UTC);
    if !(0..=9999).contains(&started.year()) {
        return Err(JunitError::Started {
            year: started.year(),
        });
    }
    if suite.cases.is_empty() {
        return Err(JunitError::NoCase {
            suite: suite.name.clone(),
        });
    }
    let durations = duration::printable(suite.cases.iter().map(|case| case.duration));
    let mut names = HashSet::new();
    let mut builder = TestSuiteBuilder::new(&text::attribute(&suite.name));
    builder
        .set_timestamp(started)
        .set_system_out(&text::section(&suite_text(suite)));
    for (case, duration) in suite.cases.iter().zip(durations) {
        let name = text::attribute(&case.name);
        if !names.insert(name.clone()) {
            return Err(JunitError::DuplicateName { name });
        }
        builder.add_testcase(build_case(case, &name, duration));
    }
    Ok(builder.build())
}

fn build_case(case: &JunitCase, name: &str, duration: Milliseconds) -> TestCase {
    let time = duration.into();
    let mut builder = match &case.outcome {
        JunitOutcome::Held => TestCaseBuilder::success(name, time),
        JunitOutcome::Broken { reason } => {
            let mut builder =
                TestCaseBuilder::failure(name, time, "broken", &text::attribute(reason));
            builder.set_trace(&text::section(reason));
            builder
        }
        JunitOutcome::Inconclusive { reason } => error(name, time, "inconclusive", reason),
        JunitOutcome::NotRun { reason } => error(name, time, "not_run", reason),
    };
    builder.set_classname(&text::attribute(&case.classname));
    if !case.system_out.is_empty() {
        builder.set_system_out(&text::section(&case.system_out));
    }
    builder.build()
}

/// The reason is also the element's text: some readers ignore `message`.
fn error(name: &str, time: junit_report::Duration, kind: &str, reason: &str) -> TestCaseBuilder {
    let mut builder = TestCaseBuilder::error(name, time, kind, &text::attribute(reason));
    builder.set_trace(&text::section(reason));
    builder
}

fn suite_text(suite: &JunitSuite) -> String {
    let deferred = suite
        .deferred
        .iter()
        .map(|row| format!("deferred, not run, not counted: {row}"));
    let lines = deferred.chain((!suite.system_out.is_empty()).then(|| suite.system_out.clone()));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(any(test, feature = "testing"))]
pub mod junit_10;
#[cfg(test)]
mod tests;
