//! What a line was expected to be and is, in the shape the JUnit writer takes.

use std::time::Duration;

use audit::expectation::Kept;
use audit::finding::Finding;
use audit::table;
use bundle::report::junit::{JunitCase, JunitError, JunitOutcome, JunitSuite, to_xml};
use seal::shell;
use time::OffsetDateTime;

/// One case for each act that something was expected of.
///
/// # Errors
/// The text cannot be written.
pub fn to_junit(
    line: &[String],
    kept: &[(&Finding, Kept)],
    started: OffsetDateTime,
) -> Result<Vec<u8>, JunitError> {
    to_xml(&JunitSuite {
        name: "audit".to_owned(),
        started,
        cases: kept
            .iter()
            .map(|(finding, kept)| case(finding, *kept))
            .collect(),
        deferred: Vec::new(),
        system_out: shell::line(line),
    })
}

fn case(finding: &Finding, kept: Kept) -> JunitCase {
    let (word, why) = (finding.verdict.word(), finding.verdict.why());
    let reason = format!("{word}: {why}");
    let act = table::find(&finding.act);
    JunitCase {
        name: format!("{} {}", finding.row, finding.act),
        classname: format!("audit.{}", finding.row),
        outcome: match kept {
            Kept::Held => JunitOutcome::Held,
            Kept::Broken => JunitOutcome::Broken { reason },
            Kept::NotShown => JunitOutcome::Inconclusive { reason },
        },
        duration: Duration::ZERO,
        system_out: act.map_or("", |it| it.does).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use audit::finding::Verdict;
    use audit::row::Row;

    use super::*;

    #[test]
    fn what_is_broken_is_a_failure_and_what_was_not_shown_an_error() {
        let finding = |act: &str, verdict| Finding {
            act: act.to_owned(),
            row: Row::U4,
            verdict,
        };
        let open = finding("tcp-loopback", Verdict::Open("it answered".to_owned()));
        let not = finding("udp-loopback", Verdict::NotSeen("why".to_owned()));
        let own = finding("unix-path", Verdict::OwnWorld);
        let kept = [
            (&open, Kept::Broken),
            (&not, Kept::NotShown),
            (&own, Kept::Held),
        ];
        let line = ["env".to_owned()];
        let xml = to_junit(&line, &kept, OffsetDateTime::UNIX_EPOCH).unwrap();
        let xml = String::from_utf8(xml).unwrap();
        assert!(xml.contains("tests=\"3\""), "{xml}");
        assert!(xml.contains("failures=\"1\""), "{xml}");
        assert!(xml.contains("errors=\"1\""), "{xml}");
        assert!(xml.contains("it answered"), "{xml}");
    }
}
