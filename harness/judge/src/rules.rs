//! One function for each rule, and nothing that is not a rule.

use checker::Report;
use evidence::plan;
use evidence::record::{CheckRecord, LaunchRecord};
use negatives::matrix::{Fact, Packet, Rule};

use super::adapted::Adapted;
use super::answer::{Answer, Wrong};
use super::finding::Finding;
use super::outside;
use super::roll::Records;
use super::verdict::{Reason, Verdict};
use super::{
    Expected, articles, calls, checks, contents, contract, environment, every_mount, fault,
    hindrance, probe,
};
use super::{announced, kb, self_check, trace};

/// A row, with everything that its rules are judged on.
pub(super) struct Row<'a> {
    pub(super) case: &'a Adapted,
    pub(super) records: &'a Records<'a>,
    pub(super) checks: &'a [CheckRecord],
    pub(super) expected: &'a Expected,
}

impl Row<'_> {
    /// What all rules of the row come to, the gravest first and of these the first.
    pub(super) fn judge(&self) -> Verdict {
        let verdicts = self.case.rules.iter().map(|rule| self.rule(rule));
        // A rule may look at some launches alone, or at what was seen from outside alone:
        // that each launch is the planned one is asked of every row.
        Verdict::gravest(verdicts.chain(self.records.roll()))
    }

    fn rule(&self, rule: &Rule) -> Verdict {
        let Self {
            case,
            records,
            checks,
            expected,
        } = self;
        match rule {
            Rule::Refused {} => probe::judge(case, records),
            Rule::EveryMount {} => every_mount::judge(records),
            Rule::Kb {} => kb::judge(records),
            Rule::Planted {} => environment::planted(case, records, expected),
            Rule::Outside { fact } => outside_view(*fact, records, expected),
            Rule::SelfCheck {} => self_check::judge(case, records),
            Rule::Blocked {} => trace::judge(case, records),
            Rule::Announced {} => announced::judge(case, records),
            Rule::Faults {} => fault::judge(case, records),
            Rule::Checks {} => checks::judge(case, checks),
            Rule::Same {} => self.same(rule.name()),
            Rule::Exit {}
            | Rule::Contract {}
            | Rule::Gate {}
            | Rule::Reasons {}
            | Rule::Actions { .. }
            | Rule::Opens { .. }
            | Rule::Payload {}
            | Rule::OpenedOnce {}
            | Rule::Provenance {}
            | Rule::Classes {}
            | Rule::Chains {}
            | Rule::Scope {}
            | Rule::Denials {}
            | Rule::Alone {}
            | Rule::Atomic {}
            | Rule::Audit { .. } => self.each_answer(rule),
        }
    }

    /// A rule about the checker's answer, on each answer of the row.
    fn each_answer(&self, rule: &Rule) -> Verdict {
        let packets = self.case.packets.iter();
        Verdict::gravest(packets.flat_map(|packet| {
            let launches = plan::packet_ids(self.case, packet);
            launches.into_iter().map(|launch| {
                self.answer(&launch, packet, |answer| {
                    let wrong = about(rule, answer)?;
                    Some(answer.reason(rule.name(), wrong))
                })
            })
        }))
    }

    /// The reports of a packet that was given in several sandboxes are the same bytes.
    fn same(&self, rule: &'static str) -> Verdict {
        let several = self.case.packets.iter().filter(|packet| packet.times > 1);
        Verdict::gravest(several.flat_map(|packet| {
            let launches = plan::packet_ids(self.case, packet);
            let first = launches.first().map(|it| self.records.get(it));
            let first = first.and_then(Result::ok).and_then(LaunchRecord::report);
            launches.into_iter().skip(1).map(move |launch| {
                self.answer(&launch, packet, |answer| {
                    let same = answer.record.report() == first && first.is_some();
                    (!same).then(|| {
                        let what = format!("report in `{launch}`");
                        let expected = "the bytes of the first sandbox's";
                        let wrong = Wrong::new(what, expected, "others");
                        answer.reason(rule, wrong)
                    })
                })
            })
        }))
    }

    fn answer(
        &self,
        launch: &str,
        packet: &Packet,
        wrong: impl FnOnce(&Answer<'_>) -> Option<Reason>,
    ) -> Verdict {
        let record: &LaunchRecord = match self.records.get(launch) {
            Ok(record) => record,
            Err(verdict) => return verdict,
        };
        if let Some(cause) = hindrance::of(record) {
            let launch = launch.to_owned();
            return Verdict::Inconclusive(Reason::Kept { launch, cause });
        }
        let answer = Answer::of(packet, record, self.expected.arch);
        wrong(&answer).map_or(Verdict::Held, Verdict::Broken)
    }
}

