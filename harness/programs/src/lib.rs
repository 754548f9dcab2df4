//! The three programs that run inside the sandbox, built statically together with
//! whatever depends on this crate, and the sources that the checker was compiled from.
//!
//! It refuses to know what becomes of them.

/// The three programs, as bytes.
#[derive(Debug, Clone, Copy)]
pub struct Programs {
    /// The airlock.
    pub airlock: &'static [u8],
    /// The subject.
    pub checker: &'static [u8],
    /// The probe.
    pub probe: &'static [u8],
}

// Statics and no constants: a constant is there again wherever it is used, and a program
// would hold its programs eight times.
static AIRLOCK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/airlock"));
static CHECKER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/checker"));
static PROBE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/probe"));
static WRONG_CHECKER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wrong-checker"));

/// The scout, which runs behind a launcher of anybody and is in no image of ours.
pub static SCOUT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scout"));

impl Programs {
    /// The programs built together with this harness.
    #[must_use]
    pub fn builtin() -> Self {
        Self {
            airlock: AIRLOCK,
            checker: CHECKER,
            probe: PROBE,
        }
    }

    /// The same with a checker that has faults to select: never in an attested image.
    #[must_use]
    pub fn with_wrong_checker() -> Self {
        Self {
            checker: WRONG_CHECKER,
            ..Self::builtin()
        }
    }

    /// Each with its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &'static [u8]); 3] {
        [
            ("airlock", self.airlock),
            ("checker", self.checker),
            ("probe", self.probe),
        ]
    }
}

/// The checker's sources, as its compiler listed them.
pub mod sources {
    include!(concat!(env!("OUT_DIR"), "/checker_sources.rs"));
}

mod made_with {
    include!(concat!(env!("OUT_DIR"), "/made_with.rs"));
}

pub use made_with::MADE_WITH;

#[cfg(test)]
mod tests;
