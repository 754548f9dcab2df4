//! What `packet` takes: a packet is made in five commands, from an empty folder to a bag.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What `packet` takes.
#[derive(Debug, Args)]
pub struct Packet {
    /// What is done to it.
    #[command(subcommand)]
    pub task: PacketTask,
}

/// The steps.
#[derive(Debug, Subcommand)]
pub enum PacketTask {
    /// Begin a packet in a folder that is absent or empty, or write the reference packet there.
    New(NewPacket),
    /// Sign that a file is what an authority had: print a capture, which `add` takes.
    Capture(CaptureOf),
    /// Copy a file into the packet as an item of evidence.
    Add(AddItem),
    /// Add a claim that rests on items.
    Claim(AddClaim),
    /// Date the packet and make the folder a BagIt bag; again after each change.
    Seal(PacketFolder),
    /// Say what the checker would find, without a sandbox: a help for who makes a packet.
    Lint(LintPacket),
    /// Show items, captures and claims in words.
    Show(PacketFolder),
    /// Print the JSON Schema of `data/packet.json`.
    Schema,
}

/// What `packet new` takes.
#[derive(Debug, Args)]
pub struct NewPacket {
    /// The packet's folder.
    pub folder: PathBuf,
    /// Its id: 1 to 64 letters, digits, dots, underscores and hyphens.
    #[arg(long, required_unless_present = "example", conflicts_with = "example")]
    pub id: Option<String>,
    /// What it speaks of: plain segments joined by `/`. Claims lie within it.
    #[arg(long, required_unless_present = "example", conflicts_with = "example")]
    pub scope: Option<String>,
    /// Write the reference packet FIX7 beneath it, with the authorities that it is made for
    /// and notes beside the packet.
    #[arg(long)]
    pub example: bool,
}

/// What `packet capture` takes.
#[derive(Debug, Args)]
pub struct CaptureOf {
    /// Who had it: the name under which whoever runs the checker enrols this key.
    #[arg(long, value_name = "NAME")]
    pub authority: String,
    /// The authority's private key (PKCS#8 PEM, Ed25519).
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// What kind of source it is.
    #[arg(long, value_parser = ["kb_document", "pg_named_query", "native_listing"])]
    pub source: String,
    /// Where the authority has it: a path, an address, the name of a query.
    #[arg(long)]
    pub locator: String,
    /// Which state of it: a git object, a digest, a number or a moment, never a branch.
    #[arg(long)]
    pub revision: String,
    /// When it was captured (RFC 3339), which is over; without it, now.
    #[arg(long, value_name = "TIME")]
    pub captured_at: Option<String>,
    /// Which tool captured it; without it, this one.
    #[arg(long, value_name = "TOOL")]
    pub captured_by: Option<String>,
    /// The file, or `-` for standard input.
    pub file: PathBuf,
}

/// Of what kinds a source is.
pub const SOURCES: [&str; 6] = [
    "operator_statement",
    "local_copy",
    "prose",
    "kb_document",
    "pg_named_query",
    "native_listing",
];

/// What `packet add` takes.
#[derive(Debug, Args)]
pub struct AddItem {
    /// The packet's folder.
    pub folder: PathBuf,
    /// The file, which is copied.
    pub file: PathBuf,
    /// The item's id; without it, the file's name.
    #[arg(long)]
    pub id: Option<String>,
    /// What the file is; without it, as its name ends, in any letter case. The checker looks
    /// into JSON and text alone.
    #[arg(long, value_name = "TYPE")]
    pub media_type: Option<String>,
    /// Its capture, as `packet capture` prints it: everything below is taken from there.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["source", "authority", "locator", "revision", "captured_at", "captured_by"])]
    pub capture: Option<PathBuf>,
    /// Of what kind its source is, where nobody signed that: without --capture it must be
    /// said.
    #[arg(long, value_parser = SOURCES)]
    pub source: Option<String>,
    /// Who vouches for it.
    #[arg(long, value_name = "NAME")]
    pub authority: Option<String>,
    /// Where it comes from.
    #[arg(long)]
    pub locator: Option<String>,
    /// Which state of it.
    #[arg(long)]
    pub revision: Option<String>,
    /// When it was captured (RFC 3339).
    #[arg(long, value_name = "TIME")]
    pub captured_at: Option<String>,
    /// By whom, or by which tool.
    #[arg(long, value_name = "TOOL")]
    pub captured_by: Option<String>,
    /// An item that it is derived from.
    #[arg(long, value_name = "ITEM")]
    pub derived_from: Vec<String>,
}

/// What `packet claim` takes.
#[derive(Debug, Args)]
pub struct AddClaim {
    /// The packet's folder.
    pub folder: PathBuf,
    /// The claim's id.
    #[arg(long)]
    pub id: String,
    /// What is claimed, in words. No machine interprets them.
    #[arg(long, value_name = "WORDS")]
    pub statement: String,
    /// What it speaks of; without it, the packet's scope.
    #[arg(long)]
    pub scope: Option<String>,
    /// A class of evidence that it must have.
    #[arg(long, value_name = "CLASS", value_parser = ["native", "governed", "stated"])]
    pub requires: Vec<String>,
    /// An item that it rests on.
    #[arg(long, value_name = "ITEM")]
    pub evidence: Vec<String>,
    /// A value that stands in an item, as `ITEM#POINTER=JSON`: `listing#/0/state="running"`.
    /// The pointer ends at the first `=` behind which a JSON value stands.
    #[arg(long, value_name = "ITEM#POINTER=JSON")]
    pub value: Vec<String>,
}

/// What takes a packet's folder alone.
#[derive(Debug, Args)]
pub struct PacketFolder {
    /// The packet's folder.
    pub folder: PathBuf,
}

/// What `packet lint` takes.
#[derive(Debug, Args)]
pub struct LintPacket {
    /// The packet's folder.
    pub folder: PathBuf,
    /// Who is believed: a TOML file of authorities.
    #[arg(long, value_name = "FILE")]
    pub authorities: Option<PathBuf>,
}
