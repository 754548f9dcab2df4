//! Every error that believing a record can give has a record that only it refuses.

use super::*;

type Change = fn(&Record);

const TABLE: &[(&str, Change)] = &[
    ("Verify", |it| {
        fs::write(it.path().join("launches/1.json"), "{}").unwrap();
    }),
    ("Subjects", |it| {
        it.restate(|it| drop(it["subject"].as_array_mut().unwrap().remove(0)));
    }),
    ("OtherRelease", |it| {
        it.restate(|it| it["subject"][5]["digest"]["sha256"] = "0".repeat(64).into());
    }),
    ("OtherRelease", |it| {
        it.restate(|it| it["subject"][4]["digest"]["sha256"] = "0".repeat(64).into());
    }),
    ("Missing", |it| {
        fs::remove_file(it.path().join("launches/2.json")).unwrap();
        it.restate(|it| {
            let files = it["predicate"]["files"].as_array_mut().unwrap();
            files.retain(|it| it["path"] != "launches/2.json");
        });
    }),
    ("Stray", |it| it.put("notes.txt", b"all is well")),
    ("Stray", |it| {
        let first = fs::read(it.path().join("launches/1.json")).unwrap();
        it.put("launches/3.json", &first);
    }),
    ("Json", |it| it.put("launches/1.json", b"{}")),
    ("NotCanonical", |it| {
        let first = fs::read(it.path().join("launches/1.json")).unwrap();
        it.put("launches/1.json", &[&first[..], b"\n"].concat());
    }),
    ("OtherLaunch", |it| {
        it.relaunch(1, |it| it["lifts"] = vec!["network"].into());
    }),
    ("OtherLaunch", |it| {
        it.relaunch(1, |it| {
            it["role"] = serde_json::json!("control");
        });
    }),
    ("OtherLaunch", |it| {
        it.relaunch(1, |it| {
            it["subject"] = serde_json::json!({"probe": {"attempts": [], "lines": []}});
        });
    }),
    ("OtherProgram", |it| {
        let other = judge::samples::programs();
        let subject = evidence::record::Subject::checker(String::new());
        let expected = judge::samples::expected();
        let mut view = judge::samples::view(&expected, &subject);
        view.executable = evidence::view::Seen::Seen(other.probe.to_string());
        it.relaunch(1, |it| it["exec"] = serde_json::to_value(view).unwrap());
    }),
    ("OtherAuthorities", |it| {
        it.restate(|it| it["predicate"]["authorities"] = "0".repeat(64).into());
    }),
    ("NoAnswer", |it| {
        it.relaunch(1, |it| it["exit"] = serde_json::json!({"code": 0}));
    }),
    ("NoAnswer", |it| {
        it.relaunch(1, |it| it["trouble"] = "the witness saw nothing".into());
    }),
    ("NoAnswer", |it| {
        it.relaunch(1, |it| {
            it["subject"]["checker"]["announcement"] = Value::Null
        })
    }),
    ("NoAnswer", |it| {
        it.relaunch(1, |it| {
            let report = &mut it["subject"]["checker"]["report"];
            *report = report.as_str().unwrap().replacen("fix7", "fix8", 1).into();
        });
    }),
    ("Answer", |it| {
        it.restate(|it| {
            let answer = &mut it["predicate"]["packets"][0]["answer"];
            answer["outcome"] = "no_gap_observed".into();
            answer["exit_code"] = 5.into();
        });
    }),
    ("Answer", |it| {
        it.restate(|it| {
            it["predicate"]["packets"][0]["answer"]["report"] = "0".repeat(64).into();
        });
    }),
    ("Torn", |it| {
        it.restate(|it| it["predicate"]["packets"][2]["why"] = "".into());
    }),
    ("Torn", |it| {
        it.restate(|it| it["predicate"]["packets"][0]["why"] = "given up".into());
    }),
    ("Field", |it| {
        it.restate(|it| it["predicate"]["result"]["gaps"] = 0.into());
    }),
    ("Field", |it| {
        it.restate(|it| {
            drop(
                it["predicate"]["signers_word"]
                    .as_array_mut()
                    .unwrap()
                    .pop(),
            )
        });
    }),
    ("Field", |it| {
        it.restate(|it| {
            drop(
                it["predicate"]["does_not_assert"]
                    .as_array_mut()
                    .unwrap()
                    .pop(),
            )
        });
    }),
    ("Field", |it| {
        it.restate(|it| it["predicate"]["signer"]["note"] = "the operator's".into());
    }),
];

#[test]
fn each_changed_record_is_refused_for_just_that() {
    for (name, change) in TABLE {
        let record = Record::new();
        change(&record);
        let refusal = record.believed().err().unwrap();
        let own: &str = (&refusal).into();
        assert_eq!(own, *name, "{}", evidence::error::chain(&refusal));
        assert!(!refusal.code().is_empty() && !refusal.file().is_empty());
    }
    // No known release makes records of checks: `releases` tries it with one that does.
    let named = TABLE.iter().map(|it| it.0).chain(["Known"]);
    let named: BTreeSet<&str> = named.collect();
    assert_eq!(named, CheckRefusal::VARIANTS.iter().copied().collect());
}
