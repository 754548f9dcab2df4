//! `digests`: what this build is, by digest, as `accept --terms` and a policy name it.

use std::collections::BTreeMap;

use engine::image::Image;
use programs::Programs;
use verify::code::Code;
use verify::terminal::say_raw;
use verify::{Done, Failure};

use crate::cli::Common;

/// Which of them is agreed on; the others are reviewed.
const AGREED: &str = "matrix";

/// Prints them. No engine is asked: the image is what this build makes of its programs.
pub(super) fn digests(common: &Common) -> Result<Done, Failure> {
    let image = Image::build(Programs::builtin()).map_err(Failure::internal)?;
    let subjects = bundle::subjects(&image.digests, image.id()).map_err(Failure::internal)?;
    let digests: BTreeMap<String, String> = subjects
        .list()
        .into_iter()
        .map(|it| (it.name, it.digest.sha256.to_string()))
        .collect();
    let made_with = engine::image::made_with().map_err(Failure::internal)?;
    let answer = serde_json::json!({ "sha256": digests, "made_with": made_with });
    common.format.say(Code::Held, &answer, || {
        print(&digests)?;
        say_raw("[made_with]")?;
        for (name, is) in made_with.named() {
            say_raw(&format!("{name} = {is:?}"))?;
        }
        Ok(())
    })
}

fn print(digests: &BTreeMap<String, String>) -> Result<(), Failure> {
    let (agreed, reviewed): (Vec<_>, Vec<_>) =
        digests.iter().partition(|(name, _)| *name == AGREED);
    for (table, entries) in [("agreed", agreed), ("reviewed", reviewed)] {
        say_raw(&format!("[{table}]"))?;
        for (name, digest) in entries {
            say_raw(&format!("{name} = \"{digest}\""))?;
        }
    }
    Ok(())
}
