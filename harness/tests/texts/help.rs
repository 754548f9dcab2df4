//! The help of the program and of each of its commands.

use clap::CommandFactory as _;
use harness::cli::Cli;

use super::Desk;

/// A command that is added has no snapshot yet, which is red.
#[test]
fn every_command_says_what_it_does_and_takes() {
    let desk = Desk::new();
    insta::assert_snapshot!("help", desk.answer(&["--help"]));
    let program = Cli::command();
    let commands = program.get_subcommands().filter(|it| !it.is_hide_set());
    let names: Vec<&str> = commands.map(clap::Command::get_name).collect();
    assert!(names.contains(&"verify"), "no commands were found");
    for name in names {
        let said = desk.answer(&[name, "--help"]);
        insta::assert_snapshot!(format!("help_{name}"), said);
    }
}

#[test]
fn the_short_help_is_shorter() {
    let desk = Desk::new();
    insta::assert_snapshot!("short_help", desk.answer(&["-h"]));
}

#[test]
fn the_version_is_said_in_one_line() {
    let said = Desk::new().answer(&["--version"]);
    let said = said.replace(env!("CARGO_PKG_VERSION"), "[version]");
    insta::assert_snapshot!("version", said);
}

#[test]
fn the_version_with_verbose_says_what_is_built_in() {
    let desk = Desk::new();
    let said = desk.answer(&["--version", "--verbose"]);
    let (told, _) = said.split_once("--- standard error").unwrap();
    let names = told.lines().filter_map(|line| line.split_once(": "));
    let names: Vec<&str> = names.map(|(name, _)| name).collect();
    let built_in = [
        "commit", "schema", "matrix", "policy", "coverage", "records", "image", "checker",
        "airlock",
    ];
    assert_eq!(names[..9], built_in);
    assert_eq!(names[9..11], ["probe", "made with target"]);
    let other_way = desk.answer(&["--verbose", "-V"]);
    assert!(other_way.ends_with(&said[said.find('\n').unwrap()..]));
    // It goes with nothing else.
    let mistake = desk.answer(&["list", "--verbose"]);
    assert!(mistake.ends_with("--- exit code 2\n"), "{mistake}");
}
