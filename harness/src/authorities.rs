//! Who is enrolled: the file of whoever runs the checker, read into an order.
//!
//! The file names keys by where their PEM files lie, beside it; the order has the keys
//! themselves, so that what reaches the sandbox is whole.

use std::path::Path;

use bundle::file::{self, MAX_TEXT};
use checker::{Authority, EnrolledKey, EvidenceClass, MAX_ORDER, Order, RevisionKind, Timestamp};
use evidence::error::chain;
use seal::key::PublicKey;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use verify::Failure;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    authority: Vec<Enrolled>,
}

/// An authority as the file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Enrolled {
    name: String,
    classes: Vec<EvidenceClass>,
    revisions: Vec<RevisionKind>,
    keys: Vec<std::path::PathBuf>,
    from: Timestamp,
    until: Timestamp,
}

/// The file is not TOML, or has other fields.
#[derive(Debug, thiserror::Error)]
#[error("failed to read authorities `{file}`")]
struct Unread {
    file: String,
    #[source]
    source: toml::de::Error,
}

/// The order of a check that is made now: who is in this file, or nobody.
///
/// # Errors
/// The file, or a key that it names, cannot be used.
pub fn order(file: Option<&Path>) -> Result<Order, Failure> {
    let now = OffsetDateTime::now_utc().format(&Rfc3339);
    let now = now.map_err(Failure::internal)?;
    let authorities = file.map_or(Ok(Vec::new()), read)?;
    Ok(Order {
        now: Timestamp::parse(&now),
        authorities,
        ..Order::default()
    })
}

/// The same as the checker's argument.
///
/// # Errors
/// As [`order`], or it is too long for an argument.
pub fn told(file: Option<&Path>) -> Result<String, Failure> {
    let text = serde_json::to_string(&order(file)?).map_err(Failure::internal)?;
    if text.len() > MAX_ORDER {
        let what = format!(
            "expected authorities of at most {MAX_ORDER} bytes, observed {}",
            text.len()
        );
        return Err(Failure::unusable(what, "leave out whom no packet names"));
    }
    Ok(text)
}

fn read(file: &Path) -> Result<Vec<Authority>, Failure> {
    let shown = file.display();
    let hint = "see the README's section on packets for a file of authorities";
    let failed = |why: String| {
        Failure::unusable(format!("failed to read authorities `{shown}`: {why}"), hint)
    };
    let text = file::text(file, MAX_TEXT).map_err(|error| failed(error.why()))?;
    let parsed: File = toml::from_str(&text).map_err(|source| {
        let file = shown.to_string();
        Failure::unusable(Unread { file, source }, hint)
    })?;
    let beside = file.parent().unwrap_or(Path::new(""));
    let authorities: Vec<Authority> = parsed
        .authority
        .into_iter()
        .map(|it| enrolled(it, beside))
        .collect::<Result<_, _>>()?;
    let order = Order {
        authorities,
        ..Order::default()
    };
    order.sound().map_err(|error| failed(chain(&error)))?;
    Ok(order.authorities)
}

fn enrolled(it: Enrolled, beside: &Path) -> Result<Authority, Failure> {
    let key = |path: &std::path::PathBuf| {
        let path = beside.join(path);
        let key = PublicKey::read(&path)?;
        EnrolledKey::of(&key.to_bytes()).ok_or_else(|| {
            let what = format!(
                "expected `{}` to be a key whose signatures only its holder can make",
                path.display()
            );
            Failure::unusable(what, "make one with `harness keygen`")
        })
    };
    let keys = it.keys.iter().map(key).collect::<Result<_, _>>()?;
    Ok(Authority {
        name: it.name,
        classes: it.classes,
        revisions: it.revisions,
        keys,
        from: it.from,
        until: it.until,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use seal::key::SecretKey;

    use super::*;

    const FILE: &str = "[[authority]]\nname = \"registry\"\nclasses = [\"native\"]\n\
        revisions = [\"digest\", \"git\"]\nkeys = [\"registry.pub.pem\"]\n\
        from = \"2026-01-01T00:00:00Z\"\nuntil = \"2026-12-31T23:59:59+01:00\"\n";

    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let key = SecretKey::from_seed(&[7; 32]).public();
        key.write_new(&folder.path().join("registry.pub.pem"))
            .unwrap();
        fs::write(folder.path().join("authorities.toml"), text).unwrap();
        folder
    }

    fn of(text: &str) -> Result<Order, String> {
        let folder = folder(text);
        let read = order(Some(&folder.path().join("authorities.toml")));
        read.map_err(|failure| bundle::report::visible::chain(&*failure.error))
    }

    #[test]
    fn a_file_names_keys_beside_it_and_the_order_has_them() {
        let order = of(FILE).unwrap();
        let told = serde_json::to_string(&order).unwrap();
        assert_eq!(Order::parse(&told), Ok(order.clone()));
        let authority = &order.authorities[0];
        assert_eq!(authority.until.to_string(), "2026-12-31T22:59:59Z");
        assert!(order.now.is_some() && order.authorities.len() == 1);
        // A report names it as `keygen` does.
        let key = SecretKey::from_seed(&[7; 32]).public();
        assert_eq!(authority.keys[0].name(), key.id().to_string());
    }

    #[test]
    fn without_a_file_nobody_is_enrolled() {
        assert!(order(None).unwrap().authorities.is_empty());
    }

    #[test]
    fn what_could_believe_nobody_is_refused_with_the_words_that_are_known() {
        for (from, to, words) in [
            (
                "\"native\"",
                "\"stated\"",
                "native or governed evidence only",
            ),
            (
                "\"native\"",
                "\"natve\"",
                "unknown variant `natve`, expected one of",
            ),
            (
                "\"digest\", \"git\"",
                "\"branch\"",
                "expected one of `git`, `digest`",
            ),
            ("[\"native\"]", "[]", "to have a class, observed none"),
            (
                "[\"registry.pub.pem\"]",
                "[]",
                "to have a key, observed none",
            ),
            ("registry.pub.pem", "nowhere.pem", "nowhere.pem"),
            ("2026-01-01", "2027-01-01", "a time at which its captures"),
            ("2026-01-01T", "2026-01-01 ", "a time as RFC 3339 writes it"),
            ("name = \"registry\"\n", "", "missing field `name`"),
            ("name", "nmae", "unknown field `nmae`"),
        ] {
            let error = of(&FILE.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(words), "{to}: {error}");
        }
        let twice = of(&format!("{FILE}{FILE}")).unwrap_err();
        assert!(
            twice.contains("each authority once, observed `registry`"),
            "{twice}"
        );
    }
}
