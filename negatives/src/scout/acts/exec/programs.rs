//! The programs that an act may become: each is known, and is given words by which it prints
//! what it is handed, and does nothing else.
//!
//! Which of them there are differs from image to image, and so does where: they are looked
//! for in the folders of PATH and in the usual ones, by their names and by those that differ
//! in a version alone.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::super::{Bench, Report, Step, constant};

/// Where programs usually are.
const FOLDERS: [&str; 6] = [
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/sbin",
    "/usr/sbin",
    "/usr/local/sbin",
];

/// A program that prints what it is handed.
#[derive(Debug)]
pub(super) struct Known {
    names: &'static [&'static str],
    /// What stands before what it prints.
    words: &'static [&'static str],
    /// What stands behind its path in the first line of a text, and the rest of that text.
    text: Option<(&'static str, &'static str)>,
}

/// Shells first.
const KNOWN: [Known; 10] = [
    Known {
        names: &["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "yash"],
        words: &["-c", "printf %s \"$0\""],
        text: Some(("", "printf %s \"$1\"\n")),
    },
    Known {
        names: &["busybox"],
        words: &["sh", "-c", "printf %s \"$0\""],
        text: Some((" sh", "printf %s \"$1\"\n")),
    },
    Known {
        names: &["printf"],
        words: &["%s"],
        text: None,
    },
    Known {
        names: &["toybox"],
        words: &["printf", "%s"],
        text: None,
    },
    Known {
        names: &["python", "pypy"],
        words: &["-c", "import sys; sys.stdout.write(sys.argv[1])"],
        text: Some(("", "import sys; sys.stdout.write(sys.argv[1])\n")),
    },
    Known {
        names: &["perl"],
        words: &["-e", "print $ARGV[0]"],
        text: Some(("", "print $ARGV[0];\n")),
    },
    Known {
        names: &["awk", "gawk", "mawk"],
        words: &["BEGIN { printf \"%s\", ARGV[1] }"],
        text: Some((" -f", "BEGIN { printf \"%s\", ARGV[1] }\n")),
    },
    Known {
        names: &["ruby"],
        words: &["-e", "print ARGV[0]"],
        text: Some(("", "print ARGV[0]\n")),
    },
    Known {
        names: &["node"],
        words: &["-e", "process.stdout.write(process.argv[1])"],
        text: Some(("", "process.stdout.write(process.argv[2])\n")),
    },
    Known {
        names: &["php"],
        words: &["-r", "echo $argv[1];"],
        text: Some(("", "<?php echo $argv[1];\n")),
    },
];

/// A known program at a path.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) path: String,
    known: &'static Known,
}

impl Program {
    /// The one that nearly every system has, at the path that nearly every text names.
    pub(super) fn usual() -> Self {
        let path = "/bin/sh".to_owned();
        let known = &KNOWN[0];
        Self { path, known }
    }

    fn of(folder: &str, name: &str) -> Option<Self> {
        let (path, known) = (format!("{folder}/{name}"), known(name)?);
        Some(Self { path, known })
    }

    fn order(&self) -> Option<usize> {
        KNOWN.iter().position(|it| it.names == self.known.names)
    }

    /// The address of its words, by which it prints these lines.
    pub(super) fn words(&self, bench: &mut Bench<'_>) -> Step<u64> {
        let lines = bench.hello.lines.clone();
        let mut words = vec![bench.text(&self.path)?];
        for word in self.known.words {
            words.push(bench.text(word)?);
        }
        words.extend([bench.text(&lines)?, 0]);
        bench.words(&words)
    }

    /// A text that names it, by which it prints the first word that it is given.
    pub(super) fn text(&self) -> Option<String> {
        let (option, body) = self.known.text?;
        Some(format!("#!{}{option}\n{body}", self.path))
    }
}

/// The programs of a sandbox.
#[derive(Debug, Default)]
pub(super) struct Programs {
    /// Each that is known and there, as far as can be seen.
    pub(super) known: Vec<Program>,
    /// Those that nothing is known of.
    others: BTreeSet<String>,
    /// A folder of programs that nobody could look into.
    unseen: Option<String>,
}

