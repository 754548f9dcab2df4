//! For each refusal a record that only it refuses.

use seal::bundle::SIGNER_FILE;
use strum::VariantNames as _;

use super::*;
use crate::releases;

type Change = fn(&Record);

/// For each refusal a record that is refused with it alone.
const REFUSED: &[(&str, Change)] = &[
    ("Verify", |it| {
        fs::write(it.path.join(SIGNER_FILE), "x").unwrap()
    }),
    // Of the state before the first release whose audits had other acts.
    ("Known", |it| {
        let known = releases::builtin().unwrap().releases().iter();
        let records = known.filter_map(|it| it.records.as_ref()).next().unwrap();
        let acts = json!(records.acts.to_string());
        it.edit(|it| it["subject"][2]["digest"]["sha256"] = acts);
    }),
    ("Acts", |it| {
        it.edit(|it| change(it, "/subject/2/digest/sha256"))
    }),
    ("Subjects", |it| {
        it.edit(|it| drop(it["subject"].as_array_mut().unwrap().remove(1)));
    }),
    ("Subject", |it| {
        it.edit(|it| change(it, "/subject/0/digest/sha256"))
    }),
    ("Missing", |it| it.drop_file(INSIDE_FILE)),
    ("Stray", |it| it.put("views/lifted-2.json", b"{}")),
    ("Json", |it| it.put(INSIDE_FILE, b"{")),
    ("NotCanonical", |it| {
        let mut bytes = fs::read(it.path.join(INSIDE_FILE)).unwrap();
        bytes.push(b'\n');
        it.put(INSIDE_FILE, &bytes);
    }),
    ("NoAct", |it| {
        it.edit_view(INSIDE_FILE, |it| it["host"]["saw"]["nosuch"] = json!("it"));
    }),
    ("Mute", |it| {
        it.edit_view(OUTSIDE_FILE, |it| it["said"]["hello"] = json!(false))
    }),
    ("Launches", |it| {
        it.edit_view(INSIDE_FILE, |it| it["launches"] = json!(65));
    }),
    ("Lift", |it| {
        it.edit(|it| it["predicate"]["lifts"][0] = json!("--unshare-ipc"))
    }),
    ("Expectation", |it| {
        it.put(EXPECTATION_FILE, b"deny = [\"U99\"]");
        let digest = Sha256Digest::of(b"deny = [\"U99\"]").to_string();
        it.edit(|it| it["subject"][3]["digest"]["sha256"] = json!(digest));
    }),
    ("Finding", |it| {
        it.edit_view(INSIDE_FILE, |it| {
            it["host"]["saw"]["tcp-loopback"] = json!("it")
        });
    }),
    ("Field", |it| {
        it.edit(|it| it["predicate"]["signers_word"] = json!([]))
    }),
];

fn change(statement: &mut Value, at: &str) {
    let leaf = statement.pointer_mut(at).unwrap();
    *leaf = other(leaf);
}

#[test]
fn each_refusal_has_a_record_that_only_it_refuses() {
    for (name, change) in REFUSED {
        let record = Record::new();
        change(&record);
        let refusal = record.believe().unwrap_err();
        let found: &'static str = (&refusal).into();
        assert_eq!(found, *name, "{refusal}");
        assert!(!refusal.to_string().is_empty() && !refusal.code().contains(' '));
    }
    let named: BTreeSet<&str> = REFUSED.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, AuditRefusal::VARIANTS.iter().copied().collect());
}

#[test]
fn expectations_that_are_not_those_of_the_record_are_refused() {
    let other: [Change; 3] = [
        |it| it.put(EXPECTATION_FILE, b"deny = [\"U4\"]"),
        |it| it.drop_file(EXPECTATION_FILE),
        |it| it.edit(|it| drop(it["subject"].as_array_mut().unwrap().remove(3))),
    ];
    for change in other {
        let record = Record::new();
        change(&record);
        assert_eq!(record.believe().unwrap_err().code(), "subject");
    }
}

#[test]
fn a_probe_that_was_seen_to_be_another_is_refused() {
    let record = Record::new();
    record.edit_view(INSIDE_FILE, |it| {
        it["view"]["Ok"]["executable"]["seen"] = json!("0".repeat(64));
    });
    assert_eq!(record.believe().unwrap_err().code(), "subject");
}
