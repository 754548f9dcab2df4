//! The policy: which calls are allowed, with which arguments, and why.
//!
//! A [`Policy`] is built only by [`Policy::parse`], which refuses what it does
//! not know, or by a lift of one. [`Policy::decide`] says what the policy means
//! for one call; it shares nothing with the compilers, so they can be held to it.

mod document;
mod error;
mod rule;
mod symbol;

use std::collections::BTreeSet;
use std::sync::OnceLock;

pub use error::PolicyError;
pub use rule::{Condition, Decision, Errno, Filter, Form, Operator, Override, Rule, Width};

use crate::table::{Arch, syscall_name, syscall_number};

/// The policy this program was built with, as text.
pub const POLICY_TOML: &str = include_str!("../policy.toml");

/// Where the airlock keeps the empty path of the one exec.
///
/// `execveat(2)` ignores its descriptor when the path is absolute, so the strict
/// filter pins the path's address. The subject can put no page of its own there:
/// it may not choose addresses, and what the kernel chooses stays far above as
/// long as [`ONE_SHOT_ADDRESS_SPACE`] bounds how much can be mapped. The address
/// is above every usual `vm.mmap_min_addr` and below every program.
pub const ONE_SHOT_PATHNAME: u64 = 0x2_0000;
/// The `RLIMIT_AS` (bytes) that comes with the one-shot rule: too little to fill
/// the address space down to [`ONE_SHOT_PATHNAME`], on 39-bit kernels too.
pub const ONE_SHOT_ADDRESS_SPACE: u64 = 1 << 36;

/// The policy; see the head of this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    one_shot_descriptor: u32,
    default_errno: Errno,
    rules: Vec<Rule>,
    overrides: Vec<Override>,
}

impl Policy {
    /// The policy this program was built with; read once.
    ///
    /// # Errors
    /// Never for a tested build: a test loads it.
    ///
    /// ```
    /// use seccomp::{Arch, Policy};
    ///
    /// let policy = Policy::builtin()?;
    /// assert!(policy.strict_calls(Arch::X86_64).any(|call| call == "openat"));
    /// assert!(policy.strict_calls(Arch::X86_64).all(|call| call != "socket"));
    /// # Ok::<(), seccomp::PolicyError>(())
    /// ```
    pub fn builtin() -> Result<Self, PolicyError> {
        static READ: OnceLock<Policy> = OnceLock::new();
        if let Some(read) = READ.get() {
            return Ok(read.clone());
        }
        let read = Self::parse(POLICY_TOML)?;
        Ok(READ.get_or_init(|| read).clone())
    }

