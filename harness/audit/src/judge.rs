//! From the views of an act to a finding: one pure function.

use crate::act::{Act, How, Look, Proof};
use crate::answers::Outcome;
use crate::apart;
use crate::cause::cause;
use crate::filters;
use crate::finding::{By, Finding, Verdict};
use crate::launch::{Launch, Reached};
use crate::row::Row;

/// The views of one line.
#[derive(Debug, Clone, Copy)]
pub struct Views<'a> {
    /// The same user, without the sandbox.
    pub outside: &'a Launch,
    /// The line.
    pub inside: &'a Launch,
    /// The line without some words of it, each with those words.
    pub lifted: &'a [(String, Launch)],
}

/// What the views of an act amount to.
#[must_use]
pub fn judge(act: &Act, views: Views<'_>) -> Finding {
    let verdict = match act.how {
        How::Look(look) => of_the_probe(looked(look, views), views),
        How::Call(_) | How::I386(_) | How::Attempt(_) | How::Script(..) => acted(act, views),
    };
    let verdict = of_one(act, verdict, views);
    Finding {
        act: act.id.to_owned(),
        row: act.row,
        verdict,
    }
}

/// Every act.
#[must_use]
pub fn findings(views: Views<'_>) -> Vec<Finding> {
    crate::table::all().map(|act| judge(&act, views)).collect()
}

/// Where the probe ran more than once, its first words may be of the one and what was seen
/// of the other: then only what the host itself saw counts.
fn of_one(act: &Act, verdict: Verdict, views: Views<'_>) -> Verdict {
    let seen = match act.proof {
        Proof::Witness | Proof::Canary | Proof::Inode => matches!(verdict, Verdict::Open(_)),
        Proof::Kernel(_) | Proof::Look => false,
    };
    if views.inside.said.again && !seen {
        let why = "the line ran the probe more than once: of which one it is, cannot be told";
        return Verdict::NotSeen(why.to_owned());
    }
    verdict
}

/// The answer that the kernel would give, of a process under filters that may not be read:
/// one of them may give it, too.
fn whose_answer(act: &Act, views: Views<'_>) -> Option<String> {
    let Proof::Kernel(_) = act.proof else {
        return None;
    };
    let Outcome::Refused(errno) = views.inside.said.of(act.id).outcome else {
        return None;
    };
    let unread = views.inside.done(act) && views.inside.has_unread_filters(views.outside);
    unread.then(|| {
        format!("{errno}, of the kernel or of a filter: this user may not read the filters")
    })
}

fn acted(act: &Act, views: Views<'_>) -> Verdict {
    if let Some(why) = whose_answer(act, views) {
        return Verdict::NotSeen(why);
    }
    // What the host saw is open, whatever the inside says of it.
    match views.inside.reached(act) {
        Reached::Yes(who) => return Verdict::Open(who),
        Reached::NotSeen(why) if views.inside.done(act) => return Verdict::NotSeen(why),
        Reached::NotSeen(_) | Reached::No => {}
    }
    let said = |launch: &Launch| launch.said.answers.contains_key(act.id);
    if let Some(why) = views.outside.host.blind.get(act.id)
        && !said(views.outside)
        && !said(views.inside)
    {
        return Verdict::ShowsNothing(why.clone());
    }
    if views.inside.said.besides.contains_key(act.id) {
        return Verdict::NotSeen("the probe said two things of it".to_owned());
    }
    if let Outcome::NotRun(why) = views.inside.said.of(act.id).outcome {
        return Verdict::NotRun(why);
    }
    // Without a control that reached the host nothing that did not is shown.
    match views.outside.reached(act) {
        Reached::Yes(_) => {}
        Reached::No => return Verdict::ShowsNothing(without(act, views.outside)),
        Reached::NotSeen(why) => return Verdict::ShowsNothing(why),
    }
    match kept_out(act, views) {
        Ok(verdict) => verdict,
        Err(why) => Verdict::NotSeen(why),
    }
}

/// What kept the act from the host, which it did not reach. Of a process that is none of
/// this host's nothing is known but its own words.
fn kept_out(act: &Act, views: Views<'_>) -> Result<Verdict, String> {
    let Views {
        inside, outside, ..
    } = views;
    if let Err(why) = &inside.view {
        return Err(why.clone());
    }
    let verdict = if inside.done(act) {
        apart::has_a_world(act, inside, outside)?;
        Verdict::OwnWorld
    } else {
        let by = cause(act, inside, outside)?;
        Verdict::Closed(by_words(act, by, views.lifted))
    };
    match inside.host.ways.get(act.id) {
        Some(way) => Err(way.clone()),
        None => way_out(act, inside).map_or(Ok(verdict), Err),
    }
}

/// A network of its own is no closed one where it leads on: to the host, or past it.
fn way_out(act: &Act, inside: &Launch) -> Option<String> {
    let by_address = [Row::U4, Row::U5].contains(&act.row) && act.proof == Proof::Witness;
    let view = inside.view.as_ref().ok().filter(|_| by_address)?;
    let route = view.routes.fact()?.first()?;
    let route = route.split_whitespace().next().unwrap_or_default();
    Some(format!(
        "its network leads on ({route}), and nothing beyond loopback was tried"
    ))
}

