//! What a run of mutants says: a table for people, JSON and JUnit for machines.

use bundle::report::junit::{JunitCase, JunitError, JunitOutcome, JunitSuite, to_xml};
use serde_json::{Value, json};
use time::OffsetDateTime;
use verify::terminal::safe;

use super::catalogue::Must;
use super::score::{Came, Outcome, Score};
use negatives::coverage::Coverage;

/// One line of the table, and one more for what is not as declared.
#[must_use]
pub fn lines(outcome: &Outcome) -> Vec<String> {
    let mutant = &outcome.mutant;
    let mut lines = vec![format!(
        "{:<4} {:<16} {:<14} {:>7}  {}: {}",
        mutant.row,
        mutant.operator,
        outcome.came.word().replace('_', " "),
        evidence::took(outcome.took),
        mutant.id,
        mutant.what,
    )];
    if let Came::NotApplicable(reason) = &outcome.came {
        lines.push(format!("     {}", safe(reason)));
    } else if !outcome.came.is_as_declared() {
        lines.push(format!("     expected {}", expected(&mutant.must)));
        if let Some(reason) = outcome.came.reason() {
            lines.push(format!("     observed {}", safe(reason)));
        }
    }
    lines
}

/// What it all amounts to, in one line.
#[must_use]
pub fn conclusion(score: &Score) -> String {
    let said = score.for_the_statement();
    let apart = count(score, "not_applicable");
    let variations = score.outcomes.len() - said.total - apart;
    let held = count(score, "held");
    format!(
        "{} of {} mutants killed for the declared reason, {} caught for another, {} survived, \
         {apart} not applicable on this host; {held} of {variations} harmless variations held",
        said.killed,
        said.total,
        count(score, "other_reason"),
        count(score, "survived"),
    )
}

/// The same for machines, with what the catalogues reach.
#[must_use]
pub fn to_json(score: &Score, coverage: Coverage) -> Value {
    let said = score.for_the_statement();
    let outcomes: Vec<Value> = score.outcomes.iter().map(outcome).collect();
    json!({
        "total": said.total,
        "killed": said.killed,
        "survivors": said.survivors,
        "not_applicable": count(score, "not_applicable"),
        "exit": score.exit().code(),
        "coverage": coverage,
        "outcomes": outcomes,
    })
}

/// The same as a JUnit suite of its own.
///
/// # Errors
/// There is no outcome.
pub fn to_junit(score: &Score, started: OffsetDateTime) -> Result<Vec<u8>, JunitError> {
    let mut said = conclusion(score);
    for one in &score.outcomes {
        if let Came::NotApplicable(reason) = &one.came {
            said.push_str(&format!(
                "\nnot applicable, not counted: {}: {reason}",
                one.mutant.id
            ));
        }
    }
    to_xml(&JunitSuite {
        name: "mutants".to_owned(),
        started,
        cases: score.outcomes.iter().filter_map(junit_case).collect(),
        deferred: Vec::new(),
        system_out: said,
    })
}

fn outcome(outcome: &Outcome) -> Value {
    let mutant = &outcome.mutant;
    json!({
        "id": mutant.id,
        "operator": mutant.operator,
        "what": mutant.what,
        "source": mutant.source,
        "change": mutant.words,
        "row": mutant.row,
        "expected": expected(&mutant.must),
        "outcome": outcome.came.word(),
        "as_declared": outcome.came.is_as_declared(),
        "reason": outcome.came.reason(),
        "seconds": outcome.took.as_secs_f64(),
    })
}

/// None for what could not be made here: as a case it would be neither red nor green.
fn junit_case(outcome: &Outcome) -> Option<JunitCase> {
    let mutant = &outcome.mutant;
    let observed = match outcome.came.reason() {
        Some(reason) => reason,
        None if outcome.came == Came::NotRun => "nothing: the run ended before it",
        None => "that it held",
    };
    let reason = format!(
        "{}: expected {}, observed {observed}",
        outcome.came.word(),
        expected(&mutant.must),
    );
    let result = match outcome.came {
        Came::NotApplicable(_) => return None,
        Came::Killed(_) | Came::Held => JunitOutcome::Held,
        Came::OtherReason(_) | Came::Survived | Came::Fell(_) => JunitOutcome::Broken { reason },
        Came::NoBaseline(_) => JunitOutcome::Inconclusive { reason },
        Came::NotRun => JunitOutcome::NotRun { reason },
    };
    Some(JunitCase {
        name: format!("{} {}", mutant.row, mutant.id),
        classname: format!("mutants.{}", mutant.operator),
        outcome: result,
        duration: outcome.took,
        system_out: format!("{}\n{}", mutant.what, mutant.words.join("\n")),
    })
}

