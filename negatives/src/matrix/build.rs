//! From the file's words to checked values; every rule that a single row must
//! obey is here.

use std::collections::BTreeSet;

use super::FACTS;
use super::case::{
    Alone, Attempt, Boundary, Case, CaseId, Deferred, Fault, FaultKind, Kind, Layer, NotApplicable,
    Packet, lift_set_name,
};
use super::difference::{Control, Difference};
use super::error::MatrixError;
use super::expectation::Expectation;
use super::judged;
use super::lift::Lift;
use super::raw;
use super::without;
use crate::call::{BY_NUMBER, Call, table};
use crate::script;
use crate::wire::{Abi, Act};

pub(super) fn deferred(raw: raw::Deferred) -> Deferred {
    Deferred {
        id: raw.id,
        title: raw.title,
        why: raw.why,
    }
}

pub(super) fn case(raw: raw::Case) -> Result<Case, MatrixError> {
    let id = CaseId(raw.id);
    let boundaries: Result<Vec<Boundary>, MatrixError> = raw
        .boundary
        .into_iter()
        .map(|boundary| build_boundary(&id, boundary))
        .collect();
    let case = Case {
        number: raw.number,
        layer: raw.layer,
        requirement: raw.requirement,
        title: raw.title,
        block_point: raw.block_point,
        kind: raw.kind,
        rules: raw.rule,
        pending: raw.pending,
        canaries: raw.canary,
        boundaries: boundaries?,
        packets: raw.packet.into_iter().map(packet).collect(),
        without: raw
            .without
            .into_iter()
            .map(|it| without::build(&id, it))
            .collect::<Result<_, _>>()?,
        faults: raw.fault.into_iter().map(fault).collect(),
        checks: raw.check,
        id,
    };
    of_its_kind(&case)?;
    judged::all(&case)?;
    distinct(&case)?;
    Ok(case)
}

/// A row has the proof its kind asks for, and none it does not ask for.
fn of_its_kind(case: &Case) -> Result<(), MatrixError> {
    let id = || case.id.clone();
    let (attempts, faults) = (case.attempts().next().is_some(), !case.faults.is_empty());
    let packets = !case.packets.is_empty();
    let probes = case.kind == Kind::Probe;
    let takes_packets = matches!(case.kind, Kind::Probe | Kind::Packet);
    let takes_checks = matches!(case.kind, Kind::Probe | Kind::Build | Kind::Bundle);
    let wrong = [
        ("attempt", attempts && !probes),
        ("packet", packets && !takes_packets),
        ("fault", faults && case.kind != Kind::Fault),
        ("check", !case.checks.is_empty() && !takes_checks),
        (
            "without",
            case.without.is_empty() != (case.kind != Kind::Trace),
        ),
        ("canary", !case.canaries.is_empty() && !probes),
    ];
    if let Some((what, _)) = wrong.into_iter().find(|(_, wrong)| *wrong) {
        return Err(MatrixError::NotOfItsKind { case: id(), what });
    }
    if probes && !attempts || !probes && case.layer == Layer::L1 {
        return Err(MatrixError::NoAttempt { case: id() });
    }
    if case.kind == Kind::Packet && !packets {
        return Err(MatrixError::NoPacket { case: id() });
    }
    let control = |fault: &Fault| fault.how == FaultKind::None;
    let both = case.faults.iter().any(control) && !case.faults.iter().all(control);
    if case.kind == Kind::Fault && !both {
        return Err(MatrixError::NoFault { case: id() });
    }
    Ok(())
}

fn distinct(case: &Case) -> Result<(), MatrixError> {
    let mut seen = BTreeSet::new();
    let ids = case.attempts().map(|attempt| &attempt.id);
    let names = case.boundaries.iter().map(|boundary| &boundary.name);
    let faults = case.faults.iter().map(|fault| &fault.id);
    let packets = case.packets.iter().map(|packet| &packet.fixture);
    let checks = case.checks.iter().map(|check| &check.id);
    let canaries = case.canaries.iter().map(|canary| &canary.variable);
    match ids
        .chain(names)
        .chain(faults)
        .chain(packets)
        .chain(checks)
        .chain(canaries)
        .find(|name| !seen.insert(name.as_str()))
    {
        Some(name) => Err(MatrixError::Duplicate {
            case: case.id.clone(),
            name: name.clone(),
        }),
        None => Ok(()),
    }
}

