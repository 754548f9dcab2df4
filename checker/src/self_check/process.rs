//! The invariants that rest on the process and its network namespace.
//!
//! `Seccomp`, `NoNewPrivs`, `Cap*`, `Uid` and `Gid` come from
//! `/proc/self/status` (proc(5)), interfaces and routes from `/proc/self/net`.

use serde_json::{Map, Value, json};

use super::{Facts, Invariant, InvariantName, Reading, Unseen, equal, shown, stated};
use crate::settings::Settings;

/// The runtime loads one filter before the airlock, the airlock at least one more.
const LEAST_FILTERS: u64 = 2;

/// Tunnel devices that some kernels put into every network namespace, unasked.
pub const FALLBACK_TUNNELS: &[&str] = &[
    "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "sit0", "ip6tnl0", "ip6gre0",
];

/// The loopback, and nothing that ever carried a byte elsewhere (requirement 1).
pub(super) fn network_interfaces(facts: &Facts, _: &Settings) -> Invariant {
    let mut usable = Vec::new();
    let observed = facts.net_dev.text().map(|text| {
        let mut names = Vec::new();
        for (name, counters) in text.lines().skip(2).filter_map(|line| line.split_once(':')) {
            let name = name.trim().to_owned();
            let idle = counters.split_whitespace().all(|counter| counter == "0");
            if name != "lo" && !(idle && FALLBACK_TUNNELS.contains(&name.as_str())) {
                usable.push(name.clone());
            }
            names.push(name);
        }
        shown(names)
    });
    let looped = observed
        .as_ref()
        .is_ok_and(|names| *names == json!(["lo"]) || has_lo(names));
    stated(
        InvariantName::NetworkInterfaces,
        observed,
        json!(["lo"]),
        looped && usable.is_empty(),
    )
}

fn has_lo(names: &Value) -> bool {
    names
        .as_array()
        .is_some_and(|names| names.contains(&json!("lo")))
}

/// No route anywhere (requirement 1). IPv6 keeps entries on `lo`, which lead nowhere.
pub(super) fn routes(facts: &Facts, _: &Settings) -> Invariant {
    let observed = facts.route.text().and_then(|ipv4| {
        let header = ipv4
            .lines()
            .next()
            .is_some_and(|line| line.starts_with("Iface"));
        if !header {
            return Err("malformed route table".to_owned());
        }
        let ipv4 = ipv4
            .lines()
            .skip(1)
            .filter(|line| !line.trim().is_empty())
            .count();
        Ok(json!(ipv4 + ipv6_routes(&facts.ipv6_route)?))
    });
    equal(InvariantName::Routes, observed, json!(0))
}

fn ipv6_routes(table: &Reading) -> Result<usize, Unseen> {
    if *table == Reading::Absent {
        return Ok(0);
    }
    let away = |line: &&str| line.split_whitespace().last() != Some("lo");
    Ok(table
        .text()?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .filter(away)
        .count())
}

/// No variable at all; only names are looked at (requirement 5).
pub(super) fn environment(facts: &Facts, _: &Settings) -> Invariant {
    let observed = Ok(shown(facts.environment.clone()));
    equal(InvariantName::Environment, observed, json!([]))
}

/// `Seccomp: 2`, filtering (requirement 9).
pub(super) fn seccomp_mode(facts: &Facts, _: &Settings) -> Invariant {
    equal(
        InvariantName::SeccompMode,
        number(facts, "Seccomp"),
        json!(2),
    )
}

/// The runtime's filter and the airlock's, at least (`seccomp/policy.toml`).
pub(super) fn seccomp_filters(facts: &Facts, _: &Settings) -> Invariant {
    let observed = number(facts, "Seccomp_filters");
    let enough = observed
        .as_ref()
        .is_ok_and(|seen| seen.as_u64().is_some_and(|count| count >= LEAST_FILTERS));
    stated(
        InvariantName::SeccompFilters,
        observed,
        json!({ "at_least": LEAST_FILTERS }),
        enough,
    )
}

/// `NoNewPrivs: 1` (requirement 9).
pub(super) fn no_new_privs(facts: &Facts, _: &Settings) -> Invariant {
    equal(
        InvariantName::NoNewPrivs,
        number(facts, "NoNewPrivs"),
        json!(1),
    )
}

/// All five sets empty (requirement 9).
pub(super) fn capabilities(facts: &Facts, _: &Settings) -> Invariant {
    let sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
    let observed = facts.status.text().and_then(|status| {
        let set = |name: &&str| Ok(((*name).to_owned(), json!(field(status, name)?)));
        sets.iter()
            .map(set)
            .collect::<Result<Map<String, Value>, Unseen>>()
            .map(Value::Object)
    });
    let none = |name: &str| (name.to_owned(), json!("0000000000000000"));
    let expected = Value::Object(sets.into_iter().map(none).collect());
    equal(InvariantName::Capabilities, observed, expected)
}

/// Real, effective, saved and file-system ids are one and not root's.
pub(super) fn user(facts: &Facts, _: &Settings) -> Invariant {
    let ids = facts.status.text().and_then(|status| {
        let groups = numbers(field(status, "Groups").unwrap_or_default())?;
        Ok((
            one(numbers(field(status, "Uid")?)?)?,
            one(numbers(field(status, "Gid")?)?)?,
            groups,
        ))
    });
    let plain = ids
        .as_ref()
        .is_ok_and(|(uid, gid, groups)| *uid != 0 && *gid != 0 && !groups.contains(&0));
    let observed = ids.map(|(uid, gid, _)| json!({ "uid": uid, "gid": gid }));
    stated(
        InvariantName::User,
        observed,
        json!({ "not": { "uid": 0, "gid": 0 } }),
        plain,
    )
}

fn one(ids: Vec<u64>) -> Result<u64, Unseen> {
    match ids.as_slice() {
        [first, rest @ ..] if rest.iter().all(|id| id == first) => Ok(*first),
        [] | [..] => Err("ids that differ".to_owned()),
    }
}

fn numbers(text: &str) -> Result<Vec<u64>, Unseen> {
    let number = |word: &str| word.parse().map_err(|_| "malformed number".to_owned());
    text.split_whitespace().map(number).collect()
}

fn number(facts: &Facts, name: &str) -> Result<Value, Unseen> {
    let text = field(facts.status.text()?, name)?;
    text.parse::<u64>()
        .map(Value::from)
        .map_err(|_| format!("malformed `{name}`"))
}

/// The value of `Name:\tvalue`; a name that comes twice is nobody's word.
fn field<'a>(status: &'a str, name: &str) -> Result<&'a str, Unseen> {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':').map(str::trim);
    let mut values = status.lines().filter_map(value);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(format!("no `{name}`")),
        (Some(_), Some(_)) => Err(format!("`{name}` twice")),
    }
}
