//! What the host's kernel showed of the locked sandboxes: every one of them fact by
//! fact, and one of them in full.

use evidence::record::{LaunchRecord, Observations, Role};
use evidence::view::{Seen, View};
use judge::{Expected, Survey, allowance};

use super::rows::LONGEST;
use crate::report::visible::cut;

/// The most entries of one list.
const MOST: usize = 256;

/// The outside witness's account.
pub(super) struct Sandbox {
    pub(super) launches: usize,
    pub(super) facts: Vec<Fact>,
    /// The launch that is shown in full.
    pub(super) launch: String,
    pub(super) mounts: Table<Mount>,
    pub(super) environment: Table<String>,
    pub(super) namespaces: Table<Namespace>,
    pub(super) privileges: Table<(String, String)>,
    pub(super) limits: Vec<Table<(String, String)>>,
    pub(super) devices: Table<(String, String)>,
    pub(super) network: Table<String>,
    pub(super) descriptors: Table<(String, String)>,
}

pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) fits: usize,
    pub(super) differs: usize,
    pub(super) not_seen: usize,
    pub(super) detail: String,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
}

pub(super) struct Mount {
    pub(super) point: String,
    pub(super) kind: String,
    pub(super) options: String,
    pub(super) root: String,
    pub(super) allowed: bool,
    pub(super) why: String,
}

pub(super) struct Namespace {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) shared: bool,
}

/// What was seen, or why nothing was.
pub(super) struct Table<T> {
    pub(super) lines: Vec<T>,
    pub(super) not_seen: String,
}

/// What is gathered of the locked sandboxes, row by row.
pub(super) struct Gathered {
    launches: usize,
    surveys: Vec<Survey>,
    shown: Option<Sandbox>,
}

impl Gathered {
    pub(super) fn new() -> Self {
        Self {
            launches: 0,
            surveys: Survey::blank(),
            shown: None,
        }
    }

    /// Takes in another row's, those that reached their barrier.
    pub(super) fn add(&mut self, observed: &Observations, expected: &Expected) {
        let locked = observed.launches.iter();
        for record in locked.filter(|record| record.role == Role::Locked) {
            let Some(barrier) = &record.barrier else {
                continue;
            };
            self.launches += 1;
            for survey in &mut self.surveys {
                survey.add(record, expected);
            }
            // The first is A1's: the row that asks for every fact.
            if self.shown.is_none() {
                self.shown = Some(in_full(record, barrier));
            }
        }
    }

    /// `None` where no locked sandbox reached its barrier.
    pub(super) fn sandbox(self) -> Option<Sandbox> {
        Some(Sandbox {
            launches: self.launches,
            facts: self.surveys.into_iter().map(fact).collect(),
            ..self.shown?
        })
    }
}

/// All that was seen of one; the others are counted later.
fn in_full(record: &LaunchRecord, barrier: &View) -> Sandbox {
    let exec = record.exec.as_ref();
    Sandbox {
        launches: 0,
        facts: Vec::new(),
        launch: record.id.clone(),
        mounts: table(&barrier.mounts, |mounts| mounts.iter().map(mount).collect()),
        environment: at_exec(exec, |view| table(&view.environment, |names| texts(names))),
        namespaces: namespaces(barrier),
        privileges: table(&barrier.status, pairs),
        limits: vec![
            table(&barrier.control_group, pairs),
            at_exec(exec, |view| table(&view.limits, pairs)),
        ],
        devices: table(&barrier.devices, pairs),
        network: network(barrier),
        descriptors: at_exec(exec, |view| {
            table(&view.descriptors, |open| {
                let line = |it: &evidence::view::Descriptor| {
                    (it.number.to_string(), cut(&it.target, LONGEST))
                };
                open.iter().map(line).collect()
            })
        }),
    }
}

fn fact(of: Survey) -> Fact {
    let first = of
        .differs
        .first()
        .map(|(launch, expected, observed)| {
            format!("{launch}: expected {expected}, observed {observed}")
        })
        .or_else(|| of.not_seen.first().map(|(_, why)| why.clone()));
    let (class, word) = match (of.differs.len(), of.not_seen.len()) {
        (0, 0) => ("held", "as the profile says"),
        (0, _) => ("silent", "not seen everywhere"),
        (_, _) => ("broken", "not as the profile says"),
    };
    Fact {
        name: of.name(),
        fits: of.fits,
        differs: of.differs.len(),
        not_seen: of.not_seen.len(),
        detail: cut(&first.unwrap_or_default(), LONGEST),
        class,
        word,
    }
}

fn table<S, T>(seen: &Seen<S>, lines: impl FnOnce(&S) -> Vec<T>) -> Table<T> {
    match seen.known() {
        Ok(fact) => {
            let mut lines = lines(fact);
            lines.truncate(MOST);
            Table {
                lines,
                not_seen: String::new(),
            }
        }
        Err(why) => unseen(why),
    }
}

fn unseen<T>(why: &str) -> Table<T> {
    Table {
        lines: Vec::new(),
        not_seen: cut(why, LONGEST),
    }
}

fn at_exec<T>(exec: Option<&View>, of: impl FnOnce(&View) -> Table<T>) -> Table<T> {
    exec.map_or_else(|| unseen("there was no look at the exec"), of)
}

fn texts(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| cut(text, LONGEST)).collect()
}

fn pairs(pairs: &std::collections::BTreeMap<String, String>) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| (name.clone(), cut(value, LONGEST)))
        .collect()
}

fn mount(mount: &evidence::mounts::Mount) -> Mount {
    let (allowed, why) = match allowance(mount) {
        Ok(why) => (true, why.to_owned()),
        Err(difference) => (false, difference),
    };
    Mount {
        point: cut(&mount.point, LONGEST),
        kind: mount.kind.clone(),
        options: mount.options.join(", "),
        root: cut(&mount.root, LONGEST),
        allowed,
        why: cut(&why, LONGEST),
    }
}

fn namespaces(barrier: &View) -> Table<Namespace> {
    table(&barrier.namespaces, |namespaces| {
        let line = |(name, namespace): (&String, &evidence::view::Namespace)| Namespace {
            name: name.clone(),
            id: namespace.id.clone(),
            shared: namespace.shared_with_host,
        };
        namespaces.iter().map(line).collect()
    })
}

/// Interfaces, then routes, each said even where there is none.
fn network(barrier: &View) -> Table<String> {
    let mut said = table(&barrier.interfaces, |names| {
        vec![format!("interfaces: {}", names.join(" "))]
    });
    let routes = table(&barrier.routes, |routes| {
        let routes = if routes.is_empty() {
            "none".to_owned()
        } else {
            routes.join("; ")
        };
        vec![format!("routes: {}", cut(&routes, LONGEST))]
    });
    said.lines.extend(routes.lines);
    said.not_seen.push_str(&routes.not_seen);
    said
}
