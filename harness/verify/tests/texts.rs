//! What the program `proof-of-block-verify` says, as a whole: each answer is a
//! snapshot, with how the program ended.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use bundle::forgery::Specimen;
use bundle::sample::stand_in;
use seal::key::{SecretKey, Signer};

/// A folder to run the program in, with the bundle `run` that an operator signed.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let key = SecretKey::from_seed(&[7; 32]);
        let other = SecretKey::from_seed(&[8; 32]);
        for (name, key) in [("operator.pub.pem", &key), ("other.pub.pem", &other)] {
            fs::write(desk.at(name), key.public().to_pem().unwrap()).unwrap();
        }
        let specimen = Specimen::seal_with(&stand_in::sample(), Signer::operator(key)).unwrap();
        fs::rename(specimen.path(), desk.at("run")).unwrap();
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The line, how it ended, and what was printed on either stream.
    fn answer(&self, line: &str) -> String {
        let done = Command::new(env!("CARGO_BIN_EXE_proof-of-block-verify"))
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("COLUMNS", "80")
            .output()
            .unwrap();
        let code = done.status.code().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(done.stdout), text(done.stderr));
        assert_eq!(said_twice(&err), None, "{line}");
        let primes = ['\u{2032}', '\u{2034}'];
        assert!(
            !out.contains(primes) && !err.contains(primes),
            "{line}: not as on a keyboard"
        );
        let said = format!(
            "$ proof-of-block-verify {line}\n{out}--- standard error\n{err}--- exit code {code}\n"
        );
        let folder = self.folder.path().to_str().unwrap();
        let said = said.replace(folder, "[folder]").replace('\u{1b}', "␛");
        without_digests(&said.replacen(" \n", "\n", 1))
    }
}

/// A word that two layers say, one behind the other, such as `refused: refused`.
fn said_twice(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches([':', ',', ';']).to_lowercase();
    let twice = words.windows(2).find(|two| {
        let is_word = two[0].chars().any(char::is_alphabetic);
        is_word && two[0].ends_with(':') && bare(two[0]) == bare(two[1])
    });
    twice.map(|two| two.join(" "))
}

/// Digests change with every line of the matrix, and say nothing to a reader of this.
fn without_digests(text: &str) -> String {
    let words = text.split_inclusive(|c: char| !c.is_ascii_hexdigit());
    let words = words.map(|word| match word.len() {
        65 => format!("[digest]{}", &word[64..]),
        _ => word.to_owned(),
    });
    words.collect()
}

#[test]
fn the_program_says_what_it_takes() {
    let desk = Desk::new();
    insta::assert_snapshot!("help", desk.answer("--help"));
    let version = desk.answer("--version");
    let version = version.replace(env!("CARGO_PKG_VERSION"), "[version]");
    insta::assert_snapshot!("version", version);
}

/// A mistake: its snapshot's name and the line.
const MISTAKES: [(&str, &str); 16] = [
    ("no_bundle", ""),
    ("no_bundle_to_verify", "verify"),
    ("two_bundles", "a b"),
    ("show_without_a_row", "show a"),
    ("merge_one_shard", "merge a"),
    ("accept_without_terms", "accept a"),
    ("a_flag_of_another_command", "report a --policy p"),
    ("an_unknown_format", "a --format xml"),
    ("an_unknown_color", "a --color blue"),
    ("an_unknown_flag", "a --moon"),
    ("a_policy_twice", "a --policy p --policy q"),
    ("a_key_twice", "a --public-key p --public-key q"),
    ("a_policy_and_a_key", "a --policy p --public-key q"),
    ("a_flag_without_a_value", "a --policy"),
    ("no_such_folder", "nowhere"),
    ("no_such_key", "run --public-key nowhere.pem"),
];

#[test]
fn each_mistake_is_named_with_what_to_do() {
    let desk = Desk::new();
    for (name, line) in MISTAKES {
        insta::assert_snapshot!(format!("mistake_{name}"), desk.answer(line));
    }
}

