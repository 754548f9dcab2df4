//! What the server's word does to a verdict, whatever the probe says.

use evidence::order::blank;
use evidence::plan;

use super::*;

const NONCE: &str = "0123";

fn heard(host: u16, requests: &[(Token, &str, u16)]) -> Heard {
    let requests = requests.iter().map(|(token, body, status)| Request {
        token: *token,
        body: (*body).to_owned(),
        status: *status,
    });
    let requests: Vec<Request> = requests.collect();
    Heard {
        address: "172.17.0.1:80".to_owned(),
        host,
        connections: u32::try_from(requests.len()).unwrap(),
        requests,
    }
}

/// The verdict on the first launch of N14 in this role that is about the server.
fn judged(role: Role, heard: Heard) -> Verdict {
    let matrix = declared::matrix().unwrap();
    let case = matrix.case("N14").unwrap();
    let mut orders = plan::orders(case).into_iter();
    let order = orders.find(|it| it.task.needs_kb() && it.role == role);
    let mut record = blank(&order.unwrap());
    record.nonce = NONCE.to_owned();
    record.subject.probed_mut().unwrap().kb = Some(heard);
    judge(&Records::new(case, &[record]))
}

#[test]
fn a_locked_launch_of_which_the_server_saw_anything_breaks_the_row() {
    assert_eq!(judged(Role::Locked, heard(TAKEN, &[])), Verdict::Held);
    let silent = Heard {
        connections: 1,
        ..heard(TAKEN, &[])
    };
    assert!(matches!(judged(Role::Locked, silent), Verdict::Broken(_)));
    let refused = heard(TAKEN, &[(Token::None, NONCE, 401)]);
    assert!(matches!(judged(Role::Locked, refused), Verdict::Broken(_)));
}

#[test]
fn a_control_is_one_only_if_the_server_has_its_write() {
    let written = heard(TAKEN, &[(Token::Planted, NONCE, TAKEN)]);
    assert_eq!(judged(Role::Control, written.clone()), Verdict::Held);
    for other in [
        heard(TAKEN, &[]),
        heard(TAKEN, &[(Token::Planted, "4567", TAKEN)]),
        heard(TAKEN, &[(Token::Other, NONCE, TAKEN)]),
        heard(TAKEN, &[(Token::Planted, NONCE, 401)]),
        heard(401, &[(Token::Planted, NONCE, TAKEN)]),
    ] {
        let verdict = judged(Role::Control, other.clone());
        let inconclusive = matches!(verdict, Verdict::Inconclusive(_));
        assert!(inconclusive, "{other:?}");
    }
}

#[test]
fn without_the_token_nothing_may_be_taken() {
    let refused = heard(TAKEN, &[(Token::None, NONCE, 401)]);
    assert_eq!(judged(Role::Alone, refused), Verdict::Held);
    let taken = heard(TAKEN, &[(Token::Planted, NONCE, TAKEN)]);
    assert!(matches!(judged(Role::Alone, taken), Verdict::Broken(_)));
}

#[test]
fn a_server_that_takes_nothing_shows_nothing_by_its_silence() {
    let dead = heard(500, &[]);
    assert!(matches!(
        judged(Role::Locked, dead),
        Verdict::Inconclusive(_)
    ));
}