fn packet(raw: raw::Packet) -> Packet {
    Packet {
        fixture: raw.fixture,
        role: raw.role,
        exit: raw.exit,
        stops_at: raw.stops_at,
        reasons: raw.reasons,
        times: raw.times,
        payload: raw.payload,
        provenance: raw.provenance,
        classes: raw.classes,
        chains: raw.chains,
        scopes: raw.scopes,
        denied: raw.denied,
    }
}

fn fault(raw: raw::Fault) -> Fault {
    let raw::Fault {
        id,
        how,
        previous,
        exit,
        why,
    } = raw;
    Fault {
        id,
        how,
        previous,
        exit,
        why,
    }
}

fn build_boundary(case: &CaseId, raw: raw::Boundary) -> Result<Boundary, MatrixError> {
    let lift = lifts(case, &raw.lift)?;
    if lift.is_empty() {
        return Err(MatrixError::NoLift {
            case: case.clone(),
            boundary: raw.name,
        });
    }
    if lift.contains(&Lift::Sandbox) && (lift.len() > 1 || !raw.alone.is_empty()) {
        return Err(MatrixError::BareIsAlone {
            case: case.clone(),
            boundary: raw.name,
        });
    }
    let alone: Result<Vec<Vec<Lift>>, MatrixError> =
        raw.alone.iter().map(|set| lifts(case, set)).collect();
    let alone = alone?;
    let differs = raw.differs;
    let attempts: Result<Vec<Attempt>, MatrixError> = raw
        .attempt
        .into_iter()
        .map(|mut raw| {
            raw.differs.extend(differs.iter().cloned());
            Row {
                case,
                id: raw.id.clone(),
            }
            .attempt(raw, &alone)
        })
        .collect();
    Ok(Boundary {
        name: raw.name,
        lift,
        attempts: attempts?,
        alone,
    })
}

pub(super) fn lifts(case: &CaseId, words: &[String]) -> Result<Vec<Lift>, MatrixError> {
    let parsed = words.iter().map(|word| word.parse());
    parsed
        .map(|lift| {
            lift.map_err(|source| MatrixError::Lift {
                case: case.clone(),
                source,
            })
        })
        .collect()
}

/// Where an attempt stands, for the errors about it.
struct Row<'a> {
    case: &'a CaseId,
    id: String,
}

