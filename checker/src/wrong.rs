//! Wrong checkers: one fault each, for tests of whoever judges what a checker says.
//!
//! Without the feature `wrong` none of them is there: [`is`] and its like are constants,
//! and the compiler leaves out what hangs on them. The program that is attested is built
//! without it, and the denylist refuses one that is not. With it, `--wrong NAME` selects
//! a fault. What a fault needs to be more than a rule that is not asked is in `acts`.

#[cfg(feature = "wrong")]
pub(crate) mod acts;
#[cfg(feature = "wrong")]
mod selected;

#[cfg(feature = "wrong")]
pub use selected::{SelectError, names, none, not_seen, see, select};

#[cfg(not(feature = "wrong"))]
pub(crate) use absent::{ignores, is, is_blind, lets, overlooks, passes};
#[cfg(feature = "wrong")]
pub(crate) use selected::{ignores, is, is_blind, lets, overlooks, passes};

macro_rules! faults {
    ($($(#[doc = $says:literal])+ $fault:ident = $name:literal,)*) => {
        /// A way for a checker to be wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(not(feature = "wrong"), expect(dead_code, reason = "no fault is ever there"))]
        pub(crate) enum Fault { $($(#[doc = $says])+ $fault,)* }

        #[cfg(feature = "wrong")]
        impl Fault {
            /// Every fault there is.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$fault,)*];

            /// Its name on the command line.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$fault => $name,)* }
            }

            /// What is wrong with this checker.
            pub(crate) const fn says(self) -> &'static str {
                match self { $(Self::$fault => concat!($($says),+),)* }
            }
        }
    };
}

faults! {
    // The self-check.
    /// P1 is judged, and the packet is read whatever came of it.
    SelfCheckSkipped = "self-check-skipped",
    /// P1 is judged when the packet was already read.
    SelfCheckAfterReading = "self-check-after-reading",
    /// Every invariant is announced as it should be, whatever was seen.
    SelfCheckConstant = "self-check-constant",
    /// The routes are neither judged nor announced.
    InvariantLeftOut = "invariant-left-out",
    /// Another user is announced than the one that was seen.
    UserMisreported = "user-misreported",
    /// The data mounts hold, whatever was seen.
    IgnoresDataMounts = "ignores-data-mounts",
    /// The mount table holds, whatever was seen.
    IgnoresMountTable = "ignores-mount-table",
    /// The root is read-only, whatever was seen.
    IgnoresRootReadOnly = "ignores-root-read-only",
    /// The interfaces hold, whatever was seen.
    IgnoresNetworkInterfaces = "ignores-network-interfaces",
    /// The routes hold, whatever was seen.
    IgnoresRoutes = "ignores-routes",
    /// The environment holds, whatever was seen.
    IgnoresEnvironment = "ignores-environment",
    /// The seccomp mode holds, whatever was seen.
    IgnoresSeccompMode = "ignores-seccomp-mode",
    /// The number of filters holds, whatever was seen.
    IgnoresSeccompFilters = "ignores-seccomp-filters",
    /// `NoNewPrivs` holds, whatever was seen.
    IgnoresNoNewPrivs = "ignores-no-new-privs",
    /// The capabilities hold, whatever was seen.
    IgnoresCapabilities = "ignores-capabilities",
    /// The user holds, whatever was seen.
    IgnoresUser = "ignores-user",
    // Captures and who may make them.
    /// A native or governed label is believed without a capture.
    LabelsBelieved = "labels-believed",
    /// The signature of a capture is not looked at.
    CapturesNotVerified = "captures-not-verified",
    /// The digest that a capture is of is not compared with the item's.
    CapturesOfAnything = "captures-of-anything",
    /// An authority that nobody enrolled is believed.
    EnrolmentNotAsked = "enrolment-not-asked",
    /// The class that an authority is enrolled for is not looked at.
    EnrolledForAnything = "enrolled-for-anything",
    /// A claimed value is not compared with the one that is there.
    ValuesNotCompared = "values-not-compared",
    // What is opened, and the log of it.
    /// Each file is opened once more, and that is not logged.
    OpensUnlogged = "opens-unlogged",
    /// A file is logged once more than it was opened.
    LogsUnopened = "logs-unopened",
    /// A file that was opened is not in the log.
    LogLeavesOut = "log-leaves-out",
    /// The log does not say that a report was written.
    ActionLeftOut = "action-left-out",
    /// The log has a third action.
    ThirdAction = "third-action",
    /// Each payload file is opened, read and logged twice.
    HashedTwice = "hashed-twice",
    /// The first payload file is counted and never opened.
    PayloadFileSkipped = "payload-file-skipped",
    // What is said of the bag.
    /// One payload file too few is counted.
    PayloadFileUncounted = "payload-file-uncounted",
    /// One payload byte too many is counted.
    PayloadBytesMiscounted = "payload-bytes-miscounted",
    /// One tag file too few is counted.
    TagFileUncounted = "tag-file-uncounted",
    /// Every item has the digest of the first.
    DigestOfAnother = "digest-of-another",
    /// Another digest is reported than that of `packet.json`.
    PacketDigestWrong = "packet-digest-wrong",
    // How strictly packet.json is read.
    /// Fields that no schema has are overlooked.
    TakesUnknownFields = "takes-unknown-fields",
    /// Of a key that comes twice the last one counts.
    TakesDuplicateKeys = "takes-duplicate-keys",
    /// The schema that a packet names is not looked at.
    TakesUnknownSchemas = "takes-unknown-schemas",
    /// An array is taken where an object belongs.
    TakesArraysForObjects = "takes-arrays-for-objects",
    /// A packet of another shape is refused for its syntax.
    ShapeCalledSyntax = "shape-called-syntax",
    // Provenance and class.
    /// Who captured an item is not asked.
    CaptorNotAsked = "captor-not-asked",
    /// A revision that moves counts as pinned.
    FloatingIsPinned = "floating-is-pinned",
    /// Every item's provenance is reported as complete; the gaps stay.
    ProvenanceMisreported = "provenance-misreported",
    /// What a provenance lacks is not named.
    NamesNothingMissing = "names-nothing-missing",
    /// Prose is native evidence.
    ProseIsNative = "prose-is-native",
    /// A local copy is governed evidence.
    CopyIsGoverned = "copy-is-governed",
    /// What an operator says is native evidence.
    StatementIsNative = "statement-is-native",
    /// Prose is reported as native and judged as prose.
    ClassMisreported = "class-misreported",
    // The chain of a claim.
    /// A claim on what is not pinned is reported without its gap.
    GapSwallowed = "gap-swallowed",
    /// Every gap is reported at the first link.
    GapAtAnotherLink = "gap-at-another-link",
    /// Prose alone is reported as a statement alone.
    GapOfAnotherReason = "gap-of-another-reason",
    /// Where a derivation ends is not asked.
    DerivationNotWalked = "derivation-not-walked",
    /// An item derived from itself counts as anchored.
    CirclesNotSeen = "circles-not-seen",
    /// Prose carries a claim.
    ProseCarries = "prose-carries",
    /// A local copy is taken as an authority.
    CopyIsAuthority = "copy-is-authority",
    /// Two revisions of one source are not compared.
    RevisionsNotCompared = "revisions-not-compared",
    /// Times are not compared.
    TimesNotCompared = "times-not-compared",
    /// A claim without evidence has no gap.
    NoEvidencePasses = "no-evidence-passes",
    // Scope and verdict.
    /// The report speaks of the scope above the packet's.
    ScopeWidened = "scope-widened",
    /// Every claim is reported with the packet's scope.
    ClaimScopeMisreported = "claim-scope-misreported",
    /// Scopes are not compared.
    ScopesNotCompared = "scopes-not-compared",
    /// A global verdict is not denied.
    GlobalPasses = "global-passes",
    /// A gating verdict is not denied.
    GatingPasses = "gating-passes",
    /// What was denied is not listed.
    DenialUnsaid = "denial-unsaid",
    /// The guard takes `WRITE_KB` for the writing of a report.
    TakesWriteKb = "takes-write-kb",
    /// The guard takes any action for one of the two.
    TakesAnyAction = "takes-any-action",
    // How a run ends.
    /// The program exits 0 whatever it announces.
    ExitZero = "exit-zero",
    /// The program exits 5 whatever it announces.
    ExitOtherThanAnnounced = "exit-other-than-announced",
    /// Gaps are announced as none, with code 5.
    ExitFiveWithGaps = "exit-five-with-gaps",
    /// No gap is announced as gaps, with code 4.
    ExitFourWithoutGaps = "exit-four-without-gaps",
    // The same bytes each time.
    /// The report holds the time.
    ClockStamped = "clock-stamped",
    /// The report holds when the output folder was last changed.
    FolderTimeStamped = "folder-time-stamped",
    /// The report holds an address of this process.
    AddressStamped = "address-stamped",
    // How the report is written.
    /// The report has its name before it is whole.
    WrittenInPlace = "written-in-place",
    /// The report is not synced before it takes its name.
    NotSynced = "not-synced",
    /// The report is written twice.
    WrittenTwice = "written-twice",
    /// A second file is left beside the report.
    SecondFileLeft = "second-file-left",
    /// The report has another name.
    ReportUnderAnotherName = "report-under-another-name",
    /// Another digest is announced than the report's.
    AnnouncedDigestWrong = "announced-digest-wrong",
    /// Another length is announced than the report's.
    AnnouncedLengthWrong = "announced-length-wrong",
    /// A partial report stays when it cannot be written whole.
    PartialReportLeft = "partial-report-left",
    /// Half a report takes the report's name when it cannot be written whole.
    HalfReportPublished = "half-report-published",
    /// An earlier report is removed before the new one is written.
    PreviousClobbered = "previous-clobbered",
    /// A report that cannot be written is announced as written.
    WriteErrorSwallowed = "write-error-swallowed",
    // The self-audits.
    /// The audit of Article 13 rests on the whole report, whatever is in it.
    Audit13Constant = "audit-13-constant",
    /// The audit of Article 13 points at a claim that is not there.
    Audit13PointsNowhere = "audit-13-points-nowhere",
    /// The audit of Article 13 leaves an item out.
    Audit13LeavesOut = "audit-13-leaves-out",
    /// The audit of Article 13 calls broken what holds.
    Audit13Contradicts = "audit-13-contradicts",
    /// The audit of Article 14 rests on the whole report, whatever is in it.
    Audit14Constant = "audit-14-constant",
    /// The audit of Article 14 points at a claim that is not there.
    Audit14PointsNowhere = "audit-14-points-nowhere",
    /// The audit of Article 14 leaves an item out.
    Audit14LeavesOut = "audit-14-leaves-out",
    /// The audit of Article 14 calls broken what holds.
    Audit14Contradicts = "audit-14-contradicts",
    // The bag.
    /// Payload digests are not compared.
    ByteChangedPasses = "byte-changed-passes",
    /// Digests of tag files are not compared.
    TagChangedPasses = "tag-changed-passes",
    /// Tag manifests are not read.
    TagManifestsSkipped = "tag-manifests-skipped",
    /// md5 digests are not compared.
    Md5Ignored = "md5-ignored",
    /// blake2 digests are not compared.
    Blake2Ignored = "blake2-ignored",
    /// An algorithm that is not known is passed over.
    UnknownAlgorithmPasses = "unknown-algorithm-passes",
    /// md5 and sha1 are enough.
    WeakIsEnough = "weak-is-enough",
    /// A payload file that no manifest lists is taken.
    UnlistedFilePasses = "unlisted-file-passes",
    /// A listed payload file need not be there.
    MissingFilePasses = "missing-file-passes",
    /// A `fetch.txt` is passed over.
    FetchPasses = "fetch-passes",
}

/// What hangs on a fault, in the program that has none.
#[cfg(not(feature = "wrong"))]
mod absent {
    use super::Fault;
    use crate::bag::Algorithm;
    use crate::gap::GapReason;
    use crate::refusal::Refusal;
    use crate::self_check::InvariantName;

    /// Whether this checker has that fault.
    pub(crate) const fn is(_: Fault) -> bool {
        false
    }

    /// Whether a rule is switched off that would give this reason.
    pub(crate) const fn passes(_: GapReason) -> bool {
        false
    }

    /// Whether an invariant holds whatever was seen.
    pub(crate) const fn overlooks(_: InvariantName) -> bool {
        false
    }

    /// Whether digests of this algorithm are not compared.
    pub(crate) const fn ignores(_: Algorithm) -> bool {
        false
    }

    /// Whether the self-audits share the fault, and do not see it.
    pub(crate) const fn is_blind() -> bool {
        false
    }

    /// The refusal, unless the rule that gives it is switched off.
    pub(crate) const fn lets(refusal: Refusal) -> Result<(), Refusal> {
        Err(refusal)
    }
}
