//! Everything that may be wrong with a bundle or a key, one change at a time, each
//! with what must be named for it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use seal::bundle::SIGNER_FILE;
use seal::key::SecretKey;

use super::super::specimen;
use crate::forgery::Specimen;

mod envelopes;
mod forged;

pub(super) use envelopes::envelopes;
pub(super) use forged::{forged, understood};

/// A bundle, and the key that signed it, at a path that a careless command cuts short.
pub(super) struct Desk {
    pub(super) key: PathBuf,
    specimen: Specimen,
    contents: BTreeMap<String, Vec<u8>>,
    keys: tempfile::TempDir,
}

impl Desk {
    pub(super) fn new() -> Self {
        let specimen = specimen();
        let contents = specimen.contents().unwrap();
        let keys = tempfile::tempdir().unwrap();
        let folder = keys.path().join("the operator's  keys");
        fs::create_dir(&folder).unwrap();
        let key = folder.join("key $1.pub.pem");
        fs::write(&key, &contents[SIGNER_FILE]).unwrap();
        Self {
            key,
            specimen,
            contents,
            keys,
        }
    }

    pub(super) fn bundle(&self) -> &Path {
        self.specimen.path()
    }

    /// The bundle as it was.
    pub(super) fn tidy(&self) {
        self.specimen.restore(&self.contents).unwrap();
    }

    fn at(&self, file: &str) -> PathBuf {
        self.specimen.at(file)
    }

    fn file(&self, file: &str) -> &[u8] {
        &self.contents[file]
    }

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.at(file), bytes).unwrap();
    }

    /// A key file besides the right one.
    fn other_key(&self, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.keys.path().join("other key");
        fs::write(&path, text).unwrap();
        path
    }
}

type Make = Box<dyn Fn(&Desk) -> Option<PathBuf>>;

/// Something that is wrong.
pub(super) struct Change {
    pub(super) what: String,
    /// How the last line must go on behind `bad: `.
    pub(super) names: String,
    /// Makes it so, and says which key to use if it is not the right one.
    pub(super) make: Make,
}

impl Change {
    fn new(what: impl Into<String>, names: &str, make: impl Fn(&Desk) + 'static) -> Self {
        Self {
            what: what.into(),
            names: names.to_owned(),
            make: Box::new(move |desk| {
                make(desk);
                None
            }),
        }
    }

    fn of_key(what: &str, names: &str, make: impl Fn(&Desk) -> PathBuf + 'static) -> Self {
        Self {
            what: what.to_owned(),
            names: names.to_owned(),
            make: Box::new(move |desk| Some(make(desk))),
        }
    }
}

/// All of them.
pub(super) fn all(desk: &Desk) -> Vec<Change> {
    [files, envelopes, forged, added, keys]
        .into_iter()
        .flat_map(|some| some(desk))
        .collect()
}

/// Each file changed in one bit, and taken away, alone.
pub(super) fn files(desk: &Desk) -> Vec<Change> {
    let mut changes = Vec::new();
    for (file, whole) in &desk.contents {
        let (name, mut changed) = (file.clone(), whole.clone());
        changed[whole.len() / 2] ^= 1;
        let make = move |desk: &Desk| desk.write(&name, &changed);
        changes.push(Change::new(
            format!("{file}, a bit"),
            &format!("{file}: "),
            make,
        ));
        let name = file.clone();
        let make = move |desk: &Desk| fs::remove_file(desk.at(&name)).unwrap();
        changes.push(Change::new(
            format!("{file}, gone"),
            &format!("{file}: missing"),
            make,
        ));
    }
    changes
}

/// Files too many, and how each is named: nothing that a terminal would obey.
const ADDED: [(&str, &str); 12] = [
    ("notes.txt", "notes.txt"),
    (".hidden", ".hidden"),
    ("observations/N99.json", "observations/N99.json"),
    ("observations/.N1.json", "observations/.N1.json"),
    ("more/.notes", "more/.notes"),
    ("two\nlines", "two?lines"),
    ("junit.xml\n", "junit.xml?"),
    (" junit.xml", "?junit.xml"),
    ("a \"quoted\" 'name' \\", "a??quoted???name???"),
    ("$(false)`false`*", "??false??false??"),
    ("\u{1b}[2Jgood: all is well", "??2Jgood??all?is?well"),
    ("-rf", "-rf"),
];

