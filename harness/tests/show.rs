//! `show`: a row and a launch in words, from a made-up record and from a real one.

#[cfg(test)]
#[path = "page/sample.rs"]
mod sample;

#[cfg(test)]
mod show {
    use std::path::{Path, PathBuf};
    use std::process::Output;

    use assert_cmd::Command;
    use bundle::report::show::Shown;
    use bundle::report::show::text;
    use evidence::FileCall;
    use evidence::record::{LaunchRecord, Subject};
    use evidence::view::Seen;
    use negatives::wire::{CallRecord, Event, Outcome};
    use seal::bundle::verify::Anchor;
    use seccomp::plan::{AirlockStatus, LandlockState};
    use seccomp::table::{AUDIT_ARCH_I386, AUDIT_ARCH_X86_64};
    use serde_json::Value;
    use tempfile::TempDir;

    use super::sample::Sample;

    const LAUNCH: &str = "N19/locked";
    /// Returns an error number for `execve` of x86-64, and kills another architecture.
    const FILTER: &str = "2000000004000000\
                          150001003e0000c0\
                          0600000000000080\
                          2000000000000000\
                          150000013b000000\
                          0600000001000500\
                          060000000000ff7f";

    /// A sample in which one launch has something of everything.
    fn rich() -> Sample {
        let mut sample = Sample::new();
        sample.observe("N19", |observed| {
            let launch = observed.launches.iter_mut().find(|it| it.id == LAUNCH);
            let record = launch.unwrap();
            record.airlock = Some(AirlockStatus::Ready {
                nonce: record.nonce.clone(),
                landlock: LandlockState::Enforced { abi: 7 },
                filters: 2,
                descriptor: 1000,
            });
            for line in record
                .subject
                .probed_mut()
                .into_iter()
                .flat_map(|it| &mut it.lines)
            {
                if let Event::End { call, .. } = &mut line.event {
                    *call = Some(CallRecord {
                        name: "execve".to_owned(),
                        number: 59,
                        arch: AUDIT_ARCH_X86_64,
                        returned: -1,
                    });
                }
            }
            let view = record.barrier.get_or_insert_with(super::sample::view);
            view.filters = Seen::Seen(vec![FILTER.into()]);
            let limits = [("Max file size", "67108864 unlimited")];
            view.limits = Seen::Seen(limits.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
        });
        sample
    }

    /// A sample in which a checker was traced.
    fn traced() -> Sample {
        let mut sample = Sample::new();
        sample.observe("A1", |observed| {
            let mut subjects = observed.launches.iter_mut().map(|it| &mut it.subject);
            let checked = subjects.find_map(Subject::checked_mut).unwrap();
            checked.file_calls = Some(vec![FileCall {
                call: "openat".to_owned(),
                path: "data/a".to_owned(),
                base: Some("/in".to_owned()),
                to: None,
                flags: Some(0o2_000_000),
                result: Some(-2),
            }]);
        });
        sample
    }

    fn shown(sample: &Sample, row: &str, launch: Option<&str>) -> Shown {
        let mut results = sample.results.iter();
        let result = results.find(|it| it.case.id.as_str() == row).unwrap();
        let observed = result.observed.open().unwrap();
        let record = launch.map(|id| observed.launches.iter().find(|it| it.id == id).unwrap());
        Shown::of(result, &observed, record)
    }

    #[test]
    fn a_row_is_its_launches_in_a_table() {
        insta::assert_snapshot!(text(&shown(&rich(), "N17", None)));
    }

    #[test]
    fn a_launch_is_all_that_was_observed_of_it() {
        insta::assert_snapshot!(text(&shown(&rich(), "N19", Some(LAUNCH))));
    }

    #[test]
    fn a_traced_checker_is_shown_with_its_calls() {
        let sample = traced();
        let row = sample.results.iter().find(|it| it.case.id.as_str() == "A1");
        let observed = row.unwrap().observed.open().unwrap();
        let traced = |it: &&LaunchRecord| it.file_calls().is_some();
        let launch = observed.launches.iter().find(traced).unwrap().id.clone();
        insta::assert_snapshot!(text(&shown(&sample, "A1", Some(&launch))));
    }

    #[test]
    fn a_program_gets_one_object_with_the_same_tables() {
        let shown = shown(&rich(), "N19", Some(LAUNCH));
        let object = serde_json::to_value(&shown).unwrap();
        let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
        let expected = [
            "launch", "reason", "row", "shows", "tables", "title", "verdict",
        ];
        assert_eq!(keys, expected);
        let printed = text(&shown);
        for table in object["tables"].as_array().unwrap() {
            assert!(printed.contains(table["name"].as_str().unwrap()), "{table}");
            let columns = table["heads"].as_array().unwrap().len();
            for row in table["rows"].as_array().unwrap() {
                let cells = row.as_array().unwrap();
                assert_eq!(cells.len(), columns, "{table}");
                for cell in cells {
                    assert!(printed.contains(cell.as_str().unwrap()), "{cell}");
                }
            }
        }
    }

    /// The probe says how a call is named; the table says which number has which name.
    #[test]
    fn a_number_has_its_own_name_whatever_the_probe_calls_it() {
        for (arch, number, words) in [
            (
                AUDIT_ARCH_X86_64,
                41,
                "socket (called `execve`) 41, x86_64: EPERM (-1)",
            ),
            (AUDIT_ARCH_I386, 11, "execve 11, i386: EPERM (-1)"),
            (
                AUDIT_ARCH_X86_64,
                0x4000_003b,
                "execve, with the x32 bit 1073741883, x86_64: EPERM (-1)",
            ),
            (
                7,
                u64::MAX,
                "`execve` 18446744073709551615, architecture 0x7: EPERM (-1)",
            ),
        ] {
            let mut sample = rich();
            sample.observe("N19", |observed| {
                let lines = observed
                    .launches
                    .iter_mut()
                    .filter_map(|it| it.subject.probed_mut())
                    .flat_map(|it| &mut it.lines);
                for line in lines {
                    if let Event::End {
                        call: Some(call), ..
                    } = &mut line.event
                    {
                        (call.arch, call.number) = (arch, number);
                    }
                }
            });
            let printed = text(&shown(&sample, "N19", Some(LAUNCH)));
            assert!(printed.contains(words), "{words}: {printed}");
        }
    }

    #[test]
    fn hostile_text_drives_no_terminal_and_makes_no_line() {
        let hostile = "\u{1b}[2J\u{202e}\r\nverdict  held\u{0}";
        let mut sample = rich();
        sample.observe("N19", |observed| {
            for record in &mut observed.launches {
                record.errors = hostile.to_owned();
                record.lifts = vec![hostile.to_owned()];
                for line in record
                    .subject
                    .probed_mut()
                    .into_iter()
                    .flat_map(|it| &mut it.lines)
                {
                    if let Event::End { outcome, .. } = &mut line.event {
                        *outcome = Outcome::Found(hostile.repeat(1000));
                    }
                }
                if let Some(Seen::Seen(mounts)) = record.barrier.as_mut().map(|it| &mut it.mounts) {
                    mounts[0].point = hostile.to_owned();
                }
            }
        });
        for launch in [None, Some(LAUNCH)] {
            let shown = shown(&sample, "N19", launch);
            let printed = text(&shown);
            let hidden = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!printed.contains(hidden));
            assert!(!printed.contains("\nverdict  held"));
            assert!(printed.contains("␛[2J⟨U+202E⟩␍␊verdict  held␀"));
            let object = serde_json::to_value(&shown).unwrap();
            let cells = object["tables"].as_array().unwrap().iter();
            let cells = cells.flat_map(|it| it["rows"].as_array().unwrap());
            for cell in cells.flat_map(|it| it.as_array().unwrap()) {
                let cell = cell.as_str().unwrap();
                assert!(!cell.contains(char::is_control));
                assert!(cell.chars().count() < 20_000);
            }
        }
    }

