//! What a run has to show for each requirement: derived from observations, and saying no
//! more than they do.

#[cfg(test)]
#[path = "page/sample.rs"]
mod sample;

#[cfg(test)]
mod requirements {
    use assert_cmd::Command;
    use bundle::REPORT_FILE;
    use bundle::report::requirement::Artifact;
    use bundle::report::requirement::From;
    use bundle::report::requirement::RowProof;
    use bundle::report::requirement::table;
    use evidence::view::Seen;
    use negatives::wire::{CallRecord, Event, Outcome};
    use seccomp::table::AUDIT_ARCH_X86_64;
    use serde_json::Value;

    use super::sample::{Sample, text, view};

    const EPERM: &str = "0600000001000500";
    const ALLOW: &str = "060000000000ff7f";
    const ENOSYS: &str = "0600000026000500";
    const KILL: &str = "0600000000000080";
    /// EPERM if the low half of the first argument is 0, else allowed.
    const BY_ARGUMENT: &str = "2000000010000000\
                               1500000100000000\
                               0600000001000500\
                               060000000000ff7f";

    fn proof(sample: &Sample, row: &str) -> RowProof {
        let mut results = sample.results.iter();
        let result = results.find(|it| it.case.id.as_str() == row).unwrap();
        RowProof::of(result, &result.observed.open().unwrap(), &sample.expected)
    }

    /// N19 with a call behind every error number, and these filters read back.
    fn with_filters(filters: Option<&[&str]>) -> Sample {
        let mut sample = Sample::new();
        sample.observe("N19", |observed| {
            for record in &mut observed.launches {
                let filters = filters.map(|it| it.iter().map(|one| (*one).into()).collect());
                let view = record.barrier.insert(view());
                view.filters = match filters {
                    Some(filters) => Seen::Seen(filters),
                    None => Seen::NotSeen("no privilege".to_owned()),
                };
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
            }
        });
        sample
    }

    fn error_numbers(sample: &Sample) -> Vec<Artifact> {
        let artifacts = proof(sample, "N19").artifacts.into_iter();
        artifacts.filter(|it| it.what == "error number").collect()
    }

