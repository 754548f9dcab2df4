//! What an item's bytes are, as far as a machine can say: whether they are what their
//! media type promises, and whether a claimed value stands where it is said to.
//!
//! Words are not interpreted here, nor anywhere in this program.

mod media;
mod watch;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gap::GapReason;
use crate::json::Json;
use crate::packet::{self, Packet};
use crate::report::short_of;
use media::Media;
pub(crate) use watch::Watch;

/// The largest item in which a claimed value is looked for, in bytes.
pub(crate) const MAX_SEARCHED: u64 = 1024 * 1024;
/// The largest item that is held to be JSON, in bytes. Text may have any length.
pub(crate) const MAX_JSON: u64 = 16 * 1024 * 1024;

/// What came of looking into an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// It is JSON, or text, as its media type says.
    AsSaid,
    /// It is not.
    NotAsSaid,
    /// It is JSON by its media type and larger than 16 MiB, or its file is not there:
    /// nobody looked.
    NotRead,
    /// Its media type is none that is looked into: those are `application/json`, `+json`,
    /// and `text/` in UTF-8 or ASCII.
    NotInterpreted,
}

/// Whether an item of this media type is held to it: to be JSON, or text in UTF-8 or ASCII.
///
/// ```
/// assert!(checker::is_interpreted("text/csv; charset=utf-8"));
/// assert!(!checker::is_interpreted("text/csv; charset=utf-16"));
/// ```
#[must_use]
pub fn is_interpreted(media_type: &str) -> bool {
    Media::of(media_type) != Media::Other
}

/// A value that a claim says stands at a place of an item.
#[derive(Debug)]
struct Place<'a> {
    /// The claim, and which of its values.
    claim: (usize, usize),
    said: &'a packet::Value,
}

impl Place<'_> {
    /// What stands there, in an item that says this, or that is no JSON.
    fn found(&self, value: Option<&Json<'_>>) -> Found {
        let said = Json::parse(self.said.value.get().as_bytes());
        let found = value.and_then(|it| it.at(&self.said.pointer));
        match said.zip(found) {
            Some((said, found)) if said.says(found) => Found::AsSaid,
            Some((_, found)) => Found::Other(found.text().map(short_of)),
            None => Found::Other(None),
        }
    }
}

/// What is asked of one item.
#[derive(Debug)]
struct Wish<'a> {
    item: usize,
    media: Media,
    places: Vec<Place<'a>>,
}

/// What is to be looked at, by file.
#[derive(Debug, Default)]
pub(crate) struct Wishes<'a>(BTreeMap<&'a str, Vec<Wish<'a>>>);

impl<'a> Wishes<'a> {
    /// What a packet's items and claims make worth a look.
    pub(crate) fn of(packet: &'a Packet) -> Self {
        let mut places: BTreeMap<usize, Vec<Place<'a>>> = BTreeMap::new();
        for (claim, claimed) in packet.claims.iter().enumerate() {
            for (index, said) in claimed.values.iter().enumerate() {
                let Some((item, _)) = packet.item(&said.item) else {
                    continue;
                };
                let claim = (claim, index);
                places.entry(item).or_default().push(Place { claim, said });
            }
        }
        let mut wishes = Self::default();
        for (item, said) in packet.items.iter().enumerate() {
            let media = Media::of(&said.media_type);
            let places = places.remove(&item).unwrap_or_default();
            if media != Media::Other || !places.is_empty() {
                let wish = Wish {
                    item,
                    media,
                    places,
                };
                wishes.0.entry(&said.path).or_default().push(wish);
            }
        }
        wishes
    }

    /// What has to be kept of a file while it is read, if it is to be looked into.
    pub(crate) fn watch(&self, path: &str, length: u64) -> Option<Watch> {
        let wishes = self.0.get(path)?;
        let json = wishes.iter().any(|it| it.media == Media::Json);
        Some(Watch::new(json && length <= MAX_JSON))
    }

    /// Looks into a file that was read.
    pub(crate) fn look(&self, path: &str, watch: &Watch, looks: &mut Looks) {
        let Some(wishes) = self.0.get(path) else {
            return;
        };
        let kept = watch.kept();
        let short = kept.filter(|it| it.len() as u64 <= MAX_SEARCHED);
        let searched = |it: &Wish<'_>| it.media == Media::Json && !it.places.is_empty();
        let searched = wishes.iter().any(searched);
        let value = short.filter(|_| searched).and_then(Json::parse);
        let json = wishes.iter().any(|it| it.media == Media::Json);
        let is_json = kept
            .filter(|_| json)
            .map(|it| value.is_some() || crate::json::is_json(it));
        for wish in wishes {
            let good = match wish.media {
                Media::Json => is_json,
                Media::Text => Some(watch.is_text()),
                Media::Ascii => Some(watch.is_ascii()),
                Media::Other => None,
            };
            if let Some(good) = good {
                let content = if good {
                    Content::AsSaid
                } else {
                    Content::NotAsSaid
                };
                looks.items.insert(wish.item, content);
            }
            // What is not JSON has no value, however large it is and whatever its bytes are.
            let json = wish.media == Media::Json;
            let value = value.as_ref().filter(|_| json);
            for place in wish.places.iter().filter(|_| short.is_some() || !json) {
                looks.values.insert(place.claim, place.found(value));
            }
        }
    }
}