impl Programs {
    /// Looks for them.
    pub(super) fn look() -> Self {
        let path = std::env::var("PATH").unwrap_or_default();
        let own = path.split(':').filter(|it| it.starts_with('/'));
        let mut folders: Vec<&str> = Vec::new();
        for folder in FOLDERS.into_iter().chain(own) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        let mut there = Self::default();
        for folder in folders {
            there.list(folder);
        }
        there.known.sort_by_key(Program::order);
        there
    }

    fn list(&mut self, folder: &str) {
        let none = [ErrorKind::NotFound, ErrorKind::NotADirectory];
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if none.contains(&error.kind()) => return,
            // A folder may be searched that cannot be read: by names.
            Err(_) => {
                self.unseen.get_or_insert_with(|| folder.to_owned());
                let names = KNOWN.iter().flat_map(|known| known.names);
                self.known
                    .extend(names.filter_map(|it| Program::of(folder, it)));
                return;
            }
        };
        let names = entries.flatten().map(|it| it.file_name().into_string());
        let mut names: Vec<String> = names.flatten().collect();
        names.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
        for name in names {
            match Program::of(folder, &name) {
                Some(program) => self.known.push(program),
                None => _ = self.others.insert(format!("{folder}/{name}")),
            }
        }
    }

    /// What it amounts to that none of those that are known is there: of what was not tried
    /// it says nothing.
    pub(super) fn absent(&self, bench: &mut Bench<'_>, by: Report) -> Step<Report> {
        let own = bench.hello.program.clone();
        let files = self.others.iter().filter(|it| Path::new(it).is_file());
        for path in files.filter(|it| **it != own) {
            let at = bench.text(path)?;
            let here = constant(libc::AT_FDCWD);
            let asked = bench.aside("faccessat", &[here, at, constant(libc::X_OK)])?;
            if asked.returned == 0 {
                return Err(Report::unready(&format!(
                    "no shell and no interpreter that is known is there, and `{path}` is: what it does is not known, so it was not executed"
                )));
            }
        }
        match &self.unseen {
            Some(folder) => Err(Report::unready(&format!(
                "no shell and no interpreter that is known is there, and what else there is in `{folder}` cannot be seen"
            ))),
            None => Ok(by),
        }
    }
}

/// Which program this is the name of, whatever its version.
fn known(name: &str) -> Option<&'static Known> {
    let plain = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    let plain = plain.trim_end_matches('-');
    KNOWN.iter().find(|it| it.names.contains(&plain))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_name_is_known_whatever_its_version() {
        for name in [
            "sh",
            "bash",
            "python3.11",
            "python3",
            "perl5.36.0",
            "busybox",
            "lua",
        ] {
            assert_eq!(known(name).is_some(), name != "lua", "{name}");
        }
        assert!(known("bash-helper").is_none() && known("3").is_none());
    }

    #[test]
    fn the_page_lists_what_is_executed() {
        let page = include_str!("../../../../../ATTESTATION.md");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let names = KNOWN.iter().flat_map(|known| known.names);
        let names: Vec<String> = names.map(|it| format!("`{it}`")).collect();
        let words = format!("usual ones: {}. It is given", names.join(", "));
        assert!(page.contains(&words), "{words}");
    }

    /// Those that this host has print what they are handed and nothing else.
    #[test]
    fn each_prints_what_it_is_handed_and_so_does_a_text_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut tried = 0;
        for known in &KNOWN {
            for name in known.names {
                let path = format!("/usr/bin/{name}");
                let mut asked = Command::new(&path);
                let Ok(said) = asked.args(known.words).arg("{\"a\"}\n").output() else {
                    continue;
                };
                assert_eq!(said.stdout, b"{\"a\"}\n", "{path}");
                tried += 1;
                let Some(text) = (Program { path, known }).text() else {
                    continue;
                };
                let script = folder.path().join(name);
                fs::write(&script, text).unwrap();
                let rights = std::os::unix::fs::PermissionsExt::from_mode(0o755);
                fs::set_permissions(&script, rights).unwrap();
                let said = Command::new(&script).arg("{\"a\"}\n").output().unwrap();
                assert_eq!(said.stdout, b"{\"a\"}\n", "{name}");
            }
        }
        assert!(tried > 2);
    }
}
