//! N30: an observation of another run, another row or another launch, and a bundle
//! that says it is about other programs. All are signed with the right key.

use std::fs;

use bundle::forgery::{BELIEVED, Fault, Specimen, outcome};
use bundle::sample::{PACKET_ROW, PROBE_ROW, Sample};
use evidence::EngineAccount;
use evidence::record::{LaunchRecord, Observations, Role};
use seal::canonical;
use seal::digest::Sha256Digest;

use super::BundleCheck;

const PACKETS: &str = "observations/N1.json";
const FOREIGN: &str = "refused: observations/N1.json: foreign";
const FOREIGN_PROBE: &str = "refused: observations/N15.json: foreign";
const VERDICT_PROBE: &str = "refused: observations/N15.json: verdict";
const VERDICT: &str = "refused: observations/N1.json: verdict";

pub(super) const CHECKS: &[BundleCheck] = &[
    BundleCheck {
        id: "own-records",
        hostile: false,
        subject: "records written a second time and not changed",
        expected: BELIEVED,
        run: |sample| outcome(|| edited(sample, PACKET_ROW, |_| {})),
    },
    BundleCheck {
        id: "programs-seen",
        hostile: false,
        subject: "the outside view of the programs that ran",
        expected: "seen",
        run: |sample| programs_seen(sample).to_owned(),
    },
    BundleCheck {
        id: "other-run",
        hostile: true,
        subject: "the records of one run in the bundle of another",
        expected: FOREIGN,
        run: |sample| outcome(|| Ok(Specimen::seal(&sample.of_another_run())?.came())),
    },
    BundleCheck {
        id: "other-row",
        hostile: true,
        subject: "the records of one row in the place of another's",
        expected: "refused: observations/N7.json: foreign",
        run: |sample| {
            outcome(|| {
                let specimen = Specimen::seal(sample)?;
                fs::copy(specimen.at(PACKETS), specimen.at("observations/N7.json"))?;
                specimen.forge(|_, _| {})?;
                Ok(specimen.came())
            })
        },
    },
    BundleCheck {
        id: "other-launch",
        hostile: true,
        subject: "the record of a control in the place of what it is the control of",
        expected: FOREIGN,
        run: |sample| {
            outcome(|| {
                edited(sample, PACKET_ROW, |records| {
                    if let [first, second] = records.as_mut_slice() {
                        let (id, role) = (first.id.clone(), first.role.clone());
                        *first = LaunchRecord {
                            id,
                            role,
                            ..second.clone()
                        };
                    }
                })
            })
        },
    },
    BundleCheck {
        id: "doubled-record",
        hostile: true,
        subject: "one launch twice",
        expected: FOREIGN,
        run: |sample| {
            outcome(|| {
                edited(sample, PACKET_ROW, |records| {
                    records.extend(records.first().cloned());
                })
            })
        },
    },
    BundleCheck {
        id: "doubled-nonce",
        hostile: true,
        subject: "two launches with one nonce",
        expected: FOREIGN_PROBE,
        run: |sample| {
            outcome(|| {
                edited(sample, PROBE_ROW, |records| {
                    if let [first, second, ..] = records.as_mut_slice() {
                        second.nonce.clone_from(&first.nonce);
                    }
                })
            })
        },
    },
    BundleCheck {
        id: "no-nonce",
        hostile: true,
        subject: "a launch without a nonce",
        expected: FOREIGN,
        run: |sample| {
            outcome(|| {
                edited(sample, PACKET_ROW, |records| {
                    records.iter_mut().for_each(|it| it.nonce.clear());
                })
            })
        },
    },
    BundleCheck {
        id: "other-airlock",
        hostile: true,
        subject: "a launch with the airlock's word of another",
        expected: VERDICT_PROBE,
        run: |sample| {
            outcome(|| {
                edited(sample, PROBE_ROW, |records| {
                    if let [first, second, ..] = records.as_mut_slice() {
                        first.airlock.clone_from(&second.airlock);
                    }
                })
            })
        },
    },
    BundleCheck {
        id: "other-line",
        hostile: true,
        subject: "one line of a probe's with the nonce of another launch",
        expected: VERDICT_PROBE,
        run: |sample| {
            outcome(|| {
                edited(sample, PROBE_ROW, |records| {
                    if let [first, second, ..] = records.as_mut_slice() {
                        first.lines.last_mut().into_iter().for_each(|line| {
                            line.nonce.clone_from(&second.nonce);
                        });
                    }
                })
            })
        },
    },
    BundleCheck {
        id: "unplanned",
        hostile: true,
        subject: "a launch that the row does not plan",
        expected: FOREIGN,
        run: |sample| {
            outcome(|| {
                edited(sample, PACKET_ROW, |records| {
                    if let Some(first) = records.first_mut() {
                        first.id.push_str("/more");
                    }
                })
            })
        },
    },
    BundleCheck {
        id: "failed-elsewhere",
        hostile: true,
        subject: "a launch that failed in another run",
        expected: FOREIGN_PROBE,
        run: |sample| {
            outcome(|| {
                edited(sample, PROBE_ROW, |records| {
                    if let Some(first) = records.first_mut() {
                        first.trouble = Some("it failed".to_owned());
                        first.nonce = first.nonce.chars().rev().collect::<String>() + "0";
                    }
                })
            })
        },
    },
    BundleCheck {
        id: "other-lifts",
        hostile: true,
        subject: "a launch with something lifted in the place of a locked one",
        expected: FOREIGN,
        run: |sample| {
            outcome(|| {
                edited(sample, PACKET_ROW, |records| {
                    let locked = records.iter_mut().filter(|it| it.role == Role::Locked);
                    locked.for_each(|it| it.lifts.push("network".to_owned()));
                })
            })
        },
    },
    BundleCheck {
        id: "other-word",
        hostile: true,
        subject: "the lines of a probe in the record of a checker",
        expected: FOREIGN,
        run: |sample| {
            outcome(|| {
                let row = sample.row(PROBE_ROW).ok_or("expected the row")?;
                let lines = row.observed.open()?.launches.remove(0).lines;
                edited(sample, PACKET_ROW, |records| {
                    records
                        .iter_mut()
                        .for_each(|it| it.lines.clone_from(&lines));
                })
            })
        },
    },
    BundleCheck {
        id: "other-engine",
        hostile: true,
        subject: "another engine's account of itself",
        expected: "refused: engine.json: engine_account",
        run: |sample| {
            outcome(|| {
                let specimen = Specimen::seal(sample)?;
                let mut account: EngineAccount =
                    serde_json::from_slice(&fs::read(specimen.at("engine.json"))?)?;
                account.identity.runtime.push_str(" of another");
                fs::write(specimen.at("engine.json"), canonical::to_bytes(&account)?)?;
                specimen.forge(|_, _| {})?;
                Ok(specimen.came())
            })
        },
    },
    BundleCheck {
        id: "other-programs",
        hostile: true,
        subject: "a bundle that says it is about another checker than the one that ran",
        expected: VERDICT,
        run: |sample| {
            outcome(|| {
                let specimen = Specimen::seal(sample)?;
                specimen.forge(|_, subjects| subjects.checker = Sha256Digest::of(b"another"))?;
                Ok(specimen.came())
            })
        },
    },
];

/// What comes of the records of a row after a change of them.
fn edited(
    sample: &Sample,
    row: &str,
    edit: impl FnOnce(&mut Vec<LaunchRecord>),
) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let at = specimen.at(&format!("observations/{row}.json"));
    let mut observed: Observations = serde_json::from_slice(&fs::read(&at)?)?;
    edit(&mut observed.launches);
    fs::write(at, canonical::to_bytes(&observed)?)?;
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
