//! What came of one packet: the checker's report, or why there is none.

use std::path::PathBuf;
use std::time::Duration;

use bundle::exit::Exit;
use checker::report::Report;
use evidence::error::chain;
use evidence::record::LaunchRecord;
use judge::output_contract;
use verify::code::Code;

use super::archive::ArchiveError;

/// What came of one packet.
pub(super) struct Answer {
    pub(super) code: Code,
    pub(super) report: Option<Report>,
    /// The file that the report was written to.
    pub(super) file: Option<PathBuf>,
    /// The checker's own words on how it ended.
    pub(super) words: String,
    /// Why there is no answer.
    pub(super) error: Option<String>,
    /// What to do about that, or about a packet that is refused.
    pub(super) hint: Option<String>,
    /// What was seen of it, where it was launched.
    pub(super) launch: Option<LaunchRecord>,
}

impl Answer {
    /// `over` is the time that it had, and `still` for how long it may stand still, each
    /// where that is over.
    pub(super) fn of(
        record: &LaunchRecord,
        (over, still): (Option<Duration>, Option<Duration>),
    ) -> Self {
        let none = Self::none;
        // How an engine tells that it killed something differs; what the line said does not.
        if record.announcement().is_none() {
            let given_up = still.map(Self::still).or(over.map(Self::late));
            if let Some(answer) = given_up {
                return answer;
            }
        }
        if let Some(trouble) = &record.trouble {
            let words = format!("{trouble}: {}", record.errors.trim_end());
            return none(Code::Blocked, words.trim_end_matches([':', ' ']).to_owned());
        }
        let Some(announcement) = record.announcement() else {
            let ended = format!(
                "the checker announced nothing and ended with {:?}",
                record.exit
            );
            return none(Code::Internal, ended);
        };
        let text = record.report();
        match output_contract::accept(announcement, &record.exit, text) {
            Err(refused) => none(Code::Internal, chain(&refused)),
            Ok(report) => Self {
                code: Exit::Checker(announcement.exit).into(),
                report,
                file: None,
                words: announcement.words(),
                error: None,
                hint: None,
                launch: None,
            },
        }
    }

    /// An archive that is not taken; nothing was started for it.
    pub(super) fn archive(refused: &ArchiveError) -> Self {
        let why = format!("{}: {}", refused.word(), chain(refused));
        Self {
            hint: Some(refused.hint().to_owned()),
            ..Self::none(Code::Unusable, why)
        }
    }

    /// It did not come to its end within the time that it had, to be unpacked and checked.
    pub(super) fn late(limit: Duration) -> Self {
        let limit = limit.as_secs();
        let why = format!("given up after the {limit} s of --timeout; nothing is said of it");
        Self {
            hint: Some("give it more time, or leave --timeout out".to_owned()),
            ..Self::none(Code::TimedOut, why)
        }
    }

    /// Its checker moved no more.
    fn still(patience: Duration) -> Self {
        let patience = patience.as_secs();
        let why = format!(
            "given up: expected the checker to read on, observed that it stood still for the \
             {patience} s of --patience; nothing is said of it"
        );
        Self {
            hint: Some(
                "a disk that does not answer looks so, and a checker that only computes, as over \
                 thousands of bad signatures: see whether the packet's disk answers, and how \
                 many captures it has; give it more time with --patience"
                    .to_owned(),
            ),
            ..Self::none(Code::Stalled, why)
        }
    }

    fn none(code: Code, error: String) -> Self {
        Self {
            code,
            report: None,
            file: None,
            words: String::new(),
            error: Some(error),
            hint: None,
            launch: None,
        }
    }
}
