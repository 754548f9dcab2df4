//! The command line of `proof-of-block-verify`. Paths are taken as bytes.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Error, Parser, ValueExt as _};
use verify::accept::Accept;
use verify::fleet::Fleet;
use verify::merge::Merge;
use verify::release::Release;
use verify::report::Report;
use verify::show::Show;
use verify::summary::SummaryOf;
use verify::terminal::Color;
use verify::{Format, Printing};

/// What `--help` says.
pub(crate) const HELP: &str = "\
Says what a bundle of Proof of Block is worth: checks that it is whole and signed, and \
judges its observations again. It needs no engine and no network.

Usage: proof-of-block-verify [verify] BUNDLE... [--public-key FILE | --policy FILE]
                             [--each DIR] [--inventory FILE] [--junit FILE]
       proof-of-block-verify report BUNDLE [--to FILE] [--open]
       proof-of-block-verify show BUNDLE ROW [LAUNCH]
       proof-of-block-verify merge SHARD SHARD... [--public-key FILE]... [--key FILE] [--out DIR]
       proof-of-block-verify accept BUNDLE --terms FILE [--disposition FILE] [--reseal FILE]
       proof-of-block-verify summary BUNDLE
       proof-of-block-verify release FOLDER --public-key FILE

  --public-key FILE   the operator's public key (SPKI PEM), or a release's: only with it is it known who signed
  --policy FILE       what is asked of the bundle (TOML): keys, digests, age, witnesses
  --each DIR          every bundle in this folder, or in folders of it: one table of all of them
  --inventory FILE    the hosts that must be among them, by their keys (TOML)
  --junit FILE        write the table as JUnit XML, too
  --to FILE           write the page here, outside the bundle; `-` is standard output
  --open              open the page in this desktop's browser
  --key FILE          the private key that the whole is sealed with; without one, a development \
key
  --out DIR           the folder that the merged bundle goes into [default: attestation]
  --terms FILE        what was agreed beforehand (TOML)
  --disposition FILE  the owner's decision on B0''', as `harness dispose` writes it
  --reseal FILE       the reviewer's re-seal, as `harness reseal` writes it
  --format FORMAT     human or json [default: human]
  --color WHEN        auto, always or never [default: auto]
  -h, --help          show this
  -V, --version       show the version; with --verbose the commit, and digests of the rules

A bundle whose name is a command's is written with its folder: ./report.

Exit codes: 0 held; of `verify` that the bundle is genuine and as asked for, whatever its rows \
came to, which its last line says; 1 broken or refused; 2 usage; 3 blocked: this host cannot; \
4 inconclusive, incomplete or not accepted; 70 internal error.
";

/// What is to be done, and how it is printed.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) command: Command,
    pub(crate) printing: Printing,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Command {
    Verify(Fleet),
    Report(Report),
    Show(Show),
    Merge(Merge),
    Accept(Accept),
    Summary(SummaryOf),
    Release(Release),
    Help,
    Version { verbose: bool },
}

/// The words of the command line, each where it belongs.
#[derive(Debug, Default)]
struct Words {
    plain: Vec<OsString>,
    public_key: Vec<PathBuf>,
    policy: Option<PathBuf>,
    each: Option<PathBuf>,
    inventory: Option<PathBuf>,
    junit: Option<PathBuf>,
    to: Option<PathBuf>,
    open: bool,
    key: Option<PathBuf>,
    out: Option<PathBuf>,
    terms: Option<PathBuf>,
    disposition: Option<PathBuf>,
    reseal: Option<PathBuf>,
}

/// The flags that a command takes, besides those of every command.
fn takes(command: &str) -> &'static [&'static str] {
    match command {
        "report" => &["to", "open"],
        "merge" => &["public-key", "key", "out"],
        "accept" => &["terms", "disposition", "reseal"],
        "release" => &["public-key"],
        "show" | "summary" => &[],
        _ => &["public-key", "policy", "each", "inventory", "junit"],
    }
}

const COMMANDS: [&str; 7] = [
    "verify", "report", "show", "merge", "accept", "summary", "release",
];

/// Reads a command line.
pub(crate) fn parse(mut line: Parser) -> Result<Asked, Error> {
    let mut printing = Printing {
        format: Format::Human,
        color: Color::Auto,
        program: "proof-of-block-verify",
    };
    let (mut words, mut given) = (Words::default(), Vec::new());
    while let Some(word) = line.next()? {
        let name = match word {
            Arg::Value(word) => {
                words.plain.push(word);
                continue;
            }
            Arg::Short('h') | Arg::Long("help") => return Ok(only(Command::Help, printing)),
            Arg::Short('V') | Arg::Long("version" | "verbose") => {
                let verbose = word == Arg::Long("verbose");
                return version(verbose, &mut line, printing);
            }
            Arg::Long("format") => {
                printing.format = line.value()?.parse()?;
                continue;
            }
            Arg::Long("color") => {
                printing.color = line.value()?.parse()?;
                continue;
            }
            Arg::Long(name) => name.to_owned(),
            Arg::Short(_) => return Err(word.unexpected()),
        };
        take(&mut words, &name, &mut line)?;
        given.push(name);
    }
    let command = command(&mut words);
    let allowed = takes(&command);
    if let Some(other) = given.iter().find(|it| !allowed.contains(&it.as_str())) {
        return Err(format!("`{command}` takes no `--{other}`").into());
    }
    Ok(only(words.ask(&command)?, printing))
}

