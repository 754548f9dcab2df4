//! What a bundle says besides its rows is not what statement, observations and this
//! program bear out.

use seal::statement::attestation::{Unfiltered, UnfilteredCall};

use super::forging::{edit, forge, see, sign};
use super::*;

const STATEMENT: &str = "not_borne_out statement.dsse.json";

pub(super) const TABLE: &[Refused] = &[
    refused("rejudge.Other", "other_release matrix.toml", |it| {
        append(it, MATRIX_FILE, "# agreed\n");
    }),
    refused("rejudge.Other", "other_release policy.toml", |it| {
        append(it, POLICY_FILE, "# agreed\n");
    }),
    // A state before the first release, of the table that is built in.
    refused("rejudge.Known", "known_release statement.dsse.json", |it| {
        let known = crate::releases::builtin().unwrap().releases();
        let old = known.iter().find(|it| it.schema == 2).unwrap();
        it.forge(|said, subjects| {
            said.schema = old.schema;
            subjects.matrix = old.matrix;
            subjects.policy = old.policy;
        })
        .unwrap();
    }),
    refused("rejudge.Missing", "missing matrix.toml", |it| {
        remove(it, MATRIX_FILE)
    }),
    refused("rejudge.Missing", "missing policy.toml", |it| {
        remove(it, POLICY_FILE)
    }),
    refused("rejudge.Missing", "missing engine.json", |it| {
        remove(it, ENGINE_FILE)
    }),
    refused("rejudge.Missing", "missing filters.json", |it| {
        remove(it, FILTERS_FILE)
    }),
    refused("rejudge.Missing", "missing report.html", |it| {
        remove(it, REPORT_FILE)
    }),
    refused("rejudge.Missing", "missing self-audit.json", |it| {
        remove(it, self_audit::FILE)
    }),
    refused("rejudge.Engine", "engine_account engine.json", |it| {
        account(it, |own| own["name"] = "podman".into());
    }),
    refused("rejudge.Engine", "engine_account engine.json", |it| {
        account(it, |own| own["version"] = "99".into());
    }),
    refused("rejudge.Engine", "engine_account engine.json", |it| {
        account(it, |own| own["api"] = Value::Null);
    }),
    refused("rejudge.Engine", "engine_account engine.json", |it| {
        account(it, |own| own["runtime"] = "crun 1".into());
    }),
    refused("rejudge.Field.Policy", STATEMENT, |it| {
        forge(it, |_, subjects| subjects.policy = another());
    }),
    refused("rejudge.Field.Matrix", STATEMENT, |it| {
        forge(it, |_, subjects| subjects.matrix = another());
    }),
    refused("rejudge.Field.Arch", STATEMENT, |it| {
        forge(it, |said, _| said.host.arch = "pdp11".to_owned());
    }),
    refused("rejudge.Field.CallsShownToNoFilter", STATEMENT, |it| {
        forge(it, |said, _| {
            said.host.calls_shown_to_no_filter = Unfiltered::Asked(vec![UnfilteredCall {
                number: 1,
                name: "reboot".to_owned(),
                came: "ENXIO".to_owned(),
            }]);
        });
    }),
    refused("rejudge.Field.SignerNote", STATEMENT, |it| {
        forge(it, |said, _| said.signer.note = "approved".to_owned());
    }),
    refused("rejudge.Field.Witnesses", STATEMENT, |it| {
        forge(it, |said, _| drop(said.witnesses.pop()));
    }),
    refused("rejudge.Field.Coverage", STATEMENT, |it| {
        forge(it, |said, _| said.coverage.mutants = said.coverage.rows);
    }),
    refused("rejudge.Field.DoesNotAssert", STATEMENT, |it| {
        forge(it, |said, _| said.does_not_assert.truncate(1));
    }),
    // A filter that no record names, and one under the name of another.
    refused("rejudge.NotBorneOut", "not_borne_out filters.json", |it| {
        edit(it, FILTERS_FILE, |filters| {
            filters["sha256:00"] = "06".into()
        });
        sign(it);
    }),
    refused("rejudge.NotBorneOut", "not_borne_out filters.json", |it| {
        see(it, "N1", "sha256:00");
        edit(it, FILTERS_FILE, |filters| {
            filters["sha256:00"] = "06".into()
        });
        sign(it);
    }),
    refused("rejudge.NotBorneOut", "not_borne_out junit.xml", |it| {
        append(it, "junit.xml", "\n");
    }),
    refused("rejudge.NotBorneOut", "not_borne_out profile.json", |it| {
        append(it, "profile.json", "\n");
    }),
    refused("rejudge.NotBorneOut", "not_borne_out report.html", |it| {
        append(it, REPORT_FILE, "\n");
    }),
    refused("rejudge.NotBorneOut", "not_borne_out seccomp.json", |it| {
        append(it, "seccomp.json", "\n");
    }),
    refused("rejudge.Stray", "stray notes.txt", |it| {
        add(it, "notes.txt", "held")
    }),
    refused("rejudge.Stray", "stray observations/D1.json", |it| {
        add(it, "observations/D1.json", "{}")
    }),
    refused("rejudge.Stray", "stray observations/N7.json", |it| {
        add(it, "observations/N7.json", r#"{"checks":[],"launches":[]}"#);
    }),
    refused("rejudge.Audit", "not_borne_out self-audit.json", |it| {
        edit(it, self_audit::FILE, |it| {
            it["items"][0]["looked_at"] = 7.into()
        });
        sign(it);
    }),
    refused("rejudge.Audit", "not_borne_out self-audit.json", |it| {
        append(it, self_audit::FILE, "\n");
    }),
    refused("rejudge.Roll", "roll statement.dsse.json", |it| {
        it.forge(|said, _| drop(said.rows.pop())).unwrap();
    }),
    refused("rejudge.Roll", "roll statement.dsse.json", |it| {
        forge(it, |said, _| drop(said.deferred.pop()));
    }),
    refused("rejudge.Roll", "roll statement.dsse.json", |it| {
        forge(it, |said, _| said.deferred[0] = "D99".to_owned());
    }),
];

fn another() -> Sha256Digest {
    Sha256Digest::of(b"another")
}

fn append(specimen: &Specimen, file: &str, text: &str) {
    let old = fs::read(specimen.at(file)).unwrap_or_default();
    fs::write(specimen.at(file), [&old, text.as_bytes()].concat()).unwrap();
    sign(specimen);
}

/// A file more, and everything made again that counts them.
fn add(specimen: &Specimen, file: &str, text: &str) {
    fs::write(specimen.at(file), text).unwrap();
    forge(specimen, |_, _| {});
}

fn remove(specimen: &Specimen, file: &str) {
    fs::remove_file(specimen.at(file)).unwrap();
    sign(specimen);
}

/// The engine's account of itself, changed, and shown wherever it is shown.
fn account(specimen: &Specimen, change: impl FnOnce(&mut Value)) {
    edit(specimen, ENGINE_FILE, |account| {
        change(&mut account["identity"])
    });
    forge(specimen, |_, _| {});
}
