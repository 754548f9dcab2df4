//! Holds the filters read back from the kernel against the policy: byte for byte
//! for our own, over the whole table of every architecture for all of them.

use std::sync::Arc;

use evidence::profile::NATIVE;
use evidence::recent::Recent;
use seccomp::compare::{Tolerance, compare};
use seccomp::policy::Form;
use seccomp::{Policy, Program};

use super::finding::Finding;

/// How a seccomp row's filter was witnessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterProof {
    /// Read back from the kernel and compared over the whole table.
    ReadBack,
    /// Attempts and controls alone.
    Attempted,
}

/// The last answers: going over the whole table takes its time, and nearly all launches
/// have the same filters.
#[derive(Debug)]
pub struct Answers(Recent<Answer>);

#[derive(Debug)]
struct Answer {
    stack: Vec<Arc<str>>,
    policy: Policy,
    finding: Finding,
}

impl Default for Answers {
    fn default() -> Self {
        Self(Recent::new())
    }
}

impl Answers {
    /// What the read-back filters show.
    pub(super) fn finding(&self, stack: &[Arc<str>], policy: &Policy) -> Finding {
        let same = |answer: &Answer| answer.stack == stack && answer.policy == *policy;
        let known = self.0.find(|it| same(it).then(|| it.finding.clone()));
        known.unwrap_or_else(|| {
            let finding = look(stack, policy);
            self.0.put(Answer {
                stack: stack.to_vec(),
                policy: policy.clone(),
                finding: finding.clone(),
            });
            finding
        })
    }
}

fn look(stack: &[Arc<str>], policy: &Policy) -> Finding {
    let compiled = match seccomp::compile_strict(policy, NATIVE) {
        Ok(programs) => programs,
        Err(error) => return differs("a policy that compiles", &error.to_string()),
    };
    let expected: Vec<Arc<str>> = compiled.iter().map(|it| it.to_hex().into()).collect();
    let Some(split) = stack.len().checked_sub(expected.len()) else {
        return differs(
            &format!("{} strict filters", expected.len()),
            &format!("{} filters in all", stack.len()),
        );
    };
    let (runtime, strict) = stack.split_at(split);
    if strict != expected {
        return differs(
            &format!("the compiled strict filter {}", digest(&expected)),
            &format!("another filter {}", digest(strict)),
        );
    }
    if runtime.is_empty() {
        return differs("the runtime's filter beneath the strict one", "none");
    }
    holds(&compiled, policy, Form::Strict, Tolerance::Exact)
        .or_else(|| programs_hold(runtime, policy))
        .unwrap_or(Finding::Fits)
}

fn programs_hold(stack: &[Arc<str>], policy: &Policy) -> Option<Finding> {
    let programs: Result<Vec<Program>, _> =
        stack.iter().map(|text| Program::from_hex(text)).collect();
    match programs {
        Ok(programs) => holds(&programs, policy, Form::Runtime, Tolerance::RuntimeStub),
        Err(error) => Some(differs(
            "a filter the kernel would accept",
            &error.to_string(),
        )),
    }
}

fn holds(stack: &[Program], policy: &Policy, form: Form, tolerance: Tolerance) -> Option<Finding> {
    let differences = compare(stack, policy, form, NATIVE, tolerance).err()?;
    let shown: Vec<String> = differences
        .iter()
        .take(3)
        .map(ToString::to_string)
        .collect();
    let more = differences.len().saturating_sub(shown.len());
    let more = if more == 0 {
        String::new()
    } else {
        format!("; and {more} more")
    };
    Some(differs(
        "exactly the policy",
        &format!("{}{more}", shown.join("; ")),
    ))
}

fn differs(expected: &str, observed: &str) -> Finding {
    Finding::Differs(expected.to_owned(), observed.to_owned())
}

/// Enough of a digest for people to compare.
fn digest(programs: &[Arc<str>]) -> String {
    let text = programs.join("\n");
    format!(
        "({} programs, sha256 {:.12})",
        programs.len(),
        evidence::digest::sha256(text.as_bytes())
    )
}