/// What a rule finds wrong with an answer. What needs a report, and has none that can be
/// read, is wrong.
fn about(rule: &Rule, answer: &Answer<'_>) -> Option<Wrong> {
    let said = |find: &dyn Fn(&Report) -> Option<Wrong>| match &answer.report {
        Some(report) => find(report),
        None => Some(Wrong::new("report", "one that can be read", "none")),
    };
    match rule {
        Rule::Exit {} => contract::exit(answer),
        Rule::Contract {} => contract::of(answer),
        Rule::Alone {} => contract::alone(answer),
        Rule::Atomic {} => calls::atomic(answer),
        Rule::Gate {} => said(&|it| contents::gate(answer, it)),
        Rule::Reasons {} => said(&|it| contents::reasons(answer, it)),
        Rule::Actions { are } => said(&|it| calls::actions(it, are)),
        Rule::Opens { besides } => said(&|it| calls::opens(answer, it, besides)),
        Rule::Payload {} => said(&|it| contents::payload(answer, it)),
        Rule::OpenedOnce {} => said(&|it| calls::opened_once(answer, it)),
        Rule::Provenance {} => said(&|it| contents::provenance(answer, it)),
        Rule::Classes {} => said(&|it| contents::classes(answer, it)),
        Rule::Chains {} => said(&|it| contents::chains(answer, it)),
        Rule::Scope {} => said(&|it| contents::scope(answer, it)),
        Rule::Denials {} => said(&|it| contents::denials(answer, it)),
        Rule::Audit { article, items } => said(&|it| articles::audit(it, *article, items)),
        Rule::Refused {}
        | Rule::EveryMount {}
        | Rule::Kb {}
        | Rule::Planted {}
        | Rule::Outside { .. }
        | Rule::SelfCheck {}
        | Rule::Blocked {}
        | Rule::Announced {}
        | Rule::Faults {}
        | Rule::Checks {}
        | Rule::Same {} => None,
    }
}

/// A fact of every locked sandbox of the row.
fn outside_view(fact: Fact, records: &Records<'_>, expected: &Expected) -> Verdict {
    let locked = records.locked();
    Verdict::gravest(locked.map(|record| {
        let launch = record.id.clone();
        match outside::find(record, fact, expected) {
            Finding::Fits => Verdict::Held,
            Finding::Differs(expected, observed) => Verdict::Broken(Reason::Outside {
                launch,
                fact,
                expected,
                observed,
            }),
            Finding::NotSeen(_) if !decides(fact) => Verdict::Held,
            // What failed is a better reason than what could not be seen for it.
            Finding::NotSeen(reason) => records.get(&record.id).map_or_else(
                |trouble| trouble,
                |_| {
                    Verdict::Inconclusive(Reason::NotSeen {
                        launch,
                        fact: fact.words(),
                        reason,
                    })
                },
            ),
        }
    }))
}

/// Whether a row that rests on a fact is inconclusive where the fact cannot be seen.
/// Filters are read back by the host's root alone, and programs by who may look at the
/// process: without them the row rests on its attempts and answers, and says so.
fn decides(fact: Fact) -> bool {
    match fact {
        Fact::Programs | Fact::Filters => false,
        Fact::Namespaces
        | Fact::Privileges
        | Fact::Devices
        | Fact::Mounts
        | Fact::Environment
        | Fact::Network
        | Fact::Descriptors
        | Fact::Limits => true,
    }
}

#[cfg(test)]
mod tests;