    fn harness(words: &[&str]) -> Output {
        let mut command = Command::cargo_bin("harness").unwrap();
        command.args(words).output().unwrap()
    }

    fn said(output: &Output) -> (Option<i32>, String) {
        let both = [&output.stdout[..], &output.stderr].concat();
        (output.status.code(), String::from_utf8(both).unwrap())
    }

    fn bundle_in(out: &TempDir) -> PathBuf {
        let mut entries = std::fs::read_dir(out.path()).unwrap();
        entries.next().unwrap().unwrap().path()
    }

    #[test]
    fn what_is_not_there_is_a_usage_error_with_what_is() {
        let out = tempfile::tempdir().unwrap();
        Sample::new().seal(out.path());
        let bundle = bundle_in(&out);
        let bundle = bundle.to_str().unwrap();
        for (words, hint) in [
            (&["/no/such/bundle", "N19"][..], "give the folder"),
            (&[bundle, "N99"], "rows: A1 A2"),
            (&[bundle, "D1"], "deferred"),
            (
                &[bundle, "N19", "execve locked"],
                "`N19/i386-execve/locked`",
            ),
            (&[bundle, "N19", "0"], "launches: `N19/"),
            (
                &[bundle, "N19", "nowhere"],
                "`N19/control without calls: execve`",
            ),
            (&[bundle, "N27", "1"], "no sandbox was started"),
        ] {
            let (code, text) = said(&harness(&[&["show"], words].concat()));
            assert_eq!(code, Some(2), "{words:?}: {text}");
            assert!(text.contains(hint), "{words:?}: {text}");
        }
        let by_id = harness(&["show", bundle, "n19", LAUNCH]);
        assert_eq!(by_id.status.code(), Some(0));
        let short = LAUNCH.trim_start_matches("N19/");
        assert_eq!(
            harness(&["show", bundle, "N19", short]).stdout,
            by_id.stdout
        );
        let table = String::from_utf8(harness(&["show", bundle, "N19"]).stdout).unwrap();
        let line = table
            .lines()
            .find(|it| it.contains(&format!("{LAUNCH} ")))
            .unwrap();
        let number = line.split_whitespace().next().unwrap();
        assert_eq!(
            harness(&["show", bundle, "N19", number]).stdout,
            by_id.stdout
        );
    }

