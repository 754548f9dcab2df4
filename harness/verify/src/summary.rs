//! `summary`: a verified bundle in Markdown, for the page of a CI job.

use std::path::PathBuf;

use bundle::report::markdown;
use seal::bundle::verify::Anchor;
use serde_json::json;

use crate::code::Code;
use crate::terminal::say_raw;
use crate::{Done, Failure, Printing, merge};

/// What is asked.
#[derive(Debug)]
pub struct SummaryOf {
    /// The bundle: the folder that `attest` or `merge` wrote.
    pub bundle: PathBuf,
}

/// Prints it. What cannot be verified is not summed up.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &SummaryOf) -> Result<Done, Failure> {
    let (verified, rejudged) = merge::believed(&args.bundle, &Anchor::Embedded)?;
    let said = verified.attestation();
    let mut notes = vec![
        format!(
            "run {} from {} to {}",
            said.run.id, said.run.started, said.run.finished
        ),
        format!(
            "kernel {} {}, {}",
            said.host.kernel,
            said.host.arch,
            bundle::engine_words(&rejudged.engine.identity)
        ),
        format!("this is {}", verified.standing()),
    ];
    notes.extend(rejudged.rules.released(said, verified.subjects()));
    notes.extend(said.sharding.as_ref().map(ToString::to_string));
    if !said.lifts.is_empty() {
        notes.push(format!(
            "lifted: {}: this run attests nothing",
            said.lifts.join(", ")
        ));
    }
    let page = markdown::page(&rejudged.results, &rejudged.rules.matrix, &notes);
    let page = page.trim_end();
    printing
        .format
        .say(Code::Held, &json!({ "markdown": page }), || {
            Ok(say_raw(page)?)
        })
}