/// Why the control shows nothing.
fn without(act: &Act, outside: &Launch) -> String {
    match outside.said.of(act.id).outcome {
        Outcome::Refused(errno) => format!("{errno} without the sandbox, too"),
        Outcome::Done(_) => "done without the sandbox, and the host saw nothing of it".to_owned(),
        Outcome::Killed => "a filter kills it without the sandbox, too".to_owned(),
        Outcome::Ended => "it ends the probe without the sandbox, too".to_owned(),
        Outcome::Absent => "not there without the sandbox, either".to_owned(),
        Outcome::Silent => "no answer without the sandbox, either".to_owned(),
        Outcome::NotRun(why) => format!("not made without the sandbox: {why}"),
    }
}

/// The first lifted words without which the act is open.
fn by_words(act: &Act, by: By, lifted: &[(String, Launch)]) -> By {
    let opens = |(_, launch): &&(String, Launch)| matches!(launch.reached(act), Reached::Yes(_));
    match lifted.iter().find(opens) {
        Some((lift, _)) => By::Words {
            lift: lift.clone(),
            by: Box::new(by),
        },
        None => by,
    }
}

fn looked(look: Look, views: Views<'_>) -> Verdict {
    if let Err(why) = &views.inside.view {
        return Verdict::NotSeen(why.clone());
    }
    match look {
        Look::Namespace(name) => match views.inside.namespace(name) {
            None => Verdict::NotSeen("its namespaces may not be looked at".to_owned()),
            Some(it) if it.shared_with_host => Verdict::Open("seen from outside".to_owned()),
            Some(it) => Verdict::Closed(By::Identity(format!(
                "its own, as seen from outside: {}",
                it.id
            ))),
        },
        Look::Capabilities => capabilities(views),
        Look::NoNewPrivileges => set_by(views, "NoNewPrivs"),
        Look::Filters => filters(views),
    }
}

/// Of a process whose program may not be read nobody knows whether it is the probe.
fn of_the_probe(verdict: Verdict, views: Views<'_>) -> Verdict {
    let view = views.inside.view.as_ref();
    let is_known = view.is_ok_and(|it| it.executable.fact().is_some());
    if is_known || !matches!(verdict, Verdict::Closed(_)) {
        return verdict;
    }
    let why = "its program may not be read: whether it is the probe cannot be told";
    Verdict::NotSeen(why.to_owned())
}

fn capabilities(views: Views<'_>) -> Verdict {
    // What it is permitted it may raise (capabilities(7)).
    let has = |launch: &Launch| {
        let some = |name| Some(launch.status(name)?.bytes().any(|digit| digit != b'0'));
        some("CapEff").map(|it| it || some("CapPrm").unwrap_or(false))
    };
    match (has(views.inside), has(views.outside)) {
        (None, _) => Verdict::NotSeen("its capabilities may not be looked at".to_owned()),
        (Some(true), _) => match views.inside.namespace("user") {
            Some(it) if it.shared_with_host => Verdict::Open("seen from outside".to_owned()),
            Some(_) => Verdict::OwnWorld,
            None => Verdict::NotSeen("its user namespace may not be looked at".to_owned()),
        },
        (Some(false), Some(true)) => {
            Verdict::Closed(By::Identity("having none, as seen from outside".to_owned()))
        }
        (Some(false), Some(false) | None) => {
            Verdict::ShowsNothing("none without the sandbox, either".to_owned())
        }
    }
}

/// Filters that refuse nothing are as good as none: so much can be told by every call
/// without arguments.
fn filters(views: Views<'_>) -> Verdict {
    let verdict = set_by(views, "Seccomp");
    let view = views.inside.view.as_ref().ok();
    let stack = view.and_then(|it| it.filters.fact());
    match (&verdict, stack.zip(views.inside.machine())) {
        (Verdict::Closed(_), Some((stack, arch))) if filters::refuse_nothing(stack, arch) => {
            let why = "there are filters, and they refuse no call that is made without arguments";
            Verdict::NotSeen(why.to_owned())
        }
        _ => verdict,
    }
}

/// A line of its status that is zero where nothing was set.
fn set_by(views: Views<'_>, name: &str) -> Verdict {
    let set = |launch: &Launch| launch.status(name).map(|it| it != "0");
    match (set(views.inside), set(views.outside)) {
        (None, _) => Verdict::NotSeen("its status may not be looked at".to_owned()),
        (Some(false), _) => Verdict::Open("seen from outside".to_owned()),
        (Some(true), Some(false)) => {
            Verdict::Closed(By::Identity("being set, as seen from outside".to_owned()))
        }
        (Some(true), Some(true) | None) => {
            Verdict::ShowsNothing("set without the sandbox, too".to_owned())
        }
    }
}

#[cfg(test)]
mod tests;
