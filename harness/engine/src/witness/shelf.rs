//! The filters that most sandboxes of a run have alike, kept once: they are the longest
//! part of what is seen of one, and a row waits for its last launch with all of them.

use std::sync::Arc;

use evidence::recent::Recent;
use evidence::view::{Seen, View};

/// The filters that were put here last.
#[derive(Debug, Default)]
pub struct Shelf(Recent<Arc<str>>);

impl Shelf {
    /// Replaces the filters that are here already by those that are here. The view stays
    /// equal to what it was.
    pub fn share(&self, view: &mut View) {
        if let Seen::Seen(filters) = &mut view.filters {
            filters.iter_mut().for_each(|filter| self.same(filter));
        }
    }

    fn same(&self, filter: &mut Arc<str>) {
        match self
            .0
            .find(|known| (known == filter).then(|| Arc::clone(known)))
        {
            Some(known) => *filter = known,
            None => self.0.put(Arc::clone(filter)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LaidOut, Lookup, view};
    use super::*;

    fn with_filters(filters: &[&str]) -> View {
        let mut view = view(Lookup {
            pid: std::process::id(),
            command: &[],
            held: 1000,
            folders: ["/tmp", "/proc"],
            programs: LaidOut::none(),
        });
        view.filters = Seen::Seen(filters.iter().map(|&filter| filter.into()).collect());
        view
    }

    fn at(view: &View) -> Vec<*const str> {
        let filters = view.filters.fact().unwrap();
        filters.iter().map(Arc::as_ptr).collect()
    }

    #[test]
    fn two_sandboxes_share_the_filters_that_are_alike_and_stay_what_they_were() {
        let shelf = Shelf::default();
        let mut one = with_filters(&["06", "16"]);
        let mut other = View {
            filters: with_filters(&["06", "26"]).filters,
            ..one.clone()
        };
        let before = (one.clone(), other.clone());
        shelf.share(&mut one);
        shelf.share(&mut other);
        assert_eq!((&one, &other), (&before.0, &before.1));
        assert!(std::ptr::eq(at(&one)[0], at(&other)[0]));
        assert!(!std::ptr::eq(at(&one)[1], at(&other)[1]));
    }
}
