//! N14's server: in the control it took the write itself and says so; of a sandbox that
//! has all but the token it took none; of a locked one it saw nothing at all.

use evidence::record::{LaunchRecord, Role};
use evidence::servers::{Heard, Request, TAKEN, Token};

use super::roll::Records;
use super::verdict::{Reason, Verdict};

/// Judges the word of the server in every launch that is about it.
pub(super) fn judge(records: &Records<'_>) -> Verdict {
    Verdict::gravest(records.all().filter_map(|record| {
        let heard = record.kb()?;
        server(record, heard).or_else(|| writes(record, heard))
    }))
}

/// A server that does not even take the host's write shows nothing by its silence.
fn server(record: &LaunchRecord, heard: &Heard) -> Option<Verdict> {
    (heard.host != TAKEN).then(|| {
        Verdict::Inconclusive(Reason::ControlFailed {
            launch: record.id.clone(),
            attempt: "the host's own write".to_owned(),
            expected: format!("the KB answers {TAKEN}"),
            observed: heard.host.to_string(),
        })
    })
}

fn writes(record: &LaunchRecord, heard: &Heard) -> Option<Verdict> {
    let launch = record.id.clone();
    let attempt = "what the KB saw".to_owned();
    let observed = words(heard);
    match record.role {
        Role::Locked => (heard.connections > 0).then(|| {
            Verdict::Broken(Reason::Packet {
                rule: "kb",
                packet: launch,
                what: attempt,
                expected: "no connection".to_owned(),
                observed,
            })
        }),
        Role::Alone => heard.requests.iter().any(was_taken).then(|| {
            Verdict::Broken(Reason::Packet {
                rule: "kb",
                packet: launch,
                what: attempt,
                expected: "no write taken".to_owned(),
                observed,
            })
        }),
        Role::Control => {
            let own = |request: &Request| request.body == record.nonce && was_taken(request);
            let written = matches!(heard.requests.as_slice(), [request] if own(request));
            (!written).then(|| {
                Verdict::Inconclusive(Reason::Packet {
                    rule: "kb",
                    packet: launch,
                    what: attempt,
                    expected: "this launch's number, written with the planted token".to_owned(),
                    observed,
                })
            })
        }
    }
}

fn was_taken(request: &Request) -> bool {
    request.status == TAKEN && request.token == Token::Planted
}

fn words(heard: &Heard) -> String {
    let requests = heard.requests.iter().map(|request| {
        let token = match request.token {
            Token::None => "no token",
            Token::Other => "another token",
            Token::Planted => "the planted token",
        };
        format!(
            "`{}` with {token}, answered {}",
            request.body, request.status
        )
    });
    let requests: Vec<String> = requests.collect();
    if requests.is_empty() {
        return format!("{} connections, no request", heard.connections);
    }
    requests.join("; ")
}

#[cfg(test)]
mod tests;
