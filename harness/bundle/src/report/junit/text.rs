//! Makes any text safe in XML 1.0.
//!
//! The writer beneath escapes attributes but passes `]]>` and control characters
//! through, so a hostile line of output could close its section and add elements.

/// Text for an attribute: only characters XML allows, on one line.
pub(super) fn attribute(text: &str) -> String {
    // A reader turns these three into spaces anyway (XML 1.0, 3.3.3).
    allowed(text).replace(['\t', '\n', '\r'], " ")
}

/// Text for a CDATA section: only characters XML allows, and no end of section.
pub(super) fn section(text: &str) -> String {
    allowed(text).replace("]]>", "]]]]><![CDATA[>")
}

/// Each character outside XML 1.0's `Char` (2.2) becomes U+FFFD.
fn allowed(text: &str) -> String {
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    text.chars()
        .map(|c| {
            if is_char(c) {
                c
            } else {
                char::REPLACEMENT_CHARACTER
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_become_replacement_characters() {
        assert_eq!(
            section("a\0b\u{1b}[31mc\u{fffe}\u{ffff}\td"),
            "a\u{fffd}b\u{fffd}[31mc\u{fffd}\u{fffd}\td"
        );
        assert_eq!(attribute("a\nb\tc\rd\u{7}"), "a b c d\u{fffd}");
    }

    proptest! {
        #[test]
        fn any_section_is_read_back_as_the_text_it_was(text in "(?s)(\\]\\]>|[\\]>&<]|.){0,40}") {
            let xml = format!("<a><![CDATA[{}]]></a>", section(&text));
            let document = roxmltree::Document::parse(&xml).unwrap();
            let read: String = document.root_element().children().filter_map(|it| it.text()).collect();
            let expected = allowed(&text).replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(read, expected);
        }
    }
}
