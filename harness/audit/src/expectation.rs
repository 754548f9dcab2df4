//! What the owner of a line expects of it: a strict TOML file.

use negatives::position::Position;
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::finding::{Finding, Verdict};
use crate::row::Row;
use crate::table;

/// What stands for every act that is not in row U3.
const EVERYTHING: &str = "everything";

/// What any user's line can be asked for: nothing that only root could do without it.
const APART: &[&str] = &[
    "read-home-secret",
    "write-home",
    "write-tmp",
    "write-shm",
    "tcp-loopback",
    "udp-loopback",
    "unix-path",
    "unix-abstract",
    "environment",
    "descriptor",
    "signal",
    "trace",
    "read-memory",
    "write-memory",
    "read-environ",
    "key",
    "shared-memory",
    "message-queue",
    "posix-queue",
];

/// Ready-made expectations: name, what is denied, and what must work.
type Preset = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);
const PRESETS: [Preset; 4] = [
    ("agent", APART, &["work-write", "exec-shell"]),
    ("container", APART, &["exec-memory"]),
    (
        "grader",
        &[
            "U2",
            "U4",
            "U5",
            "U6",
            "U7",
            "U9",
            "U10",
            "U12",
            "io-uring",
            "user-namespace",
            "mount-as-user",
            "no-new-privileges",
        ],
        &[],
    ),
    ("checker", &["everything"], &[]),
];

/// The file, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// A ready-made expectation, to which the rest of the file is added.
    #[serde(default)]
    preset: Option<String>,
    /// Acts and rows that must be denied.
    #[serde(default)]
    deny: Vec<String>,
    /// Of these, acts that may be open all the same.
    #[serde(default)]
    except: Vec<String>,
    /// Acts and rows that must work.
    #[serde(default)]
    work: Vec<String>,
}

/// What is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    deny: Vec<Act>,
    work: Vec<Act>,
}

/// What an expectation comes to for one act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// It is as expected.
    Held,
    /// It could not be shown.
    NotShown,
    /// It is not as expected.
    Broken,
}

/// The presets' names.
pub fn presets() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, ..)| *name)
}

/// The text of a file that expects what the preset of this name does, if there is one.
#[must_use]
pub fn of_preset(name: &str) -> Option<String> {
    let there = PRESETS.iter().any(|(known, ..)| *known == name);
    there.then(|| format!("preset = \"{name}\"\n"))
}

impl Expectation {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong, with its line and column where the text is no such file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| place(&error, text))?;
        let preset = file.preset.as_deref().map(preset).transpose()?;
        let (denied, works) = preset.unwrap_or_default();
        let words = |own: &[String], of_preset: &[&str]| -> Vec<String> {
            let of_preset = of_preset.iter().map(|word| (*word).to_owned());
            of_preset.chain(own.iter().cloned()).collect()
        };
        let except = acts(&file.except, "except")?;
        let mut deny = acts(&words(&file.deny, denied), "deny")?;
        let work = acts(&words(&file.work, works), "work")?;
        deny.retain(|act| !except.contains(act));
        if let Some(both) = deny.iter().find(|act| work.contains(act)) {
            return Err(format!("`{}` is both denied and must work", both.id));
        }
        if deny.is_empty() {
            // Otherwise no sandbox at all would hold.
            return Err("nothing is denied: put what must be closed into `deny`".to_owned());
        }
        Ok(Self { deny, work })
    }

    /// A file's text that expects what was found: what was closed stays closed, what must
    /// work and did still works, and what was open is left to whoever decides.
    #[must_use]
    pub fn proposed(findings: &[Finding]) -> String {
        let (mut deny, mut work) = (String::new(), String::new());
        let (mut open, mut unseen) = (String::new(), String::new());
        for finding in findings {
            let act = &finding.act;
            match &finding.verdict {
                Verdict::Open(_) if finding.row == Row::U3 => work += &entry(act),
                Verdict::Open(_) => open += &format!("# {act}\n"),
                Verdict::Closed(_) | Verdict::OwnWorld if finding.row != Row::U3 => {
                    deny += &entry(act);
                }
                Verdict::Closed(_) | Verdict::OwnWorld => {}
                Verdict::NotSeen(_) => unseen += &format!("# {act}\n"),
                Verdict::ShowsNothing(_) | Verdict::NotRun(_) => {}
            }
        }
        format!(
            "# Closed when this was written: the audit fails once one is open.\ndeny = [\n{deny}]\n\n# What must work.\nwork = [\n{work}]\n\n# Open when this was written. Decide of each: close it and put it into `deny`, or\n# put it into `work`, or leave it here.\n{open}\n# Neither closed nor open when this was written, as far as could be seen.\n{unseen}"
        )
    }

    /// What the expectation of this finding comes to, if there is one.
    #[must_use]
    pub fn of(&self, finding: &Finding) -> Option<Kept> {
        let names = |acts: &[Act]| acts.iter().any(|act| act.id == finding.act);
        if names(&self.deny) {
            return Some(denied(&finding.verdict));
        }
        names(&self.work).then(|| works(&finding.verdict))
    }

    /// What each expectation comes to.
    #[must_use]
    pub fn kept<'a>(&self, findings: &'a [Finding]) -> Vec<(&'a Finding, Kept)> {
        let kept = |finding| Some((finding, self.of(finding)?));
        findings.iter().filter_map(kept).collect()
    }
}

