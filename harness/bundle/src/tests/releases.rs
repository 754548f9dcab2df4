//! Which release judges a bundle: this one its own, and those of a release that is known
//! and judges alike; of any other it says which, if it is known.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use negatives::coverage::Coverage;
use seal::bundle::verify::Anchor;
use seal::digest::Sha256Digest;
use seal::statement::attestation::SCHEMA;
use seccomp::policy::POLICY_TOML;

use super::refusals::forging::forge;
use super::*;
use crate::believe::{Believed, believe_by};
use crate::releases::{self, Table};
use crate::rules::Rules;

/// The envelopes and the key of a bundle of each earlier schema: the least that shows
/// what it is.
fn of_schema(schema: u32) -> tempfile::TempDir {
    let kept = format!("tests/fixtures/schema-{schema}");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(kept);
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(kept).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

fn words(refusal: &Refusal) -> String {
    format!("{}: {}", refusal.code(), evidence::error::chain(refusal))
}

#[test]
fn a_bundle_of_an_earlier_schema_is_refused_by_the_release_that_is_known() {
    for (schema, commit) in [
        (1, "d4deb79ab6c900c2eeef4055884202d35dec3f3a"),
        (2, "9908fa715f8c1cb273bca7f1050120de2cef287a"),
    ] {
        let folder = of_schema(schema);
        let refusal = believe(folder.path(), &Anchor::Embedded).unwrap_err();
        assert_eq!(
            words(&refusal),
            format!(
                "known_release: `statement.dsse.json`: expected a bundle that this release \
                 judges, observed one of commit {commit}, which was never released: build \
                 `harness` from that commit, and `harness verify` it"
            )
        );
        assert_eq!(refusal.file(), "statement.dsse.json");
    }
}

#[test]
fn a_bundle_of_an_earlier_schema_that_nobody_knows_is_refused_by_that_word() {
    for schema in [1, 2] {
        let nothing = Table::parse("").unwrap();
        let folder = of_schema(schema);
        let refusal = believe_by(folder.path(), &Anchor::Embedded, &nothing).unwrap_err();
        let said = words(&refusal);
        let expected = format!("expected schema version 3, observed {schema}: made by another");
        assert!(
            said.starts_with("schema: ") && said.contains(&expected),
            "{said}"
        );
    }
}

/// Who signed is asked before it is said of which release a bundle is.
#[test]
fn of_a_bundle_that_another_signed_no_release_is_said() {
    let folder = of_schema(2);
    let stranger = SecretKey::from_seed(&[9; 32]).public();
    let keys = Anchor::Keys(seal::dsse::TrustedKeys::one(stranger));
    let refusal = believe(folder.path(), &keys).unwrap_err();
    assert_ne!(refusal.code(), "known_release");
}

/// As `--version --verbose` has it, and a row.
fn reach(coverage: &Coverage) -> String {
    let said = serde_json::to_value(coverage).unwrap();
    let fields = said.as_object().unwrap().iter();
    let fields: Vec<String> = fields.map(|(name, is)| format!("{name} = {is}")).collect();
    format!("coverage = {{ {} }}\n", fields.join(", "))
}

/// A release before or behind this one: N1 has another title, and the policy another
/// reason.
struct Other {
    matrix: String,
    policy: String,
}

impl Other {
    fn new(title: &str) -> Self {
        let matrix = declared::texts()
            .matrix
            .replacen("Prose is not evidence", title, 1);
        let policy = format!("{POLICY_TOML}# {title}\n");
        assert_ne!(matrix, declared::texts().matrix);
        Self { matrix, policy }
    }

    /// Its row, as `ci/release` makes one.
    fn row(&self, version: &str, schema: u32, coverage: &Coverage) -> String {
        format!(
            "[[release]]\nversion = \"{version}\"\ncommit = \"{}\"\nschema = {schema}\n\
             matrix = \"{}\"\npolicy = \"{}\"\n{}",
            "c".repeat(40),
            Sha256Digest::of(self.matrix.as_bytes()),
            Sha256Digest::of(self.policy.as_bytes()),
            reach(coverage),
        )
    }

    /// What it judges by, where `row` is known.
    fn rules(&self, row: &str) -> Arc<Rules> {
        let table = Table::parse(row).unwrap();
        let rules = Rules::read(self.matrix.clone(), self.policy.clone(), table.releases());
        Arc::new(rules.unwrap())
    }

    /// A bundle that it made.
    fn bundle(&self, row: &str) -> Specimen {
        let rules = self.rules(row);
        let subjects = seal::statement::Subjects {
            matrix: rules.digests.matrix,
            policy: rules.digests.policy,
            ..stand_in::subjects()
        };
        let engine = judge::samples::engine();
        let expected = rules.expected(&subjects, &engine, NATIVE).unwrap();
        let sample = stand_in::sample_by(&rules.matrix, subjects, &expected).by(rules);
        Specimen::seal_with(&sample, Signer::operator(SecretKey::from_seed(&[7; 32]))).unwrap()
    }
}

fn came(specimen: &Specimen, table: &str) -> Result<Believed, String> {
    let table = Table::parse(table).unwrap();
    believe_by(specimen.path(), &specimen.anchor(), &table).map_err(|it| words(&it))
}

fn coverage() -> Coverage {
    declared::coverage().unwrap()
}

#[test]
fn a_bundle_of_a_known_release_that_judges_alike_is_judged_by_its_matrix_and_policy() {
    let other = Other::new("Words are no evidence");
    let row = other.row("0.0.9", SCHEMA, &coverage());
    let specimen = other.bundle(&row);
    let believed = came(&specimen, &row).unwrap();
    let rows = believed.rejudged.results.iter();
    let n1 = rows.clone().find(|row| row.case.id.as_str() == "N1");
    assert!(n1.unwrap().case.title.starts_with("Words are no evidence"));
    assert!(n1.unwrap().verdict.reason().is_none());
    let page = report(&believed.bundle, &believed.rejudged).unwrap();
    assert!(page.contains("Words are no evidence"));
    assert!(!believed.rejudged.rules.are_own());
    let said = believed.bundle.attestation();
    let subjects = believed.bundle.subjects();
    assert_eq!(
        believed.rejudged.rules.released(said, subjects).unwrap(),
        format!(
            "judged by the matrix and the policy of release 0.0.9 (commit {}), whose programs \
             are not in it",
            "c".repeat(40)
        )
    );
}

#[test]
fn a_bundle_of_a_release_that_nobody_knows_is_refused() {
    let other = Other::new("Words are no evidence");
    let row = other.row("0.0.9", SCHEMA, &coverage());
    let specimen = other.bundle(&row);
    let unknown = "other_release: `matrix.toml`: expected this release's own, or a known \
                   release's that judges alike, observed another: verify with the release \
                   that made it";
    assert_eq!(came(&specimen, "").unwrap_err(), unknown);
    assert_eq!(words(&specimen.believed().unwrap_err()), unknown);
    // Known by the schema of the statement, too; it is not this bundle's.
    let earlier = other.row("0.0.9", SCHEMA - 1, &coverage());
    assert_eq!(came(&specimen, &earlier).unwrap_err(), unknown);
}

/// A matrix of one release beside the policy of another is of none.
#[test]
fn a_matrix_and_a_policy_of_two_releases_are_of_none() {
    let (one, two) = (Other::new("One"), Other::new("Two"));
    let row = |it: &Other, version| it.row(version, SCHEMA, &coverage());
    let both = row(&one, "0.0.8") + &row(&two, "0.0.9");
    let mixed = Other {
        matrix: one.matrix.clone(),
        policy: two.policy,
    };
    let specimen = mixed.bundle(&mixed.row("0.0.1", SCHEMA, &coverage()));
    let said = came(&specimen, &both).unwrap_err();
    assert!(said.starts_with("other_release: `matrix.toml`"), "{said}");
}

/// What a release says of its catalogues is in its row; a bundle cannot say more.
#[test]
fn a_bundle_says_of_catalogues_what_its_release_says() {
    let other = Other::new("Words are no evidence");
    let row = other.row("0.0.9", SCHEMA, &coverage());
    let specimen = other.bundle(&row);
    let fewer = Coverage {
        mutants: coverage().mutants - 1,
        ..coverage()
    };
    let said = came(&specimen, &other.row("0.0.9", SCHEMA, &fewer)).unwrap_err();
    assert!(
        said.starts_with("not_borne_out: ") && said.contains("coverage"),
        "{said}"
    );
}

/// Of a release with the matrix and the policy of this one, and fewer mutants.
#[test]
fn a_release_may_differ_in_its_catalogues_alone() {
    let own = Other {
        matrix: declared::texts().matrix.to_owned(),
        policy: POLICY_TOML.to_owned(),
    };
    let fewer = Coverage {
        mutants: coverage().mutants - 1,
        ..coverage()
    };
    let specimen = specimen();
    let row = own.row("0.0.9", SCHEMA, &fewer);
    assert!(came(&specimen, &row).unwrap().rejudged.rules.are_own());
    forge(&specimen, |said, _| said.coverage.mutants -= 1);
    assert!(came(&specimen, &row).is_ok());
    let said = came(&specimen, "").unwrap_err();
    assert!(
        said.starts_with("not_borne_out: ") && said.contains("coverage"),
        "{said}"
    );
}

/// The programs of a release are those of its row, for their machine.
#[test]
fn whether_the_programs_were_released_is_said() {
    let other = Other::new("Words are no evidence");
    let row = other.row("0.0.9", SCHEMA, &coverage());
    let specimen = other.bundle(&row);
    let said = came(&specimen, &row).unwrap();
    let (subjects, made_with) = (said.bundle.subjects(), &said.bundle.attestation().made_with);
    let programs = format!(
        "{row}\n[[release.programs]]\ntarget = {:?}\nchecker = \"{}\"\nairlock = \"{}\"\n\
         probe = \"{}\"\nimage = \"{}\"\n",
        made_with.target, subjects.checker, subjects.airlock, subjects.probe, subjects.image
    );
    let released = |table: &str| {
        let believed = came(&specimen, table).unwrap();
        let said = believed.bundle.attestation();
        let rules = believed.rejudged.rules;
        rules.released(said, believed.bundle.subjects()).unwrap()
    };
    assert!(released(&programs).ends_with("whose programs are in it"));
    let image = subjects.image.to_string();
    let another = programs.replace(&image, &"0".repeat(64));
    assert!(released(&another).ends_with("whose programs are not in it"));
}

/// A release of another schema names its verifier.
#[test]
fn a_known_release_of_another_schema_names_its_verifier() {
    let specimen = specimen();
    specimen.forge(|said, _| said.schema = 2).unwrap();
    let own = Other {
        matrix: declared::texts().matrix.to_owned(),
        policy: POLICY_TOML.to_owned(),
    };
    let row = own.row("0.0.9", 2, &coverage());
    let said = came(&specimen, &row).unwrap_err();
    assert!(said.starts_with("known_release: "), "{said}");
    assert!(
        said.ends_with("get `proof-of-block-verify` of release 0.0.9"),
        "{said}"
    );
    assert!(came(&specimen, "").unwrap_err().starts_with("schema: "));
}

#[test]
fn a_table_that_is_none_is_refused() {
    let row = Other::new("One").row("0.0.9", SCHEMA, &coverage());
    let refused = |text: &str| Table::parse(text).unwrap_err().to_string();
    assert_eq!(
        refused(&format!("{row}\n{row}")),
        "expected each version once, observed `0.0.9` twice"
    );
    let short = row.replace(&"c".repeat(40), "c1");
    assert!(
        refused(&short).starts_with("expected a commit as 40"),
        "{short}"
    );
    assert_eq!(
        refused("[[release]]\nversion = 1\n"),
        "failed to parse the table of releases"
    );
}

/// A version that was released is not this one, and what was released is judged as it was,
/// for as long as the schema is the same: of each such release there is a bundle.
#[test]
fn what_was_released_stays_what_it_was() {
    for release in releases::builtin().unwrap().releases() {
        let version = release.version.as_deref();
        assert_ne!(
            version,
            Some(env!("CARGO_PKG_VERSION")),
            "raise the version"
        );
        if release.schema == SCHEMA {
            let version = version.expect("of this schema only releases are listed");
            let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases");
            let kept: PathBuf = kept.join(version);
            let believed = believe(&kept, &Anchor::Embedded);
            assert!(believed.is_ok(), "{}: {believed:?}", kept.display());
        }
    }
}

/// The page has the rule: each way to be refused, and how many states there are before the
/// first release.
#[test]
fn the_page_says_what_becomes_of_a_bundle_of_another_release() {
    let page = include_str!("../../../../ATTESTATION.md");
    let (_, section) = page.split_once("\n## Between releases\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let refused = section.lines().filter_map(|line| {
        let (_, rest) = line.split_once("| refused as `")?;
        rest.split('`').next()
    });
    let refused: Vec<&str> = refused.collect();
    assert_eq!(refused, ["known_release", "schema", "other_release"]);
    let (_, records) = section.split_once("\nRecords are verified by").unwrap();
    let (known, otherwise) = records.split_once("; otherwise ").unwrap();
    assert!(known.contains("refused as\n`known_release`"), "{known}");
    let codes: Vec<&str> = otherwise.split('`').skip(1).step_by(2).take(2).collect();
    assert_eq!(codes, ["schema", "other_release"]);
    let releases = releases::builtin().unwrap().releases();
    let before = releases.iter().all(|it| it.version.is_none());
    let says = "Nothing has been released yet: the table has two states before the first release.";
    let flat = section.replace('\n', " ");
    assert_eq!(flat.contains(says), before && releases.len() == 2);
}
