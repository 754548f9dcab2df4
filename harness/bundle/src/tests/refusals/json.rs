//! A text that two readers of JSON could read otherwise: in the envelope, in the signed
//! payload, and in each kind of file that judging again reads.

use seal::strict_json::MAX_DEPTH;

use super::forging::{reword, sign};
use super::*;

const N1: &str = "observations/N1.json";

macro_rules! texts {
    ($($error:literal, $edit:expr);* $(;)?) => {
        &[
            $(
                refused(concat!("verify.Envelope.Json.", $error), "envelope statement.dsse.json", |it| {
                    rewrite(it, STATEMENT_FILE, $edit);
                }),
                refused(concat!("verify.Statement.Json.", $error), "statement statement.dsse.json", |it| {
                    reword(it, $edit);
                }),
            )*
            $(
                refused(concat!("rejudge.Json.", $error), "observations observations/N1.json", |it| {
                    rewrite(it, N1, $edit);
                    sign(it);
                }),
                refused(concat!("rejudge.Json.", $error), "observations engine.json", |it| {
                    rewrite(it, ENGINE_FILE, $edit);
                    sign(it);
                }),
                refused(concat!("rejudge.Json.", $error), "observations filters.json", |it| {
                    rewrite(it, FILTERS_FILE, $edit);
                    sign(it);
                }),
                refused(concat!("rejudge.Json.", $error), "observations self-audit.json", |it| {
                    rewrite(it, self_audit::FILE, $edit);
                    sign(it);
                }),
            )*
            refused("rejudge.Json.TooLarge", "observations observations/N1.json", |it| {
                rewrite(it, N1, too_large);
                sign(it);
            }),
            refused("rejudge.Json.TooLarge", "observations engine.json", |it| {
                rewrite(it, ENGINE_FILE, too_large);
                sign(it);
            }),
            refused("rejudge.Json.TooLarge", "observations filters.json", |it| {
                rewrite(it, FILTERS_FILE, too_large);
                sign(it);
            }),
            refused("rejudge.Json.TooLarge", "observations self-audit.json", |it| {
                rewrite(it, self_audit::FILE, too_large);
                sign(it);
            }),
        ]
    };
}

pub(super) const TABLE: &[Refused] = texts! {
    "ByteOrderMark", |text| [b"\xef\xbb\xbf", &text[..]].concat();
    "NotUtf8", |text| in_front(&text, b"\"\xff\":1,");
    "TooDeep", |text| {
        let deep = [b"[".repeat(MAX_DEPTH), b"]".repeat(MAX_DEPTH)].concat();
        in_front(&text, &[b"\"deep\":", &deep[..], b","].concat())
    };
    "DuplicateKey", |text| in_front(&text, b"\"twice\":1,\"twice\":1,");
    "BigNumber", |text| in_front(&text, b"\"big\":9007199254740992,");
    "Syntax", |text| [&text[..], b"{}"].concat();
    "Shape", |_| b"[]".to_vec();
};

/// As the first thing in the object that a text is.
fn in_front(text: &[u8], put: &[u8]) -> Vec<u8> {
    [b"{", put, &text[1..]].concat()
}

/// White space that says nothing, and more of it than is read.
fn too_large(mut text: Vec<u8>) -> Vec<u8> {
    text.resize((16 << 20) + 1, b' ');
    text
}

fn rewrite(specimen: &Specimen, file: &str, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let text = fs::read(specimen.at(file)).unwrap();
    fs::write(specimen.at(file), edit(text)).unwrap();
}
