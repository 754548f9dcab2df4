//! One launch, with and without the sandbox: what was said, what the host saw, and what
//! the process looked like from outside; with what further launches of the same say of
//! acts that it did not come to.

use std::collections::BTreeMap;

use evidence::view::{Namespace, View};
use seccomp::table::{AUDIT_ARCH_AARCH64, AUDIT_ARCH_X86_64};
use serde::{Deserialize, Serialize};

use crate::act::{Act, Proof};
use crate::alike::Alike;
use crate::answers::{Answer, Called, Outcome, Said};
use crate::filters;

/// One launch, and those that go on where it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// What the inside said.
    pub said: Said,
    /// What the host knows.
    pub host: Host,
    /// The process from outside; why not, where it was not found.
    pub view: Result<View, String>,
    /// How many launches there were: one, unless acts ended the probe.
    pub launches: u32,
}

/// What the host knows of the acts of one launch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// What brings a canary back, or opens the right file: by act, the canary or inode.
    pub proofs: BTreeMap<String, String>,
    /// What a witness saw, by act.
    pub saw: BTreeMap<String, String>,
    /// Witnesses that could not stand, by act, with why.
    pub blind: BTreeMap<String, String>,
    /// What of the host's an act would reach in the sandbox by another way than the one that
    /// it went, by act.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ways: BTreeMap<String, String>,
}

/// Whether an act reached the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// It did; who saw it.
    Yes(String),
    /// It did not.
    No,
    /// Nobody could see it; why.
    NotSeen(String),
}

impl Launch {
    /// Takes what a further launch of the same line says of acts that this one says nothing
    /// of, with what proves them; and whatever the host saw.
    pub fn go_on(&mut self, further: Self) {
        let Host {
            mut proofs,
            saw,
            mut blind,
            mut ways,
        } = further.host;
        self.said.idle &= further.said.idle;
        self.said.again |= further.said.again;
        for (act, answer) in further.said.answers {
            if crate::table::find(&act).is_none() || self.said.answers.contains_key(&act) {
                continue;
            }
            self.host.blind.remove(&act);
            self.host.proofs.extend(proofs.remove_entry(&act));
            self.host.blind.extend(blind.remove_entry(&act));
            self.host.ways.extend(ways.remove_entry(&act));
            let mut besides = further.said.besides.clone();
            self.said.besides.extend(besides.remove_entry(&act));
            self.said.answers.insert(act, answer);
        }
        for (act, who) in saw {
            self.host.saw.entry(act).or_insert(who);
        }
    }

    /// Takes what is known of acts that no launch said anything of.
    pub fn end(&mut self, fates: BTreeMap<String, Outcome>, launches: u32) {
        self.launches = launches;
        for (act, outcome) in fates {
            let answer = Answer {
                outcome,
                call: None,
            };
            self.said.answers.entry(act).or_insert(answer);
        }
    }

    /// Whether the inside says that the act was done.
    #[must_use]
    pub fn done(&self, act: &Act) -> bool {
        let answer = self.said.of(act.id);
        match &answer.outcome {
            // A filter may answer for the kernel, and say that all is well.
            Outcome::Done(_) => self.answered_for(&answer).is_none(),
            // Or give the very error that the kernel would.
            Outcome::Refused(errno) => {
                let answers = matches!(act.proof, Proof::Kernel(answers) if answers.contains(&errno.as_str()));
                answers && self.filter(&answer, errno).is_none()
            }
            Outcome::Killed
            | Outcome::Ended
            | Outcome::Absent
            | Outcome::Silent
            | Outcome::NotRun(_) => false,
        }
    }

    /// The filter that gave this answer, counted from 1, and of how many, where they were
    /// read back.
    #[must_use]
    pub fn filter(&self, answer: &Answer, errno: &str) -> Option<(usize, usize)> {
        let stack = self.view.as_ref().ok()?.filters.fact()?;
        filters::gives(stack, answer.call.as_ref()?, errno)
    }

    /// The filter that answered this call in the kernel's place with no error at all.
    #[must_use]
    pub fn answered_for(&self, answer: &Answer) -> Option<(usize, usize)> {
        let stack = self.view.as_ref().ok()?.filters.fact()?;
        filters::pretends(stack, answer.call.as_ref()?)
    }

