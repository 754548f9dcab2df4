//! Which hosts there are: each once, and all of them.

use std::collections::BTreeMap;

use bundle::inventory;

use super::Host;

/// Names each host by the inventory, holds against bundles that they are of no host of it,
/// or of one that had its turn; the hosts that no bundle is of.
pub(super) fn call(hosts: &mut [Host], inventory: Option<&[inventory::Host]>) -> Vec<String> {
    once(
        hosts,
        "doubled_run",
        |said| said.run.clone(),
        |run, first| format!("expected every run once, observed `{run}` in `{first}`, too"),
    );
    let Some(inventory) = inventory else {
        return Vec::new();
    };
    let names: BTreeMap<String, &str> = inventory
        .iter()
        .map(|host| (host.keyid.to_string(), host.name.as_str()))
        .collect();
    once(
        hosts,
        "doubled_host",
        |said| said.keyid.to_string(),
        |_, first| format!("expected one bundle a host, observed that `{first}` is of it, too"),
    );
    for host in hosts.iter_mut() {
        let Some(keyid) = host.said.as_ref().map(|said| said.keyid.to_string()) else {
            continue;
        };
        match names.get(&keyid) {
            Some(name) => host.host = (*name).to_owned(),
            None => {
                let text = format!("expected a host of the inventory, observed the key `{keyid}`");
                host.object("unknown_host", text);
            }
        }
    }
    let seen = |name: &str| hosts.iter().any(|it| it.said.is_some() && it.host == name);
    let absent = inventory.iter().filter(|host| !seen(&host.name));
    absent.map(|host| host.name.clone()).collect()
}

/// Holds against each bundle but the first that it has something the first has.
fn once(
    hosts: &mut [Host],
    code: &'static str,
    of: impl Fn(&super::host::Said) -> String,
    words: impl Fn(&str, &str) -> String,
) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for host in hosts {
        let Some(what) = host.said.as_ref().map(&of) else {
            continue;
        };
        match first.get(&what) {
            Some(other) => host.object(code, words(&what, other)),
            None => drop(first.insert(what, host.bundle.clone())),
        }
    }
}
