//! `release`: holds the files of a release against what the holder of its key signed, or
//! signs for them.

use std::path::Path;

use bundle::file;
use bundle::releases::{self, Records, Release as KnownRelease, Table};
use engine::image::Image;
use evidence::error::chain;
use programs::Programs;
use seal::dsse::{Envelope, IN_TOTO};
use seal::key::SecretKey;
use seal::statement::Statement;
use seal::statement::attestation::{self, Instant};
use seal::statement::provenance::{
    BUILD_TYPE, BuildDefinition, BuildTimes, Builder, Chosen, GitDigest, Provenance, Resolved,
    RunDetails,
};
use time::OffsetDateTime;
use verify::code::Code;
use verify::release::{self, PROVENANCE_FILE};
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use crate::cli::{Common, Release};

/// Verifies a release, or signs for one.
pub(super) fn release(common: &Common, args: &Release) -> Result<Done, Failure> {
    match (&args.public_key, &args.key, &args.commit) {
        (Some(public_key), None, None) => {
            let asked = release::Release {
                folder: args.folder.clone(),
                public_key: public_key.clone(),
            };
            release::run(common.printing(), &asked)
        }
        (None, Some(key), Some(commit)) => sign(common, &args.folder, key, commit),
        _ => Err(Failure::usage(
            "expected `--public-key`, or `--key` with `--commit`",
            "`harness release --help` says what each is",
        )),
    }
}

/// Whoever signs for a release says from which commit it is.
#[derive(Debug, thiserror::Error)]
#[error("expected a commit as 40 or 64 lower-case hexadecimal digits, observed `{0}`")]
struct NoCommit(String);

fn sign(common: &Common, folder: &Path, key: &Path, commit: &str) -> Result<Done, Failure> {
    let hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    if ![40, 64].contains(&commit.len()) || !commit.bytes().all(hex) {
        let hint = "`git rev-parse HEAD` says it";
        return Err(Failure::usage(NoCommit(safe(commit)), hint));
    }
    require_own_row(folder, commit)?;
    let key = SecretKey::read(key)?;
    let subjects = release::subjects(folder)?;
    let count = subjects.len();
    let keyid = key.public().id();
    let said = provenance(commit, release::builder(keyid))?;
    let bytes = Statement::new(subjects, said)
        .and_then(|statement| statement.to_bytes())
        .map_err(Failure::internal)?;
    let bytes = Envelope::sign_with(IN_TOTO, bytes, &[&key])
        .and_then(|envelope| envelope.to_json())
        .map_err(Failure::internal)?;
    let path = folder.join(PROVENANCE_FILE);
    file::write_new(&path, &bytes)
        .map_err(|error| Failure::unwritten(error, "sign for a release once"))?;
    let shown = path.display().to_string();
    let answer = serde_json::json!({ "files": count, "keyid": keyid, "provenance": shown });
    common.format.say(Code::Held, &answer, || {
        say(&format!("{count} files signed for by key {keyid}"))?;
        Ok(say(&format!("provenance: {}", safe(&shown)))?)
    })
}

/// A release brings its row of the table that later releases know it by.
const ROW_FILE: &str = "release.toml";
/// More than any row has, in bytes.
const MAX_ROW: u64 = 1 << 16;

/// A release whose row would have later releases judge its bundles by something else.
#[derive(Debug, thiserror::Error)]
#[error("`{ROW_FILE}`: expected one release, which is this program's own, observed {0}")]
struct OtherRow(String);

fn require_own_row(folder: &Path, commit: &str) -> Result<(), Failure> {
    let path = folder.join(ROW_FILE);
    if !path.exists() {
        return Ok(());
    }
    let hint = "`ci/release` makes it of what the program says of itself";
    let refused = |why: String| Failure::unusable(OtherRow(why), hint);
    let bytes = file::read(&path, MAX_ROW).map_err(|error| Failure::unusable(error, hint))?;
    let table = Table::parse(&String::from_utf8_lossy(&bytes));
    let table = table.map_err(|error| refused(chain(&error)))?;
    let [row] = table.releases() else {
        return Err(refused(format!("{} releases", table.releases().len())));
    };
    match own_row(commit)?.first_difference(row) {
        None => Ok(()),
        Some(field) => Err(refused(format!("another `{field}`"))),
    }
}

/// This program as later releases know it.
fn own_row(commit: &str) -> Result<KnownRelease, Failure> {
    let image = Image::build(Programs::builtin()).map_err(Failure::internal)?;
    let subjects = bundle::subjects(&image.digests, image.id()).map_err(Failure::internal)?;
    let made_with = engine::image::made_with().map_err(Failure::internal)?;
    Ok(KnownRelease {
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        commit: commit.to_owned(),
        schema: attestation::SCHEMA,
        matrix: subjects.matrix,
        policy: subjects.policy,
        coverage: Some(declared::coverage().map_err(Failure::internal)?),
        records: Some(Records::own().map_err(Failure::internal)?),
        programs: vec![releases::Programs::of(&subjects, &made_with.target)],
    })
}

fn provenance(commit: &str, builder: String) -> Result<Provenance, Failure> {
    let source = Resolved {
        name: "the sources".to_owned(),
        digest: GitDigest {
            git_commit: commit.to_owned(),
        },
    };
    Ok(Provenance {
        build_definition: BuildDefinition {
            build_type: BUILD_TYPE.to_owned(),
            external_parameters: Chosen {
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            internal_parameters: engine::image::made_with().map_err(Failure::internal)?,
            resolved_dependencies: vec![source],
        },
        run_details: RunDetails {
            builder: Builder { id: builder },
            metadata: BuildTimes {
                finished_on: Instant::cut(OffsetDateTime::now_utc()),
            },
        },
    })
}
