//! Every locked sandbox held against the profile, fact by fact, for reports.
//!
//! The judge asks a row's own launches for the facts that the row rests on; this
//! asks all of them for all facts, with the same functions, and decides nothing.

use super::Expected;
use super::outside::{self, Fact, Finding};
use crate::record::LaunchRecord;

/// How one fact came out over many launches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Which fact.
    pub fact: &'static str,
    /// In how many launches it is as the profile says.
    pub fits: usize,
    /// Where it is not: the launch, what was expected, what was observed.
    pub differs: Vec<(String, String, String)>,
    /// Where it could not be seen: the launch, and why.
    pub not_seen: Vec<(String, String)>,
}

/// Holds each launch against the profile.
#[must_use]
pub fn survey(records: &[&LaunchRecord], expected: &Expected) -> Vec<Survey> {
    Fact::ALL
        .iter()
        .map(|fact| {
            let mut one = Survey {
                fact: fact.name(),
                fits: 0,
                differs: Vec::new(),
                not_seen: Vec::new(),
            };
            for record in records {
                match outside::find(record, *fact, expected) {
                    Finding::Fits => one.fits += 1,
                    Finding::Differs(expected, observed) => {
                        one.differs.push((record.id.clone(), expected, observed));
                    }
                    Finding::NotSeen(why) => one.not_seen.push((record.id.clone(), why)),
                }
            }
            one
        })
        .collect()
}
