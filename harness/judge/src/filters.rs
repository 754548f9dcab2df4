//! Holds the filters read back from the kernel against the policy: byte for byte
//! for our own, over the whole table of every architecture for all of them.

use std::sync::Arc;

use evidence::recent::Recent;
use seccomp::compare::{Difference, Tolerance, compare};
use seccomp::policy::Form;
use seccomp::program::ProgramError;
use seccomp::{Arch, Policy, Program};

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
    arch: Arch,
    finding: Finding,
}

impl Default for Answers {
    fn default() -> Self {
        Self(Recent::new())
    }
}

impl Answers {
    /// What the read-back filters show.
    pub(super) fn finding(&self, stack: &[Arc<str>], policy: &Policy, arch: Arch) -> Finding {
        let same = |answer: &Answer| {
            answer.stack == stack && answer.policy == *policy && answer.arch == arch
        };
        let known = self.0.find(|it| same(it).then(|| it.finding.clone()));
        known.unwrap_or_else(|| {
            let finding = look(stack, policy, arch);
            self.0.put(Answer {
                stack: stack.to_vec(),
                policy: policy.clone(),
                arch,
                finding: finding.clone(),
            });
            finding
        })
    }
}

fn look(stack: &[Arc<str>], policy: &Policy, arch: Arch) -> Finding {
    let compiled = match seccomp::compile_strict(policy, arch) {
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
    let holds = |programs: &[Program], form, tolerance| {
        let differences = compare(programs, policy, form, arch, tolerance).err()?;
        Some(differing(&differences))
    };
    let beneath = || match of_hex(runtime) {
        Ok(programs) => holds(&programs, Form::Runtime, Tolerance::RuntimeStub),
        Err(error) => Some(differs(
            "a filter the kernel would accept",
            &error.to_string(),
        )),
    };
    holds(&compiled, Form::Strict, Tolerance::Exact)
        .or_else(beneath)
        .unwrap_or(Finding::Fits)
}

fn of_hex(stack: &[Arc<str>]) -> Result<Vec<Program>, ProgramError> {
    stack.iter().map(|text| Program::from_hex(text)).collect()
}

fn differing(differences: &[Difference]) -> Finding {
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
    differs("exactly the policy", &format!("{}{more}", shown.join("; ")))
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

#[cfg(test)]
mod tests {
    use seccomp::{compile_oci, compile_strict, oci_json};

    use super::*;

    fn of_a_kernel(arch: Arch) -> Vec<Arc<str>> {
        let policy = Policy::builtin().unwrap();
        let engine = compile_oci(&oci_json(&policy, arch, &[]), arch).unwrap();
        let own = compile_strict(&policy, arch).unwrap();
        let all = std::iter::once(&engine).chain(&own);
        all.map(|it| it.to_hex().into()).collect()
    }

    /// Whichever machine this is, filters are held against the table of the one that they
    /// were read on.
    #[test]
    fn filters_are_those_of_the_machine_that_they_were_read_on() {
        let (policy, answers) = (Policy::builtin().unwrap(), Answers::default());
        for of in Arch::ALL {
            for on in Arch::ALL {
                let found = answers.finding(&of_a_kernel(of), &policy, on);
                let fits = matches!(found, Finding::Fits);
                assert_eq!(fits, of == on, "{of} on {on}: {found:?}");
            }
        }
    }
}
