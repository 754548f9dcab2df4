//! Holds a stack of filters to a policy, over the whole table of calls.
//!
//! Filters may come from the compiler or be read back from the kernel. Where
//! they decide without looking at an argument, one evaluation stands for all
//! arguments; where they look, the policy's own conditions are tried bit by bit. That a
//! kernel may show some calls to no filter is [`crate::unfiltered`]'s to find.

mod arguments;
mod report;

use std::collections::BTreeSet;

pub use report::{ComparedSummary, Deviation, Difference, Tolerance};

use crate::evaluate::{Action, Call, Evaluation, evaluate_stack};
use crate::policy::{Decision, Errno, Form, Policy, Rule};
use crate::program::Program;
use crate::table::{Arch, NUMBERS, X32_SYSCALL_BIT, syscall_name, syscall_number};

/// The answer of the stub runc puts in front of a profile.
const ENOSYS: u16 = Errno::Enosys.number();

/// Finds exactly the policy in `stack`, or every place where they differ.
///
/// `stack` is in load order, as the filters of one process; a strict stack is
/// compared without the runtime's filter beneath it, which could hide a hole.
///
/// # Errors
/// The differences, at least one.
pub fn compare(
    stack: &[Program],
    policy: &Policy,
    form: Form,
    arch: Arch,
    tolerance: Tolerance,
) -> Result<ComparedSummary, Vec<Difference>> {
    let constants = stack.iter().flat_map(Program::compared).collect();
    let summary = ComparedSummary::new(arch);
    let differences = Vec::new();
    let mut comparison = Comparison {
        stack,
        policy,
        form,
        arch,
        tolerance,
        constants,
        summary,
        differences,
    };
    for number in comparison.native_numbers() {
        comparison.native(number);
    }
    for number in 0..NUMBERS {
        comparison.x32(X32_SYSCALL_BIT | number);
    }
    for value in arch.other_audit_values() {
        for number in 0..NUMBERS {
            comparison.foreign(value, number);
        }
    }
    if comparison.differences.is_empty() {
        Ok(comparison.summary)
    } else {
        Err(comparison.differences)
    }
}