fn denied(verdict: &Verdict) -> Kept {
    match verdict {
        Verdict::Open(_) => Kept::Broken,
        Verdict::Closed(_) | Verdict::OwnWorld => Kept::Held,
        Verdict::ShowsNothing(_) | Verdict::NotSeen(_) | Verdict::NotRun(_) => Kept::NotShown,
    }
}

fn works(verdict: &Verdict) -> Kept {
    match verdict {
        Verdict::Open(_) => Kept::Held,
        Verdict::Closed(_) | Verdict::OwnWorld => Kept::Broken,
        Verdict::ShowsNothing(_) | Verdict::NotSeen(_) | Verdict::NotRun(_) => Kept::NotShown,
    }
}

fn entry(act: &str) -> String {
    format!("    \"{act}\",\n")
}

/// What a ready-made expectation denies, and what must work under it.
///
/// # Errors
/// There is none of this name.
fn preset(name: &str) -> Result<(&'static [&'static str], &'static [&'static str]), String> {
    let found = PRESETS.iter().find(|(known, ..)| *known == name);
    found.map(|(_, deny, work)| (*deny, *work)).ok_or_else(|| {
        let names: Vec<&str> = PRESETS.iter().map(|(name, ..)| *name).collect();
        format!(
            "no preset is called `{name}`; there are: {}",
            names.join(", ")
        )
    })
}

/// The acts that these words name: an act's id, a row's, or everything.
fn acts(words: &[String], key: &str) -> Result<Vec<Act>, String> {
    let mut found = Vec::new();
    for word in words {
        let before = found.len();
        found.extend(table::all().filter(|act| {
            let all = word == EVERYTHING && act.row != Row::U3;
            all || act.id == word || act.row.id() == word || act.group == Some(word)
        }));
        if found.len() == before {
            return Err(format!(
                "`{key}` names `{word}`, which is no act, no group, no row and not `{EVERYTHING}`"
            ));
        }
    }
    Ok(found)
}

fn place(error: &toml::de::Error, text: &str) -> String {
    let at = Position::of(text, error.span().map_or(0, |span| span.start));
    let why = error.message();
    format!("line {}, column {}: {why}", at.line, at.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_where_it_stands() {
        let error = Expectation::parse("deny = [\"U4\"]\nallow = [\"U4\"]\n").unwrap_err();
        assert!(
            error.starts_with("line 2, column 1: unknown field `allow`"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_act_and_no_row_is_refused() {
        let error = Expectation::parse("deny = [\"U17\"]").unwrap_err();
        assert!(error.contains("`U17`"), "{error}");
        assert!(Expectation::parse("").is_err());
        assert!(Expectation::parse("deny = [\"U4\"]\nwork = [\"tcp-loopback\"]").is_err());
    }

    #[test]
    fn everything_is_every_act_but_what_must_work() {
        let all = Expectation::parse("deny = [\"everything\"]\nexcept = [\"U11\"]").unwrap();
        let rows: Vec<Row> = all.deny.iter().map(|act| act.row).collect();
        assert!(!rows.contains(&Row::U3) && !rows.contains(&Row::U11));
        assert!(rows.contains(&Row::U16));
    }

    #[test]
    fn every_preset_is_of_acts_that_there_are() {
        for (name, ..) in PRESETS {
            Expectation::parse(&of_preset(name).unwrap()).unwrap();
        }
        assert_eq!(of_preset("angel"), None);
        let error = Expectation::parse("preset = \"angel\"").unwrap_err();
        assert!(
            error.contains("`angel`") && error.contains("grader"),
            "{error}"
        );
        let less = Expectation::parse("preset = \"agent\"\nexcept = [\"unix-path\"]").unwrap();
        assert_eq!(less.deny.len() + 1, APART.len());
    }

    #[test]
    fn what_is_proposed_expects_what_was_found_and_leaves_the_open_ones_to_be_decided() {
        let finding = |id: &str, verdict| Finding {
            act: id.to_owned(),
            row: crate::table::find(id).unwrap().row,
            verdict,
        };
        let open = || Verdict::Open("seen".to_owned());
        let findings = [
            finding("work-write", open()),
            finding("unix-path", open()),
            finding("udp-loopback", Verdict::OwnWorld),
            finding("signal", Verdict::Closed(crate::finding::By::Kill)),
            finding("terminal-input", Verdict::ShowsNothing(String::new())),
        ];
        let text = Expectation::proposed(&findings);
        let (_, left) = text.split_once("# Open when").unwrap();
        assert!(left.contains("\n# unix-path\n"), "{text}");
        let expectation = Expectation::parse(&text).unwrap();
        let kept = expectation.kept(&findings);
        let acts: Vec<&str> = kept.iter().map(|(it, _)| it.act.as_str()).collect();
        assert_eq!(acts, ["work-write", "udp-loopback", "signal"]);
        assert!(kept.iter().all(|(_, kept)| *kept == Kept::Held));
    }

    #[test]
    fn what_shows_nothing_neither_holds_nor_breaks() {
        let verdict = Verdict::ShowsNothing("EPERM without the sandbox, too".to_owned());
        assert_eq!(denied(&verdict), Kept::NotShown);
        assert_eq!(works(&verdict), Kept::NotShown);
        assert_eq!(denied(&Verdict::OwnWorld), Kept::Held);
        assert_eq!(works(&Verdict::OwnWorld), Kept::Broken);
        assert_eq!(denied(&Verdict::Open(String::new())), Kept::Broken);
    }
}
