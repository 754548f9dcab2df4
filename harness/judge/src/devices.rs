//! Which device nodes a sandbox's `/dev` may have: those that every runtime makes
//! (OCI runtime specification, "Default Devices"), by name and number.

use std::collections::BTreeMap;

use super::finding::{Finding, same};

const DEFAULT: [(&str, &str); 7] = [
    ("full", "c 1:7"),
    ("null", "c 1:3"),
    ("ptmx", "c 5:2"),
    ("random", "c 1:8"),
    ("tty", "c 5:0"),
    ("urandom", "c 1:9"),
    ("zero", "c 1:5"),
];

/// Whether there is no other.
pub(super) fn finding(devices: &BTreeMap<String, String>) -> Finding {
    let others: Vec<String> = devices
        .iter()
        .filter(|(name, number)| !DEFAULT.contains(&(name.as_str(), number.as_str())))
        .map(|(name, number)| format!("/dev/{name} ({number})"))
        .collect();
    same("the default devices", "", &others.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(name: &str, number: &str) -> bool {
        let devices = BTreeMap::from([(name.to_owned(), number.to_owned())]);
        matches!(finding(&devices), Finding::Fits)
    }

    #[test]
    fn only_the_default_devices_fit_and_only_under_their_names() {
        assert!(fits("null", "c 1:3"));
        assert!(!fits("null", "b 254:0"));
        assert!(!fits("kmsg", "c 1:11"));
    }
}
