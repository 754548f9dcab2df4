//! How observations are written down: nothing twice that is long.
//!
//! Filters are the longest part of what is seen of a sandbox, and nearly all sandboxes of a
//! run have the same: they lie beside the observations, each once. Between a sandbox's
//! barrier and its exec little changes, and little between two sandboxes of a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{LaunchRecord, Observations};
use crate::digest::sha256;
use crate::view::{Seen, View};

/// What a name begins with; no program does, which is hex.
const PREFIX: &str = "sha256:";

/// Programs as lower-case hex, each by its name: `sha256:` and the digest of that text.
///
/// ```
/// use evidence::record::{Filters, Observations};
///
/// // What one program writes down, another reads back.
/// let mut observed = Observations::default();
/// let mut filters = Filters::default();
/// filters.gather(&observed);
/// observed.write_down();
/// observed.read_back(&filters)?;
/// # Ok::<(), evidence::record::UnknownFilter>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filters(BTreeMap<String, Arc<str>>);

/// A filter is named that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a filter that is there, observed the name `{name}` of none")]
pub struct UnknownFilter {
    /// The launch that names it.
    pub launch: String,
    /// The name, escaped and cut.
    pub name: String,
}

impl Filters {
    /// Takes up the filters of these observations.
    pub fn gather(&mut self, observed: &Observations) {
        for filter in observed.launches.iter().flat_map(views).flat_map(filters) {
            if self.0.values().all(|known| !Arc::ptr_eq(known, filter)) {
                self.0.insert(name(filter), Arc::clone(filter));
            }
        }
    }

    /// Puts their names in the place of the filters of these observations.
    fn put_away(observed: &mut Observations) {
        for (_, filter) in in_place(observed) {
            *filter = name(filter).into();
        }
    }

    /// Puts the filters in the place of their names.
    fn put_back(&self, observed: &mut Observations) -> Result<(), UnknownFilter> {
        for (launch, filter) in in_place(observed) {
            if !filter.starts_with(PREFIX) {
                continue;
            }
            *filter = match self.0.get(&**filter) {
                Some(known) => Arc::clone(known),
                None => {
                    return Err(UnknownFilter {
                        launch: launch.to_owned(),
                        name: filter.escape_debug().take(80).collect(),
                    });
                }
            };
        }
        Ok(())
    }
}

impl Observations {
    /// As they are written down: each filter by its name; of what was seen at the exec what
    /// was not the same at the barrier, and of what was seen there what was not the same at
    /// the barrier of the launch before.
    pub fn write_down(&mut self) {
        Filters::put_away(self);
        // From the last: what stands before is still whole.
        for at in (0..self.launches.len()).rev() {
            let (before, record) = self.launches.split_at_mut(at);
            let Some(record) = record.first_mut() else {
                continue;
            };
            if let Some((exec, barrier)) = both_views(record) {
                exec.leave_out(barrier);
            }
            if let Some((barrier, before)) = both_barriers(record, before) {
                barrier.leave_out(before);
            }
        }
    }

    /// As they were before they were written down.
    ///
    /// # Errors
    /// A filter is named that is none of these.
    pub fn read_back(&mut self, filters: &Filters) -> Result<(), UnknownFilter> {
        for at in 0..self.launches.len() {
            let (before, record) = self.launches.split_at_mut(at);
            let Some(record) = record.first_mut() else {
                continue;
            };
            if let Some((barrier, before)) = both_barriers(record, before) {
                barrier.fill_in(before);
            }
            if let Some((exec, barrier)) = both_views(record) {
                exec.fill_in(barrier);
            }
        }
        filters.put_back(self)
    }
}

/// What was seen at the exec, and before it at the barrier.
fn both_views(record: &mut LaunchRecord) -> Option<(&mut View, &View)> {
    Some((record.exec.as_mut()?, record.barrier.as_ref()?))
}

