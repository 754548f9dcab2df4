//! What is said of a bundle: verified, shown, summed up, disposed of, accepted.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use bundle::forgery::Specimen;
use bundle::sample::stand_in;
use seal::key::{SecretKey, Signer};

use super::{Desk, path, without_digests};

/// A desk with the bundle `run`, which an operator signed, and the keys of an owner, of
/// a reviewer and of that operator.
pub(super) fn desk() -> Desk {
    let desk = Desk::new();
    let operator = SecretKey::from_seed(&[7; 32]);
    let owner = SecretKey::from_seed(&[8; 32]);
    let reviewer = SecretKey::from_seed(&[9; 32]);
    fs::write(
        desk.at("operator.pub.pem"),
        operator.public().to_pem().unwrap(),
    )
    .unwrap();
    for (name, key) in [
        ("owner.pem", &owner),
        ("operator.pem", &operator),
        ("reviewer.pem", &reviewer),
    ] {
        fs::write(desk.at(name), &*key.to_pem().unwrap()).unwrap();
        fs::set_permissions(desk.at(name), Permissions::from_mode(0o600)).unwrap();
    }
    let specimen = Specimen::seal_with(&stand_in::sample(), Signer::operator(operator)).unwrap();
    fs::rename(specimen.path(), desk.at("run")).unwrap();
    fs::write(desk.at("terms.toml"), terms(&owner, &reviewer)).unwrap();
    desk
}

/// Terms that were agreed with another operator, over other programs.
fn terms(owner: &SecretKey, reviewer: &SecretKey) -> String {
    let example = bundle::acceptance::TERMS_EXAMPLE;
    let (_, rest) = example.split_once("[[operator]]").unwrap();
    let (operator, rest) = rest.split_once("[reviewer]").unwrap();
    let (_, rest) = rest.split_once("[agreed]").unwrap();
    let [owner, reviewer] = [owner, reviewer].map(|key| {
        let key = key.public().to_pem().unwrap();
        format!("public_key = '''\n{key}'''\n\n")
    });
    format!(
        "schema = 1\n\n[owner]\n{owner}[[operator]]{operator}[reviewer]\n{reviewer}[agreed]{rest}"
    )
}

#[test]
fn a_bundle_is_verified_shown_and_summed_up() {
    let desk = desk();
    for (name, line) in [
        (
            "verify",
            &["verify", "run", "--public-key", "operator.pub.pem"][..],
        ),
        ("show_a_row", &["show", "run", "N1"]),
        ("show_a_row_that_is_none", &["show", "run", "N99"]),
        ("show_a_row_that_did_not_run", &["show", "run", "N19"]),
        ("summary", &["summary", "run"]),
        ("report_where_it_is", &["report", "run"]),
        ("report_to_a_file", &["report", "run", "--to", "page.html"]),
        (
            "report_into_the_bundle",
            &["report", "run", "--to", "run/page.html"],
        ),
    ] {
        insta::assert_snapshot!(name, without_digests(&desk.answer(line)));
    }
}

/// The steps of an owner, in their order: each with its snapshot's name.
const DECISIONS: &[(&str, &str)] = &[
    ("accept_undecided", "accept run --terms terms.toml"),
    (
        "dispose_ones_own",
        "dispose run --honoured --disposition own.json --owner-key operator.pem",
    ),
    (
        "dispose_honoured",
        "dispose run --honoured --disposition b0.json --owner-key owner.pem",
    ),
    (
        "dispose_again",
        "dispose run --honoured --disposition b0.json --owner-key owner.pem",
    ),
    (
        "accept_honoured",
        "accept run --terms terms.toml --disposition b0.json",
    ),
    (
        "reseal",
        "reseal run --reviewed all --reseal reseal.json --reviewer-key reviewer.pem",
    ),
    (
        "accept_resealed",
        "accept run --terms terms.toml --disposition b0.json --reseal reseal.json",
    ),
    (
        "dispose_waived",
        "dispose run --waived --risk unreviewed --disposition waived.json --owner-key owner.pem",
    ),
    (
        "accept_waived",
        "accept run --terms terms.toml --disposition waived.json",
    ),
];

#[test]
fn a_decision_is_signed_and_said_again_where_the_gates_are() {
    let desk = desk();
    for (name, line) in DECISIONS {
        let words: Vec<&str> = line.split(' ').collect();
        let said = without_moment(&desk.answer(&words));
        insta::assert_snapshot!(*name, without_digests(&said));
    }
    assert!(!desk.at("own.json").exists());
}

/// A person's word has the time at which it was signed.
fn without_moment(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let cut = [" B0''' at ", " re-sealed it at "].iter().find_map(|at| {
            let (before, after) = line.split_once(at)?;
            let (_, rest) = after.split_once(['Z', ','])?;
            Some(format!("{before}{at}[moment]{rest}\n"))
        });
        cut.unwrap_or_else(|| format!("{line}\n"))
    });
    lines.collect()
}

#[test]
fn a_new_pair_of_keys_is_told_apart() {
    let desk = Desk::new();
    let said = without_digests(&desk.answer(&["keygen", path(&desk.at("new.pem"))]));
    insta::assert_snapshot!("keygen", said);
    let mode = fs::metadata(desk.at("new.pem"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
