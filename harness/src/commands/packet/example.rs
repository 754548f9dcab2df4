//! `packet new --example`: the reference packet, whom it believes, and what to look at.

use std::fs;
use std::path::Path;

use checker::Order;
use evidence::error::chain;
use seal::key::PublicKey;
use serde_json::json;
use verify::code::Code;
use verify::terminal::say;
use verify::{Done, Failure};

use crate::cli::Common;
use crate::packet;

/// What stands beside the packet, for people.
const NOTES: &str = "\
# The reference packet FIX7

`packet/` is a BagIt bag with `data/packet.json` in it; `authorities.toml` says whose captures
are believed. Try `harness packet show packet`, then
`harness check --authorities authorities.toml packet`.

- `docker-listing`, `index-revision`: native, each with a capture by an enrolled authority.
- `spec-rev4`, `acceptance-matrix`: governed, likewise; the second is derived from the first.
- `operator-packet`: a statement. It carries a claim that asks for one.
- `plan-copy`: a local copy, which is no authority: its claim has a gap.
- `session-notes`: prose, which is no evidence: its claim has a gap.
- `operator-attested`: a claim without evidence, which has a gap whatever it says of itself.

The authorities' keys are known to everybody: enrol them nowhere.
";

/// Writes it.
pub(super) fn write(common: &Common, folder: &Path) -> Result<Done, Failure> {
    let failed = |error: std::io::Error| {
        let what = format!("failed to write into `{}`: {error}", folder.display());
        Failure::unwritten(what, "name a folder that can be written")
    };
    fs::create_dir_all(folder).map_err(failed)?;
    fixtures::write("fix7", &folder.join("packet"))
        .map_err(|error| Failure::internal(chain(&error)))?;
    let order = Order::parse(&fixtures::order()).map_err(Failure::internal)?;
    let mut file = String::new();
    for authority in &order.authorities {
        let value = serde_json::to_value(authority).map_err(Failure::internal)?;
        let name = &authority.name;
        let mut keys = Vec::new();
        for (index, key) in authority.keys.iter().enumerate() {
            let key = PublicKey::from_bytes(&key.to_bytes()).map_err(Failure::internal)?;
            let to = format!("{name}-{index}.pub.pem");
            key.write_new(&folder.join(&to))?;
            keys.push(to);
        }
        file.push_str(&format!(
            "[[authority]]\nname = {name:?}\nclasses = {}\nrevisions = {}\nkeys = {keys:?}\n\
             from = {}\nuntil = {}\n\n",
            value["classes"], value["revisions"], value["from"], value["until"]
        ));
    }
    for (name, text) in [("authorities.toml", &*file), ("README.md", NOTES)] {
        packet::replace(&folder.join(name), text.as_bytes())?;
    }
    let object = json!({ "folder": folder.display().to_string(), "packet_id": "fix7" });
    common.format.say(Code::Held, &object, || {
        Ok(say("the reference packet: see README.md beside it")?)
    })
}