impl Row<'_> {
    fn attempt(&self, raw: raw::Attempt, alone: &[Vec<Lift>]) -> Result<Attempt, MatrixError> {
        if raw.why.trim().is_empty() {
            return Err(self.rule("a reason"));
        }
        let attempt = Attempt {
            act: self.act(raw.call, raw.abi, raw.script, raw.args)?,
            locked: self.expectation("locked", raw.locked.as_deref().unwrap_or_default())?,
            control: self
                .expectation("in the control", raw.control.as_deref().unwrap_or_default())?,
            alone: self.alone(raw.alone, alone)?,
            na: raw
                .na
                .map(|na| self.not_applicable(na))
                .transpose()?
                .into_iter()
                .collect(),
            differs: self.differences(raw.differs, alone)?,
            id: self.id.clone(),
            why: raw.why,
            lethal: raw.lethal,
        };
        if attempt.locked == attempt.control {
            return Err(self.rule("a control whose outcome is not the locked one"));
        }
        let may_end = |expectation: &Expectation| {
            expectation.signal().is_some() || *expectation == Expectation::Exec
        };
        if !attempt.lethal && (may_end(&attempt.locked) || may_end(&attempt.control)) {
            return Err(self.rule("`lethal = true` where the probe may not survive"));
        }
        Ok(attempt)
    }

    fn act(
        &self,
        call: Option<String>,
        abi: Option<Abi>,
        script: Option<String>,
        args: Option<Vec<String>>,
    ) -> Result<Act, MatrixError> {
        match (call, script) {
            (Some(call), None) if args.is_none() => self.call(call, abi.unwrap_or_default()),
            (None, Some(script)) if abi.is_none() => self.script(script, args.unwrap_or_default()),
            _ => Err(self
                .rule("either a call, with or without `abi`, or a script, with or without `args`")),
        }
    }

    fn call(&self, text: String, abi: Abi) -> Result<Act, MatrixError> {
        let call = Call::parse(&text).map_err(|source| MatrixError::Call {
            case: self.case.clone(),
            attempt: self.id.clone(),
            source,
        })?;
        if call.name != BY_NUMBER && !table::is_known(abi, &call.name) {
            return Err(self.unknown("system call", &call.name));
        }
        call.facts()
            .into_iter()
            .try_for_each(|name| self.known_fact(name))?;
        Ok(Act::Call { call: text, abi })
    }

    fn script(&self, name: String, args: Vec<String>) -> Result<Act, MatrixError> {
        let script = script::find(&name).ok_or_else(|| self.unknown("script", &name))?;
        if script.arguments != args.len() {
            return Err(self.rule("as many `args` as the script takes"));
        }
        let facts = args
            .iter()
            .filter_map(|argument| script::split_fact(argument));
        facts
            .into_iter()
            .try_for_each(|(_, name, _)| self.known_fact(name))?;
        Ok(Act::Script { script: name, args })
    }

    fn known_fact(&self, name: &str) -> Result<(), MatrixError> {
        let known = FACTS.iter().any(|(fact, _)| *fact == name);
        if known {
            Ok(())
        } else {
            Err(self.unknown("fact", name))
        }
    }

    fn alone(&self, raw: Option<raw::Alone>, sets: &[Vec<Lift>]) -> Result<Alone, MatrixError> {
        let names: BTreeSet<String> = sets.iter().map(|set| lift_set_name(set)).collect();
        match raw {
            None => Ok(Alone::AsLocked),
            Some(raw::Alone::Everywhere(text)) => {
                self.expectation("alone", &text).map(Alone::Everywhere)
            }
            Some(raw::Alone::PerLift(table)) => {
                let checked = table.into_iter().map(|(name, text)| {
                    if !names.contains(&name) {
                        return Err(self.unknown("set of lifts of this boundary", &name));
                    }
                    Ok((name, self.expectation("alone", &text)?))
                });
                Ok(Alone::PerLift(checked.collect::<Result<_, MatrixError>>()?))
            }
        }
    }

    fn not_applicable(&self, raw: raw::NotApplicable) -> Result<NotApplicable, MatrixError> {
        if raw.why.trim().is_empty() {
            return Err(self.rule("a reason beside `na`"));
        }
        Ok(NotApplicable {
            control: self.expectation("where it is not applicable", &raw.control)?,
            why: raw.why,
        })
    }

    fn differences(
        &self,
        raw: Vec<raw::Difference>,
        sets: &[Vec<Lift>],
    ) -> Result<Vec<Difference>, MatrixError> {
        let built = raw.into_iter().map(|raw| self.difference(raw, sets));
        built.collect()
    }

    fn difference(
        &self,
        raw: raw::Difference,
        sets: &[Vec<Lift>],
    ) -> Result<Difference, MatrixError> {
        if raw.why.trim().is_empty() {
            return Err(self.rule("a reason beside `lacks`"));
        }
        let read = |text: Option<String>| {
            text.map(|text| self.expectation("where an ability is lacking", &text))
                .transpose()
        };
        let alone = raw.alone.map(|alone| self.alone(Some(alone), sets));
        let difference = Difference {
            lacks: raw.lacks,
            locked: read(raw.locked)?,
            control: match (read(raw.control)?, read(raw.nothing)?) {
                (Some(control), None) => Some(Control::Shows(control)),
                (None, Some(control)) => Some(Control::Nothing(control)),
                (None, None) => None,
                (Some(_), Some(_)) => return Err(self.rule("one of `control` and `nothing`")),
            },
            alone: alone.transpose()?,
            why: raw.why,
        };
        let same = difference.locked.is_none() && difference.alone.is_none();
        if same && difference.control.is_none() {
            return Err(self.rule("an outcome beside `lacks`"));
        }
        Ok(difference)
    }

    fn expectation(&self, place: &'static str, text: &str) -> Result<Expectation, MatrixError> {
        let attempt = || self.id.clone();
        text.parse().map_err(|source| MatrixError::Expectation {
            case: self.case.clone(),
            attempt: attempt(),
            place,
            source,
        })
    }

    fn unknown(&self, what: &'static str, name: &str) -> MatrixError {
        MatrixError::Unknown {
            case: self.case.clone(),
            attempt: self.id.clone(),
            what,
            name: name.to_owned(),
        }
    }

    fn rule(&self, expected: &'static str) -> MatrixError {
        MatrixError::Attempt {
            case: self.case.clone(),
            attempt: self.id.clone(),
            expected,
        }
    }
}
