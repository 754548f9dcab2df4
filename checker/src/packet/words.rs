//! The words of a packet of which a field has one: how each is spelled, and what it means.

use std::marker::PhantomData;

use super::Asserted;
use super::plain::at;
use crate::evidence::{EvidenceClass, Source};
use crate::guard::Action;
use crate::refusal::{Reason, Refusal};

/// What a field has one of.
pub(super) trait Words: Copy + 'static {
    const ALL: &'static [(&'static str, Self)];
}

/// One of the words of `T`, as it was written.
#[derive(Debug, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Word<T>(String, PhantomData<T>);

impl<T: Words> Word<T> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn read(self, pointer: &str) -> Result<T, Refusal> {
        let mut all = T::ALL.iter();
        let known = all.find(|(word, _)| *word == self.0);
        known.map(|(_, it)| *it).ok_or_else(|| {
            let refusal = at(Reason::PacketShape, pointer);
            refusal.expected(&listed::<T>(), &self.0)
        })
    }
}

/// All the words, for a refusal to say.
pub(super) fn listed<T: Words>() -> String {
    let words: Vec<&str> = T::ALL.iter().map(|(word, _)| *word).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

impl Words for Action {
    const ALL: &'static [(&'static str, Self)] = &[
        ("READ_PACKET_ITEM", Self::ReadPacketItem),
        ("WRITE_LOCAL_REPORT", Self::WriteLocalReport),
    ];
}

impl Words for Asserted {
    const ALL: &'static [(&'static str, Self)] = &[
        ("supported", Self::Supported),
        ("all_clear", Self::AllClear),
        ("may_deploy", Self::MayDeploy),
    ];
}

/// The classes that a claim may require; copies and prose cannot be asked for.
impl Words for EvidenceClass {
    const ALL: &'static [(&'static str, Self)] = &[
        ("native", Self::Native),
        ("governed", Self::Governed),
        ("stated", Self::Stated),
    ];
}

impl Words for Source {
    const ALL: &'static [(&'static str, Self)] = &[
        ("kb_document", Self::KbDocument),
        ("pg_named_query", Self::PgNamedQuery),
        ("native_listing", Self::NativeListing),
        ("operator_statement", Self::OperatorStatement),
        ("local_copy", Self::LocalCopy),
        ("prose", Self::Prose),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Words>(word: &str) -> Result<T, Refusal> {
        Word(word.to_owned(), PhantomData).read("/at")
    }

    #[test]
    fn a_report_spells_each_word_as_a_packet_does() {
        fn same<T: Words + serde::Serialize>() {
            for (word, is) in T::ALL {
                assert_eq!(serde_json::to_value(is).unwrap(), *word);
            }
        }
        same::<Action>();
        same::<EvidenceClass>();
        same::<Source>();
    }

    #[test]
    fn the_class_of_each_source_is_fixed() {
        let classes = ["governed", "native", "native", "stated", "copied", "told"];
        for ((word, source), class) in Source::ALL.iter().zip(classes) {
            let observed = serde_json::to_value(source.class()).unwrap();
            assert_eq!(observed, class, "{word}");
        }
        assert_eq!(Source::ALL.len(), classes.len());
    }

    #[test]
    fn a_claim_cannot_ask_for_a_copy_or_for_prose_and_is_told_for_what() {
        for word in ["copied", "told", ""] {
            let refusal = read::<EvidenceClass>(word).unwrap_err();
            let expected = refusal.expected.as_deref();
            assert_eq!(expected, Some("native, governed or stated"));
        }
        assert_eq!(read("stated"), Ok(EvidenceClass::Stated));
    }
}