    #[test]
    fn nothing_is_shown_of_a_bundle_that_is_not_to_be_believed() {
        let out = tempfile::tempdir().unwrap();
        let text = super::sample::text(&Sample::new().seal(out.path()), "observations/N19.json");
        let bundle = bundle_in(&out);
        let path = bundle.to_str().unwrap();
        assert_eq!(harness(&["show", path, "N15"]).status.code(), Some(0));
        let file = bundle.join("observations/N19.json");
        std::fs::write(&file, text.replacen("execve", "execvf", 1)).unwrap();
        let done = harness(&["show", bundle.to_str().unwrap(), "N15"]);
        assert_eq!(done.status.code(), Some(1));
        assert!(done.stdout.is_empty());
    }

    /// One row in real sandboxes, held against the bundle's own observations.
    #[test]
    fn a_real_launch_is_shown_whole() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().to_str().unwrap();
        // N19 is number 32: a shard of 45 is one row.
        harness(&["attest", "--partition", "count:32/45", "--out", folder]);
        let bundle = bundle_in(&out);
        let record = real_record(&bundle);
        let words = ["show", bundle.to_str().unwrap(), "N19", LAUNCH];
        let printed = String::from_utf8(harness(&words).stdout).unwrap();
        calls_are_shown(&record, &printed);
        mounts_are_shown(&record["barrier"], &printed);
        filters_are_shown(&record["barrier"], &printed);
    }

    fn calls_are_shown(record: &Value, printed: &str) {
        for line in record["subject"]["probe"]["lines"].as_array().unwrap() {
            let end = &line["event"]["end"];
            let Some(call) = end["call"].as_object() else {
                continue;
            };
            let (name, number) = (call["name"].as_str().unwrap(), &call["number"]);
            let whole = format!("{name} {number}, {}: EPERM (-1)", std::env::consts::ARCH);
            assert!(printed.contains(&whole), "{whole}: {printed}");
        }
    }

    fn mounts_are_shown(barrier: &Value, printed: &str) {
        for mount in barrier["mounts"]["seen"].as_array().into_iter().flatten() {
            let point = mount["point"].as_str().unwrap();
            let options: Vec<&str> = mount["options"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap())
                .collect();
            let is =
                |line: &str| line.trim().starts_with(point) && line.contains(&options.join(","));
            assert!(printed.lines().any(is), "{mount}");
        }
    }

    fn filters_are_shown(barrier: &Value, printed: &str) {
        let filters = barrier["filters"]["seen"].as_array();
        let Some(filters) = filters else {
            assert!(printed.contains("filters at the barrier\n  not seen: "));
            return;
        };
        let instructions: usize = filters
            .iter()
            .map(|it| it.as_str().unwrap().len() / 16)
            .sum();
        let (_, part) = printed.split_once("\nfilter 1 of ").unwrap();
        let (part, _) = part.split_once(" at the exec\n").unwrap();
        let at = |line: &&str| {
            line.starts_with("  ") && line.trim().starts_with(|c: char| c.is_ascii_digit())
        };
        assert_eq!(part.lines().filter(at).count(), instructions);
        assert!(part.contains("execveat: go to ") && part.contains("return ERRNO EPERM"));
    }

    fn real_record(bundle: &Path) -> Value {
        let believed = bundle::believe(bundle, &Anchor::Embedded).unwrap();
        let mut results = believed.rejudged.results.iter();
        let result = results.find(|it| it.case.id.as_str() == "N19").unwrap();
        let launches = result.observed.open().unwrap().launches;
        let launch = launches.into_iter().find(|it| it.id == LAUNCH);
        serde_json::to_value(launch.unwrap()).unwrap()
    }
}
