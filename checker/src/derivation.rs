//! Derivation over the whole packet: who is derived from whom, and where it ends.
//!
//! Each item is anchored, unanchored or circular (Article 14, link 7). The
//! judgement is iterative: a hostile packet cannot make it deep.

use serde::{Deserialize, Serialize};

use crate::adequacy::class;
use crate::capture::Capture;
use crate::packet::Packet;
use crate::wrong::{self, Fault};

/// Where an item's derivation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derivation {
    /// In native or governed sources, or in a statement: nothing stands on air.
    Anchored,
    /// In prose, in a local copy, in an item whose capture is refused, or in something the
    /// packet does not have.
    Unanchored,
    /// In itself.
    Circular,
}

/// The derivation of every item, by index.
///
/// Items are settled from the sources upwards; whoever is never settled is in a
/// ring or derived from one.
pub(crate) fn judge(packet: &Packet, captures: &[Capture]) -> Vec<Derivation> {
    let unsettled = if wrong::is(Fault::CirclesNotSeen) {
        Derivation::Anchored
    } else {
        Derivation::Circular
    };
    let mut settled = vec![unsettled; packet.items.len()];
    let mut waiting = vec![0_usize; packet.items.len()];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); packet.items.len()];
    let mut ready = Vec::new();
    for (index, item) in packet.items.iter().enumerate() {
        for (parent, _) in item.derived_from.iter().filter_map(|id| packet.item(id)) {
            children[parent].push(index);
            waiting[index] += 1;
        }
        if waiting[index] == 0 {
            ready.push(index);
        }
    }
    while let Some(index) = ready.pop() {
        settled[index] = settle(packet, captures, index, &settled);
        for &child in &children[index] {
            waiting[child] -= 1;
            if waiting[child] == 0 {
                ready.push(child);
            }
        }
    }
    settled
}

/// One item, all of whose sources are settled.
fn settle(
    packet: &Packet,
    captures: &[Capture],
    index: usize,
    settled: &[Derivation],
) -> Derivation {
    let Some(item) = packet.items.get(index) else {
        return Derivation::Unanchored;
    };
    let anchored = |id: &String| {
        packet
            .item(id)
            .is_some_and(|(parent, _)| settled.get(parent) == Some(&Derivation::Anchored))
    };
    let ends_here = item.derived_from.is_empty();
    let good = if ends_here {
        // What is called something that its capture contradicts is not even a statement.
        let refused = matches!(captures.get(index), Some(Capture::Refused { .. }));
        class(captures, index, item).can_anchor() && !refused
    } else {
        item.derived_from.iter().all(anchored)
    };
    if good {
        Derivation::Anchored
    } else {
        Derivation::Unanchored
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gap::GapReason;

    #[test]
    fn what_is_made_of_an_item_whose_capture_is_refused_stands_on_air() {
        let dir = tempfile::tempdir().unwrap();
        let bag = dir.path().join("bag");
        fixtures::write("no-gap", &bag).unwrap();
        let bytes = std::fs::read(bag.join("data/packet.json")).unwrap();
        let packet = Packet::parse(&bytes).unwrap();
        // The matrix is made from the specification.
        let (source, made) = (1, 2);
        assert_eq!(
            packet.items[made].derived_from,
            [packet.items[source].id.clone()]
        );
        let verified = Capture::Verified { key: String::new() };
        let refused = Capture::Refused {
            reason: GapReason::CaptureOfAnother,
        };
        for (capture, expected) in [
            (verified.clone(), Derivation::Anchored),
            (Capture::Absent, Derivation::Anchored),
            (refused, Derivation::Unanchored),
        ] {
            let mut captures = vec![verified.clone(); packet.items.len()];
            captures[source] = capture;
            let judged = judge(&packet, &captures);
            assert_eq!((judged[source], judged[made]), (expected, expected));
        }
    }
}
