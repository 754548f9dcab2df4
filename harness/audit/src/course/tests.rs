//! Whole courses behind a sandbox that ends everything at some of the acts.

use super::*;
use crate::answers::Answer;

const ACTS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn answer() -> Answer {
    Answer {
        outcome: Outcome::Absent,
        call: None,
    }
}

/// What a launch of these acts says if these end it.
fn launched(plan: &[Planned], ending: &[&str]) -> Said {
    let mut said = Said {
        hello: true,
        ..Said::default()
    };
    for planned in plan {
        if ending.contains(&planned.id.as_str()) {
            return said;
        }
        if planned.id != CONTROL {
            said.answers.insert(planned.id.clone(), answer());
        }
    }
    said.exit = true;
    said
}

/// The steps of a course, what was answered, and what is known of the others.
fn course(launch: impl Fn(u32, &[Planned]) -> (Said, bool)) -> (Vec<Step>, Vec<String>, Course) {
    let planned = ACTS.map(idle);
    let mut course = Course::new(ACTS.map(str::to_owned).to_vec());
    let (mut steps, mut answered) = (Vec::new(), Vec::new());
    while let Some(step) = course.next() {
        let (said, in_time) = launch(course.launches(), &step.plan(&planned));
        course.took(&step, &said, in_time);
        answered.extend(
            said.answers
                .into_keys()
                .filter(|it| !it.starts_with("idle")),
        );
        steps.push(step);
    }
    (steps, answered, course)
}

fn together(acts: &[&str]) -> Step {
    Step::Together(acts.iter().map(|it| (*it).to_owned()).collect())
}

#[test]
fn a_launch_that_comes_to_its_end_is_the_only_one() {
    let (steps, answered, course) = course(|_, plan| (launched(plan, &[]), true));
    assert_eq!(steps, [together(&ACTS)]);
    assert_eq!(answered, ACTS);
    assert_eq!(course.fates(), BTreeMap::new());
}

#[test]
fn every_launch_begins_with_what_makes_no_act() {
    let planned = ACTS.map(idle);
    let alone = Step::Alone("b".to_owned());
    for step in [together(&ACTS), Step::Control, alone] {
        assert_eq!(step.plan(&planned)[0], control());
    }
}

#[test]
fn an_act_that_ends_the_probe_is_made_once_more_alone_and_the_others_behind_it() {
    let (steps, answered, course) = course(|_, plan| (launched(plan, &["b", "c"]), true));
    let wanted = [
        together(&ACTS),
        Step::Control,
        Step::Alone("b".to_owned()),
        together(&["c", "d", "e"]),
        Step::Alone("c".to_owned()),
        together(&["d", "e"]),
    ];
    assert_eq!(steps, wanted);
    assert_eq!(course.launches(), 6);
    assert_eq!(answered, ["a", "d", "e"]);
    let ended = ["b", "c"].map(|it| (it.to_owned(), Outcome::Ended));
    assert_eq!(course.fates(), BTreeMap::from(ended));
}

#[test]
fn what_ended_by_chance_is_answered_alone_and_no_end_of_anything() {
    let by_chance = |number, plan: &[Planned]| {
        let ending: &[&str] = if number == 0 { &["d"] } else { &[] };
        (launched(plan, ending), true)
    };
    let (steps, answered, course) = course(by_chance);
    assert_eq!(steps[2], Step::Alone("d".to_owned()));
    assert_eq!(answered, ["a", "b", "c", "d", "e"]);
    assert_eq!(course.fates(), BTreeMap::new());
}

#[test]
fn where_nothing_comes_to_its_end_no_act_is_to_blame() {
    // Such as a launcher that hands on the first lines of its output and no more.
    let (steps, _, cut) = course(|_, plan| (launched(plan, &["b", IDLE[1]]), true));
    assert_eq!(steps.last(), Some(&Step::Control));
    assert!(matches!(cut.fates()["b"], Outcome::NotRun(_)));
    let no_child = ["a", IDLE[0]];
    let (_, answered, none) = course(|_, plan| (launched(plan, &no_child), true));
    assert_eq!(answered, Vec::<String>::new());
    assert!(matches!(none.fates()["a"], Outcome::NotRun(_)));
}

#[test]
fn a_launch_that_had_to_be_ended_blames_no_act() {
    let (steps, _, course) = course(|_, plan| (launched(plan, &["b"]), false));
    assert_eq!(steps, [together(&ACTS)]);
    assert_eq!(course.fates(), BTreeMap::new());
    let slow = |number, plan: &[Planned]| (launched(plan, &["b"]), number != 2);
    let (steps, _, course) = self::course(slow);
    assert_eq!(steps.len(), 3);
    assert!(matches!(course.fates()["b"], Outcome::NotRun(_)));
}

#[test]
fn there_are_never_more_launches_than_so_many() {
    let acts: Vec<String> = (0..100).map(|it| format!("act-{it}")).collect();
    let planned: Vec<Planned> = acts.iter().map(|it| idle(it)).collect();
    let ending: Vec<&str> = acts.iter().map(String::as_str).collect();
    let mut course = Course::new(acts.clone());
    while let Some(step) = course.next() {
        let said = launched(&step.plan(&planned), &ending);
        course.took(&step, &said, true);
    }
    assert_eq!(course.launches(), MOST);
    let fates = course.fates();
    assert_eq!(fates.len(), acts.len());
    assert_eq!(fates["act-0"], Outcome::Ended);
    assert!(matches!(&fates["act-99"], Outcome::NotRun(why) if why.contains("64 launches")));
}

#[test]
fn so_many_launches_there_can_be_and_no_more_and_no_fewer() {
    assert_eq!(can_be(1, 0), Ok(()));
    assert_eq!(can_be(MOST, 0), Ok(()));
    for launches in [0, MOST + 1, u32::MAX] {
        let why = can_be(launches, 0).unwrap_err();
        assert!(why.contains("expected 1 to 64 launches"), "{why}");
        assert!(why.ends_with(&format!("observed {launches}")), "{why}");
    }
    assert_eq!(can_be(3, 1), Ok(()));
    assert_eq!(can_be(5, 2), Ok(()));
    assert!(can_be(2, 1).unwrap_err().contains("at least 3"));
    assert!(can_be(64, usize::MAX / 2).is_err());
}
