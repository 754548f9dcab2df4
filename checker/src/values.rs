//! The values that a claim names, and which of them do not stand where it says.

use crate::adequacy::Case;
use crate::gap::GapReason;
use crate::report::{Differing, short_of};
use crate::wrong;

/// Which of the claim's values do not stand where they are said to, and why.
pub(crate) fn differing(case: &Case<'_>) -> impl Iterator<Item = (usize, GapReason)> {
    let all = case.claim.values.iter().enumerate();
    all.filter_map(|(index, value)| {
        let named = case.claim.evidence.contains(&value.item);
        let reason = if named && case.has(&value.item) {
            case.bag.looks.value(case.index, index)?
        } else {
            GapReason::EvidenceMissing
        };
        (!wrong::passes(reason)).then_some((index, reason))
    })
}

/// The same for the report: what is expected, and what stands there instead.
pub(crate) fn told(case: &Case<'_>) -> Vec<Differing> {
    let one = |(index, reason)| {
        let said = case.claim.values.get(index)?;
        let instead = case.bag.looks.instead(case.index, index);
        Some(Differing {
            item: said.item.clone(),
            pointer: said.pointer.clone(),
            reason,
            expected: short_of(said.value.get()),
            observed: instead.map(str::to_owned),
        })
    };
    differing(case).filter_map(one).collect()
}
