//! A line as words.

/// The line without these words, which stand in it one behind the other.
#[must_use]
pub fn without(line: &[String], words: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let at = line
        .windows(words.len().max(1))
        .position(|part| part.iter().eq(words.iter()))?;
    let (before, rest) = line.split_at(at);
    Some([before, &rest[words.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn words_are_lifted_where_they_stand_side_by_side() {
        let line = words("bwrap --bind / / --unshare-net --");
        let lifted = without(&line, "--bind / /").unwrap();
        assert_eq!(lifted, words("bwrap --unshare-net --"));
        assert_eq!(without(&line, "--unshare-net /"), None);
        assert_eq!(without(&line, ""), None);
    }
}
