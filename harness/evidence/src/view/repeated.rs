//! What is as it was a moment before need not be written down twice.

use super::{Seen, View};

/// Does the same with each fact of a view and the same fact of an earlier one.
macro_rules! each_fact {
    ($does:ident, $view:ident, $before:ident) => {
        each_fact!(
            $does, $view, $before: status mounts environment limits control_group system_paths
            devices namespaces interfaces routes executable held descriptors command_as_asked
            folders filters
        )
    };
    ($does:ident, $view:ident, $before:ident: $($fact:ident)*) => {
        $(Seen::$does(&mut $view.$fact, &$before.$fact);)*
    };
}

impl View {
    /// Leaves out what is as it was before.
    pub fn leave_out(&mut self, before: &Self) {
        each_fact!(leave_out, self, before);
    }

    /// Fills in what was left out.
    pub fn fill_in(&mut self, before: &Self) {
        each_fact!(fill_in, self, before);
    }
}

impl<T: Clone + PartialEq> Seen<T> {
    fn leave_out(&mut self, before: &Self) {
        if *self == *before {
            *self = Self::AsBefore;
        }
    }

    fn fill_in(&mut self, before: &Self) {
        if *self == Self::AsBefore {
            self.clone_from(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(words: &str) -> View {
        super::super::tests::view(words, Seen::Seen(vec![words.into()]))
    }

    #[test]
    fn every_fact_that_is_the_same_is_left_out_and_comes_back() {
        let (before, mut after) = (view("one"), view("one"));
        after.leave_out(&before);
        let written = serde_json::to_value(&after).unwrap();
        for (fact, written) in written.as_object().unwrap() {
            assert_eq!(written, "as_before", "{fact}");
        }
        after.fill_in(&before);
        assert_eq!(after, before);
    }

    #[test]
    fn a_fact_that_is_another_stays_what_it_is() {
        let (before, mut after) = (view("one"), view("two"));
        after.leave_out(&before);
        assert_eq!(after, view("two"));
        after.fill_in(&before);
        assert_eq!(after, view("two"));
    }

    #[test]
    fn a_fact_that_was_left_out_and_not_filled_in_counts_as_not_seen() {
        let mut left_out = view("one");
        left_out.leave_out(&view("one"));
        assert_eq!(left_out.mounts.fact(), None);
        assert!(left_out.mounts.reason().is_some());
    }
}
