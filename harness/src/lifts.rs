//! The words people use for lifts on the command line.

use negatives::matrix::{Lift, LiftError};

/// A word that names more than one lift: a whole boundary, as people speak of it.
const GROUPS: [(&str, &[Lift]); 2] = [
    ("seccomp", &[Lift::RuntimeFilter, Lift::StrictFilter]),
    (
        "mounts",
        &[
            Lift::InputReadOnly,
            Lift::RootReadOnly,
            Lift::ExtraMount,
            Lift::Landlock,
        ],
    ),
];

/// Reads the words after `--lift`.
///
/// # Errors
/// A word is neither a group nor a lift of the matrix.
pub fn parse(words: &[String]) -> Result<Vec<Lift>, LiftError> {
    let mut lifts = Vec::new();
    for word in words {
        match GROUPS.iter().find(|(name, _)| name == word) {
            Some((_, group)) => lifts.extend(group.iter().cloned()),
            None => lifts.push(of_a_profile(word)?),
        }
    }
    Ok(lifts)
}

/// A lift that leaves a sandbox: without one there is nothing that could hold.
fn of_a_profile(word: &str) -> Result<Lift, LiftError> {
    let lift: Lift = word.parse()?;
    if lift == Lift::Sandbox {
        let text = word.to_owned();
        return Err(LiftError::Unknown { text });
    }
    Ok(lift)
}

/// Every word that `--lift` takes.
#[must_use]
pub fn words() -> Vec<&'static str> {
    let plain = Lift::plain().filter(|(_, lift)| *lift != Lift::Sandbox);
    let plain = plain.map(|(name, _)| name);
    GROUPS.iter().map(|(name, _)| *name).chain(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Vec<Lift>, LiftError> {
        parse(
            &words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn seccomp_is_both_filters() {
        assert_eq!(
            read(&["seccomp"]).unwrap(),
            [Lift::RuntimeFilter, Lift::StrictFilter]
        );
    }

    #[test]
    fn every_word_it_offers_is_one_it_takes() {
        for word in words() {
            assert!(!read(&[word]).unwrap().is_empty(), "{word}");
        }
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert!(read(&["gravity"]).is_err());
        assert!(read(&["sandbox"]).is_err());
    }
}
