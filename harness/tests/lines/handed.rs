//! What is handed on: of several variables and descriptors each is enough.

use super::*;

#[test]
fn who_takes_one_variable_away_by_its_name_hands_the_others_on() {
    let one = ["env", "-u", "PROOF_OF_BLOCK_CANARY"];
    is(&found(&one, &[]), "environment", "open");
    let like_secrets = "unset ${!CANARY*} ${!MY_CANARY*} ${!PROOF*}; exec \"$@\"";
    let found = found(&["bash", "-c", like_secrets, "bash"], &[]);
    is(&found, "environment", "open");
}

#[test]
fn who_takes_all_of_them_away_closes_the_act() {
    let nothing = ["env", "-i", "PATH=/usr/bin:/bin"];
    is(&found(&nothing, &[]), "environment", "closed");
}

/// What of its descriptors a shell closes before it becomes the line.
fn closing(which: &str) -> BTreeMap<String, (String, String)> {
    let start = format!(
        "for n in $(ls /proc/$$/fd); do case $n in 0|1|2|255) ;; {which}) eval \"exec $n<&-\";; esac; done; exec \"$@\""
    );
    found(&["bash", "-c", &start, "bash"], &[])
}

#[test]
fn a_descriptor_that_is_closed_by_its_number_says_nothing_of_the_others() {
    is(&closing("77"), "descriptor", "open");
    let high = closing("[0-9]|[0-9][0-9]|[0-9][0-9][0-9]");
    is(&high, "descriptor", "open");
    let why = &high["descriptor"].1;
    assert!(why.contains("came back, by descriptor "), "{why}");
    is(&closing("[0-9][0-9]*"), "descriptor", "open");
    is(&closing("*"), "descriptor", "closed");
}

/// What is the launcher's own at such a number is neither read nor moved, and is nothing that
/// was handed on.
#[test]
fn a_file_of_the_launchers_is_left_where_it_was() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let own = work.path().join("own");
    std::fs::write(&own, "one\ntwo\n").unwrap();
    let start = "for n in $(ls /proc/$$/fd); do case $n in 0|1|2|255) ;; *) eval \"exec $n<&-\";; esac; done
        exec 77<\"$0\"; read -r -u 77 _; \"$@\"; read -r -u 77 line; echo \"$line\" >\"$0.after\"";
    let found = found(&["bash", "-c", start, own.to_str().unwrap()], &[]);
    is(&found, "descriptor", "closed");
    let after = std::fs::read_to_string(work.path().join("own.after")).unwrap();
    assert_eq!(after, "two\n");
}
