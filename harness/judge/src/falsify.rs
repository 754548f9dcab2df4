//! Known falsifications of what was observed of a row, each bound to the rule that must
//! find it.
//!
//! A row's observations are changed as the catalogue says and judged as any others: there
//! is no other judge. `harness falsify` changes those of a real bundle, and the tests here
//! those of the samples.

mod catalogue;
mod edit;
#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, CatalogueError, Falsification};
use evidence::record::Observations;
use serde_json::Value;

use crate::Verdict;

/// What the judge made of a falsified row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It was found, by its rule, in its words.
    Found,
    /// The row held all the same.
    Held,
    /// The row fell, but for another reason; which.
    Otherwise(String),
}

impl Falsification {
    /// A row's observations, falsified.
    ///
    /// # Errors
    /// It cannot be done to these observations; why, in words.
    pub fn applied(&self, observed: &Observations) -> Result<Observations, String> {
        let own = serde_json::to_value(observed).map_err(|error| error.to_string())?;
        let mut file = own.clone();
        let at = match &self.launch {
            None => None,
            Some(id) => Some(launch(&file, id).ok_or(format!("no launch `{id}`"))?),
        };
        for change in &self.changes {
            change
                .make(&mut file, at)
                .map_err(|error| error.to_string())?;
        }
        if file == own {
            return Err("it changes nothing".to_owned());
        }
        serde_json::from_value(file).map_err(|error| error.to_string())
    }

    /// What a verdict on falsified observations shows.
    #[must_use]
    pub fn judged(&self, verdict: &Verdict) -> Judged {
        let Some(reason) = verdict.reason() else {
            return Judged::Held;
        };
        let words = reason.to_string();
        if reason.rule() == Some(&self.rule) && words.contains(&self.says) {
            return Judged::Found;
        }
        Judged::Otherwise(words)
    }
}

fn launch(file: &Value, id: &str) -> Option<usize> {
    let launches = file["launches"].as_array()?;
    launches.iter().position(|launch| launch["id"] == id)
}