/// What was seen at the barrier, and at the last one before it.
fn both_barriers<'r>(
    record: &'r mut LaunchRecord,
    before: &'r [LaunchRecord],
) -> Option<(&'r mut View, &'r View)> {
    let mut before = before.iter().rev();
    let before = before.find_map(|record| record.barrier.as_ref());
    Some((record.barrier.as_mut()?, before?))
}

fn name(filter: &str) -> String {
    format!("{PREFIX}{}", sha256(filter.as_bytes()))
}

fn views(record: &LaunchRecord) -> impl Iterator<Item = &View> {
    [&record.barrier, &record.exec].into_iter().flatten()
}

fn filters(view: &View) -> impl Iterator<Item = &Arc<str>> {
    view.filters.fact().into_iter().flatten()
}

/// The filters where they stand, each with the launch's id.
fn in_place(observed: &mut Observations) -> impl Iterator<Item = (&str, &mut Arc<str>)> {
    observed.launches.iter_mut().flat_map(|record| {
        let id = record.id.as_str();
        let views = [&mut record.barrier, &mut record.exec];
        let stacks = views
            .into_iter()
            .flatten()
            .filter_map(|view| match &mut view.filters {
                Seen::Seen(stack) => Some(stack),
                Seen::NotSeen(_) | Seen::AsBefore => None,
            });
        stacks.flatten().map(move |filter| (id, filter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Order, Packet, Task, blank};
    use crate::record::Role;

    /// A launch of which these filters were seen at the barrier.
    fn launch(id: &str, filters: &[&str]) -> LaunchRecord {
        let mut record = blank(&Order {
            id: id.to_owned(),
            case: "N19".to_owned(),
            role: Role::Locked,
            lifts: Vec::new(),
            canaries: Vec::new(),
            every_mount: false,
            task: Task::Check {
                packet: Packet::Fixture("fix7".to_owned()),
                trace: false,
            },
        });
        let stack = filters.iter().map(|&filter| filter.into()).collect();
        let seen = crate::view::tests::view("one", Seen::Seen(stack));
        record.exec = Some(crate::view::tests::view(
            "one",
            Seen::NotSeen("read at the barrier".to_owned()),
        ));
        record.barrier = Some(seen);
        record
    }

    fn observed() -> (Observations, Filters) {
        let launches = vec![
            launch("N19/locked", &["06", "16"]),
            launch("N19/control", &["06"]),
        ];
        let observed = Observations {
            launches,
            checks: Vec::new(),
        };
        let mut filters = Filters::default();
        filters.gather(&observed);
        (observed, filters)
    }

    #[test]
    fn what_is_written_down_is_read_back_as_it_was() {
        let (before, filters) = observed();
        let mut written = before.clone();
        written.write_down();
        let json = serde_json::to_string(&written).unwrap();
        let mut back: Observations = serde_json::from_str(&json).unwrap();
        back.read_back(&filters).unwrap();
        assert_eq!(back, before);
    }

    #[test]
    fn each_filter_is_there_once_by_a_name_that_anybody_can_compute() {
        let (mut observed, filters) = observed();
        observed.write_down();
        let named = format!("sha256:{}", sha256(b"06"));
        let seen = |at: usize| &observed.launches[at].barrier.as_ref().unwrap().limits;
        assert_eq!((seen(0).fact().is_some(), seen(1)), (true, &Seen::AsBefore));
        let stacks: Vec<&Arc<str>> = observed
            .launches
            .iter()
            .flat_map(views)
            .flat_map(super::filters)
            .collect();
        assert_eq!(stacks.iter().filter(|it| ****it == *named).count(), 2);
        let json = serde_json::to_value(&filters).unwrap();
        assert_eq!(json.as_object().unwrap().len(), 2);
        assert_eq!(json[&named], "06");
    }

    #[test]
    fn a_name_of_no_filter_is_said_with_the_launch_that_names_it() {
        let (mut observed, _) = observed();
        observed.write_down();
        let error = observed.read_back(&Filters::default()).unwrap_err();
        assert_eq!(error.launch, "N19/locked");
        assert!(error.name.starts_with("sha256:"), "{error}");
    }
}
