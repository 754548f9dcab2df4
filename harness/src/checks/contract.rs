//! N25: no report and no exit code of the checker's can say that something is good.
//!
//! Sound reports of the checker's own making are forged one word at a time and given
//! to the reader that the harness takes every report with; the sound ones pass it.

use std::cmp::Reverse;
use std::sync::LazyLock;

use checker::report::Report;
use checker::{Announcement, Guard, Order, Outcome, ReportFile, Settings};
use evidence::Exit;
use evidence::digest::sha256;
use evidence::error::chain;
use evidence::record::CheckRecord;
use jsonschema::Validator;
use judge::output_contract::{self, ContractError};
use serde_json::{Value, json};

use super::{Check, place};

/// What is said of what is not refused.
const ACCEPTED: &str = "accepted";

/// The report's published schema.
const REPORT_SCHEMA: &str = include_str!("../../../checker/report.schema.json");

/// The checks of N25.
pub(super) const CHECKS: &[Check] = &[
    Check::new("sound-gaps", || whole("fix7")),
    Check::new("sound-no-gap", || whole("no-gap")),
    Check::new("sound-refused", || whole("one-byte-changed")),
    Check::new("outcome-pass", || {
        forged(|report| report["outcome"] = json!("pass"))
    }),
    Check::new("outcome-green", || {
        forged(|report| report["outcome"] = json!("green"))
    }),
    Check::new("outcome-approved", || {
        forged(|report| report["outcome"] = json!("approved"))
    }),
    Check::new("claim-passed", || {
        forged(|report| report["claims"][0]["outcome"] = json!("passed"))
    }),
    Check::new("field-status", || {
        forged(|report| report["status"] = json!("green"))
    }),
    Check::new("field-approved", || {
        forged(|report| report["statement"]["approved"] = json!(true))
    }),
    Check::new("gate", || {
        forged(|report| report["statement"]["gate"] = json!(true))
    }),
    Check::new("global", || {
        forged(|report| report["statement"]["global"] = json!(true))
    }),
    Check::new("authority", || {
        forged(|report| report["statement"]["authority"] = json!(true))
    }),
    Check::new("decision", || {
        forged(|report| report["statement"]["decision"] = json!(true))
    }),
    Check::new("verdict-granted", || {
        forged(|report| {
            report["denials"] =
                json!([{ "at": "/claims/0", "asked": "global", "answer": "granted" }]);
        })
    }),
    Check::new("report-exit-0", || {
        forged(|report| report["exit"] = json!(0))
    }),
    Check::new("gaps-hidden", || {
        forged(|report| {
            report["outcome"] = json!("no_gap_observed");
            report["exit"] = json!(5);
        })
    }),
    Check::new("key-twice", || {
        said_otherwise(|text| text.replacen('{', "{\"outcome\":\"pass\",\"outcome\":\"gaps\",", 1))
    }),
    Check::new("not-canonical", || {
        said_otherwise(|text| format!("{text} "))
    }),
    Check::new("announced-0", || {
        ended(|announcement| announcement.exit = 0, 4)
    }),
    Check::new("exit-0", || ended(|_| {}, 0)),
    Check::new("both-0", || ended(|announcement| announcement.exit = 0, 0)),
    Check::new("announced-pass", || announced("pass")),
    Check::new("better-outcome", || {
        ended(
            |announcement| {
                announcement.outcome = Outcome::NoGapObserved;
                announcement.exit = Outcome::NoGapObserved.exit();
            },
            5,
        )
    }),
    Check::new("another-report", another_report),
    Check::new("sound-run", || ended(|_| {}, 4)),
];

/// The checker's own report on a fixture; the words say what went wrong.
fn report(fixture: &str) -> Result<Report, String> {
    let folder = place::folder().map_err(|error| chain(&error))?;
    let input = folder.path().join("in");
    fixtures::write(fixture, &input).map_err(|error| chain(&error))?;
    let guard = Guard::new(&Settings::of(input, "/nowhere".into()));
    checker::triage(&guard, &order()).map_err(|error| chain(&error))
}

/// What the fixtures are made for.
fn order() -> Order {
    Order::parse(&fixtures::order()).unwrap_or_default()
}

fn text(report: &impl serde::Serialize) -> Result<String, String> {
    let bytes = checker::canonical(report).map_err(|error| chain(&error))?;
    String::from_utf8(bytes).map_err(|error| chain(&error))
}