fn expected(must: &Must) -> String {
    match must {
        Must::Fall(kill) => format!("{}, {}: … {} …", kill.verdict, kill.reason, kill.shows),
        Must::Hold => "held".to_owned(),
    }
}

fn count(score: &Score, word: &str) -> usize {
    let outcomes = score.outcomes.iter();
    outcomes.filter(|one| one.came.word() == word).count()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use judge::VerdictWord;

    use super::*;
    use crate::mutants::{Catalogue, Kill, Mutant};
    use bundle::report::junit::junit_10;

    #[test]
    fn every_mutant_of_the_catalogue_fits_into_junit_10() {
        let catalogue = Catalogue::builtin(&declared::matrix().unwrap()).unwrap();
        let came = [
            Came::Killed("killed".to_owned()),
            Came::Survived,
            Came::NotRun,
            Came::NoBaseline("not held, `<>&`".to_owned()),
            Came::Fell("broken: \u{1}]]>".to_owned()),
        ];
        let outcomes = catalogue.mutants().iter().zip(came.iter().cycle());
        let outcomes = outcomes.map(|(mutant, came)| Outcome {
            mutant: mutant.clone(),
            came: came.clone(),
            took: Duration::from_micros(1_234_567),
        });
        let score = Score {
            outcomes: outcomes.collect(),
        };
        let xml = to_junit(&score, OffsetDateTime::UNIX_EPOCH).unwrap();
        let xml = String::from_utf8(xml).unwrap();
        junit_10::check(&xml);
        let cases = xml.matches("<testcase ").count();
        assert_eq!(cases, catalogue.mutants().len());
    }

    fn mutant(id: &str, must: Must) -> Mutant {
        Mutant {
            id: id.to_owned(),
            operator: "mount".to_owned(),
            what: "the root can be written to".to_owned(),
            source: "a wrong profile".to_owned(),
            changes: Vec::new(),
            words: vec!["root = \"read-write\"".to_owned()],
            row: "N18".to_owned(),
            boundary: None,
            must,
            not_applicable: Vec::new(),
        }
    }

    /// A mutant for each thing that can come of one.
    fn every_outcome() -> Score {
        let kill = Must::Fall(Kill {
            verdict: VerdictWord::Broken,
            reason: "not_refused".to_owned(),
            shows: "mkdir".to_owned(),
        });
        let said = || "broken, outside: the mount table".to_owned();
        let came = [
            (
                "killed",
                &kill,
                Came::Killed("attempt `mkdir`: success".to_owned()),
            ),
            ("other-reason", &kill, Came::OtherReason(said())),
            ("survived", &kill, Came::Survived),
            (
                "not-applicable",
                &kill,
                Came::NotApplicable("no \u{1b}[2J bridge".to_owned()),
            ),
            ("harmless", &Must::Hold, Came::Held),
            ("not-harmless", &Must::Hold, Came::Fell(said())),
            (
                "no-baseline",
                &kill,
                Came::NoBaseline("not run: interrupted".to_owned()),
            ),
            ("not-run", &kill, Came::NotRun),
        ];
        let outcomes = came.map(|(id, must, came)| Outcome {
            mutant: mutant(id, must.clone()),
            came,
            took: Duration::from_millis(1_234),
        });
        Score {
            outcomes: outcomes.into(),
        }
    }

    #[test]
    fn each_outcome_has_its_lines_and_all_have_a_conclusion() {
        let score = every_outcome();
        for outcome in &score.outcomes {
            let name = format!("lines_{}", outcome.mutant.id);
            insta::assert_snapshot!(name, lines(outcome).join("\n"));
        }
        insta::assert_snapshot!("conclusion", conclusion(&score));
    }

    #[test]
    fn each_outcome_is_shown_to_programs() {
        let score = every_outcome();
        let coverage = Coverage {
            rows: 45,
            mutants: 40,
            falsifications: 30,
            hostile_checks: 20,
            none: 2,
        };
        let json = to_json(&score, coverage);
        insta::assert_json_snapshot!("json", json);
        let xml = to_junit(&score, OffsetDateTime::UNIX_EPOCH).unwrap();
        let xml = String::from_utf8(xml).unwrap().replace("><", ">\n<");
        insta::assert_snapshot!("junit", xml);
    }
}