    type Filters = Option<&'static [&'static str]>;

    /// Filters, who gave the answer then, and from where it is seen.
    const GIVERS: [(Filters, Option<&str>, From); 10] = [
        (None, None, From::Inside),
        (
            Some(&[]),
            Some("the kernel: the filters allow the call"),
            From::Inside,
        ),
        (
            Some(&[ALLOW]),
            Some("the kernel: the filters allow the call"),
            From::Inside,
        ),
        (
            Some(&[EPERM]),
            Some("the strict filter (1 of 1)"),
            From::Both,
        ),
        (
            Some(&[EPERM, ALLOW, ALLOW]),
            Some("the runtime's filter (1 of 3)"),
            From::Both,
        ),
        // Of equal answers the last that was loaded counts.
        (
            Some(&[EPERM, EPERM, ALLOW]),
            Some("the strict filter (2 of 3)"),
            From::Both,
        ),
        (
            Some(&[EPERM, ENOSYS]),
            Some("unclear: the filters say ENOSYS"),
            From::Inside,
        ),
        (
            Some(&[KILL, EPERM]),
            Some("unclear: the filters say SIGSYS"),
            From::Inside,
        ),
        (
            Some(&[BY_ARGUMENT]),
            Some("a filter, by the arguments"),
            From::Inside,
        ),
        (Some(&["no filter"]), None, From::Inside),
    ];

    #[test]
    fn an_error_number_is_seen_from_outside_where_a_filter_read_back_gives_it() {
        for (filters, given_by, seen_from) in GIVERS {
            let found = error_numbers(&with_filters(filters));
            assert_eq!(found.len(), 1, "{filters:?}: {found:?}");
            assert_eq!(found[0].given_by.as_deref(), given_by, "{filters:?}");
            assert_eq!(found[0].seen_from, seen_from, "{filters:?}");
            assert_eq!(found[0].as_declared, Some(true));
        }
    }

    #[test]
    fn what_came_out_otherwise_is_not_as_declared() {
        let mut sample = with_filters(Some(&[EPERM]));
        sample.observe("N19", |observed| {
            for line in observed
                .launches
                .iter_mut()
                .filter_map(|it| it.subject.probed_mut())
                .flat_map(|it| &mut it.lines)
            {
                if let Event::End { outcome, .. } = &mut line.event {
                    *outcome = Outcome::Errno(13);
                }
            }
        });
        let found = error_numbers(&sample);
        assert_eq!(found[0].observed, "EACCES");
        assert_eq!(found[0].as_declared, Some(false));
        assert_eq!(found[0].seen_from, From::Inside);
        let words = found[0].given_by.as_deref();
        assert_eq!(words, Some("unclear: the filters say EPERM"));
    }

    #[test]
    fn a_fact_is_seen_from_outside_only_where_the_host_looked() {
        let mut sample = with_filters(Some(&[EPERM]));
        let fact = |sample: &Sample, what: &str| {
            let mut artifacts = proof(sample, "N16").artifacts.into_iter();
            artifacts.find(|it| it.what == what).unwrap()
        };
        let see = |sample: &mut Sample, look: bool| {
            sample.observe("N16", |observed| {
                for record in &mut observed.launches {
                    record.barrier = look.then(view);
                }
            });
        };
        see(&mut sample, false);
        let unseen = fact(&sample, "mount table");
        assert_eq!((unseen.seen_from, unseen.times), (From::NotSeen, 0));
        assert_eq!(
            (unseen.observed.as_str(), unseen.as_declared),
            ("nothing", None)
        );
        see(&mut sample, true);
        let seen = fact(&sample, "mount table");
        assert_eq!(seen.seen_from, From::Outside);
        let words = "7 mounts; of data /in read-only /out writable";
        assert_eq!(seen.observed, words);
        // One mount of the sample's is writable, which no mount of a runtime may be.
        assert_eq!(seen.as_declared, Some(false));
        assert_eq!(fact(&sample, "filters read back").seen_from, From::NotSeen);
    }

    #[test]
    fn the_thirteen_are_there_each_with_the_rows_that_are_bound_to_it() {
        let sample = Sample::new();
        let proofs: Vec<RowProof> = sample
            .results
            .iter()
            .map(|it| proof(&sample, it.case.id.as_str()))
            .collect();
        let all = table(&proofs);
        assert_eq!(all.len(), 13);
        for (requirement, number) in all.iter().zip(1_u8..) {
            assert_eq!(requirement.number, usize::from(number));
            let bound = sample.matrix.cases().iter();
            let bound = bound.filter(|case| case.requirement.contains(&number));
            let bound: Vec<String> = bound.map(|case| case.id.to_string()).collect();
            let rows: Vec<&str> = requirement.rows.iter().map(|it| it.row.as_str()).collect();
            assert_eq!(rows, bound, "{number}");
            assert!(!rows.is_empty(), "{number}");
        }
    }

    #[test]
    fn from_two_sides_is_from_both_and_not_seen_adds_nothing() {
        use From::{Both, Inside, NotSeen, Outside, WithoutSandbox};
        for (one, other, both) in [
            (Inside, Outside, Both),
            (Inside, Inside, Inside),
            (NotSeen, Outside, Outside),
            (NotSeen, WithoutSandbox, WithoutSandbox),
            (WithoutSandbox, Inside, Inside),
            (Both, Inside, Both),
            (NotSeen, NotSeen, NotSeen),
        ] {
            assert_eq!((one.and(other), other.and(one)), (both, both));
        }
    }

    #[test]
    fn page_and_verify_say_the_same_of_each_requirement() {
        let sample = with_filters(Some(&[EPERM]));
        let out = tempfile::tempdir().unwrap();
        let page = text(&sample.seal(out.path()), REPORT_FILE);
        let bundle = std::fs::read_dir(out.path()).unwrap().next().unwrap();
        let mut command = Command::cargo_bin("harness").unwrap();
        command.args(["verify", "--format", "json"]);
        let done = command.arg(bundle.unwrap().path()).output().unwrap();
        let said: Value = serde_json::from_slice(&done.stdout).unwrap();
        let requirements = said["requirements"].as_array().unwrap();
        assert_eq!(requirements.len(), 13);
        let proofs: Vec<RowProof> = sample
            .results
            .iter()
            .map(|it| proof(&sample, it.case.id.as_str()))
            .collect();
        let own = serde_json::to_value(table(&proofs)).unwrap();
        assert_eq!(own, said["requirements"]);
        let (_, section) = page.split_once("<section id=\"requirements\"").unwrap();
        let (section, _) = section.split_once("</section>").unwrap();
        for requirement in table(&proofs) {
            let (number, name) = (requirement.number, requirement.name);
            let from = requirement.seen_from.words();
            let caption = format!("<caption>{number}, {name}: seen from {from}</caption>");
            let escaped = caption.replace('\'', "&#39;");
            assert!(section.contains(&escaped), "{escaped}");
        }
        let line = "error number</td><td role=\"cell\" data-head=\"observed\">EPERM</td>\
            <td role=\"cell\" data-head=\"given by\">the strict filter (1 of 1)</td>\
            <td role=\"cell\" data-head=\"seen from\">inside and outside</td>";
        assert!(section.contains(line));
    }

    /// Beside its attempts, closed until it is opened, and never closed on paper.
    #[test]
    fn each_row_has_what_the_host_saw_of_it() {
        let sample = with_filters(Some(&[EPERM]));
        let out = tempfile::tempdir().unwrap();
        let page = text(&sample.seal(out.path()), REPORT_FILE);
        let (_, row) = page.split_once("<div class=\"proof\" id=\"N19\">").unwrap();
        let (row, _) = row.split_once("<div class=\"proof\"").unwrap();
        let (_, outside) = row
            .split_once("<details class=\"outside\"><summary>")
            .unwrap();
        for shown in [
            "filters at the barrier",
            "program, by SHA-256 at the barrier",
        ] {
            assert!(outside.contains(shown), "{shown}");
        }
        assert!(!page.contains("<details class=\"outside\" open"));
        let (_, print) = page.split_once("@media print").unwrap();
        assert!(print.contains(".more details::details-content { display: block;"));
    }
}
