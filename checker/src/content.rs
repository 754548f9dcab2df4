//! What an item's bytes are, as far as a machine can say: whether they are what their
//! media type promises, and whether a claimed value stands where it is said to.
//!
//! Words are not interpreted here, nor anywhere in this program.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adequacy::GapReason;
use crate::packet::{self, Packet};

/// The largest item that is looked into, in bytes.
pub(crate) const MAX_CONTENT: u64 = 1024 * 1024;

/// What came of looking into an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// It is JSON, or text in UTF-8, as its media type says.
    AsSaid,
    /// It is not.
    NotAsSaid,
    /// It is larger than 1 MiB, or its file is not there: nobody looked.
    NotRead,
    /// Its media type is none that is looked into: `application/json`, `+json`, `text/`.
    NotInterpreted,
}

/// What of a media type can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Json,
    Text,
    Other,
}

impl Media {
    fn of(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        if essence == "application/json" || essence.ends_with("+json") {
            Self::Json
        } else if essence.starts_with("text/") {
            Self::Text
        } else {
            Self::Other
        }
    }
}

/// A value that a claim says stands at a place of an item.
#[derive(Debug)]
struct Place<'a> {
    /// The claim, and which of its values.
    claim: (usize, usize),
    said: &'a packet::Value,
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

    /// Whether this file is to be looked into.
    pub(crate) fn want(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Looks into a file.
    pub(crate) fn look(&self, path: &str, bytes: &[u8], looks: &mut Looks) {
        let Some(wishes) = self.0.get(path) else {
            return;
        };
        let searched = wishes.iter().any(|it| !it.places.is_empty());
        let value: Option<Value> = searched
            .then(|| serde_json::from_slice(bytes).ok())
            .flatten();
        // What became a value is JSON; a number too large for one may be, all the same.
        let is_json = value.is_some()
            || wishes.iter().any(|it| it.media == Media::Json)
                && serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        let is_text = std::str::from_utf8(bytes).is_ok();
        for wish in wishes {
            let content = match (wish.media, is_json, is_text) {
                (Media::Json, true, _) | (Media::Text, _, true) => Content::AsSaid,
                (Media::Json, false, _) | (Media::Text, _, false) => Content::NotAsSaid,
                (Media::Other, _, _) => Content::NotInterpreted,
            };
            looks.items.insert(wish.item, content);
            for place in &wish.places {
                let said = place.said;
                let found = value.as_ref().and_then(|it| it.pointer(&said.pointer));
                looks.values.insert(place.claim, found == Some(&said.value));
            }
        }
    }
}

/// What was seen of items and of claimed values.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    items: BTreeMap<usize, Content>,
    /// By claim, and which of its values: whether it stands where it is said to.
    values: BTreeMap<(usize, usize), bool>,
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
            Media::Json | Media::Text => Content::NotRead,
        };
        self.items.get(&index).copied().unwrap_or(unseen)
    }

    /// Why a claimed value does not stand where it is said to, if it does not.
    pub(crate) fn value(&self, claim: usize, index: usize) -> Option<GapReason> {
        match self.values.get(&(claim, index)) {
            Some(true) => None,
            Some(false) => Some(GapReason::ValueDiffers),
            None => Some(GapReason::ValueNotRead),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_checked_of_a_media_type_is_its_essence() {
        for (media_type, expected) in [
            ("application/json", Media::Json),
            ("Application/JSON; charset=utf-8", Media::Json),
            ("application/vnd.in-toto+json", Media::Json),
            ("text/csv;header=present", Media::Text),
            ("image/png", Media::Other),
            ("application/jsonx", Media::Other),
        ] {
            assert_eq!(Media::of(media_type), expected, "{media_type}");
        }
    }
}
