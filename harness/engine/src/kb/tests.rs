//! The server over a real connection: what it takes, what it refuses, what it noted.

use super::*;

fn said(requests: &[&str]) -> Heard {
    let mut writer = Writer::open(Ipv4Addr::LOCALHOST, "secret").unwrap();
    writer.write_as_the_host().unwrap();
    for request in requests {
        let mut connection = TcpStream::connect(writer.address()).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        connection.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
    }
    writer.close().unwrap()
}

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

#[test]
fn who_has_the_token_writes_and_nobody_else() {
    let heard = said(&[
        &post("/write", "authorization: Bearer secret\r\n", "nonce"),
        &post("/write", "Authorization: Bearer other\r\n", "nonce"),
        &post("/write", "Authorization: secret\r\n", "nonce"),
        &post("/write", "", "nonce"),
        &post("/read", "Authorization: Bearer secret\r\n", ""),
    ]);
    assert_eq!(heard.host, TAKEN);
    assert_eq!(heard.connections, 5);
    let statuses: Vec<u16> = heard.requests.iter().map(|it| it.status).collect();
    assert_eq!(statuses, [201, 401, 401, 401, 404]);
    let tokens: Vec<Token> = heard.requests.iter().map(|it| it.token).collect();
    use Token::{None, Other, Planted};
    assert_eq!(tokens, [Planted, Other, Other, None, Planted]);
    assert_eq!(heard.requests[0].body, "nonce");
}

#[test]
fn what_is_no_request_is_counted_and_answered_as_such() {
    let long = post("/write", "", &"x".repeat(MAX_BODY + 1));
    let heads = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(5000));
    let heard = said(&["", "\0\0\0\x08", &long, &heads]);
    assert_eq!(heard.connections, 4);
    assert_eq!(heard.requests, []);
}

#[test]
fn what_was_written_is_shown_without_what_could_drive_a_terminal() {
    let heard = said(&[&post(
        "/write",
        "Authorization: Bearer secret\r\n",
        "\x1b[2J",
    )]);
    assert_eq!(heard.requests[0].body, "\u{fffd}[2J");
}

#[test]
fn the_hosts_own_write_is_not_counted_and_silence_is_none() {
    let heard = said(&[]);
    assert_eq!((heard.host, heard.connections), (TAKEN, 0));
    assert_eq!(heard.requests, []);
}
