//! BER as OpenSSL reads it: lengths that are longer than need be, or left to an end mark, and
//! bytes behind the whole (X.690, 8.1.3). Written again as DER, which has one form alone.

use zeroize::Zeroizing;

/// What a constructed value's identifier has (8.1.2.5).
const CONSTRUCTED: u8 = 0x20;
const OCTETS: u8 = 4;
/// Deeper than any key.
const DEEPEST: usize = 8;

/// The first value of these bytes in DER; nothing where they are no BER.
pub(super) fn as_der(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    value(bytes, DEEPEST).map(|(der, _)| der)
}

/// A value in DER, and what is behind it.
fn value(bytes: &[u8], deep: usize) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    let (&identifier, rest) = bytes.split_first()?;
    let deeper = deep.checked_sub(1)?;
    let (length, rest) = length(rest)?;
    let (inside, rest) = match length {
        Some(length) => rest.split_at_checked(length)?,
        None => (rest, rest),
    };
    if identifier & CONSTRUCTED != 0 {
        let (inside, behind) = values(inside, deeper, length.is_none())?;
        let rest = if length.is_none() { behind } else { rest };
        return Some((written(identifier, &inside), rest));
    }
    length?;
    // The key itself stands in a value of its own within one of PKCS#8's.
    let own = (identifier == OCTETS && inside.first() == Some(&OCTETS))
        .then(|| value(inside, deeper))
        .flatten();
    let inside = own.map_or_else(|| Zeroizing::new(inside.to_vec()), |(der, _)| der);
    Some((written(identifier, &inside), rest))
}

/// The values in a constructed one, to its end or to its end mark, and what is behind.
fn values(mut rest: &[u8], deep: usize, marked: bool) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    let mut all = Zeroizing::new(Vec::with_capacity(rest.len()));
    loop {
        if marked && let Some(behind) = rest.strip_prefix(&[0, 0]) {
            return Some((all, behind));
        }
        if rest.is_empty() {
            return (!marked).then_some((all, rest));
        }
        let (one, behind) = value(rest, deep)?;
        all.extend_from_slice(&one);
        rest = behind;
    }
}

/// A length, which is none where an end mark has it, and what is behind it.
fn length(bytes: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let count = usize::from(first & 0x7f);
    match first {
        0x80 => Some((None, rest)),
        0..0x80 => Some((Some(count), rest)),
        0x81.. => {
            let (digits, rest) = rest.split_at_checked(count)?;
            let length = digits.iter().try_fold(0_usize, |length, digit| {
                length.checked_mul(256)?.checked_add(usize::from(*digit))
            });
            Some((Some(length?), rest))
        }
    }
}

fn written(identifier: u8, inside: &[u8]) -> Zeroizing<Vec<u8>> {
    let digits: Vec<u8> = inside
        .len()
        .to_be_bytes()
        .into_iter()
        .skip_while(|it| *it == 0)
        .collect();
    let mut der = Zeroizing::new(Vec::with_capacity(inside.len() + digits.len() + 2));
    der.push(identifier);
    match u8::try_from(inside.len()) {
        Ok(short @ 0..0x80) => der.push(short),
        // A key file's length has three digits of these at most.
        Ok(_) | Err(_) => {
            der.push(0x80 | u8::try_from(digits.len()).unwrap_or(0x7f));
            der.extend_from_slice(&digits);
        }
    }
    der.extend_from_slice(inside);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_der_is_as_it_was_and_what_is_no_ber_is_none() {
        let long = [&[0x30, 0x81, 0x82, 4, 0x81, 0x7f][..], &[7; 0x7f], &[][..]].concat();
        let der = [&[0x30, 0x81, 0x81, 4, 0x7f][..], &[7; 0x7f]].concat();
        assert_eq!(*as_der(&long).unwrap(), der);
        assert_eq!(*as_der(&der).unwrap(), der);
        let bytes: &[&[u8]] = &[
            &[],
            &[0x30],
            &[0x30, 2, 4],
            &[0x30, 0x80, 4, 0],
            &[4, 0x80, 0, 0],
            &[0x30, 0xff],
            &[0x30, 0x88, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0x30; 64],
        ];
        for bytes in bytes {
            assert_eq!(as_der(bytes), None, "{bytes:?}");
        }
    }
}
