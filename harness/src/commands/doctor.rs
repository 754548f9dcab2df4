//! `doctor`: what this host can do for a proof, what it costs where it cannot, and
//! what mends it.

use serde_json::json;

use super::Failure;
use crate::bundle::engine_words;
use crate::cli::{Common, EngineChoice, Format};
use crate::database;
use crate::engine::Surroundings;
use crate::engine::open::{self, Place};
use crate::error::chain;
use crate::exit::Exit;
use crate::report::terminal::say;

/// One thing that was looked at.
struct Finding {
    what: String,
    fine: bool,
    observed: String,
    mend: String,
}

/// Looks around; exit 3 when no engine can be used.
pub(super) fn doctor(common: &Common) -> Result<Exit, Failure> {
    let engines = open::IN_ORDER.map(engine);
    let usable = engines.iter().any(|engine| engine.fine);
    let others = [
        kernel_file("seccomp", "/proc/sys/kernel/seccomp/actions_avail"),
        landlock(),
        witness(),
        postgres(common),
    ];
    let findings: Vec<Finding> = engines.into_iter().chain(others).collect();
    if common.format == Format::Json {
        let list: Vec<_> = findings
            .iter()
            .map(|it| json!({ "what": it.what, "fine": it.fine, "observed": it.observed, "mend": it.mend }))
            .collect();
        say(&json!({ "usable": usable, "findings": list }).to_string())?;
    } else {
        for it in &findings {
            say(&format!(
                "{:<4} {:<16} {}",
                if it.fine { "ok" } else { "no" },
                it.what,
                it.observed
            ))?;
            if !it.fine && !it.mend.is_empty() {
                say(&format!("     {:<16} {}", "", it.mend))?;
            }
        }
    }
    Ok(if usable { Exit::Held } else { Exit::Blocked })
}

fn engine(choice: EngineChoice) -> Finding {
    let place = Place {
        surroundings: &Surroundings::of_this_process(),
        run: "doctor",
        scratch: &std::env::temp_dir(),
    };
    let what = choice.to_string();
    match open::one(choice, place) {
        Ok(engine) => fine(what, engine_words(engine.identity())),
        Err(error) => Finding {
            what,
            fine: false,
            observed: chain(&error),
            mend: error.hint().unwrap_or_default(),
        },
    }
}

fn fine(what: impl Into<String>, observed: String) -> Finding {
    Finding {
        what: what.into(),
        fine: true,
        observed,
        mend: String::new(),
    }
}

fn kernel_file(what: &'static str, path: &str) -> Finding {
    match std::fs::read_to_string(path) {
        Ok(text) => fine(what, text.trim().to_owned()),
        Err(error) => Finding {
            what: what.to_owned(),
            fine: false,
            observed: format!("`{path}`: {error}"),
            mend: "nothing can be proved on a kernel without seccomp filters".to_owned(),
        },
    }
}

fn landlock() -> Finding {
    match seccomp::airlock::landlock_abi() {
        Ok(abi) => fine("landlock", format!("ABI {abi}")),
        Err(errno) => Finding {
            what: "landlock".to_owned(),
            fine: false,
            observed: nix::errno::Errno::from_raw(errno).desc().to_owned(),
            mend: "rows that rest on Landlock are inconclusive; boot with `lsm=…,landlock`"
                .to_owned(),
        },
    }
}

fn postgres(common: &Common) -> Finding {
    if let Some(image) = &common.postgres_image {
        return fine(
            "postgresql",
            format!("`{image}`, which the engine may pull"),
        );
    }
    match database::of_this_host() {
        Ok(server) => fine("postgresql", server.display().to_string()),
        Err(error) => Finding {
            what: "postgresql".to_owned(),
            fine: false,
            observed: chain(&error),
            mend: "N13 is not run; install the package `postgresql`, or name an image with `--postgres-image`"
                .to_owned(),
        },
    }
}

fn witness() -> Finding {
    if nix::unistd::geteuid().is_root() {
        return fine(
            "outside witness",
            "root: sees everything, reads filters back".to_owned(),
        );
    }
    Finding {
        what: "outside witness".to_owned(),
        fine: false,
        observed: "not root: filters are not read back, and what else is not seen makes its rows inconclusive".to_owned(),
        mend: "run as root, or accept a proof by attempts and controls".to_owned(),
    }
}
