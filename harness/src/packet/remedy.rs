//! What to do about a refusal: the one place that knows, for every command that prints one.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use checker::{Reason, Refusal};
use seal::shell;

use crate::glossary::Glossary;

/// What to do about this refusal of the packet in `folder`, which the line has as `named`.
#[must_use]
pub fn remedy(refusal: &Refusal, folder: &Path, named: &Path) -> String {
    let reason = refusal.reason;
    let packet = folder.join(super::FILE);
    if reason == Reason::DeclarationMissing && packet.is_file() {
        let packet = shell::path(named);
        return format!("it was never sealed: `harness packet seal {packet}` makes it a bag");
    }
    let mark = Some(reason).filter(|it| *it == Reason::PacketSyntax);
    if let Some(mark) = mark.and_then(|_| mark_of(&packet)) {
        return format!("it begins {mark}: save it as UTF-8 without one");
    }
    let means = means(reason).map_or(String::new(), |means| {
        format!("expected otherwise: {means} ")
    });
    format!("{means}`harness explain {reason}` says what that means")
}

/// Why a packet is refused for this reason, in the words of the glossary.
pub(super) fn means(reason: Reason) -> Option<String> {
    let matrix = declared::matrix().ok()?;
    let glossary = Glossary::builtin(&matrix).ok()?;
    let means = &glossary.find(&reason.to_string())?.means;
    means.split_once(": ").map(|(_, means)| means.to_owned())
}

/// How a file begins that an editor saved with a mark of its encoding.
pub(super) fn mark_of(file: &Path) -> Option<&'static str> {
    let mut start = Vec::new();
    File::open(file)
        .ok()?
        .take(3)
        .read_to_end(&mut start)
        .ok()?;
    match &start[..] {
        [0xef, 0xbb, 0xbf] => Some("with a byte order mark"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("with the byte order mark of UTF-16"),
        _ => None,
    }
}
