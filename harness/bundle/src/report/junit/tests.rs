//! The report read back by another parser, and held to the rules of junit-10.

use roxmltree::{Document, Node};
use time::macros::datetime;

use super::*;

fn case(name: &str, outcome: JunitOutcome) -> JunitCase {
    JunitCase {
        name: name.to_owned(),
        classname: "L1.os-sandbox".to_owned(),
        outcome,
        duration: Duration::from_millis(118),
        system_out: String::new(),
    }
}

fn because(reason: &str) -> String {
    reason.to_owned()
}

fn suite() -> JunitSuite {
    JunitSuite {
        name: "proof-of-block".to_owned(),
        started: datetime!(2026-11-23 22:51:07 UTC),
        cases: vec![
            case("N19 exec is refused", JunitOutcome::Held),
            case(
                "N11 sockets are refused",
                JunitOutcome::Broken {
                    reason: because("`socket` succeeded"),
                },
            ),
            case(
                "N12 no network",
                JunitOutcome::Inconclusive {
                    reason: because("the control was refused too"),
                },
            ),
            case(
                "N13 no database",
                JunitOutcome::NotRun {
                    reason: because("no code yet"),
                },
            ),
        ],
        deferred: vec!["D1 named-query export".to_owned()],
        system_out: "run 1234".to_owned(),
    }
}

fn xml(suite: &JunitSuite) -> String {
    String::from_utf8(to_xml(suite).unwrap()).unwrap()
}

fn names(node: Node<'_, '_>) -> Vec<String> {
    node.children()
        .filter(Node::is_element)
        .map(|it| it.tag_name().name().to_owned())
        .collect()
}

fn text_of(node: Node<'_, '_>) -> String {
    node.children().filter_map(|it| it.text()).collect()
}

/// A result's element, its type and its text.
fn told<'a>(node: Node<'a, '_>) -> (&'a str, &'a str, String) {
    let kind = node.attribute("type").unwrap();
    (node.tag_name().name(), kind, text_of(node))
}

#[test]
fn each_outcome_has_its_element_and_nothing_is_skipped() {
    let xml = xml(&suite());
    let document = Document::parse(&xml).unwrap();
    let results: Vec<_> = document
        .descendants()
        .filter(|it| it.has_tag_name("testcase"))
        .map(|it| (it.attribute("name").unwrap(), it.first_element_child()))
        .map(|(name, child)| (name, child.map(told)))
        .collect();
    assert_eq!(results[0], ("N19 exec is refused", None));
    assert_eq!(
        results[1].1,
        Some(("failure", "broken", because("`socket` succeeded")))
    );
    assert_eq!(
        results[2].1,
        Some((
            "error",
            "inconclusive",
            because("the control was refused too")
        ))
    );
    assert_eq!(
        results[3].1,
        Some(("error", "not_run", because("no code yet")))
    );
    assert!(!xml.contains("skipped"));
    let totals = document
        .descendants()
        .find(|it| it.has_tag_name("testsuite"))
        .unwrap();
    assert_eq!(
        ["tests", "failures", "errors"].map(|it| totals.attribute(it).unwrap()),
        ["4", "1", "2"]
    );
}

/// junit2html 31.1.4 finds no test in a suite within a suite, junitparser 5.0.3 counts two
/// failures of one test as two tests, and a property whose value is text ends xunitparser
/// 1.3.4: `findings` has each.
#[test]
fn the_narrowest_readers_find_every_test_once() {
    let xml = xml(&suite());
    let document = Document::parse(&xml).unwrap();
    let is = |name: &'static str| {
        document
            .descendants()
            .filter(move |it| it.has_tag_name(name))
    };
    assert_eq!(is("testcase").count(), suite().cases.len());
    for case in is("testcase") {
        let above = case.ancestors().filter(|it| it.has_tag_name("testsuite"));
        assert_eq!(above.count(), 1);
        let outcome = |it: &String| ["failure", "error", "skipped"].contains(&it.as_str());
        assert!(names(case).iter().filter(|it| outcome(it)).count() <= 1);
    }
    assert!(is("property").all(|it| it.has_attribute("value")));
}

