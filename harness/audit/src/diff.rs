//! Two audits of a line side by side: what opened, what closed, what is no longer shown.

use serde::Serialize;

use crate::finding::{Finding, Verdict};
use crate::row::Row;

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was closed, or not shown, and is open; what must work does not.
    Opened,
    /// It was closed, and that is not shown any more.
    NoLongerShown,
    /// It was open, or not shown, and is closed; what must work does.
    Closed,
}

impl Change {
    /// In words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::NoLongerShown => "no longer shown",
            Self::Closed => "closed",
        }
    }
}

/// An act that came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed<'a> {
    /// What became of it.
    pub change: Change,
    /// As it was; none where it was not tried.
    pub before: Option<&'a Finding>,
    /// As it is.
    pub after: Option<&'a Finding>,
}

/// Whether an act is as its owner wants it; none where that is not known.
fn fine(finding: Option<&Finding>) -> Option<bool> {
    let finding = finding?;
    let open = match finding.verdict {
        Verdict::Open(_) => true,
        Verdict::Closed(_) | Verdict::OwnWorld => false,
        Verdict::ShowsNothing(_) | Verdict::NotSeen(_) | Verdict::NotRun(_) => return None,
    };
    Some(open == (finding.row == Row::U3))
}

/// Every act that came out otherwise, the worst first.
#[must_use]
pub fn diff<'a>(before: &'a [Finding], after: &'a [Finding]) -> Vec<Changed<'a>> {
    let of = |all: &'a [Finding], act: &str| all.iter().find(|it| it.act == act);
    let both = before.iter().chain(after);
    let mut acts: Vec<&str> = both.map(|it| it.act.as_str()).collect();
    acts.sort_unstable();
    acts.dedup();
    let one = |act: &str| {
        let (before, after) = (of(before, act), of(after, act));
        let change = match (fine(before), fine(after)) {
            (Some(true) | None, Some(false)) => Change::Opened,
            (Some(true), None) => Change::NoLongerShown,
            (Some(false) | None, Some(true)) => Change::Closed,
            (Some(true), Some(true)) | (Some(false), Some(false) | None) | (None, None) => {
                return None;
            }
        };
        Some(Changed {
            change,
            before,
            after,
        })
    };
    let mut changed: Vec<Changed<'a>> = acts.into_iter().filter_map(one).collect();
    changed.sort_by_key(|it| it.change);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::By;

    fn finding(act: &str, row: Row, verdict: Verdict) -> Finding {
        Finding {
            act: act.to_owned(),
            row,
            verdict,
        }
    }

    fn change(row: Row, before: Option<Verdict>, after: Option<Verdict>) -> Option<Change> {
        let one = |verdict: Option<Verdict>| -> Vec<Finding> {
            let one = verdict.map(|it| finding("a", row, it));
            one.into_iter().collect()
        };
        let (before, after) = (one(before), one(after));
        diff(&before, &after).first().map(|it| it.change)
    }

    #[test]
    fn an_act_opens_closes_or_is_no_longer_shown() {
        let open = || Some(Verdict::Open(String::new()));
        let closed = || Some(Verdict::Closed(By::Kill));
        let nothing = || Some(Verdict::ShowsNothing(String::new()));
        let of = |before, after| change(Row::U4, before, after);
        assert_eq!(of(closed(), open()), Some(Change::Opened));
        assert_eq!(of(Some(Verdict::OwnWorld), open()), Some(Change::Opened));
        assert_eq!(of(nothing(), open()), Some(Change::Opened));
        assert_eq!(of(None, open()), Some(Change::Opened));
        assert_eq!(of(closed(), nothing()), Some(Change::NoLongerShown));
        assert_eq!(of(closed(), None), Some(Change::NoLongerShown));
        assert_eq!(of(open(), closed()), Some(Change::Closed));
        assert_eq!(of(open(), open()), None);
        assert_eq!(of(closed(), Some(Verdict::OwnWorld)), None);
        assert_eq!(of(open(), nothing()), None);
        // What must work is as it should be where it is open.
        assert_eq!(change(Row::U3, open(), closed()), Some(Change::Opened));
        assert_eq!(change(Row::U3, closed(), open()), Some(Change::Closed));
    }

    #[test]
    fn the_worst_comes_first() {
        let before = [
            finding("a", Row::U4, Verdict::Open(String::new())),
            finding("b", Row::U4, Verdict::OwnWorld),
        ];
        let after = [
            finding("a", Row::U4, Verdict::OwnWorld),
            finding("b", Row::U4, Verdict::Open(String::new())),
        ];
        let changed = diff(&before, &after);
        let acts: Vec<Option<&str>> = changed
            .iter()
            .map(|it| it.after.map(|it| &*it.act))
            .collect();
        assert_eq!(acts, [Some("b"), Some("a")]);
    }
}
