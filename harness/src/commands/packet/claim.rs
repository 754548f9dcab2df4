//! `packet claim`: what is claimed, and on which items it rests.

use serde_json::json;
use serde_json::value::RawValue;
use verify::code::Code;
use verify::terminal::say;
use verify::{Done, Failure};

use crate::cli::{AddClaim, Common};
use crate::packet::{Claim, Draft, Lock, Stated};

/// Adds it.
pub(super) fn claim(common: &Common, args: &AddClaim) -> Result<Done, Failure> {
    let _lock = Lock::of(&args.folder)?;
    let mut draft = Draft::read(&args.folder)?;
    let values: Vec<Stated> = args
        .value
        .iter()
        .map(|it| value(it))
        .collect::<Result<_, _>>()?;
    let named = args.evidence.iter().chain(values.iter().map(|it| &it.item));
    for item in named {
        if !draft.ids().contains(&item.as_str()) {
            let what = format!("expected an item of the packet, observed `{item}`");
            let hint = format!("items: {}", draft.ids().join(", "));
            return Err(Failure::unknown(what, &hint));
        }
    }
    for value in &values {
        if !args.evidence.contains(&value.item) {
            let item = &value.item;
            let what = format!("expected a value of what the claim rests on, observed `{item}`");
            let hint = format!("name the item as well: --evidence {item}");
            return Err(Failure::usage(what, &hint));
        }
    }
    draft.claims.push(Claim {
        id: args.id.clone(),
        statement: args.statement.clone(),
        scope: args.scope.clone().unwrap_or_else(|| draft.scope.clone()),
        requires: args.requires.clone(),
        evidence: args.evidence.clone(),
        asserted: "supported".to_owned(),
        values,
    });
    draft.write(&args.folder)?;
    let object = json!({ "claim": args.id, "evidence": args.evidence });
    common.format.say(Code::Held, &object, || {
        let items = evidence::count(args.evidence.len(), "item");
        Ok(say(&format!("claim `{}` on {items}", args.id))?)
    })
}

/// `ITEM#POINTER=JSON`.
fn value(text: &str) -> Result<Stated, Failure> {
    let failed = || {
        let what = format!("expected ITEM#POINTER=JSON, observed `{text}`");
        Failure::usage(
            what,
            "such as listing#/0/state='\"running\"': a text has its quotes",
        )
    };
    let (item, rest) = text.split_once('#').ok_or_else(failed)?;
    // A key may have a `=` of its own: the first behind which a value stands parts the two.
    let mut parted = rest.match_indices('=').map(|(at, _)| rest.split_at(at));
    let stated = parted.find_map(|(pointer, value)| {
        // As it is written: a number may have more digits than any machine's.
        let value: Box<RawValue> = serde_json::from_str(value.strip_prefix('=')?).ok()?;
        Some((pointer, value))
    });
    let (pointer, value) = stated.ok_or_else(failed)?;
    if !checker::is_sure_json(value.get().as_bytes()) {
        let what = format!("expected a value that is read in one way, observed `{value}`");
        let hint = "give each name of an object once, no half of a surrogate pair, and at most \
                    127 values within each other: else it is equal to nothing";
        return Err(Failure::usage(what, hint));
    }
    Ok(Stated {
        item: item.to_owned(),
        pointer: pointer.to_owned(),
        value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_behind_the_first_equals_sign_behind_which_one_can() {
        for (text, pointer, said) in [
            ("a#/0/tag=\"7\"", "/0/tag", "\"7\""),
            ("a#/x=y=1", "/x=y", "1"),
            ("a#/x=\"p=q\"", "/x", "\"p=q\""),
            ("a#=null", "", "null"),
        ] {
            let stated = value(text).unwrap();
            assert_eq!((&*stated.item, &*stated.pointer), ("a", pointer), "{text}");
            assert_eq!(stated.value.to_string(), said, "{text}");
        }
        for text in ["a", "a#/x", "a#/x=", "a#/x=word"] {
            assert!(value(text).is_err(), "{text}");
        }
    }
}
