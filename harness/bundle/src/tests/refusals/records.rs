//! Records that are not of the row's plan or of the run, and verdicts that they do not
//! bear out. Everything else in the bundle is made again of what is changed.

use evidence::record::{CheckRecord, FaultDone, FaultRecord, LaunchRecord, Observations, Role};
use negatives::matrix::FaultKind;
use seal::statement::attestation::VerdictWord;
use seccomp::plan::AirlockStatus;

use super::forging::{edit, forge, see, sign, value};
use super::*;

const N1: &str = "foreign observations/N1.json";
const N15: &str = "foreign observations/N15.json";
const N31: &str = "foreign observations/N31.json";

pub(super) const TABLE: &[Refused] = &[
    refused("rejudge.Foreign.OtherRow", N1, |it| {
        observe(it, "N1", |seen| seen.launches[0].case = "N2".to_owned());
    }),
    refused("rejudge.Foreign.Unplanned", N1, |it| {
        observe(it, "N1", |seen| {
            let more = again(&seen.launches[0], "N1/more");
            seen.launches.push(more);
        });
    }),
    refused("rejudge.Foreign.Unplanned", N1, |it| {
        observe(it, "N1", |seen| {
            seen.checks.push(CheckRecord {
                id: "everything".to_owned(),
                hostile: true,
                subject: "everything".to_owned(),
                expected: "refused".to_owned(),
                observed: "refused".to_owned(),
            });
        });
    }),
    refused("rejudge.Foreign.Twice", N1, |it| {
        observe(it, "N1", |seen| {
            let first = &seen.launches[0];
            let again = again(first, &first.id);
            seen.launches.push(again);
        });
    }),
    refused("rejudge.Foreign.OtherRun", N1, |it| {
        observe(it, "N1", |seen| {
            let nonce = seen.launches[0].nonce.replace("0011", "1100");
            draw(&mut seen.launches[0], &nonce);
        });
    }),
    refused("rejudge.Foreign.OtherRun", N1, |it| {
        observe(it, "N1", |seen| {
            let nonce = format!("{}0", seen.launches[0].nonce);
            draw(&mut seen.launches[0], &nonce);
        });
    }),
    refused("rejudge.Foreign.OtherRun", N1, |it| {
        observe(it, "N1", |seen| draw(&mut seen.launches[0], ""));
    }),
    refused("rejudge.Foreign.OtherRun", N15, |it| {
        observe(it, "N15", |seen| {
            seen.launches[0].trouble = Some("it failed".to_owned());
            seen.launches[0].nonce = "of another run".to_owned();
        });
    }),
    refused("rejudge.Foreign.SharedNonce", N1, |it| {
        observe(it, "N1", |seen| {
            let nonce = seen.launches[0].nonce.clone();
            draw(&mut seen.launches[1], &nonce);
        });
    }),
    refused("rejudge.Foreign.SharedNonce", N15, |it| {
        let mut nonce = String::new();
        observe(it, "N1", |seen| nonce.clone_from(&seen.launches[0].nonce));
        observe(it, "N15", |seen| draw(&mut seen.launches[0], &nonce));
    }),
    refused("rejudge.Foreign.OtherLifts", N1, |it| {
        observe(it, "N1", |seen| {
            let locked = seen.launches.iter_mut().find(|it| it.role == Role::Locked);
            locked.unwrap().lifts = vec!["network".to_owned()];
        });
    }),
    refused("rejudge.Foreign.OtherLifts", N1, |it| {
        forge(it, |said, _| said.lifts = vec!["network".to_owned()]);
    }),
    refused(
        "rejudge.Json.Shape",
        "observations observations/N1.json",
        |it| {
            leave(it, "N15", "probe/lines", "N1", "checker");
        },
    ),
    refused(
        "rejudge.Json.Shape",
        "observations observations/N15.json",
        |it| leave(it, "N1", "checker/announcement", "N15", "probe"),
    ),
    refused("rejudge.Foreign.OtherTask", N1, |it| {
        observe(it, "N1", |seen| {
            seen.launches[0].subject.checked_mut().unwrap().fault = Some(FaultRecord {
                how: FaultKind::None,
                done: FaultDone::Done,
            });
        });
    }),
    refused("rejudge.Foreign.OtherTask", N1, |it| {
        observe(it, "N1", |seen| {
            seen.launches[0].subject.checked_mut().unwrap().file_calls = Some(Vec::new())
        });
    }),
    refused("rejudge.Foreign.OtherCheck", N31, |it| {
        observe(it, "N31", |seen| {
            seen.checks[0].subject = "nothing".to_owned()
        });
    }),
    refused("rejudge.Foreign.OtherCheck", N31, |it| {
        observe(it, "N31", |seen| {
            seen.checks[0].expected = "accepted".to_owned()
        });
    }),
    refused("rejudge.Foreign.OtherCheck", N31, |it| {
        observe(it, "N31", |seen| seen.checks[0].hostile ^= true);
    }),
    refused("rejudge.Foreign.UnknownFilter", N1, |it| {
        see(it, "N1", "sha256:00");
        sign(it);
    }),
    refused("rejudge.Verdict", "verdict observations/N1.json", |it| {
        forge(it, |said, _| say(said, "N1", VerdictWord::Broken, ""));
    }),
    refused("rejudge.Verdict", "verdict observations/N15.json", |it| {
        forge(it, |said, _| say(said, "N15", VerdictWord::Held, ""));
    }),
    refused("rejudge.Verdict", "verdict observations/A1.json", |it| {
        forge(it, |said, _| say(said, "A1", VerdictWord::Held, ""));
    }),
    refused("rejudge.Verdict", "verdict observations/A1.json", |it| {
        forge(it, |said, _| {
            say(said, "A1", VerdictWord::NotRun, "not needed")
        });
    }),
    refused("rejudge.Verdict", "verdict observations/N1.json", |it| {
        fs::remove_file(it.at("observations/N1.json")).unwrap();
        forge(it, |_, _| {});
    }),
];

