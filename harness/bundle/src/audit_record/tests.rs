//! Records that are sealed whole, changed in one thing and signed again: each is refused,
//! or the record itself says that this is its signer's word.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use audit::answers::{Answer, Outcome, Said};
use audit::launch::Host;
use audit::table;
use evidence::view::View;
use seal::bundle::STATEMENT_FILE;
use seal::bundle::verify::Anchor;
use seal::canonical;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use serde_json::{Value, json};
use time::macros::datetime;

use super::*;

mod refusals;
mod releases;
mod schema;

/// A process that was seen, with these namespaces of its own.
fn view(own: &[&str]) -> View {
    let not = || json!({ "not_seen": "not asked for" });
    let names = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
    let namespaces: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| {
            let shared = !own.contains(name);
            let value = json!({ "id": format!("{name}:[1]"), "shared_with_host": shared });
            ((*name).to_owned(), value)
        })
        .collect();
    let mut view = serde_json::Map::new();
    for field in [
        "mounts",
        "environment",
        "limits",
        "control_group",
        "system_paths",
        "devices",
        "interfaces",
        "routes",
        "held",
        "descriptors",
        "command_as_asked",
        "folders",
        "filters",
    ] {
        view.insert(field.to_owned(), not());
    }
    let status = json!({ "CapEff": "0", "NoNewPrivs": "0" });
    view.insert("status".to_owned(), json!({ "seen": status }));
    view.insert("namespaces".to_owned(), json!({ "seen": namespaces }));
    let probe = Sha256Digest::of(b"probe").to_string();
    view.insert("executable".to_owned(), json!({ "seen": probe }));
    serde_json::from_value(Value::Object(view)).unwrap()
}

/// A launch in which every act came out like this, and the host saw those of these rows.
fn launch(outcome: &Outcome, saw: bool, own: &[&str]) -> Launch {
    let mut host = Host::default();
    let mut said = Said {
        hello: true,
        exit: true,
        ..Said::default()
    };
    for act in table::ALL {
        let answer = Answer {
            outcome: outcome.clone(),
            call: None,
        };
        said.answers.insert(act.id.to_owned(), answer);
        host.proofs.insert(act.id.to_owned(), "canary".to_owned());
        if saw {
            host.saw.insert(act.id.to_owned(), "the host".to_owned());
        }
    }
    let blind = "no terminal".to_owned();
    host.blind.insert("terminal-input".to_owned(), blind);
    host.saw.remove("terminal-input");
    Launch {
        said,
        host,
        view: Ok(view(own)),
        launches: 1,
    }
}

fn evidence() -> Evidence {
    let done = Outcome::Done("canary".to_owned());
    let refused = Outcome::Refused("ECONNREFUSED".to_owned());
    Evidence {
        outside: launch(&done, true, &[]),
        inside: launch(&refused, false, &["net"]),
        lifted: vec![("--unshare-net".to_owned(), launch(&done, true, &[]))],
    }
}

const EXPECTED: &str = "deny = [\"U4\", \"U14\"]\n";

/// A record in a folder of its own, and the key that signed it.
struct Record {
    _folder: tempfile::TempDir,
    path: PathBuf,
    signer: Signer,
}

impl Record {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::development().unwrap();
        let facts = AuditFacts {
            id: "0123456789abcdef".to_owned(),
            started: datetime!(2026-01-05 00:00 UTC),
            finished: datetime!(2026-01-06 00:00 UTC),
            line: ["bwrap", "--unshare-net", "--"].map(str::to_owned).to_vec(),
            tty: false,
            place: this_place().unwrap(),
            probe: Sha256Digest::of(b"probe"),
            launcher: Some(Sha256Digest::of(b"bwrap")),
            config: Some(Sha256Digest::of(b"config")),
            image: Some(Sha256Digest::of(b"image")),
            expectation: Some(EXPECTED.to_owned()),
        };
        let expectation = Expectation::parse(EXPECTED).unwrap();
        let path = write(
            folder.path(),
            &facts,
            &evidence(),
            Some(&expectation),
            &signer,
        );
        Self {
            path: path.unwrap(),
            _folder: folder,
            signer,
        }
    }

    fn believe(&self) -> Result<BelievedAudit, AuditRefusal> {
        super::believe(&self.path, &Anchor::Embedded)
    }

    fn statement(&self) -> Value {
        let bytes = fs::read(self.path.join(STATEMENT_FILE)).unwrap();
        let keys = TrustedKeys::one(self.signer.public());
        let payload = Envelope::open(STATEMENT_FILE, &bytes, &keys, IN_TOTO).unwrap();
        serde_json::from_slice(payload.bytes()).unwrap()
    }

    /// Signs another statement with the same key.
    fn sign(&self, statement: &Value) {
        let bytes = canonical::to_bytes(statement).unwrap();
        let envelope = Envelope::sign(IN_TOTO, bytes, &[&self.signer]).unwrap();
        let bytes = envelope.to_json().unwrap();
        fs::write(self.path.join(STATEMENT_FILE), bytes).unwrap();
    }

    /// Writes a file, lists it as it is then, and signs.
    fn put(&self, file: &str, bytes: &[u8]) {
        fs::write(self.path.join(file), bytes).unwrap();
        let mut statement = self.statement();
        let files = statement["predicate"]["files"].as_array_mut().unwrap();
        files.retain(|it| it["path"] != file);
        let digest = Sha256Digest::of(bytes).to_string();
        files.push(json!({ "path": file, "sha256": digest, "size": bytes.len() }));
        files.sort_by_key(|it| it["path"].as_str().unwrap().to_owned());
        self.sign(&statement);
    }

    /// Removes a file, and from the list.
    fn drop_file(&self, file: &str) {
        fs::remove_file(self.path.join(file)).unwrap();
        self.edit(|it| {
            let files = it["predicate"]["files"].as_array_mut().unwrap();
            files.retain(|it| it["path"] != file);
        });
    }

    fn edit(&self, edit: impl FnOnce(&mut Value)) {
        let mut statement = self.statement();
        edit(&mut statement);
        self.sign(&statement);
    }

    fn edit_view(&self, file: &str, edit: impl FnOnce(&mut Value)) {
        let bytes = fs::read(self.path.join(file)).unwrap();
        let mut view = serde_json::from_slice(&bytes).unwrap();
        edit(&mut view);
        self.put(file, &canonical::to_bytes(&view).unwrap());
    }
}