    /// A call that is the same act as the one that was answered, and that its filters, read
    /// back, do not refuse.
    #[must_use]
    pub fn passes_alike(&self, answer: &Answer) -> Option<Alike> {
        let stack = self.view.as_ref().ok()?.filters.fact()?;
        filters::passes_alike(stack, answer.call.as_ref()?)
    }

    /// Whether its filters, read back, kill whoever makes this call; none where they were
    /// not read.
    #[must_use]
    pub fn kills(&self, call: &Called) -> Option<bool> {
        let stack = self.view.as_ref().ok()?.filters.fact()?;
        Some(filters::kills(stack, call).is_some())
    }

    /// Whether it has filters that were not read back, and that the launch without the
    /// sandbox has not.
    #[must_use]
    pub fn has_unread_filters(&self, outside: &Self) -> bool {
        let read = self
            .view
            .as_ref()
            .is_ok_and(|it| it.filters.fact().is_some());
        if read || self.status("Seccomp") == Some("0") {
            return false;
        }
        // Those that this program runs under itself stand around both.
        let count = self.status("Seccomp_filters");
        count.is_none() || count != outside.status("Seccomp_filters")
    }

    /// Whether an act reached the host, whatever the inside says where the host can see.
    #[must_use]
    pub fn reached(&self, act: &Act) -> Reached {
        if let Some(why) = self.host.blind.get(act.id) {
            return Reached::NotSeen(why.clone());
        }
        match act.proof {
            Proof::Witness => match self.host.saw.get(act.id) {
                Some(what) => Reached::Yes(what.clone()),
                None => Reached::No,
            },
            Proof::Canary => self.brought_back(act, &came_back(self, act)),
            Proof::Inode => self.brought_back(
                act,
                "it is the host's file, by device and inode or as a device",
            ),
            Proof::Kernel(_) if !self.done(act) => Reached::No,
            Proof::Kernel(_) => self.by_kernel(act),
            Proof::Look => Reached::NotSeen("it is only looked at".to_owned()),
        }
    }

    fn brought_back(&self, act: &Act, words: &str) -> Reached {
        let Some(wanted) = self.host.proofs.get(act.id) else {
            return Reached::NotSeen("there is no such thing on this host to reach".to_owned());
        };
        // Half of it nobody inside was told: whenever it comes, it came back.
        let first = self.said.answers.get(act.id).into_iter();
        let besides = self.said.besides.get(act.id).into_iter().flatten();
        let mut all = first.chain(besides);
        let came = all.any(|it| matches!(&it.outcome, Outcome::Done(what) if what == wanted));
        if came {
            Reached::Yes(words.to_owned())
        } else {
            Reached::No
        }
    }

    /// A kernel that is not this host's may do as it likes.
    fn by_kernel(&self, act: &Act) -> Reached {
        if let Err(why) = &self.view {
            return Reached::NotSeen(why.clone());
        }
        // A socket's world is its network. Where a name is hidden, the kernel behind it
        // is still the host's.
        let network = act.namespace.filter(|it| *it == "net");
        let own = network.and_then(|it| self.namespace(it));
        if own.is_some_and(|it| !it.shared_with_host) {
            return Reached::No;
        }
        Reached::Yes("the host's kernel did it for a process seen from outside".to_owned())
    }

    /// The machine whose calls it made, as `AUDIT_ARCH_*`, where it made one.
    #[must_use]
    pub fn machine(&self) -> Option<u32> {
        let answers = self.said.answers.values();
        let mut machines = answers.filter_map(|it| it.call.as_ref().map(|it| it.arch));
        machines.find(|it| [AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64].contains(it))
    }

    /// A namespace of the process, where it was seen.
    #[must_use]
    pub fn namespace(&self, name: &str) -> Option<&Namespace> {
        self.view.as_ref().ok()?.namespaces.fact()?.get(name)
    }

    /// A line of the process's status, where it was seen.
    #[must_use]
    pub fn status(&self, name: &str) -> Option<&str> {
        let status = self.view.as_ref().ok()?.status.fact()?;
        status.get(name).map(String::as_str)
    }
}

/// Which of several descriptors the planted bytes came by is in the call.
fn came_back(launch: &Launch, act: &Act) -> String {
    let words = "the planted bytes came back";
    let call = launch.said.of(act.id).call;
    match call.filter(|_| act.id == "descriptor") {
        Some(call) => format!("{words}, by descriptor {}", call.arguments[0]),
        None => words.to_owned(),
    }
}
