//! N30: an observation of another run, another row or another launch, and a bundle
//! that says it is about other programs. All are signed with the right key.

use std::fs;

use bundle::forgery::{Fault, Specimen, outcome};
use bundle::sample::{PACKET_ROW, PROBE_ROW, Sample};
use evidence::EngineAccount;
use evidence::record::{LaunchRecord, Observations, Role};
use seal::canonical;
use seal::digest::Sha256Digest;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::BundleCheck;

const PACKETS: &str = "observations/N1.json";

pub(super) const CHECKS: &[BundleCheck] = &[
    BundleCheck::new("own-records", |sample| {
        outcome(|| rewritten::<Observations>(sample, PACKETS, |_| Ok(())))
    }),
    BundleCheck::new("programs-seen", |sample| programs_seen(sample).to_owned()),
    BundleCheck::new("other-run", |sample| {
        outcome(|| Ok(Specimen::seal(&sample.of_another_run())?.came()))
    }),
    BundleCheck::new("other-row", |sample| {
        outcome(|| {
            let specimen = Specimen::seal(sample)?;
            fs::copy(specimen.at(PACKETS), specimen.at("observations/N7.json"))?;
            specimen.forge(|_, _| {})?;
            Ok(specimen.came())
        })
    }),
    BundleCheck::new("other-launch", |sample| {
        outcome(|| {
            edited(sample, PACKET_ROW, |records| {
                if let [first, second, ..] = records.as_mut_slice() {
                    let (id, role) = (first.id.clone(), first.role);
                    *first = LaunchRecord {
                        id,
                        role,
                        ..second.clone()
                    };
                }
            })
        })
    }),
    BundleCheck::new("doubled-record", |sample| {
        outcome(|| {
            edited(sample, PACKET_ROW, |records| {
                records.extend(records.first().cloned());
            })
        })
    }),
    BundleCheck::new("doubled-nonce", |sample| {
        outcome(|| {
            edited(sample, PROBE_ROW, |records| {
                if let [first, second, ..] = records.as_mut_slice() {
                    second.nonce.clone_from(&first.nonce);
                }
            })
        })
    }),
    BundleCheck::new("no-nonce", |sample| {
        outcome(|| {
            edited(sample, PACKET_ROW, |records| {
                records.iter_mut().for_each(|it| it.nonce.clear());
            })
        })
    }),
    BundleCheck::new("other-airlock", |sample| {
        outcome(|| {
            edited(sample, PROBE_ROW, |records| {
                if let [first, second, ..] = records.as_mut_slice() {
                    first.airlock.clone_from(&second.airlock);
                }
            })
        })
    }),
    BundleCheck::new("other-line", |sample| {
        outcome(|| {
            edited(sample, PROBE_ROW, |records| {
                if let [first, second, ..] = records.as_mut_slice() {
                    let said = first.subject.probed_mut();
                    if let Some(line) = said.and_then(|it| it.lines.last_mut()) {
                        line.nonce.clone_from(&second.nonce);
                    }
                }
            })
        })
    }),
    BundleCheck::new("unplanned", |sample| {
        outcome(|| {
            edited(sample, PACKET_ROW, |records| {
                if let Some(first) = records.first_mut() {
                    first.id.push_str("/more");
                }
            })
        })
    }),
    BundleCheck::new("failed-elsewhere", |sample| {
        outcome(|| {
            edited(sample, PROBE_ROW, |records| {
                if let Some(first) = records.first_mut() {
                    first.trouble = Some("it failed".to_owned());
                    first.nonce = first.nonce.chars().rev().collect::<String>() + "0";
                }
            })
        })
    }),
    BundleCheck::new("other-lifts", |sample| {
        outcome(|| {
            edited(sample, PACKET_ROW, |records| {
                let locked = records.iter_mut().filter(|it| it.role == Role::Locked);
                locked.for_each(|it| it.lifts.push("network".to_owned()));
            })
        })
    }),
    BundleCheck::new("other-word", |sample| {
        outcome(|| {
            let row = sample.row(PROBE_ROW).ok_or("expected the row")?;
            let lines = serde_json::to_value(row.observed.open()?.launches.remove(0).lines())?;
            // As JSON: a record that can be made here has no place for them.
            rewritten(sample, PACKETS, |observed: &mut serde_json::Value| {
                let checker = observed.pointer_mut("/launches/0/subject/checker");
                checker.ok_or("expected a checker")?["lines"] = lines;
                Ok(())
            })
        })
    }),
    BundleCheck::new("other-engine", |sample| {
        outcome(|| {
            rewritten(sample, "engine.json", |account: &mut EngineAccount| {
                account.identity.runtime.push_str(" of another");
                Ok(())
            })
        })
    }),
    BundleCheck::new("other-programs", |sample| {
        outcome(|| {
            let specimen = Specimen::seal(sample)?;
            specimen.forge(|_, subjects| subjects.checker = Sha256Digest::of(b"another"))?;
            Ok(specimen.came())
        })
    }),
];

/// What comes of the records of a row after a change of them.
pub(super) fn edited(
    sample: &Sample,
    row: &str,
    edit: impl FnOnce(&mut Vec<LaunchRecord>),
) -> Result<String, Fault> {
    let file = format!("observations/{row}.json");
    rewritten(sample, &file, |observed: &mut Observations| {
        let before = observed.launches.clone();
        edit(&mut observed.launches);
        // A launch that never came about has nothing that could be forged.
        if observed.launches == before {
            return Err(format!("no launch of {row} shows what was to be changed").into());
        }
        Ok(())
    })
}

/// What comes of a bundle in which a file was changed, and all that is made of it again.
fn rewritten<T: DeserializeOwned + Serialize>(
    sample: &Sample,
    file: &str,
    edit: impl FnOnce(&mut T) -> Result<(), Fault>,
) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let at = specimen.at(file);
    let mut value: T = serde_json::from_slice(&fs::read(&at)?)?;
    edit(&mut value)?;
    fs::write(at, canonical::to_bytes(&value)?)?;
    specimen.forge(|_, _| {})?;
    Ok(specimen.came())
}

/// Where the host may not look, no digest ties a record to the programs.
fn programs_seen(sample: &Sample) -> &'static str {
    let row = sample.row(PACKET_ROW);
    let observed = row.and_then(|row| row.observed.open().ok());
    let seen = |record: &LaunchRecord| {
        let barrier = record.barrier.as_ref();
        barrier.is_some_and(|view| view.held.fact().is_some())
    };
    match observed {
        Some(it) if !it.launches.is_empty() && it.launches.iter().all(seen) => "seen",
        Some(_) | None => "not seen",
    }
}
