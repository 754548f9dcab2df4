//! The one place where an error's chain becomes text.

use std::error::Error;

/// An error and everything beneath it, outermost first, on one line.
///
/// ```
/// let error = std::io::Error::other("the door is locked");
/// assert_eq!(evidence::error::chain(&error), "the door is locked");
/// ```
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        let said = inner.to_string();
        // Some libraries repeat their source in their own words.
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("failed to open the door")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn every_level_is_said_once() {
        let error = Outer(std::io::Error::other("it is locked"));
        assert_eq!(chain(&error), "failed to open the door: it is locked");
    }
}
