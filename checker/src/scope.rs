//! Scopes: what a packet and its claims speak of.
//!
//! A scope is plain segments joined by `/`; it covers itself and what is
//! beneath it. A scope that means everything is never covered by anything.

/// What a packet or a claim speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope(String);

/// The longest scope.
pub(crate) const MAX_SCOPE: usize = 256;
/// Scopes that mean everything, in any letter case.
const GLOBAL: &[&str] = &["*", "global", "all", "everything", "everywhere", "any"];

impl Scope {
    /// Parses a scope; `None` for empty segments, `.` and `..`, and other characters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let segment = |segment: &str| {
            segment == "*" || (!matches!(segment, "" | "." | "..") && segment.bytes().all(plain))
        };
        (text.len() <= MAX_SCOPE && text.split('/').all(segment)).then(|| Self(text.to_owned()))
    }

    /// As it is spelled in the packet.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it means everything, or everything of a kind.
    pub(crate) fn is_global(&self) -> bool {
        let whole = GLOBAL
            .iter()
            .any(|global| self.0.eq_ignore_ascii_case(global));
        whole || self.0.split('/').any(|segment| segment == "*")
    }

    /// Whether `other` is this scope or beneath it.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let beneath = other.0.strip_prefix(&self.0);
        !self.is_global()
            && !other.is_global()
            && beneath.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn a_scope_covers_itself_and_what_is_beneath_it() {
        assert!(scope("a/b").covers(&scope("a/b")));
        assert!(scope("a/b").covers(&scope("a/b/c")));
        assert!(!scope("a/b").covers(&scope("a")));
        assert!(!scope("a/b").covers(&scope("a/bc")));
    }

    #[test]
    fn nothing_covers_everything_and_everything_covers_nothing() {
        for global in ["*", "Global", "ALL", "a/*"] {
            assert!(scope(global).is_global(), "{global}");
            assert!(!scope(global).covers(&scope("a/b")), "{global}");
            assert!(!scope("a").covers(&scope(global)), "{global}");
        }
        assert!(!scope("a/all").is_global());
    }

    #[test]
    fn refuses_what_is_not_plain() {
        for text in ["", "/a", "a/", "a//b", "a/../b", "a b", "**"] {
            assert_eq!(Scope::parse(text), None, "{text}");
        }
    }
}