struct Comparison<'a> {
    stack: &'a [Program],
    policy: &'a Policy,
    form: Form,
    arch: Arch,
    tolerance: Tolerance,
    constants: BTreeSet<u32>,
    summary: ComparedSummary,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    /// Every number of the table and every one at which some filter's answer
    /// could change; x32 numbers are a matter of their own.
    fn native_numbers(&self) -> BTreeSet<u32> {
        let edges = self.stack.iter().flat_map(Program::compared);
        let edges = edges.flat_map(|k| [k.wrapping_sub(1), k, k.wrapping_add(1)]);
        let far = [
            0x3fff_ffff,
            0x7fff_ffff,
            0x8000_0000,
            u32::MAX - 1,
            u32::MAX,
        ];
        let x32 = self.arch == Arch::X86_64;
        (0..NUMBERS)
            .chain(edges)
            .chain(far)
            .filter(|number| !(x32 && number & X32_SYSCALL_BIT != 0))
            .collect()
    }

    fn native(&mut self, number: u32) {
        let rules: Vec<&Rule> = syscall_name(self.arch, number)
            .map(|name| {
                self.policy
                    .rules(self.form, self.arch)
                    .filter(|rule| rule.call == name)
                    .collect()
            })
            .unwrap_or_default();
        let conditional = !rules.is_empty() && rules.iter().all(|rule| !rule.conditions.is_empty());
        let mut allowed = false;
        let mut refusals = BTreeSet::new();
        for args in arguments::vectors(&rules, &self.constants) {
            let call = self.call(self.arch.audit_value(), number, args);
            let evaluation = evaluate_stack(self.stack, &call);
            if let Some(deviation) = self.deviation(&call, evaluation, &rules, conditional) {
                self.differ(call, deviation);
                return;
            }
            if evaluation.action == Action::Allow {
                allowed = true;
            } else {
                refusals.insert(evaluation.action);
            }
        }
        self.summary.record(number, allowed, conditional, &refusals);
    }

    /// How a native call's answer departs from the policy, if it does.
    fn deviation(
        &self,
        call: &Call,
        evaluation: Evaluation,
        rules: &[&Rule],
        conditional: bool,
    ) -> Option<Deviation> {
        let observed = evaluation.action;
        let expected = self
            .policy
            .decide(self.form, self.arch, call.number, &call.args);
        let same = match expected {
            Decision::Allow => observed == Action::Allow,
            Decision::Refuse(errno) => {
                observed == Action::Errno(errno.number())
                    || (self.above_newest(call.number) && observed == Action::Errno(ENOSYS))
            }
        };
        if !same {
            return Some(Deviation::Action { expected, observed });
        }
        let named = |index| {
            rules
                .iter()
                .any(|rule| rule.conditions.iter().any(|one| one.index == index))
        };
        let consulted = evaluation.consulted;
        let idle = (0..6).any(|index| consulted.argument(index) && !(conditional && named(index)));
        (idle || consulted.instruction_pointer()).then_some(Deviation::Condition)
    }

    /// The strict filter knows nothing of x32 and must refuse it as any unknown
    /// call; libseccomp kills it. Either is a refusal.
    fn x32(&mut self, number: u32) {
        if self.arch != Arch::X86_64 {
            return;
        }
        for args in arguments::EXTREMES {
            let call = self.call(self.arch.audit_value(), number, args);
            let evaluation = evaluate_stack(self.stack, &call);
            let refused = match evaluation.action {
                Action::Errno(errno) => {
                    errno == self.policy.default_errno().number()
                        || self.tolerance == Tolerance::RuntimeStub && errno == ENOSYS
                }
                Action::KillProcess | Action::KillThread => {
                    self.tolerance == Tolerance::RuntimeStub
                }
                Action::Trap(_)
                | Action::Notify
                | Action::Trace(_)
                | Action::Log
                | Action::Allow => false,
            };
            if !refused || evaluation.consulted.any_argument() {
                self.differ(
                    call,
                    Deviation::NotRefused {
                        observed: evaluation.action,
                    },
                );
                return;
            }
            self.summary.x32.insert(evaluation.action);
        }
    }

    /// Another way into the kernel kills.
    fn foreign(&mut self, value: u32, number: u32) {
        let call = self.call(value, number, [0; 6]);
        let evaluation = evaluate_stack(self.stack, &call);
        let killed = matches!(evaluation.action, Action::KillProcess | Action::KillThread);
        if !killed || evaluation.consulted.any_argument() {
            self.differ(
                call,
                Deviation::NotRefused {
                    observed: evaluation.action,
                },
            );
            return;
        }
        self.summary
            .foreign
            .entry(value)
            .or_default()
            .insert(evaluation.action);
    }

    /// Numbers above the newest call in the profile, for which runc answers
    /// `ENOSYS` before the profile is asked.
    fn above_newest(&self, number: u32) -> bool {
        let rules = self
            .policy
            .rules(self.form, self.arch)
            .map(|rule| rule.call.as_str());
        let overrides = self
            .policy
            .overrides(self.form, self.arch)
            .map(|entry| entry.call.as_str());
        let newest = rules
            .chain(overrides)
            .filter_map(|call| syscall_number(self.arch, call))
            .max();
        self.tolerance == Tolerance::RuntimeStub && newest.is_some_and(|newest| number > newest)
    }

    fn differ(&mut self, call: Call, deviation: Deviation) {
        let native = call.arch == self.arch.audit_value();
        let name = native
            .then(|| syscall_name(self.arch, call.number))
            .flatten();
        self.differences.push(Difference {
            name,
            call,
            deviation,
        });
    }

    fn call(&self, arch: u32, number: u32, args: [u64; 6]) -> Call {
        Call {
            number,
            arch,
            instruction_pointer: 0x0040_1000,
            args,
        }
    }
}

#[cfg(test)]
mod tests;
