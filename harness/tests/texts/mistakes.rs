//! What somebody is told who asks for what there is not.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use seal::key::SecretKey;

use super::Desk;

/// A mistake: its snapshot's name and the line.
const MISTAKES: &[(&str, &[&str])] = &[
    ("no_command", &[]),
    ("unknown_command", &["atest"]),
    ("unknown_option", &["list", "--moon"]),
    ("unknown_engine", &["run", "--engine", "lxc", "N19"]),
    ("unknown_format", &["list", "--format", "xml"]),
    ("unknown_color", &["list", "--color", "blue"]),
    ("jobs_out_of_range", &["attest", "--jobs", "0"]),
    ("option_without_a_value", &["attest", "--out"]),
    ("option_of_another_command", &["list", "--out", "folder"]),
    (
        "option_of_another_command_first",
        &["--key", "key.pem", "check", "packet"],
    ),
    ("option_that_does_nothing", &["profile", "--root", "folder"]),
    ("unknown_row", &["explain", "N99"]),
    ("unknown_attempt", &["explain", "N19/moon"]),
    ("unknown_word", &["explain", "airlok"]),
    ("unknown_partition", &["attest", "--partition", "count:4/3"]),
    (
        "partition_and_mutants",
        &["attest", "--mutants", "--partition", "count:1/3"],
    ),
    ("unknown_lift", &["attest", "--lift", "moon"]),
    ("unknown_mutant", &["mutants", "no-such-mutant"]),
    ("unknown_form", &["profile", "--as", "moon"]),
    ("unknown_shell", &["completions", "command.com"]),
    ("verify_without_a_bundle", &["verify"]),
    ("verify_no_folder", &["verify", "nowhere"]),
    ("verify_a_file", &["verify", "file"]),
    ("verify_an_empty_folder", &["verify", "empty"]),
    (
        "verify_a_key_that_is_not_there",
        &["verify", "empty", "--public-key", "nowhere.pem"],
    ),
    (
        "verify_a_key_that_is_none",
        &["verify", "empty", "--public-key", "file"],
    ),
    (
        "verify_the_private_half",
        &["verify", "empty", "--public-key", "key.pem"],
    ),
    (
        "verify_a_policy_that_is_not_there",
        &["verify", "empty", "--policy", "nowhere.toml"],
    ),
    (
        "verify_a_policy_that_is_none",
        &["verify", "empty", "--policy", "file"],
    ),
    (
        "verify_a_key_and_a_policy",
        &["verify", "empty", "--public-key", "a", "--policy", "b"],
    ),
    ("show_no_folder", &["show", "nowhere", "N19"]),
    ("report_no_folder", &["report", "nowhere"]),
    ("summary_no_folder", &["summary", "nowhere"]),
    ("falsify_no_folder", &["falsify", "nowhere"]),
    ("merge_one_shard", &["merge", "nowhere"]),
    ("merge_no_folder", &["merge", "nowhere", "empty"]),
    (
        "merge_with_a_key_of_others",
        &["merge", "empty", "empty", "--key", "open.pem"],
    ),
    ("accept_without_terms", &["accept", "empty"]),
    (
        "accept_terms_that_are_not_there",
        &["accept", "empty", "--terms", "nowhere.toml"],
    ),
    (
        "accept_terms_that_are_none",
        &["accept", "empty", "--terms", "file"],
    ),
    (
        "dispose_without_a_decision",
        &[
            "dispose",
            "empty",
            "--owner-key",
            "key.pem",
            "--disposition",
            "b0.json",
        ],
    ),
    (
        "dispose_a_waiver_without_a_risk",
        &[
            "dispose",
            "empty",
            "--waived",
            "--owner-key",
            "key.pem",
            "--disposition",
            "b0.json",
        ],
    ),
    (
        "dispose_an_empty_risk",
        &[
            "dispose",
            "empty",
            "--waived",
            "--risk",
            " ",
            "--owner-key",
            "key.pem",
            "--disposition",
            "b0.json",
        ],
    ),
    (
        "dispose_into_the_bundle",
        &[
            "dispose",
            "empty",
            "--honoured",
            "--owner-key",
            "key.pem",
            "--disposition",
            "empty/b0.json",
        ],
    ),
    (
        "dispose_an_empty_folder",
        &[
            "dispose",
            "empty",
            "--honoured",
            "--owner-key",
            "key.pem",
            "--disposition",
            "b0.json",
        ],
    ),
    (
        "reseal_without_words",
        &[
            "reseal",
            "empty",
            "--reviewer-key",
            "key.pem",
            "--reseal",
            "r.json",
        ],
    ),
    ("keygen_over_a_file", &["keygen", "file"]),
    ("keygen_in_no_folder", &["keygen", "nowhere/key.pem"]),
];

#[test]
fn each_mistake_is_named_with_what_to_do() {
    let desk = Desk::new();
    fs::create_dir(desk.at("empty")).unwrap();
    fs::write(desk.at("file"), "nothing of the kind\n").unwrap();
    let key = SecretKey::from_seed(&[7; 32]).to_pem().unwrap();
    for (name, mode) in [("key.pem", 0o600), ("open.pem", 0o644)] {
        fs::write(desk.at(name), &*key).unwrap();
        fs::set_permissions(desk.at(name), Permissions::from_mode(mode)).unwrap();
    }
    for (name, line) in MISTAKES {
        insta::assert_snapshot!(*name, desk.answer(line));
    }
    assert!(!desk.at("b0.json").exists());
}
