//! `--version --verbose`: from which sources this program is, and which programs are in it.

use bundle::exit::Exit;
use engine::image::{self, Image};
use programs::Programs;
use verify::{Done, Failure, Format, terminal, version};

/// Prints it.
pub(crate) fn versions() -> Exit {
    Format::Human.end(print())
}

fn print() -> Result<Done, Failure> {
    let image = Image::build(Programs::builtin()).map_err(Failure::internal)?;
    let made_with = image::made_with().map_err(Failure::internal)?;
    let digests = [
        ("image", image.id().trim_start_matches("sha256:")),
        ("checker", image.digests.checker.as_str()),
        ("airlock", image.digests.airlock.as_str()),
        ("probe", image.digests.probe.as_str()),
    ];
    let digests = digests.map(|(name, is)| (name.to_owned(), is.to_owned()));
    let inputs = made_with.named();
    let inputs = inputs.map(|(name, is)| (format!("made with {name}"), is));
    let more: Vec<(String, String)> = digests.into_iter().chain(inputs).collect();
    terminal::put(version::long("harness", &more).as_bytes())?;
    Ok(Done::held())
}
