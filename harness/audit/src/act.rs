//! An act: what is done, how it is shown to have reached the host, and what closes it.

use std::collections::BTreeMap;

use negatives::scout::Planned;
use negatives::surface::Tried;
use negatives::wire;
use serde::Serialize;

use crate::row::Row;

/// One act, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Act {
    /// Its id, which never changes.
    pub id: &'static str,
    /// The row it belongs to.
    pub row: Row,
    /// What it does.
    pub does: &'static str,
    /// How it is made.
    pub how: How,
    /// How it is shown to have reached the host.
    pub proof: Proof,
    /// The namespace that stands between it and the host, where one does.
    pub namespace: Option<&'static str>,
    /// What closes it.
    pub close: &'static str,
    /// What of the matrix's it is one of, if it is.
    pub group: Option<&'static str>,
}

/// How an act is made. `{name}` in an argument stands for what was planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum How {
    /// A scripted act of the scout's.
    Script(&'static str, &'static [&'static str]),
    /// One system call, as the matrix writes it, by the machine's own entry.
    Call(&'static str),
    /// The same by the i386 entry.
    I386(&'static str),
    /// One of the matrix's attempts.
    Attempt(&'static Tried),
    /// Nothing is done: it is looked at from outside.
    Look(Look),
}

/// What is looked at from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Look {
    /// Whether this namespace is the host's.
    Namespace(&'static str),
    /// Whether it has capabilities.
    Capabilities,
    /// Whether an exec may give it more rights.
    NoNewPrivileges,
    /// Whether no filter looks at its system calls.
    Filters,
}

/// How an act is shown to have reached the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Proof {
    /// A planted canary's bytes come back, half of which nobody inside was told.
    Canary,
    /// What was opened is the host's file, by device and inode; of a device, by its number.
    Inode,
    /// A witness at the host saw the mark of this launch.
    Witness,
    /// The kernel carried it out, or looked at its arguments and answered with one of
    /// these error numbers; and the process was seen from outside, on this kernel.
    Kernel(&'static [&'static str]),
    /// It is looked at from outside.
    Look,
}

impl Act {
    /// What the scout is to do, with what was planted put in.
    ///
    /// # Errors
    /// The name of a thing that was not planted.
    pub fn planned(&self, targets: &BTreeMap<String, String>) -> Result<Option<Planned>, String> {
        let call = |call: &str, abi| wire::Act::Call {
            call: call.to_owned(),
            abi,
        };
        let act = match self.how {
            How::Look(_) => return Ok(None),
            How::Attempt(tried) => tried.act.clone(),
            How::Call(text) => call(text, wire::Abi::Native),
            How::I386(text) => call(text, wire::Abi::I386),
            How::Script(script, args) => wire::Act::Script {
                script: script.to_owned(),
                args: args
                    .iter()
                    .map(|arg| filled(arg, targets))
                    .collect::<Result<_, _>>()?,
            },
        };
        let id = self.id.to_owned();
        Ok(Some(Planned { id, act }))
    }
}

/// The argument with each `{name}` replaced.
fn filled(argument: &str, targets: &BTreeMap<String, String>) -> Result<String, String> {
    let Some((before, rest)) = argument.split_once('{') else {
        return Ok(argument.to_owned());
    };
    let Some((name, after)) = rest.split_once('}') else {
        return Ok(argument.to_owned());
    };
    let value = targets.get(name).ok_or_else(|| name.to_owned())?;
    Ok([before, value, &filled(after, targets)?].concat())
}