/// What stands where a value is said to.
#[derive(Debug)]
enum Found {
    AsSaid,
    /// Another, as far as it can be read for sure.
    Other(Option<String>),
}

/// What was seen of items and of claimed values.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    items: BTreeMap<usize, Content>,
    /// By claim, and which of its values.
    values: BTreeMap<(usize, usize), Found>,
}

impl Looks {
    /// What another thread saw as well.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.items.extend(other.items);
        self.values.extend(other.values);
        self
    }

    /// What an item was found to be.
    pub(crate) fn item(&self, index: usize, media_type: &str) -> Content {
        let unseen = match Media::of(media_type) {
            Media::Other => Content::NotInterpreted,
            Media::Json | Media::Text | Media::Ascii => Content::NotRead,
        };
        self.items.get(&index).copied().unwrap_or(unseen)
    }

    /// Why a claimed value does not stand where it is said to, if it does not.
    pub(crate) fn value(&self, claim: usize, index: usize) -> Option<GapReason> {
        match self.values.get(&(claim, index)) {
            Some(Found::AsSaid) => None,
            Some(Found::Other(_)) => Some(GapReason::ValueDiffers),
            None => Some(GapReason::ValueNotRead),
        }
    }

    /// What stands there instead, as far as it can be read for sure.
    pub(crate) fn instead(&self, claim: usize, index: usize) -> Option<&str> {
        match self.values.get(&(claim, index))? {
            Found::Other(found) => found.as_deref(),
            Found::AsSaid => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen of the reference packet's listing if these are its bytes, and of how
    /// many they are said to be.
    fn seen(bytes: &[u8], length: u64) -> (Content, Option<GapReason>) {
        seen_as("application/json", bytes, length)
    }

    /// The same of one with another media type.
    fn seen_as(media_type: &str, bytes: &[u8], length: u64) -> (Content, Option<GapReason>) {
        let dir = tempfile::tempdir().unwrap();
        let bag = dir.path().join("bag");
        fixtures::write("no-gap", &bag).unwrap();
        let packet = std::fs::read(bag.join("data/packet.json")).unwrap();
        let mut packet = Packet::parse(&packet).unwrap();
        packet.items[0].media_type = media_type.to_owned();
        let wishes = Wishes::of(&packet);
        let (item, claim) = (&packet.items[0], &packet.claims[0]);
        assert_eq!(claim.values[0].item, item.id, "a value is claimed of it");
        let mut watch = wishes.watch(&item.path, length).unwrap();
        bytes.chunks(1000).for_each(|part| watch.take(part));
        let mut looks = Looks::default();
        wishes.look(&item.path, &watch, &mut looks);
        (looks.item(0, &item.media_type), looks.value(0, 0))
    }

    #[test]
    fn what_is_not_json_has_no_value_whatever_its_bytes_are() {
        let listing = b"[{\"state\": \"running\"}]";
        let differs = Some(GapReason::ValueDiffers);
        for (media_type, content) in [
            ("image/png", Content::NotInterpreted),
            ("text/plain", Content::AsSaid),
            ("text/x-ndjson", Content::AsSaid),
        ] {
            let length = listing.len() as u64;
            let seen = |length| seen_as(media_type, listing, length);
            assert_eq!(seen(length), (content, differs), "{media_type}");
            assert_eq!(seen(MAX_JSON + 1), (content, differs), "{media_type}");
        }
    }

    #[test]
    fn what_is_too_large_is_not_looked_into_and_that_is_said() {
        let listing = b"[{\"state\": \"running\"}]".to_vec();
        let long = [
            &listing[..],
            &vec![b' '; usize::try_from(MAX_SEARCHED).unwrap()],
        ]
        .concat();
        let (short, length) = (listing.len() as u64, long.len() as u64);
        assert_eq!(seen(&listing, short), (Content::AsSaid, None));
        let (differs, unread) = (GapReason::ValueDiffers, GapReason::ValueNotRead);
        assert_eq!(seen(b"[{}]", 4), (Content::AsSaid, Some(differs)));
        assert_eq!(seen(b"trust me", 8), (Content::NotAsSaid, Some(differs)));
        assert_eq!(seen(&long, length), (Content::AsSaid, Some(unread)));
        let wrong = [&long[..], b"]"].concat();
        assert_eq!(seen(&wrong, length + 1), (Content::NotAsSaid, Some(unread)));
        assert_eq!(seen(&long, MAX_JSON + 1), (Content::NotRead, Some(unread)));
    }
}
