//! What people read of a refusal, without what differs from run to run.

use evidence::error::chain;

use super::*;

/// The sentence of a refusal: each bundle has its own key and folder, and the clock goes on.
pub(super) fn sentence(refusal: &Refusal, specimen: &Specimen) -> String {
    let folder = specimen.path().to_str().unwrap();
    let text = chain(refusal).replace(folder, "[bundle]");
    let text = without(&text, "finished by `", "[now]", |c| c != '`');
    let text = without(&text, " column ", "[column]", |c| c.is_ascii_digit());
    without_digests(&text)
}

/// The text with what stands behind the first `mark` replaced: a place in a long line,
/// which every change of the statement moves; a short one stays.
fn without(text: &str, mark: &str, by: &str, of_it: fn(char) -> bool) -> String {
    let Some((before, rest)) = text.split_once(mark) else {
        return text.to_owned();
    };
    let end = rest.find(|c| !of_it(c)).unwrap_or(rest.len());
    if end < "1000".len() {
        return text.to_owned();
    }
    format!("{before}{mark}{by}{}", &rest[end..])
}

/// Each bundle is signed with a key of its own.
pub(super) fn without_digests(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let after = &rest[at..];
        let end = after.find(|c: char| !c.is_ascii_hexdigit());
        let (word, tail) = after.split_at(end.unwrap_or(after.len()));
        kept.push_str(&rest[..at]);
        kept.push_str(if word.len() == 64 { "[digest]" } else { word });
        rest = tail;
    }
    kept + rest
}
