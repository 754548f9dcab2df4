//! Every objection of a policy, and every policy and every terms that are none.

use seal::statement::attestation::Mutants;
use strum::VariantNames as _;
use time::macros::datetime;

use super::*;
use crate::acceptance::{TERMS_EXAMPLE, Terms, TermsError};
use crate::policy::file;
use crate::policy::file::PolicyError;
use crate::policy::objection::Objection;

const NOW: OffsetDateTime = datetime!(2026-01-03 00:00 UTC);

/// Of a bundle in which not every row held, asks nothing but the signature.
const NOTHING: &str = "[run]\nresult = \"any\"\n";

/// An objection, its word, and what is asked of whose bundle.
type Asked = (&'static str, &'static str, &'static str, fn() -> Specimen);

const TABLE: &[Asked] = &[
    ("DevelopmentKey", "development_key", NOTHING, development),
    ("Lifted", "lifted", NOTHING, || {
        sealed(|facts, results, matrix| {
            facts.lifts = vec!["network".to_owned()];
            *results = statement::unreached(matrix);
        })
    }),
    ("Shard", "shard", NOTHING, || {
        Specimen::seal(&statement::shard_sample()).unwrap()
    }),
    (
        "Digest",
        "digest",
        "[digests]\nchecker = [OTHER]\n[run]\nresult = \"any\"\n",
        whole,
    ),
    (
        "Digest",
        "digest",
        "[digests]\nairlock = [OTHER]\n[run]\nresult = \"any\"\n",
        whole,
    ),
    (
        "Digest",
        "digest",
        "[digests]\nprobe = [OTHER]\n[run]\nresult = \"any\"\n",
        whole,
    ),
    (
        "Digest",
        "digest",
        "[digests]\nimage = [OTHER]\n[run]\nresult = \"any\"\n",
        whole,
    ),
    (
        "Digest",
        "digest",
        "[digests]\npolicy = [OTHER]\n[run]\nresult = \"any\"\n",
        whole,
    ),
    (
        "Digest",
        "digest",
        "[digests]\nmatrix = [OTHER]\n[run]\nresult = \"any\"\n",
        whole,
    ),
    ("NotHeld", "not_held", "", whole),
    (
        "TooOld",
        "too_old",
        "[run]\nresult = \"any\"\nmax_age_days = 0\n",
        whole,
    ),
    (
        "Engine",
        "engine",
        "[run]\nresult = \"any\"\nengines = [\"podman\"]\n",
        whole,
    ),
    (
        "NoMutants",
        "no_mutants",
        "[run]\nresult = \"any\"\n[evidence]\nmutants = \"required\"\n",
        whole,
    ),
    (
        "MutantsSurvived",
        "mutants_survived",
        "[run]\nresult = \"any\"\n[evidence]\nmutants = \"required\"\n",
        || scored(2, 1, &["weak"]),
    ),
    (
        "MutantsSurvived",
        "mutants_survived",
        "[run]\nresult = \"any\"\n[evidence]\nmutants = \"required\"\n",
        || scored(0, 0, &[]),
    ),
    (
        "Witness",
        "witness",
        "[run]\nresult = \"any\"\n[evidence]\nwitnesses = [\"moon\"]\n",
        whole,
    ),
    (
        "Witness",
        "witness",
        "[run]\nresult = \"any\"\n[evidence]\nwitnesses = [\"seccomp-filters\"]\n",
        whole,
    ),
    (
        "NotReadBack",
        "not_read_back",
        "[run]\nresult = \"any\"\n[evidence]\nfilters = \"read_back\"\n",
        whole,
    ),
];

fn whole() -> Specimen {
    Specimen::seal(sample()).unwrap()
}

fn development() -> Specimen {
    Specimen::seal_with(sample(), Signer::development().unwrap()).unwrap()
}

fn sealed(change: impl FnOnce(&mut RunFacts, &mut Vec<CaseResult>, &Matrix)) -> Specimen {
    Specimen::seal(&sample().clone().with(change)).unwrap()
}

fn scored(total: usize, killed: usize, survivors: &[&str]) -> Specimen {
    let survivors = survivors.iter().map(|it| (*it).to_owned()).collect();
    let score = Mutants {
        total,
        killed,
        survivors,
    };
    sealed(|facts, _, _| facts.mutants = Some(score))
}

fn read(text: &str) -> Result<policy::Policy, PolicyError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, text).unwrap();
    file::read(&path)
}

fn keys(specimen: &Specimen) -> String {
    let pem = specimen.signer().public().to_pem().unwrap();
    format!("schema = 1\n[keys]\ninline = [\"\"\"{pem}\"\"\"]\n")
}

/// The objections of a policy to a bundle, by name; the sentences are added to what was said.
fn objections(policy: &str, specimen: &Specimen, said: &mut String) -> Vec<&'static str> {
    let answer = read(policy).unwrap().ask(specimen.path(), NOW).unwrap();
    assert!(answer.believed.is_some(), "{:?}", answer.reasons);
    for reason in &answer.reasons {
        let text = texts::without_digests(&reason.text);
        said.push_str(&format!("{}: {text}\n", reason.code));
    }
    answer.reasons.iter().map(|reason| reason.code).collect()
}