#[test]
fn a_whole_bundle_is_told_to_people() {
    let desk = Desk::new();
    for (name, line) in [
        ("genuine", "run --public-key operator.pub.pem"),
        ("genuine_of_whoever_signed", "run"),
        (
            "genuine_in_colour",
            "run --public-key operator.pub.pem --color always",
        ),
        ("of_another_key", "run --public-key other.pub.pem"),
        ("shown", "show run N1"),
        ("shown_launch", "show run N1 1"),
        ("shown_where_nothing_ran", "show run N19"),
        ("summed_up", "summary run"),
        ("page", "report run"),
        ("merged_with_itself", "merge run run"),
    ] {
        insta::assert_snapshot!(name, desk.answer(line));
    }
}

#[test]
fn a_program_gets_one_object() {
    let desk = Desk::new();
    for (name, line) in [
        (
            "genuine_json",
            "run --public-key operator.pub.pem --format json",
        ),
        (
            "of_another_key_json",
            "run --public-key other.pub.pem --format json",
        ),
    ] {
        let said = desk.answer(line);
        let object = said.lines().find(|it| it.starts_with('{')).unwrap();
        let object: serde_json::Value = serde_json::from_str(object).unwrap();
        insta::assert_json_snapshot!(name, object);
    }
}

/// What somebody does to a bundle.
type Tamper = fn(&Desk);

/// A snapshot's name, and what is done to the bundle before it is verified.
const TAMPERED: [(&str, Tamper); 8] = [
    ("a_file_was_changed", |it| {
        change(it, "junit.xml", |text| text.replacen("tests", "tasks", 1))
    }),
    ("a_file_was_lengthened", |it| {
        change(it, "matrix.toml", |text| text + "\n")
    }),
    ("a_file_is_missing", |it| {
        fs::remove_file(it.at("run/junit.xml")).unwrap()
    }),
    ("a_file_is_too_much", |it| {
        fs::write(it.at("run/more.txt"), "x").unwrap()
    }),
    ("the_statement_is_missing", |it| {
        fs::remove_file(it.at("run/statement.dsse.json")).unwrap();
    }),
    ("the_statement_is_no_envelope", |it| {
        change(it, "statement.dsse.json", |_| "{}".to_owned())
    }),
    ("the_key_is_none", |it| {
        change(it, "signer.pub.pem", |_| "nothing".to_owned())
    }),
    ("a_file_is_a_link", |it| {
        fs::remove_file(it.at("run/junit.xml")).unwrap();
        std::os::unix::fs::symlink("/dev/null", it.at("run/junit.xml")).unwrap();
    }),
];

fn change(desk: &Desk, file: &str, edit: impl FnOnce(String) -> String) {
    let at = desk.at("run").join(file);
    let text = fs::read_to_string(&at).unwrap();
    fs::write(at, edit(text)).unwrap();
}

#[test]
fn a_tampered_bundle_is_refused_in_words() {
    for (name, tamper) in TAMPERED {
        let desk = Desk::new();
        tamper(&desk);
        let said = desk.answer("run --public-key operator.pub.pem");
        insta::assert_snapshot!(format!("refused_{name}"), said);
    }
}

/// Every reason that a policy can have against one bundle is said at once.
#[test]
fn a_policy_says_every_reason() {
    let desk = Desk::new();
    let asked = "schema = 1\n[keys]\nfiles = [\"operator.pub.pem\"]\n\
        [run]\nengines = [\"podman\"]\nmax_age_days = 0\n\
        [evidence]\nmutants = \"required\"\nfilters = \"read_back\"\nwitnesses = [\"moon\"]\n";
    fs::write(desk.at("policy.toml"), asked).unwrap();
    let said = desk.answer("run --policy policy.toml");
    insta::assert_snapshot!("refused_by_a_policy", said);
}