/// The stand-in's rows, and one of checks.
pub(super) fn with_checks() -> Sample {
    sample().clone().with(|_, results, matrix| {
        let case = matrix.cases().iter().find(|it| it.id.as_str() == "N31");
        let case = case.unwrap();
        let made = judge::samples::checks(case);
        results[usize::from(case.number) - 1] =
            CaseResult::judged(case, Vec::new(), made, &judge::samples::expected());
    })
}

/// Changes what was observed of a row, and makes everything again that shows it.
fn observe(specimen: &Specimen, row: &str, edit: impl FnOnce(&mut Observations)) {
    let at = specimen.at(&observations_file(row));
    let mut observed = serde_json::from_slice(&fs::read(&at).unwrap()).unwrap();
    edit(&mut observed);
    fs::write(at, seal::canonical::to_bytes(&observed).unwrap()).unwrap();
    forge(specimen, |_, _| {});
}

/// Has the first launch of a row leave behind what only another row's program can.
fn leave(specimen: &Specimen, from: &str, what: &str, row: &str, program: &str) {
    let taken = value(specimen, &observations_file(from));
    let taken = taken.pointer(&format!("/launches/0/subject/{what}"));
    let name = what.rsplit('/').next().unwrap();
    edit(specimen, &observations_file(row), |observed| {
        observed["launches"][0]["subject"][program][name] = taken.unwrap().clone();
    });
    sign(specimen);
}

/// Gives a launch another nonce, wherever it repeats it.
fn draw(record: &mut LaunchRecord, nonce: &str) {
    record.nonce = nonce.to_owned();
    if let Some(AirlockStatus::Ready { nonce: own, .. }) = &mut record.airlock {
        nonce.clone_into(own);
    }
    let probed = record.subject.probed_mut().into_iter();
    for line in probed.flat_map(|it| &mut it.lines) {
        nonce.clone_into(&mut line.nonce);
    }
}

/// The same launch, made a second time.
fn again(record: &LaunchRecord, id: &str) -> LaunchRecord {
    let mut again = LaunchRecord {
        id: id.to_owned(),
        ..record.clone()
    };
    let (run, random) = record.nonce.split_at(16);
    draw(&mut again, &format!("{run}{}", random.replace('0', "1")));
    again
}

fn say(said: &mut Attestation, id: &str, verdict: VerdictWord, reason: &str) {
    let row = said.rows.iter_mut().find(|row| row.id == id).unwrap();
    row.verdict = verdict;
    reason.clone_into(&mut row.reason_text);
    row.reason_code.clear();
}

#[test]
fn a_shard_shows_nothing_of_a_row_that_it_leaves_to_another() {
    let shard = Specimen::seal(&statement::shard_sample()).unwrap();
    assert_eq!(came(&shard, &shard.anchor()), BELIEVED);
    let whole = Specimen::seal(sample()).unwrap();
    let file = observations_file("N1");
    fs::create_dir(shard.at("observations")).unwrap();
    fs::copy(whole.at(&file), shard.at(&file)).unwrap();
    sign(&shard);
    assert_eq!(
        came(&shard, &shard.anchor()),
        "rejudge.Verdict: verdict observations/N1.json"
    );
}
