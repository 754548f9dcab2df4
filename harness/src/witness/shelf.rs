//! What many sandboxes of a run show alike, kept once: their filters, most lines of
//! their mount tables, their limits. A run's memory then grows with what differs.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Mount, Seen, View};

/// One of each value that was put here.
#[derive(Debug, Default)]
pub struct Shelf {
    texts: Kept<str>,
    lists: Kept<Vec<String>>,
    tables: Kept<BTreeMap<String, String>>,
    mounts: Kept<Mount>,
}

type Kept<T> = Mutex<HashSet<Arc<T>>>;

impl Shelf {
    /// Replaces what is here already by what is here. The view stays equal to what it
    /// was.
    pub fn share(&self, view: &mut View) {
        if let Seen::Seen(filters) = &mut view.filters {
            filters.iter_mut().for_each(|one| same(&self.texts, one));
        }
        if let Seen::Seen(mounts) = &mut view.mounts {
            mounts.iter_mut().for_each(|one| same(&self.mounts, one));
        }
        if let Seen::Seen(paths) = &mut view.system_paths {
            same(&self.lists, paths);
        }
        for table in [&mut view.limits, &mut view.control_group, &mut view.devices] {
            if let Seen::Seen(table) = table {
                same(&self.tables, table);
            }
        }
    }
}

fn same<T: Eq + Hash + ?Sized>(kept: &Kept<T>, value: &mut Arc<T>) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(value) {
        *value = Arc::clone(known);
    } else {
        kept.insert(Arc::clone(value));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LaidOut, Lookup, view};
    use super::*;

    #[test]
    fn two_looks_at_one_process_share_what_is_alike_and_stay_what_they_were() {
        let look = || {
            let mut view = view(Lookup {
                pid: std::process::id(),
                nonce: "",
                held: 1000,
                folders: ["/tmp", "/proc"],
                programs: LaidOut::none(),
            });
            view.filters = Seen::Seen(vec!["06".into()]);
            view
        };
        let (shelf, mut one, mut other) = (Shelf::default(), look(), look());
        let (first, second) = (one.clone(), other.clone());
        shelf.share(&mut one);
        shelf.share(&mut other);
        assert_eq!((&one, &other), (&first, &second));
        let filter = |view: &View| view.filters.fact().map(|all| Arc::as_ptr(&all[0]));
        let mount = |view: &View| view.mounts.fact().map(|all| Arc::as_ptr(&all[0]));
        let limits = |view: &View| view.limits.fact().map(Arc::as_ptr);
        let paths = |view: &View| view.system_paths.fact().map(Arc::as_ptr);
        assert!(std::ptr::eq(filter(&one).unwrap(), filter(&other).unwrap()));
        assert_eq!(mount(&one).unwrap(), mount(&other).unwrap());
        assert_eq!(limits(&one).unwrap(), limits(&other).unwrap());
        assert_eq!(paths(&one).unwrap(), paths(&other).unwrap());
    }
}
