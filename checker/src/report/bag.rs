//! What a report says of the bag by itself.

use serde::{Deserialize, Serialize};

use crate::bag::{Bag, Refused, Said};
use crate::bounded::Bounded;
use crate::gates::Gate;
use crate::refusal::{Reason, Refusal, bounded};
use crate::text::hides;

/// Whether the bag is valid as a bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BagOutcome {
    /// Well-formed, complete, every digest as listed.
    Valid,
    /// Refused at one of G2–G5, for what was shown to be wrong with it.
    Invalid,
    /// Refused at one of G2–G5 for what this program or its host does not take, such as
    /// digests that can be forged, or a bound: nothing was shown to be wrong.
    NotAccepted,
}

impl BagOutcome {
    /// What the reason of a refusal, or that there is none, makes of the bag by itself.
    pub fn of(reason: Option<Reason>) -> Self {
        match reason {
            Some(reason) if reason.is_policy() => Self::NotAccepted,
            Some(reason) if reason.gate() < Gate::G6 => Self::Invalid,
            Some(_) | None => Self::Valid,
        }
    }
}

/// The bag by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BagReport {
    /// Valid, or why not.
    pub outcome: BagOutcome,
    /// The declared version; of a bag that was not read to its end nothing is said, here
    /// and in the counts.
    pub version: Option<String>,
    /// Algorithms of payload and tag manifests whose every digest was checked and matches.
    pub verified: Vec<String>,
    /// Algorithms of payload and tag manifests that are not known.
    pub unverified: Vec<String>,
    /// Payload files, each opened and hashed once.
    pub payload_files: Option<u64>,
    /// Payload bytes, each read once.
    pub payload_bytes: Option<u64>,
    /// Files outside the payload.
    pub tag_files: Option<u64>,
    /// Every fault of the stage at which the bag was refused, the refusal first.
    pub faults: Bounded<Refusal>,
    /// What is no fault and should be known.
    pub warnings: Bounded<Warning>,
    /// The elements of `bag-info.txt`, in its order.
    pub info: Bounded<Element>,
    /// The first `BagIt-Profile-Identifier`.
    pub profile: Option<String>,
}

impl BagReport {
    /// What is said of a bag that was read to its end, or of none.
    pub(crate) fn of(bag: Option<&Bag>) -> Self {
        let blank = Self {
            outcome: BagOutcome::Valid,
            version: None,
            verified: Vec::new(),
            unverified: Vec::new(),
            payload_files: None,
            payload_bytes: None,
            tag_files: None,
            faults: Bounded::default(),
            warnings: Bounded::default(),
            info: Bounded::default(),
            profile: None,
        };
        let Some(bag) = bag else { return blank };
        Self {
            version: Some(bag.version.as_str().to_owned()),
            verified: bag.verified.clone(),
            unverified: bag.unverified.clone(),
            payload_files: Some(bag.payload_files()),
            payload_bytes: Some(bag.payload_bytes),
            tag_files: Some(bag.tag_files),
            faults: bag.not_accepted.clone(),
            ..blank.said(&bag.said)
        }
    }

    /// What is said of a bag that was refused before its end.
    pub(crate) fn refused(refused: &Refused) -> Self {
        Self {
            outcome: BagOutcome::of(refused.first().map(|it| it.reason)),
            faults: refused.faults.clone(),
            ..Self::of(None).said(&refused.said)
        }
    }

    fn said(self, said: &Said) -> Self {
        Self {
            warnings: said.warnings.clone(),
            info: said.info.clone(),
            profile: said.profile.clone(),
            ..self
        }
    }

    /// Whether the faults are those of a bag that is refused for this.
    pub(super) fn follows(&self, refusal: Option<&Refusal>) -> bool {
        let faults = &self.faults;
        let of_bag = refusal.filter(|refusal| refusal.reason.gate() < Gate::G6);
        let policy = |it: &Refusal| it.reason.is_policy();
        let mut shown = faults.listed.iter();
        faults.listed.first() == of_bag
            && faults.is_sound()
            && faults.listed.iter().all(|it| it.reason.gate() < Gate::G6)
            && (of_bag.is_some_and(|it| !policy(it)) || shown.all(policy))
    }
}

macro_rules! cautions {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a warning is about, named as in the report.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Caution { $($(#[$doc])* $name,)* }

        impl Caution {
            /// Every caution there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

cautions! {
    /// A manifest has the `*` of a checksum tool's binary mode before a path.
    StarBeforePath,
    /// A manifest has `./` before a path.
    DotSlash,
    /// One path is listed twice in one manifest with one digest, which 0.97 does not forbid.
    RepeatedEntry,
    /// A manifest's name does not spell its algorithm as RFC 8493 §2.4 says.
    AlgorithmSpelling,
    /// A tag manifest leaves a payload manifest out, which 0.97 does not forbid.
    ManifestNotCovered,
    /// Two files have names that Unicode normalisation makes one.
    NormalisationTwins,
    /// A file has the name listed in another Unicode normalisation.
    NameNormalised,
    /// An element of `bag-info.txt` that should not be repeated is.
    LabelRepeated,
    /// A `fetch.txt`, each of whose files is here.
    FetchComplete,
}

impl std::fmt::Display for Caution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// Something to be known of a bag that is no fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// What.
    pub warning: Caution,
    /// The file it is in.
    pub file: Option<String>,
    /// The first line in that file, from 1.
    pub line: Option<u64>,
    /// The path or label it is about.
    pub about: Option<String>,
    /// On how many lines, or how often, in this file.
    pub times: u64,
}

impl Warning {
    pub(crate) const fn new(warning: Caution) -> Self {
        Self {
            warning,
            file: None,
            line: None,
            about: None,
            times: 1,
        }
    }

    pub(crate) fn file(mut self, file: &str) -> Self {
        self.file = Some(bounded(file));
        self
    }

    pub(crate) const fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn about(mut self, about: &str) -> Self {
        self.about = Some(bounded(about));
        self
    }

    pub(crate) const fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }
}

/// An element of `bag-info.txt`: the bag's own words, cut, and without a character that
/// hides itself or others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Its label.
    pub label: String,
    /// Its value, unfolded.
    pub value: String,
}

impl Element {
    /// The most characters of a label or a value.
    pub const MOST: usize = 512;

    pub(crate) fn new(label: &str, value: &str) -> Self {
        Self {
            label: shown(label).take(Self::MOST).collect(),
            value: shown(value).take(Self::MOST).collect(),
        }
    }

    /// A folded line goes on where the one before ended.
    pub(crate) fn unfold(&mut self, folded: &str) {
        let gap = (!self.value.is_empty() && !folded.is_empty()).then_some(' ');
        let room = Self::MOST.saturating_sub(self.value.chars().count());
        let more = gap.into_iter().chain(shown(folded)).take(room);
        self.value.extend(more);
    }

    /// Whether it is as [`Element::new`] makes one.
    pub(super) fn is_shown(&self) -> bool {
        let fits = |text: &str| text.chars().count() <= Self::MOST && !text.chars().any(hides);
        fits(&self.label) && fits(&self.value)
    }
}

/// Each character as it can be shown.
pub(super) fn shown(text: &str) -> impl Iterator<Item = char> {
    let shown = |c| if hides(c) { '\u{fffd}' } else { c };
    text.chars().map(shown)
}
