//! What is audited: a line as it is given, or the one that a bundle, a service of
//! Compose's or a unit's sandbox comes to.

use std::path::Path;

use bundle::file::{self, MAX_TEXT};
use seal::shell;
use serde_json::{Value, json};
use verify::Failure;
use verify::terminal::{safe, say, say_raw};

use crate::cli::Audit;
use crate::line::compose::{NoService, Service};
use crate::line::oci::Bundle;
use crate::line::{Put, Way, spelling, unit};

/// What is audited.
pub(super) struct Target {
    /// The line.
    pub line: Vec<String>,
    /// How it is run.
    pub way: Way,
    /// What was added to a service of Compose's.
    added: Option<Value>,
    /// What of a unit's is not in the line.
    left_out: Option<Vec<String>>,
}

impl Target {
    /// What the arguments ask for.
    pub(super) fn of(args: &Audit) -> Result<Self, Failure> {
        spelling::require(&args.line).map_err(|(error, hint)| Failure::usage(error, &hint))?;
        let mut target = Self {
            line: args.line.clone(),
            way: Way {
                tty: args.tty,
                put: Put::Line,
            },
            added: None,
            left_out: None,
        };
        if let Some(folder) = &args.oci {
            target.way.put = Put::Bundle(bundle(folder, &args.line)?);
        } else if let [file, name] = args.compose.as_slice() {
            let service = Service::read(Path::new(file), name).map_err(no_service)?;
            target.line = service.line();
            target.added = Some(service.added());
            target.way.put = Put::Service(service);
        } else if let Some(file) = &args.unit {
            let unit::Translated { line, left_out } = translated(file)?;
            target.line = line;
            target.left_out = Some(left_out);
        }
        Ok(target)
    }

    /// What a program is told of it.
    pub(super) fn told(&self, object: &mut Value) {
        if let Some(added) = &self.added {
            object["added"] = added.clone();
        }
        if let Some(left_out) = &self.left_out {
            object["left_out"] = json!(left_out);
        }
    }

    /// What people are told of it.
    pub(super) fn show(&self) -> Result<(), Failure> {
        if let Some(added) = &self.added {
            say_raw(&format!("run as: {}", shell::line(&self.line)))?;
            say(&format!("added to the service, and nothing else: {added}"))?;
        }
        if let Some(left_out) = &self.left_out {
            say_raw(&format!("run as: {}", shell::line(&self.line)))?;
            let left: Vec<String> = left_out.iter().map(|it| safe(it)).collect();
            let left = match left.as_slice() {
                [] => "nothing".to_owned(),
                left => left.join(", "),
            };
            say(&format!("left out of the unit's: {left}"))?;
        }
        Ok(())
    }
}

/// The bundle in this folder, for a line that says where its copy is.
pub(super) fn bundle(folder: &Path, line: &[String]) -> Result<Bundle, Failure> {
    let hint = "name the folder of a bundle (OCI) with --oci";
    let bundle = Bundle::read(folder).map_err(|why| Failure::unusable(why, hint))?;
    let hint = "for runc: runc run --bundle {bundle} {name}";
    if !line.iter().any(|word| word.contains(spelling::BUNDLE)) {
        let error =
            "the line does not say where the copy of the bundle is: expected {bundle} in it";
        return Err(Failure::usage(error, hint));
    }
    match spelling::container(line) {
        Ok(_) => Ok(bundle),
        Err(error) => Err(Failure::usage(error, hint)),
    }
}

fn no_service(error: NoService) -> Failure {
    match error {
        NoService::File(..) => Failure::unusable(error, "name a Compose file with --compose"),
        NoService::Name(_) => Failure::usage(error, "name a service of the file behind it"),
        NoService::Program => {
            let hint = "install docker-compose-v2 or docker-compose, and run again";
            Failure::blocked(error, Some(hint.to_owned()))
        }
    }
}

/// The line of a unit, where there is a manager that can run it.
fn translated(file: &Path) -> Result<unit::Translated, Failure> {
    let hint = "name a service unit (systemd) with --unit";
    let wrong = |why: String| {
        let shown = file.display();
        Failure::unusable(format!("failed to read `{shown}` of --unit: {why}"), hint)
    };
    let text = file::text(file, MAX_TEXT).map_err(|error| wrong(error.why()))?;
    let translated = unit::translated(&text).map_err(wrong)?;
    if Path::new(unit::BOOTED).is_dir() {
        return Ok(translated);
    }
    let error = format!(
        "expected systemd as the manager of this machine, observed no {}: nothing can run the unit's sandbox",
        unit::BOOTED
    );
    let hint = format!(
        "run it on a machine that systemd manages; there it is: `{}`",
        shell::line(&translated.line)
    );
    Err(Failure::blocked(error, Some(hint)))
}
