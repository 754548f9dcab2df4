//! Every locked sandbox held against the profile, fact by fact, for reports.
//!
//! The judge asks a row's own launches for the facts that the row rests on; this
//! asks all of them for all facts, with the same functions, and decides nothing.

use evidence::record::LaunchRecord;
use negatives::matrix::Fact;

use super::Expected;
use super::finding::Finding;
use super::outside;

/// How one fact came out over many launches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    fact: Fact,
    /// In how many launches it is as the profile says.
    pub fits: usize,
    /// Where it is not: the launch, what was expected, what was observed.
    pub differs: Vec<(String, String, String)>,
    /// Where it could not be seen: the launch, and why.
    pub not_seen: Vec<(String, String)>,
}

impl Survey {
    /// One for each fact, of no launch yet.
    #[must_use]
    pub fn blank() -> Vec<Self> {
        let blank = |fact: &Fact| Self {
            fact: *fact,
            fits: 0,
            differs: Vec::new(),
            not_seen: Vec::new(),
        };
        Fact::ALL.iter().map(blank).collect()
    }

    /// The fact, in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.fact.words()
    }

    /// Holds another launch against the profile.
    pub fn add(&mut self, record: &LaunchRecord, expected: &Expected) {
        match outside::find(record, self.fact, expected) {
            Finding::Fits => self.fits += 1,
            Finding::Differs(expected, observed) => {
                self.differs.push((record.id.clone(), expected, observed));
            }
            Finding::NotSeen(why) => self.not_seen.push((record.id.clone(), why)),
        }
    }
}
