//! What the host saw of a fact, in a few words; how it fits is the judge's own survey.

use evidence::mounts::Mount;
use evidence::record::LaunchRecord;
use evidence::view::View;
use judge::{Expected, Survey};
use negatives::matrix::Fact;
use negatives::wire::{INPUT, OUTPUT};

/// A fact as an artifact is named.
pub(super) fn name(fact: Fact) -> &'static str {
    match fact {
        Fact::Programs => "programs by digest",
        Fact::Namespaces => "namespaces",
        Fact::Privileges => "ids and capabilities",
        Fact::Devices => "device nodes",
        Fact::Filters => "filters read back",
        Fact::Mounts => "mount table",
        Fact::Environment => "environment keyset",
        Fact::Network => "interfaces and routes",
        Fact::Descriptors => "descriptors",
        Fact::Limits => "limits",
    }
}

/// How one fact came out in all of these launches, as the judge has it.
pub(super) fn survey(
    fact: Fact,
    launches: &[&LaunchRecord],
    expected: &Expected,
) -> Option<Survey> {
    let mut all = Fact::ALL.iter().zip(Survey::blank());
    let (_, mut survey) = all.find(|(it, _)| **it == fact)?;
    for record in launches {
        survey.add(record, expected);
    }
    Some(survey)
}

/// What was seen of it in a launch; `None` where it was not seen.
pub(super) fn shown(fact: Fact, record: &LaunchRecord) -> Option<String> {
    let barrier = record.barrier.as_ref()?;
    let exec = record.exec.as_ref();
    Some(match fact {
        Fact::Programs => format!("{:.12}…", exec?.executable.fact()?),
        Fact::Namespaces => namespaces(barrier)?,
        Fact::Privileges => {
            let status = barrier.status.fact()?;
            let line = |name: &str| status.get(name).map_or("", String::as_str);
            format!("user {}, capabilities {}", line("Uid"), line("CapEff"))
        }
        Fact::Devices => names(barrier.devices.fact()?.keys()),
        Fact::Filters => format!("{} filters", barrier.filters.fact()?.len()),
        Fact::Mounts => mounts(barrier.mounts.fact()?),
        Fact::Environment => {
            let of = |view: Option<&View>| view?.environment.fact().map(names);
            let (then, now) = (of(Some(barrier)), of(exec));
            if then.is_none() && now.is_none() {
                return None;
            }
            let word = |names: Option<String>| names.unwrap_or_else(|| "not seen".to_owned());
            format!("at the barrier {}, at the exec {}", word(then), word(now))
        }
        Fact::Network => format!(
            "interfaces {}, routes {}",
            names(barrier.interfaces.fact()?),
            names(barrier.routes.fact()?)
        ),
        Fact::Descriptors => {
            let open = exec?.descriptors.fact()?.iter();
            let open: Vec<String> = open.map(|it| it.number.to_string()).collect();
            names(&open)
        }
        Fact::Limits => format!("{} limits", exec?.limits.fact()?.len()),
    })
}

fn names<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(" ")
}

fn namespaces(barrier: &View) -> Option<String> {
    let own = barrier.namespaces.fact()?.iter();
    let own = own.filter(|(_, namespace)| !namespace.shared_with_host);
    Some(format!("its own: {}", names(own.map(|(name, _)| name))))
}

fn mounts(table: &[Mount]) -> String {
    let data = table
        .iter()
        .filter(|it| [INPUT, OUTPUT].contains(&it.point.as_str()));
    let mode = |it: &Mount| {
        if it.is_read_only() {
            "read-only"
        } else {
            "writable"
        }
    };
    let data: Vec<String> = data
        .map(|it| format!("{} {}", it.point, mode(it)))
        .collect();
    format!("{} mounts; of data {}", table.len(), names(&data))
}