#[test]
fn deferred_rows_are_listed_and_are_no_cases() {
    let xml = xml(&suite());
    let document = Document::parse(&xml).unwrap();
    let suite = document
        .descendants()
        .find(|it| it.has_tag_name("testsuite"))
        .unwrap();
    let out = suite
        .children()
        .find(|it| it.has_tag_name("system-out"))
        .unwrap();
    assert_eq!(
        text_of(out),
        "deferred, not run, not counted: D1 named-query export\nrun 1234"
    );
    assert!(!document.descendants().any(|it| {
        it.attribute("name")
            .is_some_and(|name| name.starts_with("D1"))
    }));
}

#[test]
fn the_report_has_only_what_junit_10_has() {
    let mut suite = suite();
    suite.cases[1].system_out = "seen".to_owned();
    let xml = xml(&suite);
    junit_10::check(&xml);
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(names(root), ["testsuite"]);
    let suite = root.first_element_child().unwrap();
    assert_eq!(
        names(suite),
        ["testcase", "testcase", "testcase", "testcase", "system-out"]
    );
    assert_eq!(suite.attribute("timestamp"), Some("2026-11-23T22:51:07Z"));
    assert_eq!(
        names(suite.children().nth(1).unwrap()),
        ["failure", "system-out"]
    );
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "]]><injected/><![CDATA[\0\u{1b}[31m\"'&<x>]]>]]]>>";
    let mut suite = suite();
    suite.name = hostile.to_owned();
    suite.deferred = vec![hostile.to_owned()];
    suite.cases[1] = JunitCase {
        name: hostile.to_owned(),
        classname: hostile.to_owned(),
        outcome: JunitOutcome::Broken {
            reason: hostile.to_owned(),
        },
        duration: Duration::MAX,
        system_out: hostile.to_owned(),
    };
    suite.cases[2].outcome = JunitOutcome::Inconclusive {
        reason: hostile.to_owned(),
    };
    let xml = xml(&suite);
    junit_10::check(&xml);
    let document = Document::parse(&xml).unwrap();
    assert!(!document.descendants().any(|it| it.has_tag_name("injected")));
    let expected = hostile.replace(['\0', '\u{1b}'], "\u{fffd}");
    let found = document
        .descendants()
        .find(|it| it.has_tag_name("failure"))
        .unwrap();
    assert_eq!(
        (found.attribute("message"), text_of(found)),
        (Some(expected.as_str()), expected.clone())
    );
    let parent = found.parent().unwrap();
    assert_eq!(
        (parent.attribute("name"), parent.attribute("classname")),
        (Some(&*expected), Some(&*expected))
    );
    assert_eq!(text_of(parent.last_element_child().unwrap()), expected);
}

#[test]
fn two_cases_with_one_name_are_refused_even_if_they_differ_in_what_xml_cannot_hold() {
    let mut suite = suite();
    suite.cases[0].name = "N1\u{1}".to_owned();
    suite.cases[1].name = "N1\u{2}".to_owned();
    let error = to_xml(&suite).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected unique case names, observed `N1\u{fffd}` twice"
    );
}

#[test]
fn a_suite_without_a_case_is_refused() {
    let error = to_xml(&JunitSuite {
        cases: vec![],
        ..suite()
    })
    .unwrap_err();
    assert!(matches!(error, JunitError::NoCase { .. }));
}

#[test]
fn a_start_that_cannot_be_written_is_refused_and_not_a_panic() {
    let error = to_xml(&JunitSuite {
        started: datetime!(-0001-01-01 0:00 UTC),
        ..suite()
    })
    .unwrap_err();
    assert!(matches!(error, JunitError::Started { year: -1 }));
}
