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
    let mend = mend(reason, named).map_or(String::new(), |mend| format!("{mend}; "));
    format!("{means}{mend}`harness explain {reason}` says what that means")
}

/// What to do where the reason alone tells it; `SEAL` is the line that seals the packet.
const MENDS: [(Reason, &str); 18] = [
    (
        Reason::UnlistedFile,
        "SEAL lists what is there, and is needed again after each `add` and `claim`; or take \
         the file away",
    ),
    (
        Reason::MissingFile,
        "put the file back, or SEAL to list what is there",
    ),
    (
        Reason::TagFileMissing,
        "put the file back, or SEAL to list what is there",
    ),
    (
        Reason::DigestMismatch,
        "put back the file that was sealed, or SEAL if the change is yours",
    ),
    (
        Reason::TagDigestMismatch,
        "put back the file that was sealed, or SEAL if the change is yours",
    ),
    (
        Reason::ManifestMissing,
        "SEAL writes the manifests as they must be",
    ),
    (
        Reason::PathEncoding,
        "SEAL writes the manifests as they must be",
    ),
    (
        Reason::Symlink,
        "put what the link leads to in its place, then SEAL",
    ),
    (
        Reason::HardLink,
        "make the file a copy of its own, then SEAL",
    ),
    (Reason::NotRegular, "take it away, then SEAL"),
    (Reason::NameNotUtf8, "give the file another name, then SEAL"),
    (Reason::PathTooLong, "give the file another name, then SEAL"),
    (Reason::CaseCollision, "rename one of the two, then SEAL"),
    (
        Reason::ByteOrderMark,
        "save the file as UTF-8 without its mark, then SEAL",
    ),
    (
        Reason::PayloadFolderMissing,
        "give the folder in which `data` lies: a packet has its files beneath it",
    ),
    (
        Reason::PacketMissing,
        "give the folder of a packet: `harness packet new FOLDER` begins one",
    ),
    (
        Reason::PacketTooLong,
        "make packets of parts of it: `data/packet.json` may have 16 MiB",
    ),
    (
        Reason::ChangedWhileRead,
        "let whoever writes into it come to an end",
    ),
];

fn mend(reason: Reason, named: &Path) -> Option<String> {
    let (_, mend) = MENDS.iter().find(|(it, _)| *it == reason)?;
    let seal = format!("`harness packet seal {}`", shell::path(named));
    Some(mend.replace("SEAL", &seal))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A refusal for one of these has neither what was expected nor what was observed.
    #[test]
    fn a_refusal_that_says_nothing_of_its_own_is_told_what_to_do() {
        for reason in [
            Reason::UnlistedFile,
            Reason::Symlink,
            Reason::PayloadFolderMissing,
            Reason::MissingFile,
            Reason::ByteOrderMark,
            Reason::CaseCollision,
            Reason::PathEncoding,
            Reason::PacketTooLong,
        ] {
            assert!(mend(reason, Path::new("p")).is_some(), "{reason}");
        }
        let hint = remedy(
            &Refusal::new(Reason::UnlistedFile),
            Path::new("p"),
            Path::new("p"),
        );
        assert!(
            hint.contains("`harness packet seal p` lists what is there"),
            "{hint}"
        );
    }
}
