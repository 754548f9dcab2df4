//! What a row shows, and that everything declared is judged.

use super::*;

#[test]
fn what_a_row_shows_is_put_together_from_its_rules_and_their_data() {
    let matrix = builtin();
    for case in matrix.cases() {
        let shows = case.shows();
        assert!(shows.ends_with('.'), "{}: {shows}", case.id);
        for rule in &case.rules {
            assert!(shows.contains(&rule.sentence(case)), "{}", case.id);
        }
    }
    let shows = matrix.case("N2").unwrap().shows();
    assert!(shows.contains("`one-byte-changed` at G5"), "{shows}");
}

#[test]
fn refuses_whatever_is_declared_and_no_rule_judges() {
    let declared = [
        ("rule = \"exit\"", "packet"),
        ("rule = \"gate\"", "stops_at"),
        ("rule = \"payload\"", "payload"),
        ("rule = \"provenance\"", "provenance"),
        ("rule = \"classes\"", "classes"),
        ("rule = \"chains\"", "chains"),
        ("rule = \"scope\"", "scopes"),
        ("rule = \"denials\"", "denied"),
        ("rule = \"same\"", "times"),
        ("rule = \"refused\"", "attempt"),
        ("rule = \"faults\"", "fault"),
        ("rule = \"checks\"", "check"),
        ("rule = \"reasons\"", "reasons"),
        ("rule = \"planted\"", "canary"),
        ("rule = \"kb\"", "fact(kb_host)"),
        ("rule = \"blocked\"", "without"),
    ];
    let words: BTreeSet<&str> = Declared::ALL.iter().map(|it| it.word()).collect();
    let tried: BTreeSet<&str> = declared.iter().map(|(_, what)| *what).collect();
    assert_eq!(tried, words, "each kind of declared thing is tried");
    for (rule, what) in declared {
        // Every rule that judges by it, taken out of every row.
        let judging = |line: &&str| {
            let by_payload = what == "payload" && line.contains("opened-once");
            let by_packet = what == "packet" && ANSWERS.iter().any(|it| line.contains(it));
            let by_without = what == "without" && line.contains("rule = \"announced\"");
            !(line.contains(rule) || by_payload || by_packet || by_without)
        };
        let lines: Vec<&str> = MATRIX_TOML.lines().filter(judging).collect();
        match Matrix::parse(&lines.join("\n")) {
            Err(MatrixError::NotJudged { what: named, .. }) => assert_eq!(named, what),
            other => panic!("{what}: {:?}", other.err()),
        }
    }
}

/// The rules that judge a packet's answer by nothing but the packet.
const ANSWERS: [&str; 6] = [
    "rule = \"contract\"",
    "rule = \"actions\"",
    "rule = \"opens\"",
    "rule = \"alone\"",
    "rule = \"atomic\"",
    "rule = \"audit\"",
];

#[test]
fn refuses_a_rule_that_has_nothing_to_judge_by_or_is_there_twice() {
    let lines = |drop: &str| {
        let kept = MATRIX_TOML.lines().filter(|line| !line.starts_with(drop));
        Matrix::parse(&kept.collect::<Vec<_>>().join("\n"))
    };
    for (field, rule) in [
        ("payload = ", "payload"),
        ("provenance = ", "provenance"),
        ("classes = ", "classes"),
        ("chains = ", "chains"),
        ("scopes = ", "scope"),
        ("denied = ", "denials"),
        ("times = ", "same"),
        ("stops_at = ", "gate"),
        ("reasons = ", "reasons"),
    ] {
        match lines(field) {
            Err(MatrixError::NothingToJudge { rule: named, .. }) => assert_eq!(named, rule),
            other => panic!("{rule}: {:?}", other.err()),
        }
    }
    let twice = "  { rule = \"exit\" },\n";
    assert!(matches!(
        changed(twice, &twice.repeat(2)),
        Err(MatrixError::Duplicate { .. })
    ));
    assert!(matches!(
        changed("{ rule = \"exit\" }", "{ rule = \"exit\", besides = [] }"),
        Err(MatrixError::Toml { .. })
    ));
    assert!(matches!(
        changed("{ rule = \"exit\" }", "{ rule = \"looks-good\" }"),
        Err(MatrixError::Toml { .. })
    ));
}