#[test]
fn a_record_is_believed_and_judged_as_it_was() {
    let record = Record::new();
    let believed = record.believe().unwrap();
    assert_eq!(believed.findings, evidence().findings());
    let said = believed.bundle.said();
    assert_eq!((said.result.held, said.result.exit_code), (1, 4));
    let tcp = said.findings.iter().find(|it| it.act == "tcp-loopback");
    let wanted = "by `--unshare-net`: a net namespace of its own";
    assert_eq!(tcp.unwrap().why, wanted);
}

/// Every leaf of a value, by its path; a list's members by their numbers, but for the
/// subjects, which have names.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, String)>, at: &str) {
    let mut go = |value: &Value, name: &str, key: &str| {
        let path = format!("{path}.{name}").trim_start_matches('.').to_owned();
        leaves(value, &path, found, &format!("{at}/{key}"));
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| go(value, key, key)),
        Value::Array(members) => members.iter().enumerate().for_each(|(number, value)| {
            let name = match value.get("name").and_then(Value::as_str) {
                Some(name) if at == "/subject" => name.to_owned(),
                _ => number.to_string(),
            };
            go(value, &name, &number.to_string());
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push((path.to_owned(), at.to_owned()));
        }
    }
}

/// Another value of the same kind, of the same form where the form is looked at.
fn other(value: &Value) -> Value {
    let text = match value {
        Value::Null => return json!("held"),
        Value::Bool(it) => return json!(!it),
        Value::Number(it) => return json!(it.as_u64().unwrap() + 1),
        Value::String(text) => text.as_str(),
        Value::Array(_) | Value::Object(_) => unreachable!("a leaf"),
    };
    let all_hex = |it: &str| it.bytes().all(|byte| byte.is_ascii_hexdigit());
    json!(match text {
        "development" => "operator".to_owned(),
        "held" => "broken".to_owned(),
        "incomplete" | "not_shown" => "held".to_owned(),
        time if time.ends_with('Z') && time.contains('T') => "2026-01-05T12:00:00Z".to_owned(),
        digest if [16, 64].contains(&digest.len()) && all_hex(digest) => {
            let first = if digest.starts_with('0') { '1' } else { '0' };
            format!("{first}{}", &digest[1..])
        }
        text => format!("{text}x"),
    })
}

#[test]
fn every_field_that_is_signed_is_judged_again_or_said_to_be_the_signers_word() {
    let record = Record::new();
    let whole = record.statement();
    let mut all = Vec::new();
    leaves(&whole, "", &mut all, "");
    // One finding is as another.
    let more = |path: &str| path.starts_with("predicate.findings.") && !path.contains("s.0.");
    all.retain(|(path, _)| !more(path));
    let mut word = BTreeSet::new();
    for (path, at) in &all {
        let mut statement = whole.clone();
        let leaf = statement.pointer_mut(at).unwrap();
        *leaf = other(leaf);
        record.sign(&statement);
        let path = path.trim_end_matches(".digest.sha256");
        let listed = SIGNERS_WORD.contains(&path);
        match record.believe() {
            Ok(_) => assert!(listed, "{path} was believed"),
            // The note says the same: to be believed, both must be changed.
            Err(_) => assert!(!listed || path == "predicate.signer.role", "{path}"),
        }
        word.extend(listed.then_some(path.to_owned()));
    }
    let fields = SIGNERS_WORD.iter().filter(|it| !it.starts_with("that "));
    let fields: BTreeSet<String> = fields.map(|it| (*it).to_owned()).collect();
    assert_eq!(word, fields);
}

#[test]
fn whoever_changes_an_answer_of_any_act_is_refused_where_it_is_judged_otherwise() {
    let record = Record::new();
    let (mut told, mut silent) = (0, 0);
    let whole = [INSIDE_FILE, OUTSIDE_FILE].map(|it| (it, fs::read(record.path.join(it)).unwrap()));
    for (file, outcome) in [
        (INSIDE_FILE, Outcome::Done("canary".to_owned())),
        (OUTSIDE_FILE, Outcome::Refused("EPERM".to_owned())),
    ] {
        // Half of them are enough: each record takes its time.
        for act in table::ALL.iter().step_by(2) {
            let mut changed = evidence();
            let launch = match file {
                INSIDE_FILE => &mut changed.inside,
                _ => &mut changed.outside,
            };
            launch.said.answers.get_mut(act.id).unwrap().outcome = outcome.clone();
            launch.host.saw.remove(act.id);
            let bytes = canonical::to_bytes(&*launch).unwrap();
            let differs = changed.findings() != evidence().findings();
            record.put(file, &bytes);
            let refused = record.believe().err().map(|it| it.code());
            assert_eq!(refused, differs.then_some("finding"), "{file} {}", act.id);
            *(if differs { &mut told } else { &mut silent }) += 1;
        }
        for (file, bytes) in &whole {
            record.put(file, bytes);
        }
    }
    assert!(told > 2 * silent, "{told} {silent}");
    assert!(record.believe().is_ok());
}
