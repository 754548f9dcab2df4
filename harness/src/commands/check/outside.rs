//! What is written lies outside the packets: a check changes none, and one that is read
//! while something is written into it comes out otherwise each time.

use std::path::{Component, Path, PathBuf};

use verify::Failure;

use super::given::{Given, name};

/// Requires that this folder, which need not be there yet, is in none of the packets.
pub(super) fn require(out: &Path, packets: &[Given]) -> Result<(), Failure> {
    let real = real(out);
    let inside = packets.iter().find(|it| real.starts_with(&it.path));
    let Some(packet) = inside else {
        return Ok(());
    };
    let what = format!(
        "expected a folder outside the packets, observed `{}`, which is in `{}`",
        name(out),
        name(&packet.name)
    );
    Err(Failure::usage(what, "name a folder beside the packet"))
}

/// Where a folder is, or would be made: the first part of its way that is there, and the
/// names behind it.
fn real(out: &Path) -> PathBuf {
    let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let there = out
        .ancestors()
        .find_map(|part| Some((part, part.canonicalize().ok()?)));
    let Some((part, there)) = there else {
        return out;
    };
    let missing = out.strip_prefix(part).unwrap_or(Path::new(""));
    let mut real = there;
    for part in missing.components() {
        if part == Component::ParentDir {
            real.pop();
        } else {
            real.push(part);
        }
    }
    real
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_a_packet_is_refused_however_the_line_spells_it() {
        let folder = tempfile::tempdir().unwrap();
        let packet = folder.path().join("p");
        std::fs::create_dir_all(packet.join("data")).unwrap();
        std::os::unix::fs::symlink(&packet, folder.path().join("link")).unwrap();
        let packets = [Given::of(&packet).ok().unwrap()];
        for inside in [
            "p",
            "p/data",
            "p/new/folder",
            "link/x",
            "q/../p/x",
            "p/data/../x",
        ] {
            let failure = require(&folder.path().join(inside), &packets).unwrap_err();
            assert_eq!(failure.exit(), bundle::exit::Exit::Usage, "{inside}");
        }
        for beside in ["out", "p2", "p/../out", "new/../out"] {
            assert!(
                require(&folder.path().join(beside), &packets).is_ok(),
                "{beside}"
            );
        }
    }
}
