//! The sentence of each rule, with the row's own data in it.

use super::{Fact, Rule};
use crate::matrix::case::{Case, Check, Packet, lift_set_name};
use crate::matrix::environment::Place;

const KB: &str = "The stand-in for the KB says itself that it took the control's write, made with the planted token and the launch's own number, that it took none from a sandbox with all but the token, and that of a locked one it saw no connection.";
const EVERY_MOUNT: &str = "At every mount that the host sees in the sandbox, by the table and by no list, the subject is told to write, a file in it or the mounted file itself: beneath the output it can, and everywhere else it is refused.";
const BLOCKED: &str = "With no sandbox at all, and with each single invariant of P1 missing, the checker ends with exit code 3 and the kernel sees it touch no path of the packet; in the whole sandbox it reads the packet.";

/// What a rule says of a row.
pub(super) fn of(rule: &Rule, case: &Case) -> String {
    let packets = case.packets.iter();
    match rule {
        Rule::Refused {} => refused(case),
        Rule::EveryMount {} => EVERY_MOUNT.to_owned(),
        Rule::Kb {} => KB.to_owned(),
        Rule::Planted {} => planted(case),
        Rule::Outside { fact } => outside(*fact).to_owned(),
        Rule::SelfCheck {} => "Each of the invariants that P1 reports holds, and its value is the one that the host sees from outside.".to_owned(),
        Rule::Blocked {} => BLOCKED.to_owned(),
        Rule::Announced {} => announced(case),
        Rule::Faults {} => faults(case),
        Rule::Checks {} => checks(case),
        Rule::Exit {} => {
            let each = packets.map(|it| format!("{} on `{}`", it.exit, it.fixture));
            format!("The checker ends with exit code {}; any other, and 0 above all, breaks the row.", list(each))
        }
        Rule::Contract {} => "Announcement, exit code and report are of the published contract and agree with each other, and the report contradicts itself nowhere.".to_owned(),
        Rule::Gate {} => {
            let each = packets.filter_map(|it| Some(format!("`{}` at {}", it.fixture, it.stops_at.as_ref()?)));
            format!("The first gate that refuses is the declared one: {}.", list(each))
        }
        Rule::Reasons {} => reasons(case),
        Rule::Actions { are } => format!("The action log holds {}, each once, and nothing else.", list(are.iter().cloned())),
        Rule::Opens { besides } => format!("The log names every file beneath the input that the kernel saw opened, as often as it was, and no other; besides, only {} and the report were opened.", list(besides.iter().map(|it| format!("`{it}`")))),
        Rule::Payload {} => payload(case),
        Rule::OpenedOnce {} => "The kernel saw each of these files opened once.".to_owned(),
        Rule::Provenance {} => format!("Provenance is judged so: {}.", each(case, |it| it.provenance.iter())),
        Rule::Classes {} => format!("The evidence has these classes: {}.", each(case, |it| it.classes.iter())),
        Rule::Chains {} => format!("The chain of each claim comes to this: {}.", each(case, |it| it.chains.iter())),
        Rule::Scope {} => format!("The report speaks of these scopes and no other: {}; a claim without a gap lies beneath its packet's.", each(case, |it| it.scopes.iter())),
        Rule::Denials {} => format!("The report says that these verdicts are denied, and no other: {}.", each(case, |it| it.denied.iter())),
        Rule::Same {} => same(case),
        Rule::Alone {} => "The report is alone in the output folder: a plain file of the length and digest announced.".to_owned(),
        Rule::Atomic {} => "The kernel saw the report created under another name, written, synced and renamed into place, and nothing else created, written, changed or removed.".to_owned(),
        Rule::Audit { article, items } => format!("The Article {article} self-audit has the items {}; the answer of each is computed again from the rest of the report, and each pointer leads to a place in it.", list(items.iter().cloned())),
    }
}

fn reasons(case: &Case) -> String {
    let packets = case.packets.iter();
    let each = packets.map(|it| format!("{} in `{}`", or_none(&it.reasons), it.fixture));
    format!(
        "The reasons that the report gives are these and no other: {}.",
        list(each)
    )
}

fn same(case: &Case) -> String {
    let packets = case.packets.iter();
    let each = packets
        .filter(|it| it.times > 1)
        .map(|it| format!("{} for `{}`", it.times, it.fixture));
    format!(
        "The report is byte-identical in separate sandboxes: {}.",
        list(each)
    )
}

