//! The rules of Jenkins' junit-10 schema, and of GitLab's reader, that concern what is
//! written here: our own rendering, for tests.
//!
//! Narrower than the schema: it knows only the elements and attributes that are used.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a sample that cannot be made is a test that fails"
)]

use std::collections::HashSet;

use roxmltree::{Document, Node};

/// What the schema says of an element.
struct Rule {
    required: &'static [&'static str],
    optional: &'static [&'static str],
    children: &'static [&'static str],
    /// It holds text.
    text: bool,
}

fn rule(element: &str) -> Rule {
    let rule = |required, optional, children, text| Rule {
        required,
        optional,
        children,
        text,
    };
    match element {
        "testsuites" => rule(
            &[],
            &["name", "time", "tests", "failures", "errors"],
            &["testsuite"],
            false,
        ),
        "testsuite" => rule(
            &["name", "tests", "failures", "errors"],
            &["id", "package", "hostname", "timestamp", "time"],
            &["testcase", "system-out", "system-err"],
            false,
        ),
        "testcase" => rule(
            &["name"],
            &["classname", "time"],
            &["failure", "error", "system-out", "system-err"],
            false,
        ),
        "failure" | "error" => rule(&[], &["type", "message"], &[], true),
        "system-out" | "system-err" => rule(&[], &[], &[], true),
        other => panic!("element `{other}` is not used of junit-10"),
    }
}

/// Holds a report to the rules; what it breaks is the panic's text.
pub fn check(xml: &str) {
    let document = Document::parse(xml).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "testsuites");
    for node in document.descendants().filter(Node::is_element) {
        element(node);
    }
    for suite in document
        .descendants()
        .filter(|it| it.has_tag_name("testsuite"))
    {
        counts(suite);
    }
    let mut names = HashSet::new();
    for case in document
        .descendants()
        .filter(|it| it.has_tag_name("testcase"))
    {
        let name = case.attribute("name").unwrap();
        assert!(names.insert(name), "GitLab keeps only the first `{name}`");
        for result in case.children().filter(|it| is_red(*it)) {
            let (text, message) = (
                result.text().unwrap_or_default(),
                result.attribute("message"),
            );
            assert!(
                text.contains(message.unwrap()),
                "GitLab does not show the message of `{name}`"
            );
        }
    }
}

fn element(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let rule = rule(name);
    for required in rule.required {
        assert!(
            node.attribute(*required).is_some(),
            "{name} has no {required}"
        );
    }
    for attribute in node.attributes() {
        let mut known = rule.required.iter().chain(rule.optional);
        assert!(
            known.any(|it| *it == attribute.name()),
            "{name}: {attribute:?}"
        );
    }
    for child in node.children().filter(Node::is_element) {
        let child = child.tag_name().name();
        assert!(rule.children.contains(&child), "{child} in {name}");
    }
    let text = node.children().filter(Node::is_text);
    let text: String = text.filter_map(|it| it.text()).collect();
    assert!(rule.text || text.trim().is_empty(), "text in {name}");
    if let Some(time) = node.attribute("time") {
        // The schema bounds the decimals of a suite's time, not of a case's.
        let fits = is_time(time) || name == "testcase" && time.parse::<f64>().is_ok();
        assert!(fits, "{name}: time {time}");
    }
}

/// Digits, and at most three decimals; the schema takes commas too.
fn is_time(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(decimals) && decimals.len() <= 3 && !text.is_empty()
}

fn is_red(node: Node<'_, '_>) -> bool {
    node.has_tag_name("failure") || node.has_tag_name("error")
}

fn counts(suite: Node<'_, '_>) {
    let count = |name| {
        suite
            .descendants()
            .filter(|it| it.has_tag_name(name))
            .count()
    };
    for (attribute, element) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
    ] {
        let said: usize = suite.attribute(attribute).unwrap().parse().unwrap();
        assert_eq!(said, count(element), "{attribute}");
    }
}

#[test]
fn what_breaks_a_rule_is_refused() {
    let good = "<testsuites><testsuite name=\"s\" time=\"1.234\" tests=\"1\" failures=\"1\" errors=\"0\">\
        <testcase name=\"a\" time=\"1.23399\"><failure type=\"t\" message=\"m\">m</failure></testcase>\
        </testsuite></testsuites>";
    check(good);
    for (from, to) in [
        ("1.234", "1.2345"),
        ("1.234", "1e3"),
        ("1.234", ""),
        ("1.23399", "soon"),
        ("tests=\"1\"", "tests=\"2\""),
        ("failures=\"1\"", "failures=\"0\""),
        (" name=\"s\"", ""),
        (" name=\"a\"", " name=\"a\" file=\"f\""),
        (">m<", "><"),
        ("<failure", "text<failure"),
        ("failure", "skipped"),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        let refused = std::panic::catch_unwind(|| check(&bad));
        assert!(refused.is_err(), "{from} -> {to}");
    }
}
