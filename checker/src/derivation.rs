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
    /// In prose, in a local copy, or in something the packet does not have.
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
        class(captures, index, item).can_anchor()
    } else {
        item.derived_from.iter().all(anchored)
    };
    if good {
        Derivation::Anchored
    } else {
        Derivation::Unanchored
    }
}
