//! The policy file as it is written, before anything in it is believed.
//!
//! Knows TOML and turns each entry into the typed rule it stands for. What the
//! rules mean together is [`super::Policy`]'s.

use serde::Deserialize;

use super::{Condition, Errno, Filter, Operator, Override, PolicyError, Rule, Width, symbol};
use crate::table::{Arch, syscall_number};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) one_shot_descriptor: u32,
    pub(super) default_errno: String,
    #[serde(default)]
    pub(super) allow: Vec<AllowEntry>,
    #[serde(default)]
    pub(super) errno: Vec<ErrnoEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowEntry {
    call: String,
    filter: Filter,
    why: String,
    arch: Option<Vec<Arch>>,
    #[serde(default)]
    args: Vec<ArgEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArgEntry {
    index: u8,
    width: u8,
    op: String,
    value: Value,
    mask: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(u64),
    Symbol(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrnoEntry {
    call: String,
    filter: Filter,
    errno: String,
    why: String,
    arch: Option<Vec<Arch>>,
}

impl AllowEntry {
    pub(super) fn rule(self, one_shot: u32) -> Result<Rule, PolicyError> {
        let arches = arches(&self.call, self.arch)?;
        let why = reason(&self.call, self.why)?;
        let conditions = self
            .args
            .into_iter()
            .map(|arg| arg.condition(&self.call, one_shot))
            .collect::<Result<Vec<_>, _>>()?;
        for (at, one) in conditions.iter().enumerate() {
            if conditions
                .iter()
                .take(at)
                .any(|other| other.index == one.index)
            {
                return Err(PolicyError::Argument {
                    call: self.call,
                    index: one.index,
                });
            }
        }
        Ok(Rule {
            call: self.call,
            filter: self.filter,
            arches,
            conditions,
            why,
        })
    }
}

impl ErrnoEntry {
    pub(super) fn refusal(self) -> Result<Override, PolicyError> {
        let arches = arches(&self.call, self.arch)?;
        let why = reason(&self.call, self.why)?;
        let Some(errno) = Errno::from_name(&self.errno) else {
            return Err(PolicyError::Errno { name: self.errno });
        };
        Ok(Override {
            call: self.call,
            filter: self.filter,
            arches,
            errno,
            why,
        })
    }
}

impl ArgEntry {
    fn condition(self, call: &str, one_shot: u32) -> Result<Condition, PolicyError> {
        let refused = || PolicyError::Argument {
            call: call.to_owned(),
            index: self.index,
        };
        let width = match self.width {
            32 => Width::Bits32,
            64 => Width::Bits64,
            _ => return Err(refused()),
        };
        let resolve = |value: &Value| match value {
            Value::Number(number) => Ok(*number),
            Value::Symbol(name) => {
                symbol::resolve(name, one_shot).ok_or_else(|| PolicyError::Symbol {
                    call: call.to_owned(),
                    symbol: name.clone(),
                })
            }
        };
        let mask = self.mask.as_ref().map(resolve).transpose()?;
        let operator = match (self.op.as_str(), mask) {
            ("eq", None) => Operator::Equal,
            ("masked_eq", Some(mask)) => Operator::MaskedEqual(mask),
            _ => return Err(refused()),
        };
        let value = resolve(&self.value)?;
        let all = width.mask();
        let in_mask = match operator {
            Operator::Equal => value & !all == 0,
            // A value outside the mask could never match; a mask of nothing always would.
            Operator::MaskedEqual(mask) => mask != 0 && mask & !all == 0 && value & !mask == 0,
        };
        if self.index > 5 || !in_mask {
            return Err(refused());
        }
        Ok(Condition {
            index: self.index,
            width,
            operator,
            value,
        })
    }
}

/// The architectures an entry is for; each must have the call.
fn arches(call: &str, named: Option<Vec<Arch>>) -> Result<Vec<Arch>, PolicyError> {
    let list = named.unwrap_or_else(|| Arch::ALL.to_vec());
    if list.is_empty() {
        return Err(PolicyError::NoArch {
            call: call.to_owned(),
        });
    }
    match list
        .iter()
        .find(|arch| syscall_number(**arch, call).is_none())
    {
        Some(arch) => Err(PolicyError::Call {
            call: call.to_owned(),
            arch: *arch,
        }),
        None => Ok(list),
    }
}

/// A reason says what needs the call: some words, not a mark of approval.
fn reason(call: &str, why: String) -> Result<String, PolicyError> {
    if why.split_whitespace().count() < 4 {
        return Err(PolicyError::Reason {
            call: call.to_owned(),
        });
    }
    Ok(why)
}
