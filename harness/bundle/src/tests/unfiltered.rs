//! A bundle says of which calls its filters decide nothing, and cannot say otherwise.

use seal::statement::attestation::{Unfiltered, UnfilteredCall};

use super::*;

/// The sample's kernel shows one call to no filter.
#[test]
fn calls_that_no_filter_decides_are_disclaimed_by_name_as_the_host_has_them() {
    let specimen = specimen();
    let believed = believe(specimen.path(), &specimen.anchor()).unwrap();
    let said = believed.bundle.attestation();
    let last = said.does_not_assert.last().unwrap();
    assert_eq!(
        last,
        "that a filter decides the calls that this kernel shows to no filter: 335 uretprobe"
    );
    let page = fs::read_to_string(specimen.at(REPORT_FILE)).unwrap();
    for shown in [
        last,
        "this kernel shows to filters the whole table of calls but for 335 uretprobe (killed SIGILL).",
        "335 uretprobe: shown to no filter by this kernel",
        "1 shown to no filter by this kernel",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

const STATEMENT: &str = "refused: statement.dsse.json: not_borne_out";

fn uretprobe() -> UnfilteredCall {
    UnfilteredCall {
        number: 335,
        name: "uretprobe".to_owned(),
        came: "killed SIGILL".to_owned(),
    }
}

#[test]
fn a_host_that_says_another_thing_than_is_disclaimed_is_refused() {
    let uprobe = UnfilteredCall {
        number: 336,
        name: "uprobe".to_owned(),
        came: "ENXIO".to_owned(),
    };
    let reason = "no time".to_owned();
    for other in [
        Unfiltered::Asked(Vec::new()),
        Unfiltered::Asked(vec![uretprobe(), uprobe]),
        Unfiltered::NotAsked { reason },
    ] {
        let words = other.to_string();
        let specimen = specimen();
        let forge = |said: &mut Attestation| said.host.calls_shown_to_no_filter = other;
        specimen.forge(|said, _| forge(said)).unwrap();
        assert_eq!(specimen.came(), STATEMENT, "{words}");
    }
}

#[test]
fn a_call_has_the_number_and_the_name_that_it_has_in_the_table() {
    for (number, name) in [(335, "getpid"), (335, ""), (39, "uretprobe"), (1024, "")] {
        let name = name.to_owned();
        let call = UnfilteredCall {
            number,
            name,
            ..uretprobe()
        };
        let other = Unfiltered::Asked(vec![call]);
        let specimen = specimen();
        let forge = |said: &mut Attestation| {
            said.does_not_assert.pop();
            said.does_not_assert.extend(other.disclaimer());
            said.host.calls_shown_to_no_filter = other;
        };
        specimen.forge(|said, _| forge(said)).unwrap();
        assert_eq!(specimen.came(), STATEMENT, "{number}");
    }
    let specimen = specimen();
    let doubled = Unfiltered::Asked(vec![uretprobe(), uretprobe()]);
    let double = |said: &mut Attestation| said.host.calls_shown_to_no_filter = doubled;
    specimen.forge(|said, _| double(said)).unwrap();
    let came = specimen.came();
    assert!(came.starts_with("refused: statement.dsse.json: "), "{came}");
    assert_ne!(came, STATEMENT);
}
