//! The date of a packet that is sealed: of its text nothing else changes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde_json::value::RawValue;
use verify::Failure;

use super::draft::{Draft, require_read};
use super::{FILE, beneath, now, replace};

/// Writes the time now into the packet of a folder, as when it was exported.
///
/// # Errors
/// There is no packet, the checker could not read it, or it cannot be written.
pub(super) fn date(folder: &Path) -> Result<(), Failure> {
    let (draft, bytes) = Draft::read_as_written(folder)?;
    let whole = String::from_utf8(bytes).map_err(Failure::internal)?;
    let at = place(&whole).ok_or_else(|| {
        let what = format!("expected one `exported_at` in `{}`", draft.packet_id);
        Failure::unusable(what, "`harness packet schema` prints what it must be")
    })?;
    let dated = format!("{}\"{}\"{}", &whole[..at.start], now()?, &whole[at.end..]);
    require_read(dated.as_bytes())?;
    replace(&beneath(folder, FILE)?, dated.as_bytes())
}

/// Where a packet says when it was exported, in its text.
fn place(text: &str) -> Option<Range<usize>> {
    type Fields<'a> = BTreeMap<String, &'a RawValue>;
    let packet: Fields<'_> = serde_json::from_str(text).ok()?;
    let export: Fields<'_> = serde_json::from_str(packet.get("export")?.get()).ok()?;
    let value = export.get("exported_at")?.get();
    // What was borrowed of the text lies in it.
    let start = (value.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = start.checked_add(value.len())?;
    (text.get(start..end)? == value).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_date_is_found_however_a_packet_is_written() {
        for text in [
            r#"{"export":{"exported_at":"x"}}"#,
            "{ \"exported_at\": \"y\", \"export\" :\n {\"a\":1.50, \"exported_at\" : \"x\" } }",
            r#"{"a":{"exported_at":"y"},"\u0065xport":{"exported_\u0061t":"x"}}"#,
        ] {
            assert_eq!(&text[place(text).unwrap()], "\"x\"", "{text}");
        }
        assert_eq!(place(r#"{"export":{}}"#), None);
    }
}