/// One thing too many, or of another kind than a file.
pub(super) fn added(_: &Desk) -> Vec<Change> {
    let added = ADDED.map(|(file, named)| {
        let names = format!("{named}: a file too many");
        Change::new(format!("{file:?} added"), &names, move |desk| {
            fs::create_dir_all(desk.at(file).parent().unwrap()).unwrap();
            desk.write(file, "x");
        })
    });
    let moved = [
        Change::new("a file renamed", "junit.xml: missing", |desk| {
            fs::rename(desk.at("junit.xml"), desk.at("junit.XML")).unwrap();
        }),
        Change::new("two exchanged", "profile.json: not the file", |desk| {
            desk.write("profile.json", desk.file("seccomp.json"));
            desk.write("seccomp.json", desk.file("profile.json"));
        }),
    ];
    added.into_iter().chain(no_files()).chain(moved).collect()
}

/// No file of the folder's own: what it stands for lies aside, and would be good.
fn no_files() -> Vec<Change> {
    type Put = fn(&Path, &Path);
    let folder: Put = |at, _| fs::create_dir(at).unwrap();
    let link: Put = |at, aside| symlink(aside, at).unwrap();
    let name: Put = |at, aside| fs::hard_link(aside, at).unwrap();
    let fifo: Put = |at, _| nix::unistd::mkfifo(at, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let kinds = [
        ("an empty folder", "more", folder),
        ("an empty folder", "junit.xml", folder),
        ("a link to nothing", "more", link),
        ("a link", "junit.xml", link),
        ("a link", "observations", link),
        ("a link", "statement.dsse.json", link),
        ("a second name", "junit.xml", name),
        ("a FIFO", "junit.xml", fifo),
        ("a FIFO", "statement.dsse.json", fifo),
    ];
    let changes = kinds.map(|(what, file, put)| {
        let names = format!("{file}: a link, a special file or an empty folder");
        Change::new(format!("{file}, {what}"), &names, move |desk| {
            // On the bundle's own file system, so that a second name can be given.
            let aside = desk.specimen.outside();
            fs::remove_dir_all(&aside)
                .or_else(|_| fs::remove_file(&aside))
                .unwrap_or_default();
            if desk.at(file).exists() {
                fs::rename(desk.at(file), &aside).unwrap();
            }
            put(&desk.at(file), &aside);
        })
    });
    changes.into()
}

/// Another key than the right one, or none.
pub(super) fn keys(_: &Desk) -> Vec<Change> {
    let expected = "KEY: expected an Ed25519 public key (PEM)";
    let other = || SecretKey::from_seed(&[8; 32]);
    vec![
        Change::of_key(
            "another's key",
            "statement.dsse.json: expected",
            move |desk| desk.other_key(other().public().to_pem().unwrap()),
        ),
        Change::of_key("an empty key file", expected, |desk| desk.other_key("")),
        Change::of_key("no key file", expected, |desk| {
            desk.keys.path().join("none")
        }),
        Change::of_key("a folder as the key", expected, |desk| {
            desk.keys.path().to_owned()
        }),
        Change::of_key("a private key", expected, |desk| {
            let own = SecretKey::from_seed(&[7; 32]);
            desk.other_key(own.to_pem().unwrap().as_bytes())
        }),
        Change::of_key("a key of another kind", expected, |desk| {
            let made = "openssl genpkey -algorithm ed448 | openssl pkey -pubout";
            let made = Command::new("sh").args(["-c", made]).output().unwrap();
            assert!(made.status.success(), "{made:?}");
            desk.other_key(made.stdout)
        }),
    ]
}
