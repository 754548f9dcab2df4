//! Why a packet is refused: a closed list, each reason bound to one gate.
//!
//! A refusal names the reason, the file, the line where there is one, and what
//! was expected and observed. It never carries text of the packet unbounded.

use serde::{Deserialize, Serialize};

use crate::gates::Gate;

macro_rules! reasons {
    ($($gate:ident { $($(#[$doc:meta])* $name:ident),* $(,)? })*) => {
        /// The reason a packet is refused, named as in the report.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Reason { $($($(#[$doc])* $name,)*)* }

        impl Reason {
            /// Every reason there is, in the order of the gates.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The gate that refuses for this reason.
            pub const fn gate(self) -> Gate {
                match self { $($(Self::$name)|* => Gate::$gate,)* }
            }
        }
    };
}

reasons! {
    G2 {
        /// The system would not let a file or folder be read.
        Unreadable,
        /// A symbolic link, wherever it leads.
        Symlink,
        /// A FIFO, a socket or a device.
        NotRegular,
        /// A file with a second name, which something else may write through.
        HardLink,
        /// A name that is not UTF-8 (RFC 8493 §2.1.3 lists paths as text).
        NameNotUtf8,
        /// A path longer than 4096 bytes or deeper than 64 folders.
        PathTooLong,
        /// More files and folders than the checker takes on.
        TooManyEntries,
        /// A file that changed while it was read.
        ChangedWhileRead,
    }
    G3 {
        /// No `bagit.txt` (RFC 8493 §2.1.1).
        DeclarationMissing,
        /// A `bagit.txt` that is not the two lines of RFC 8493 §2.1.1.
        DeclarationSyntax,
        /// A tag file that begins with a byte order mark.
        ByteOrderMark,
        /// A version other than 1.0 and 0.97.
        VersionUnsupported,
        /// A tag file encoding other than the supported ones.
        EncodingUnsupported,
        /// A tag file that is not text in the declared encoding.
        TagFileEncoding,
        /// A tag file, or a line of one, longer than the bounds.
        TagFileTooLong,
        /// No payload folder (RFC 8493 §2.1.2).
        PayloadFolderMissing,
        /// No payload manifest (RFC 8493 §2.1.3).
        ManifestMissing,
        /// More payload manifests, or tag manifests, than sixteen.
        TooManyManifests,
        /// A manifest line that is not a digest, white space and a path.
        ManifestSyntax,
        /// A digest that is not hex of its algorithm's length.
        DigestSyntax,
        /// An absolute path, or one from somebody's home folder.
        PathAbsolute,
        /// A path with a `..` segment.
        PathEscapes,
        /// A path with an empty or `.` segment.
        PathSegment,
        /// A payload path not beneath `data/`, or a tag path beneath it.
        PathOutside,
        /// A `%` that is not `%0A`, `%0D` or `%25` (RFC 8493 §2.1.3), or a NUL.
        PathEncoding,
        /// One path listed twice in one manifest.
        DuplicateEntry,
        /// Two paths, of files or folders, that differ in letter case only, or one that differs
        /// so from a file that the checker looks for.
        CaseCollision,
        /// A `fetch.txt` line that is not a URL, a length and a path (RFC 8493 §2.2.3).
        FetchSyntax,
        /// A `fetch.txt` that names a file which is not here: this program is offline.
        FetchNotAllowed,
        /// A `bag-info.txt` line that is neither `Label: value` nor folded.
        BagInfoSyntax,
        /// A `Payload-Oxum` that is not `bytes.files` (RFC 8493 §2.2.2).
        OxumSyntax,
        /// More than one `Payload-Oxum` (RFC 8493 §2.2.2).
        OxumRepeated,
        /// A tag manifest that lists a tag manifest, or leaves a payload manifest out.
        TagManifestCoverage,
    }
    G4 {
        /// A listed payload file that is not there.
        MissingFile,
        /// A payload file that no manifest lists.
        UnlistedFile,
        /// Manifests that do not list the same files (RFC 8493 §2.1.3).
        ManifestsDisagree,
        /// A listed tag file that is not there.
        TagFileMissing,
        /// A `Payload-Oxum` that the payload does not have.
        OxumMismatch,
    }
    G5 {
        /// A payload file with another digest than listed.
        DigestMismatch,
        /// A tag file with another digest than listed.
        TagDigestMismatch,
        /// A manifest of an algorithm that is not known, whose digests nobody checked.
        AlgorithmUnknown,
        /// A payload file of which only md5 or sha1 digests are listed: those can be forged.
        ManifestTooWeak,
    }
    G6 {
        /// No `data/packet.json`: a bag, but not a packet.
        PacketMissing,
        /// A `packet.json` larger than 16 MiB.
        PacketTooLong,
        /// A `packet.json` that is not JSON.
        PacketSyntax,
        /// A field unknown, missing, doubled or of another type.
        PacketShape,
        /// A schema nobody published.
        SchemaUnknown,
        /// A text too long, of white space alone, or with control, direction or invisible
        /// characters.
        TextUnsafe,
        /// An id that is not 1 to 64 of `a-z A-Z 0-9 . _ -`.
        IdMalformed,
        /// One id twice.
        DuplicateId,
        /// A time that is not `YYYY-MM-DDThh:mm:ss`, a fraction or none, and `Z` or an offset
        /// (RFC 3339), of a day that exists; a leap second is not taken.
        TimeMalformed,
        /// A scope that is not plain segments joined by `/`.
        ScopeMalformed,
        /// An item's path that is not a plain path beneath `data/`, or is the packet itself.
        ItemPath,
        /// A capture whose payload is longer than 64 KiB of base64.
        CaptureTooLong,
        /// More items, claims or references than the checker takes on.
        TooManyParts,
        /// A packet that claims nothing: there is nothing to triage.
        NoClaims,
        /// A requested action beyond the two.
        ActionDenied,
    }
}

impl Reason {
    /// Whether it is what this program or its host does not take: nothing was shown to be
    /// wrong with the bag.
    pub const fn is_policy(self) -> bool {
        matches!(
            self,
            Self::Unreadable
                | Self::HardLink
                | Self::NameNotUtf8
                | Self::PathTooLong
                | Self::TooManyEntries
                | Self::ChangedWhileRead
                | Self::VersionUnsupported
                | Self::EncodingUnsupported
                | Self::TagFileTooLong
                | Self::TooManyManifests
                | Self::CaseCollision
                | Self::FetchNotAllowed
                | Self::AlgorithmUnknown
                | Self::ManifestTooWeak
        )
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// A packet is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The file the fault is in, by its path in the bag.
    pub file: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<u64>,
    /// What the fault is about: a path listed, or a JSON pointer into the file.
    pub about: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
    /// What was observed.
    pub observed: Option<String>,
}

/// The longest text of a packet that a refusal repeats, in characters.
const MAX_TEXT: usize = 512;

impl Refusal {
    /// A refusal for this reason, with nothing said about the place yet.
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            file: None,
            line: None,
            about: None,
            expected: None,
            observed: None,
        }
    }

    /// In this file.
    pub fn file(mut self, file: &str) -> Self {
        self.file = Some(bounded(file));
        self
    }

    /// On this line.
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// About this path or JSON pointer.
    pub fn about(mut self, about: &str) -> Self {
        self.about = Some(bounded(about));
        self
    }

    /// This was expected, and that observed.
    pub fn expected(mut self, expected: &str, observed: &str) -> Self {
        self.expected = Some(bounded(expected));
        self.observed = Some(bounded(observed));
        self
    }

    /// The system refused to read the file.
    pub(crate) fn unreadable(file: &str, error: &std::io::Error) -> Self {
        Self::new(Reason::Unreadable)
            .file(file)
            .expected("readable", &error.kind().to_string())
    }
}

pub(crate) fn bounded(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}