    /// Reads a policy file.
    ///
    /// # Errors
    /// An unknown call, symbol, field or error number, an entry without a
    /// reason, a duplicate, or a refusal that says what the default says.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let document: document::Document =
            toml::from_str(text).map_err(|source| PolicyError::Parse {
                source: Box::new(source),
            })?;
        let one_shot_descriptor = document.one_shot_descriptor;
        let Some(default_errno) = Errno::from_name(&document.default_errno) else {
            return Err(PolicyError::Errno {
                name: document.default_errno,
            });
        };
        let rules = document
            .allow
            .into_iter()
            .map(|entry| entry.rule(one_shot_descriptor));
        let rules = rules.collect::<Result<_, _>>()?;
        let overrides = document
            .errno
            .into_iter()
            .map(document::ErrnoEntry::refusal);
        let overrides = overrides.collect::<Result<_, _>>()?;
        let policy = Self {
            one_shot_descriptor,
            default_errno,
            rules,
            overrides,
        };
        policy.check_descriptor()?;
        policy.check_rules()?;
        policy.check_overrides()?;
        Ok(policy)
    }

    /// The policy with these calls allowed in both filters whatever their
    /// arguments: the source of a control.
    ///
    /// # Errors
    /// A name that no architecture has.
    pub fn allowing(&self, calls: &[&str]) -> Result<Self, PolicyError> {
        let mut lifted = self.clone();
        for call in calls {
            let arches: Vec<_> = Arch::ALL
                .into_iter()
                .filter(|arch| syscall_number(*arch, call).is_some())
                .collect();
            if arches.is_empty() {
                return Err(PolicyError::UnknownCall {
                    call: (*call).to_owned(),
                });
            }
            lifted.rules.retain(|rule| rule.call != *call);
            lifted.overrides.retain(|refusal| refusal.call != *call);
            lifted.rules.push(Rule {
                call: (*call).to_owned(),
                filter: Filter::Both,
                arches,
                conditions: Vec::new(),
                why: "lifted for a control of this boundary".to_owned(),
            });
        }
        Ok(lifted)
    }

    /// The policy in which any `execveat` is allowed: the one-shot rule lifted.
    ///
    /// # Errors
    /// As [`Self::allowing`].
    pub fn without_one_shot(&self) -> Result<Self, PolicyError> {
        self.allowing(&["execveat"])
    }

    /// The descriptor `H` of the one exec.
    #[must_use]
    pub const fn one_shot_descriptor(&self) -> u32 {
        self.one_shot_descriptor
    }

    /// How a call that is not allowed is answered.
    #[must_use]
    pub const fn default_errno(&self) -> Errno {
        self.default_errno
    }

    /// The rules of one filter on one architecture.
    pub fn rules(&self, form: Form, arch: Arch) -> impl Iterator<Item = &Rule> {
        self.rules
            .iter()
            .filter(move |rule| rule.filter.includes(form) && rule.arches.contains(&arch))
    }

    /// The refusals of one filter on one architecture.
    pub fn overrides(&self, form: Form, arch: Arch) -> impl Iterator<Item = &Override> {
        self.overrides
            .iter()
            .filter(move |entry| entry.filter.includes(form) && entry.arches.contains(&arch))
    }

    /// Every rule, for the bundle and for tests that read the reasons.
    #[must_use]
    pub fn all_rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The calls the strict filter allows, with or without conditions.
    pub fn strict_calls(&self, arch: Arch) -> impl Iterator<Item = &str> {
        self.calls(Form::Strict, arch).into_iter()
    }

    /// The calls the runtime filter allows, with or without conditions.
    pub fn runtime_calls(&self, arch: Arch) -> impl Iterator<Item = &str> {
        self.calls(Form::Runtime, arch).into_iter()
    }

    /// What the policy means for one native call.
    ///
    /// ```
    /// use seccomp::{Arch, Form, Policy, syscall_number};
    ///
    /// let policy = Policy::builtin()?;
    /// let number = syscall_number(Arch::X86_64, "socket").unwrap();
    /// let decision = policy.decide(Form::Strict, Arch::X86_64, number, &[0; 6]);
    /// assert_ne!(decision, seccomp::Decision::Allow);
    /// # Ok::<(), seccomp::PolicyError>(())
    /// ```
    #[must_use]
    pub fn decide(&self, form: Form, arch: Arch, number: u32, args: &[u64; 6]) -> Decision {
        let Some(name) = syscall_name(arch, number) else {
            return Decision::Refuse(self.default_errno);
        };
        let mut rules = self.rules(form, arch).filter(|rule| rule.call == name);
        if rules.any(|rule| {
            rule.conditions
                .iter()
                .all(|condition| condition.holds(args))
        }) {
            return Decision::Allow;
        }
        let special = self.overrides(form, arch).find(|entry| entry.call == name);
        Decision::Refuse(special.map_or(self.default_errno, |entry| entry.errno))
    }

    fn calls(&self, form: Form, arch: Arch) -> BTreeSet<&str> {
        self.rules(form, arch)
            .map(|rule| rule.call.as_str())
            .collect()
    }

    /// `H` must leave room for the descriptors below it and be one a process can have.
    fn check_descriptor(&self) -> Result<(), PolicyError> {
        match self.one_shot_descriptor {
            64..=4096 => Ok(()),
            descriptor => Err(PolicyError::Descriptor { descriptor }),
        }
    }

    fn check_rules(&self) -> Result<(), PolicyError> {
        for (at, one) in self.rules.iter().enumerate() {
            let clash = self
                .rules
                .iter()
                .take(at)
                .any(|other| other.covers_or_equals(one));
            if clash {
                return Err(PolicyError::Duplicate {
                    call: one.call.clone(),
                });
            }
        }
        Ok(())
    }

    fn check_overrides(&self) -> Result<(), PolicyError> {
        for (at, one) in self.overrides.iter().enumerate() {
            if one.errno == self.default_errno {
                return Err(PolicyError::DefaultErrno {
                    call: one.call.clone(),
                });
            }
            let doubled = self
                .overrides
                .iter()
                .take(at)
                .any(|other| other.call == one.call);
            if doubled || self.rules.iter().any(|rule| rule.call == one.call) {
                return Err(PolicyError::Duplicate {
                    call: one.call.clone(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