/// `--version`, alone or with `--verbose`, in either order.
fn version(verbose: bool, line: &mut Parser, printing: Printing) -> Result<Asked, Error> {
    let next = line.next()?;
    let verbose = match (verbose, next) {
        (true, Some(Arg::Short('V') | Arg::Long("version"))) => true,
        (true, _) => return Err("`--verbose` goes with `--version`".into()),
        (false, next) => next == Some(Arg::Long("verbose")),
    };
    Ok(only(Command::Version { verbose }, printing))
}

fn only(command: Command, printing: Printing) -> Asked {
    Asked { command, printing }
}

/// The command is the first word, if it is one; what is left is a bundle to verify.
fn command(words: &mut Words) -> String {
    let first = words.plain.first().and_then(|it| it.to_str());
    let found = COMMANDS.iter().find(|it| Some(**it) == first);
    if found.is_some() {
        words.plain.remove(0);
    }
    (*found.unwrap_or(&"verify")).to_owned()
}

/// Puts a flag with its value where it belongs.
fn take(words: &mut Words, name: &str, line: &mut Parser) -> Result<(), Error> {
    let mut path = || line.value().map(PathBuf::from);
    let slot = match name {
        "open" => {
            words.open = true;
            return Ok(());
        }
        "public-key" => {
            words.public_key.push(path()?);
            return Ok(());
        }
        "policy" => &mut words.policy,
        "each" => &mut words.each,
        "inventory" => &mut words.inventory,
        "junit" => &mut words.junit,
        "to" => &mut words.to,
        "key" => &mut words.key,
        "out" => &mut words.out,
        "terms" => &mut words.terms,
        "disposition" => &mut words.disposition,
        "reseal" => &mut words.reseal,
        other => return Err(Arg::Long(other).unexpected()),
    };
    if slot.replace(path()?).is_some() {
        return Err(format!("`--{name}` is given twice").into());
    }
    Ok(())
}

impl Words {
    fn ask(mut self, command: &str) -> Result<Command, Error> {
        if command == "merge" {
            return self.merge();
        }
        if command == "verify" {
            return Ok(Command::Verify(self.verify()?));
        }
        if self.plain.is_empty() {
            return Err("expected a bundle: the folder that `attest` wrote".into());
        }
        let bundle = PathBuf::from(self.plain.remove(0));
        let asked = match command {
            "report" => Command::Report(Report {
                bundle,
                to: self.to,
                open: self.open,
            }),
            "accept" => Command::Accept(Accept {
                bundle,
                terms: self.terms.ok_or("expected `--terms FILE`")?,
                disposition: self.disposition,
                reseal: self.reseal,
            }),
            "summary" => Command::Summary(SummaryOf { bundle }),
            "release" => Command::Release(Release {
                folder: bundle,
                public_key: self
                    .public_key
                    .pop()
                    .ok_or("expected `--public-key FILE`")?,
            }),
            _ => return self.show(bundle),
        };
        nothing_left(&self.plain)?;
        Ok(asked)
    }

    fn merge(self) -> Result<Command, Error> {
        if self.plain.len() < 2 {
            return Err("expected two shards or more".into());
        }
        Ok(Command::Merge(Merge {
            shards: self.plain.into_iter().map(PathBuf::from).collect(),
            public_key: self.public_key,
            key: self.key,
            out: self.out.unwrap_or_else(|| "attestation".into()),
        }))
    }

    fn show(mut self, bundle: PathBuf) -> Result<Command, Error> {
        if self.plain.is_empty() {
            return Err("expected a row, such as N19".into());
        }
        let row = self.plain.remove(0).string()?;
        let launch = (!self.plain.is_empty()).then(|| self.plain.remove(0));
        nothing_left(&self.plain)?;
        Ok(Command::Show(Show {
            bundle,
            row,
            launch: launch.map(OsString::string).transpose()?,
        }))
    }

    fn verify(mut self) -> Result<Fleet, Error> {
        if self.plain.is_empty() && self.each.is_none() {
            return Err("expected a bundle: the folder that `attest` wrote".into());
        }
        if self.public_key.len() > 1 {
            return Err("`--public-key` is given twice: a policy may name several keys".into());
        }
        if !self.public_key.is_empty() && self.policy.is_some() {
            return Err("expected a public key or a policy, observed both".into());
        }
        Ok(Fleet {
            bundles: self.plain.into_iter().map(PathBuf::from).collect(),
            each: self.each,
            inventory: self.inventory,
            junit: self.junit,
            public_key: self.public_key.pop(),
            policy: self.policy,
        })
    }
}

fn nothing_left(words: &[OsString]) -> Result<(), Error> {
    let Some(word) = words.first() else {
        return Ok(());
    };
    Err(Arg::Value(word.clone()).unexpected())
}
