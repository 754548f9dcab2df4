//! PEM blocks in a text, as OpenSSL 3 finds them (RFC 7468 is narrower): after a byte
//! order mark or prose, beside other blocks, with blanks at the ends of lines, and with
//! base64 in lines of any length.

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

/// One block: `-----BEGIN LABEL-----`, base64, `-----END LABEL-----`.
pub(super) struct Block<'a> {
    /// What stands behind `BEGIN`.
    pub(super) label: &'a str,
    /// The base64 without blanks; nothing if the block does not end.
    body: Option<Zeroizing<String>>,
}

impl Block<'_> {
    /// The bytes, if the block ends and is base64 throughout.
    pub(super) fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let body = self.body.as_ref()?;
        Base64::decode_vec(body).ok().map(Zeroizing::new)
    }
}

/// The blocks of a text, in its order.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(label) = edge(line, "BEGIN") else {
            continue;
        };
        // Once and for all lines: a growing text would leave copies of a key behind.
        let mut body = Zeroizing::new(String::with_capacity(text.len()));
        let mut ended = false;
        for line in lines.by_ref() {
            if let Some(end) = edge(line, "END") {
                ended = end == label;
                break;
            }
            body.extend(line.chars().filter(|it| !it.is_ascii_whitespace()));
        }
        found.push(Block {
            label,
            body: ended.then_some(body),
        });
    }
    found
}

/// The label of a line that begins or ends a block.
fn edge<'a>(line: &'a str, which: &str) -> Option<&'a str> {
    let inner = line.trim_end().strip_prefix("-----")?;
    let label = inner
        .strip_prefix(which)?
        .strip_prefix(' ')?
        .strip_suffix("-----")?;
    // A whole block on one line has no label: what stands there may be a key.
    (!label.contains("-----")).then_some(label)
}
