//! The argument vectors with which one call is tried.
//!
//! For a conditional call: one that meets each rule, that one with every single
//! bit of every argument turned, and every constant the filters compare with in
//! every place a rule looks at.

use std::collections::BTreeSet;

use crate::policy::Rule;

/// All zeros, all ones, and something in between.
pub(super) const EXTREMES: [[u64; 6]; 3] = [[0; 6], [u64::MAX; 6], [0x1234_5678_9abc_def1; 6]];

/// Everything worth trying for a call with these rules, given the constants the
/// filters compare with.
pub(super) fn vectors(rules: &[&Rule], constants: &BTreeSet<u32>) -> BTreeSet<[u64; 6]> {
    let mut all: BTreeSet<_> = EXTREMES.into();
    for rule in rules.iter().filter(|rule| !rule.conditions.is_empty()) {
        for base in EXTREMES {
            let witness = witness(rule, base);
            all.insert(witness);
            for index in 0..6 {
                all.extend((0..64).map(|bit| with(witness, index, |value| value ^ (1 << bit))));
            }
            for condition in &rule.conditions {
                let index = usize::from(condition.index);
                for constant in constants.iter().map(|k| u64::from(*k)) {
                    all.insert(with(witness, index, |value| {
                        (value & !0xffff_ffff) | constant
                    }));
                    all.insert(with(witness, index, |value| {
                        (value & 0xffff_ffff) | (constant << 32)
                    }));
                }
            }
        }
    }
    all
}

/// `base`, changed as little as the rule demands.
fn witness(rule: &Rule, base: [u64; 6]) -> [u64; 6] {
    rule.conditions.iter().fold(base, |args, condition| {
        with(args, usize::from(condition.index), |value| {
            (value & !condition.decisive()) | condition.value
        })
    })
}

fn with(mut args: [u64; 6], index: usize, change: impl FnOnce(u64) -> u64) -> [u64; 6] {
    if let Some(slot) = args.get_mut(index) {
        *slot = change(*slot);
    }
    args
}