fn words(made: Result<String, String>) -> String {
    made.unwrap_or_else(CheckRecord::not_made)
}

fn outcome<T>(read: Result<T, ContractError>) -> String {
    match read {
        Ok(_) => ACCEPTED.to_owned(),
        Err(error) => format!("refused: {}", chain(&error)),
    }
}

/// An unforged report, through the whole reader.
fn whole(fixture: &str) -> String {
    words(report(fixture).and_then(|report| {
        let text = text(&report)?;
        Ok(outcome(output_contract::read_report(&text)))
    }))
}

/// A forged report: by the published schema, by the types alone, and by the whole reader.
fn forged(forge: fn(&mut Value)) -> String {
    words(report("fix7").and_then(|report| {
        let sound = serde_json::to_value(&report).map_err(|error| chain(&error))?;
        let mut value = sound.clone();
        forge(&mut value);
        if value == sound {
            return Err("nothing was forged".to_owned());
        }
        let types = match output_contract::typed(value.clone()) {
            Ok(_) => "",
            Err(_) => ", and by the types",
        };
        let read = outcome(output_contract::read_report(&text(&value)?));
        Ok(match refused_at(&value)? {
            Some(at) if read != ACCEPTED => format!("refused by the schema at `{at}`{types}"),
            Some(_) | None => read,
        })
    }))
}

/// The deepest place that the published schema refuses; empty for the report as a whole.
fn refused_at(report: &Value) -> Result<Option<String>, String> {
    // One for all checks: compiling it takes longer than asking it.
    static SCHEMA: LazyLock<Result<Validator, String>> = LazyLock::new(|| {
        let schema = serde_json::from_str(REPORT_SCHEMA).map_err(|error| chain(&error))?;
        jsonschema::draft202012::new(&schema).map_err(|error| chain(&error))
    });
    let schema = SCHEMA.as_ref().map_err(Clone::clone)?;
    let places = schema.iter_errors(report);
    let places = places.map(|error| error.instance_path().to_string());
    Ok(places.min_by_key(|at| (Reverse(at.matches('/').count()), at.clone())))
}

/// A sound report in other bytes.
fn said_otherwise(change: fn(&str) -> String) -> String {
    words(report("fix7").and_then(|report| {
        let text = text(&report)?;
        Ok(outcome(output_contract::read_report(&change(&text))))
    }))
}

/// The announcement that goes with a report.
fn announcement(report: &Report, text: &str) -> Announcement {
    Announcement {
        checker: checker::VERSION.to_owned(),
        outcome: report.outcome,
        exit: report.outcome.exit(),
        order: order().seen(),
        self_check: Vec::new(),
        report: Some(ReportFile {
            path: checker::REPORT_FILE.to_owned(),
            sha256: sha256(text.as_bytes()),
            bytes: text.len() as u64,
        }),
        reason: None,
    }
}

/// A whole run with a changed announcement and this exit code.
fn ended(change: fn(&mut Announcement), code: i64) -> String {
    words(report("fix7").and_then(|report| {
        let text = text(&report)?;
        let mut announcement = announcement(&report, &text);
        change(&mut announcement);
        Ok(outcome(output_contract::accept(
            &announcement,
            &Exit::Code(code),
            Some(&text),
        )))
    }))
}

/// An announcement as a line, with another word for its outcome.
fn announced(word: &str) -> String {
    words(report("fix7").and_then(|report| {
        let mut line =
            serde_json::to_value(announcement(&report, "")).map_err(|error| chain(&error))?;
        line["outcome"] = json!(word);
        Ok(match serde_json::from_value::<Announcement>(line) {
            Ok(_) => ACCEPTED.to_owned(),
            Err(_) => "refused: it is no announcement".to_owned(),
        })
    }))
}

/// The report of another packet with the same outcome in the announced one's place.
fn another_report() -> String {
    words(report("fix7").and_then(|sound| {
        let (announced, other) = (text(&sound)?, text(&report("prose-only")?)?);
        let read = output_contract::accept(
            &announcement(&sound, &announced),
            &Exit::Code(i64::from(sound.exit)),
            Some(&other),
        );
        Ok(match read {
            Err(ContractError::Differs { what, .. }) => format!("refused: {what}"),
            other => outcome(other),
        })
    }))
}
