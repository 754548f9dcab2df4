//! N27: any byte of any file of a bundle changed; a file added, removed, renamed,
//! swapped, or turned into something that is no file.

use std::fs;
use std::os::unix::fs::symlink;

use bundle::forgery::{Fault, Specimen, outcome};
use bundle::sample::Sample;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::BundleCheck;

/// How many places of each file are changed, the first and the last among them.
const PLACES: usize = 16;
/// What must come of a list of attacks.
const REFUSED: &str = "each refused, naming the file";
/// Any word for what is wrong.
const ANY: &[&str] = &[];

pub(super) const CHECKS: &[BundleCheck] = &[
    BundleCheck::new("untouched", |sample| {
        outcome(|| Ok(Specimen::seal(sample)?.came()))
    }),
    BundleCheck::new("byte", |sample| outcome(|| bytes(sample))),
    BundleCheck::new("length", |sample| outcome(|| lengths(sample))),
    BundleCheck::new("removed", |sample| {
        outcome(|| {
            each(sample, &["missing"], |it, file| {
                Ok(fs::remove_file(it.at(file))?)
            })
        })
    }),
    BundleCheck::new("renamed", |sample| {
        outcome(|| {
            each(sample, &["renamed", "missing"], |it, file| {
                Ok(fs::rename(it.at(file), it.at("renamed"))?)
            })
        })
    }),
    BundleCheck::new("added-file", |sample| {
        outcome(|| added(sample, |it, name| Ok(fs::write(it.at(name), "x")?)))
    }),
    BundleCheck::new("added-folder", |sample| {
        outcome(|| added(sample, |it, name| Ok(fs::create_dir(it.at(name))?)))
    }),
    BundleCheck::new("swapped", |sample| outcome(|| swapped(sample))),
    BundleCheck::new("symbolic-link", |sample| {
        outcome(|| {
            each(sample, &["link"], |it, file| {
                fs::rename(it.at(file), it.outside())?;
                Ok(symlink(it.outside(), it.at(file))?)
            })
        })
    }),
    BundleCheck::new("hard-link", |sample| {
        outcome(|| {
            each(sample, &["hard_link"], |it, file| {
                drop(fs::remove_file(it.outside()));
                Ok(fs::hard_link(it.at(file), it.outside())?)
            })
        })
    }),
    BundleCheck::new("folder", |sample| {
        outcome(|| {
            each(sample, &["missing", "not_regular"], |it, file| {
                fs::remove_file(it.at(file))?;
                Ok(fs::create_dir(it.at(file))?)
            })
        })
    }),
    BundleCheck::new("fifo", |sample| {
        outcome(|| {
            each(sample, &["not_regular"], |it, file| {
                fs::remove_file(it.at(file))?;
                Ok(mkfifo(&it.at(file), Mode::S_IRUSR)?)
            })
        })
    }),
];

/// Tampers with each file in turn; each must be refused by its name, with one of
/// `codes` where any are given.
fn each(
    sample: &Sample,
    codes: &[&str],
    tamper: impl Fn(&Specimen, &str) -> Result<(), Fault>,
) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let contents = specimen.contents()?;
    for file in contents.keys() {
        tamper(&specimen, file)?;
        let came = specimen.came();
        if !is_refusal(&came, file, codes) {
            return Ok(format!("`{file}`: {came}"));
        }
        specimen.restore(&contents)?;
    }
    Ok(REFUSED.to_owned())
}

fn is_refusal(came: &str, file: &str, codes: &[&str]) -> bool {
    came.strip_prefix(&format!("refused: {file}: "))
        .is_some_and(|code| codes.is_empty() || codes.contains(&code))
}

fn bytes(sample: &Sample) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    for (file, whole) in specimen.contents()? {
        let last = whole.len().saturating_sub(1);
        for place in 0..PLACES {
            let mut changed = whole.clone();
            let at = last * place / (PLACES - 1);
            let Some(byte) = changed.get_mut(at) else {
                return Ok(format!("`{file}` is empty"));
            };
            *byte ^= 1 << (place % 8);
            fs::write(specimen.at(&file), changed)?;
            let came = specimen.came();
            if !is_refusal(&came, &file, ANY) {
                return Ok(format!("`{file}`, byte {at}: {came}"));
            }
        }
        fs::write(specimen.at(&file), whole)?;
    }
    Ok(REFUSED.to_owned())
}

fn lengths(sample: &Sample) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    for (file, whole) in specimen.contents()? {
        let shorter = &whole[..whole.len().saturating_sub(1)];
        let longer = [&whole[..], b"\n"].concat();
        for changed in [shorter, &longer] {
            fs::write(specimen.at(&file), changed)?;
            let came = specimen.came();
            if !is_refusal(&came, &file, ANY) {
                return Ok(format!("`{file}` of {} bytes: {came}", changed.len()));
            }
        }
        fs::write(specimen.at(&file), whole)?;
    }
    Ok(REFUSED.to_owned())
}

fn added(
    sample: &Sample,
    add: impl Fn(&Specimen, &str) -> Result<(), Fault>,
) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let contents = specimen.contents()?;
    for name in ["extra", "observations/N99.json"] {
        add(&specimen, name)?;
        let came = specimen.came();
        if !is_refusal(&came, name, &["added"]) {
            return Ok(format!("`{name}`: {came}"));
        }
        specimen.restore(&contents)?;
    }
    Ok(REFUSED.to_owned())
}

fn swapped(sample: &Sample) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let contents = specimen.contents()?;
    for (one, next) in contents.iter().zip(contents.iter().skip(1)) {
        fs::write(specimen.at(one.0), next.1)?;
        fs::write(specimen.at(next.0), one.1)?;
        let came = specimen.came();
        if !is_refusal(&came, one.0, ANY) && !is_refusal(&came, next.0, ANY) {
            return Ok(format!("`{}` and `{}`: {came}", one.0, next.0));
        }
        specimen.restore(&contents)?;
    }
    Ok(REFUSED.to_owned())
}
