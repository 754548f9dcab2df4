//! How many of something there are, as people say it.

use std::fmt::Display;

/// A number with its noun: one row, two rows.
///
/// ```
/// assert_eq!(evidence::count(1_u8, "row"), "1 row");
/// assert_eq!(evidence::count(0_usize, "row"), "0 rows");
/// assert_eq!(evidence::count(2_usize, "sandbox"), "2 sandboxes");
/// ```
#[must_use]
pub fn count<N: Display + PartialEq + From<u8>>(many: N, noun: &str) -> String {
    let ending = match noun.ends_with('x') {
        _ if many == N::from(1) => "",
        true => "es",
        false => "s",
    };
    format!("{many} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_is_bare_and_more_have_the_ending_of_their_noun() {
        let words = [count(1_u8, "box"), count(2_u8, "box"), count(0_u8, "act")];
        assert_eq!(words, ["1 box", "2 boxes", "0 acts"]);
    }
}
