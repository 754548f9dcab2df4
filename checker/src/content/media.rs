//! What of a media type can be checked.

/// What an item is held to be, by its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// JSON (RFC 8259): whatever parameters follow, it is in UTF-8.
    Json,
    /// Text in UTF-8: the `charset` that is said, or what is meant where none is.
    Text,
    /// Text in ASCII, as is said.
    Ascii,
    /// Anything else, text in another `charset` included: it is not looked into.
    Other,
}

impl Media {
    pub(super) fn of(media_type: &str) -> Self {
        let media_type = media_type.to_ascii_lowercase();
        let mut parts = media_type.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        if essence == "application/json" || essence.ends_with("+json") {
            return Self::Json;
        }
        if !essence.starts_with("text/") {
            return Self::Other;
        }
        // Of a parameter that is there twice nobody knows which is meant (RFC 6838 §4.3).
        let charsets: Vec<&str> = parts.filter_map(charset).collect();
        match charsets.as_slice() {
            [] | ["utf-8" | "utf8"] => Self::Text,
            ["us-ascii" | "ascii"] => Self::Ascii,
            _ => Self::Other,
        }
    }
}

fn charset(parameter: &str) -> Option<&str> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim();
    let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    (name.trim() == "charset").then_some(quoted.unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_checked_of_a_media_type_is_its_essence_and_charset() {
        for (media_type, expected) in [
            ("application/json", Media::Json),
            ("Application/JSON; charset=utf-8", Media::Json),
            ("application/vnd.in-toto+json", Media::Json),
            ("text/csv;header=present", Media::Text),
            ("text/plain; charset=UTF-8", Media::Text),
            ("text/plain; Charset = \"utf-8\"; x=y", Media::Text),
            ("text/plain;charset=US-ASCII", Media::Ascii),
            ("text/plain; charset=iso-8859-1", Media::Other),
            ("text/plain; charset=utf-8; charset=utf-16", Media::Other),
            ("image/png", Media::Other),
            ("application/jsonx", Media::Other),
        ] {
            assert_eq!(Media::of(media_type), expected, "{media_type}");
        }
    }
}
