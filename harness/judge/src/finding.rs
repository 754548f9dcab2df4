//! How a fact that was seen from outside fits what it must be.

use evidence::view::Seen;

/// How a fact came out.
#[derive(Debug, Clone)]
pub(super) enum Finding {
    /// As the profile says.
    Fits,
    /// Expected, observed.
    Differs(String, String),
    /// Why it could not be seen.
    NotSeen(String),
}

pub(super) fn with<T>(seen: &Seen<T>, judge: impl FnOnce(&T) -> Finding) -> Finding {
    match seen.known() {
        Ok(fact) => judge(fact),
        Err(reason) => Finding::NotSeen(reason.to_owned()),
    }
}

pub(super) fn same(words: &str, expected: &str, observed: &str) -> Finding {
    if observed == expected {
        return Finding::Fits;
    }
    let expected = if expected.is_empty() { words } else { expected };
    let observed = if observed.is_empty() {
        "none"
    } else {
        observed
    };
    Finding::Differs(expected.to_owned(), observed.to_owned())
}

/// The first that does not fit; what was not seen gives way to what differs.
pub(super) fn first(findings: impl IntoIterator<Item = Finding>) -> Finding {
    let mut result = Finding::Fits;
    for finding in findings {
        match (&result, &finding) {
            (_, Finding::Fits) | (Finding::NotSeen(_), Finding::NotSeen(_)) => {}
            (_, Finding::Differs(..)) => return finding,
            (Finding::Fits | Finding::Differs(..), Finding::NotSeen(_)) => result = finding,
        }
    }
    result
}