#[test]
fn each_objection_is_made_alone() {
    let (bundle, mut said) = (whole(), String::new());
    assert_eq!(
        objections(&(keys(&bundle) + NOTHING), &bundle, &mut said),
        Vec::<&str>::new()
    );
    let other = format!("\"{}\"", Sha256Digest::of(b"another"));
    for (name, code, asked, bundle) in TABLE {
        let bundle = bundle();
        let policy = keys(&bundle) + &asked.replace("OTHER", &other);
        assert_eq!(objections(&policy, &bundle, &mut said), [*code], "{name}");
    }
    // Without any key in the policy, a development key is all that is believed.
    let no_key = format!("schema = 1\n[keys]\ndevelopment = true\n{NOTHING}");
    assert_eq!(
        objections(&no_key, &development(), &mut said),
        Vec::<&str>::new()
    );
    assert_eq!(objections(&no_key, &whole(), &mut said), ["unknown_signer"]);
    insta::assert_snapshot!("objections", said);
    let named: BTreeSet<&str> = TABLE
        .iter()
        .map(|it| it.0)
        .chain(["UnknownSigner"])
        .collect();
    assert_eq!(named, Objection::VARIANTS.iter().copied().collect());
}

/// The sentence behind its error's name, without the folder the policy lies in.
fn sentence(name: &str, error: &dyn std::error::Error) -> String {
    let said = evidence::error::chain(error);
    let words = said.split('`').map(|it| match Path::new(it).is_absolute() {
        true if it.ends_with("policy.toml") => "[policy]",
        true => "[path]",
        false => it,
    });
    format!("{name}: {}\n", words.collect::<Vec<_>>().join("`"))
}

/// A policy that is a mistake: the error, and what is put in front of a good one, or
/// after it, or in its place.
#[test]
fn each_policy_that_is_none_is_refused_for_just_that() {
    let good = keys(&whole());
    assert!(read(&good).is_ok());
    let other = good.replace("schema = 1", "schema = 2");
    let cases = [
        ("Read", format!("{good}{}", "#".repeat(1 << 20))),
        ("Parse", good.clone() + "color = \"green\"\n"),
        ("Parse", good.clone() + "[run]\nresult = \"passed\"\n"),
        ("Version", other),
        ("KeyFile", good.clone() + "files = [\"no-such-file\"]\n"),
        (
            "InlineKey",
            "schema = 1\n[keys]\ninline = [\"key\"]\n".to_owned(),
        ),
        ("Threshold", good.clone() + "threshold = 2\n"),
        ("NoKey", "schema = 1\n[keys]\n".to_owned()),
        ("Empty", good.clone() + "[run]\nengines = []\n"),
        ("Empty", good.clone() + "[digests]\nimage = []\n"),
    ];
    let (mut named, mut said) = (BTreeSet::from(["Read"]), String::new());
    for (name, text) in &cases {
        let error = read(text).unwrap_err();
        assert_eq!(error.name(), *name);
        said.push_str(&sentence(name, &error));
        named.insert(name);
    }
    let folder = tempfile::tempdir().unwrap();
    let error = file::read(folder.path()).unwrap_err();
    assert_eq!(error.name(), "Read");
    said.push_str(&sentence("Read", &error));
    insta::assert_snapshot!("no_policy", said);
    assert_eq!(named, PolicyError::VARIANTS.iter().copied().collect());
}

#[test]
fn terms_that_are_none_are_refused_for_just_that() {
    let good = TERMS_EXAMPLE;
    assert!(Terms::parse(good.as_bytes()).is_ok());
    let (head, rest) = good.split_once("[[operator]]").unwrap();
    let (operator, tail) = rest.split_once("[reviewer]").unwrap();
    let with = |count: usize| {
        let operators = format!("[[operator]]{operator}").repeat(count);
        format!("{head}{operators}[reviewer]{tail}").into_bytes()
    };
    let cases = [
        ("NotText", [good.as_bytes(), b"# \xff"].concat()),
        ("Toml", format!("accepted = true\n{good}").into_bytes()),
        (
            "Version",
            good.replace("schema = 1", "schema = 2").into_bytes(),
        ),
        (
            "Key",
            good.replace("PUBLIC KEY", "CERTIFICATE").into_bytes(),
        ),
        ("Operators", with(65)),
        ("Doubled", with(2)),
    ];
    let (mut named, mut said) = (BTreeSet::new(), String::new());
    for (name, text) in &cases {
        let error = Terms::parse(text).unwrap_err();
        assert_eq!(<&str>::from(&error), *name);
        said.push_str(&sentence(name, &error));
        named.insert(*name);
    }
    insta::assert_snapshot!("no_terms", said);
    assert_eq!(named, TermsError::VARIANTS.iter().copied().collect());
}