fn refused(case: &Case) -> String {
    let names = case.boundaries.iter().map(|it| it.name.clone());
    let alone = case.boundaries.iter().any(|it| !it.alone.is_empty());
    let layers = if alone {
        ", and where two layers hold a boundary each refuses alone"
    } else {
        ""
    };
    format!(
        "Each of the {} attempts is refused with every lock on, exactly as declared, and comes out as declared with its boundary lifted{layers}: {}.",
        case.attempts().count(),
        list(names)
    )
}

fn announced(case: &Case) -> String {
    let each = case.without.iter().map(|without| {
        let also = match without.also.as_slice() {
            [] => String::new(),
            also => format!(" (with some engines {} too)", list(also.iter().cloned())),
        };
        let breaks = list(without.breaks.iter().cloned());
        format!("{breaks}{also} without {}", lift_set_name(&without.lift))
    });
    format!(
        "The checker names what is missing, and nothing else: {}; with no sandbox at all, data_mounts at least.",
        list(each)
    )
}

fn planted(case: &Case) -> String {
    let each = case.canaries.iter().map(|canary| {
        let place = match canary.place {
            Place::Request => "the request to the engine",
            Place::Harness => {
                "the environment of the launcher that the harness starts, where the engine has one"
            }
        };
        format!("`{}` in {place}", canary.variable)
    });
    format!(
        "In every launch of the row these are planted: {}; where a control has no sandbox, in its own environment.",
        list(each)
    )
}

fn outside(fact: Fact) -> &'static str {
    match fact {
        Fact::Programs => {
            "The host sees the image's own airlock and subject run, and the launch's own two folders."
        }
        Fact::Namespaces => "The host sees every namespace but the user's to be the sandbox's own.",
        Fact::Privileges => {
            "The host sees no root id, no capability, no supplementary group, no-new-privileges set and seccomp in filter mode."
        }
        Fact::Devices => "The host sees the harmless devices in its /dev and no other.",
        Fact::Filters => {
            "The filters read back from the kernel are the policy's, instruction by instruction, and allow what it lists and nothing else; where this host does not let them be read, the row rests on its attempts and says so."
        }
        Fact::Mounts => {
            "The mount table, as the host sees it, holds the two data mounts and the runtime's named ones and no other, and each system path is hidden or write-protected."
        }
        Fact::Environment => {
            "The host sees, at the barrier, what was planted in the request and nothing else in the environment but what this engine is known to add, and nothing at all at the exec of the subject."
        }
        Fact::Network => "The host sees no interface but lo, and no route.",
        Fact::Descriptors => "The host sees no descriptor open at the exec but the three pipes.",
        Fact::Limits => "The host sees the resource limits of the profile.",
    }
}

fn payload(case: &Case) -> String {
    let each = case.packets.iter().filter_map(|it| {
        let payload = it.payload.as_ref()?;
        let (files, bytes, tags) = (payload.files, payload.bytes, payload.tag_files);
        Some(format!(
            "{files} payload files of {bytes} bytes in all and {tags} tag files in `{}`",
            it.fixture
        ))
    });
    format!(
        "The report counts {}, and gives each payload file the digest that the packet's own manifest lists.",
        list(each)
    )
}

fn faults(case: &Case) -> String {
    let each = case.faults.iter();
    let each = each.map(|it| format!("{} after `{}`", it.exit, it.id));
    format!(
        "The checker leaves the whole report or none, never a part of one, and an earlier report as it was; it ends with exit code {}.",
        list(each)
    )
}

fn checks(case: &Case) -> String {
    let subjects = |hostile: bool| {
        let some = case.checks.iter().filter(move |it| it.hostile == hostile);
        list(some.map(|it: &Check| it.subject.clone()))
    };
    format!(
        "Refused, each for its declared reason: {}. Not refused: {}.",
        subjects(true),
        subjects(false)
    )
}

fn each<'a, I>(case: &'a Case, of: impl Fn(&'a Packet) -> I) -> String
where
    I: Iterator<Item = (&'a String, &'a String)>,
{
    let packets = case.packets.iter().filter_map(|packet| {
        let words = list(of(packet).map(|(name, word)| format!("`{name}` {word}")));
        (!words.is_empty()).then(|| format!("in `{}` {words}", packet.fixture))
    });
    packets.collect::<Vec<_>>().join("; ")
}

fn or_none(words: &[String]) -> String {
    if words.is_empty() {
        return "none".to_owned();
    }
    list(words.iter().cloned())
}

/// `a, b and c`.
fn list(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() {
        return last;
    }
    format!("{} and {last}", words.join(", "))
}
