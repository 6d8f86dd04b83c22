//! What asking a large model elsewhere takes on the command line, and what keeps documents here.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// What asking a large model takes.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct EscalateArgs {
    /// Send the request of this hash, which was shown before: exactly those bytes, once
    #[arg(long, value_name = "HASH")]
    pub approve: Option<String>,
    /// Keep what was decided about names for the next request of the same note
    #[arg(long, requires = "approve")]
    pub for_this_note: bool,
    #[command(subcommand)]
    pub command: Option<EscalateCommand>,
}

/// Everything about asking a large model but the sending.
#[derive(Subcommand)]
pub enum EscalateCommand {
    /// Whether anything may be sent, where to, and from which folders
    Status,
    /// Allow it; says what that means and asks for --agree
    On(Box<SwitchOnArgs>),
    /// Forbid it, end the courier and forget the key
    Off,
    /// Prepare a request and show it; nothing is sent
    Ask(AskArgs),
    /// Show a request that was prepared
    Show {
        /// Its hash
        hash: String,
    },
    /// Decide not to send a request that was prepared: what it said is forgotten, the decision is not
    Decline {
        /// Its hash
        hash: String,
    },
}

/// What switching on takes.
#[derive(Args)]
pub struct SwitchOnArgs {
    /// The one address: https://models.example.org/v1, or http:// for a machine of your own network
    #[arg(long, value_name = "URL")]
    pub address: String,
    /// The model to ask for
    #[arg(long)]
    pub model: String,
    /// How it is spoken to
    #[arg(long, value_enum, default_value = "openai")]
    pub protocol: SpokenProtocol,
    /// The certificate authority of your own server, in place of the system's (PEM)
    #[arg(long, value_name = "FILE")]
    pub authority: Option<PathBuf>,
    /// The proxy between, where the network lets nobody out directly: http://host:port
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Read the endpoint's key from a file instead of CABINET_ENDPOINT_KEY
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Only from this folder; may be given several times
    #[arg(long, value_name = "NAME")]
    pub folder: Vec<String>,
    /// What happens when the small model's own checks find it wanting; no rule sends
    #[arg(long, value_enum, default_value = "offer")]
    pub rule: OfferRule,
    /// Price of a million tokens sent
    #[arg(long, requires = "price_out")]
    pub price_in: Option<f64>,
    /// Price of a million tokens of answer
    #[arg(long, requires = "price_in")]
    pub price_out: Option<f64>,
    /// You have read what it means, and agree
    #[arg(long)]
    pub agree: bool,
}

/// What a request is made of.
#[derive(Args)]
pub struct AskArgs {
    /// About this document; may be given several times
    #[arg(long, value_name = "ID")]
    pub document: Vec<String>,
    /// About what in this folder fits the question
    #[arg(long, value_name = "NAME")]
    pub folder: Option<String>,
    /// About this note and what it quotes
    #[arg(long, value_name = "ID")]
    pub note: Option<String>,
    /// Replace this too, wherever it stands; may be given several times
    #[arg(long, value_name = "WORDS")]
    pub replace: Vec<String>,
    /// Do not replace this; may be given several times
    #[arg(long, value_name = "WORDS")]
    pub keep: Vec<String>,
    /// Put this in the place of those words, in brackets; may be given several times
    #[arg(long, value_name = "WORDS=NAME")]
    pub call: Vec<String>,
    /// The question
    pub question: String,
}

/// How an endpoint is spoken to.
#[derive(Clone, Copy, ValueEnum)]
pub enum SpokenProtocol {
    /// OpenAI's chat completions, as vLLM, Ollama and many providers speak them
    #[value(name = "openai")]
    OpenAi,
    /// Anthropic's messages
    Anthropic,
}

/// What happens when the small model's own checks find it wanting.
#[derive(Clone, Copy, ValueEnum)]
pub enum OfferRule {
    /// Say why and offer to prepare a request
    Offer,
    /// Open the request for a decision
    AlwaysAsk,
    /// Say nothing
    Never,
}

/// Which lines of the ledger.
#[derive(Args)]
pub struct LedgerArgs {
    /// Only lines that hold this in hash, address, model or sent text
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 1000)]
    pub limit: u32,
    /// With the exact bytes that left and what came back
    #[arg(long)]
    pub full: bool,
    /// What was shown and declined instead; none of it left
    #[arg(long, conflicts_with_all = ["search", "full"])]
    pub declined: bool,
}

/// What a label is put on.
#[derive(Subcommand)]
pub enum LabelCommand {
    /// A folder
    Folder {
        /// Its name
        name: String,
        /// privileged, never-leaves or none
        label: String,
    },
    /// A document
    Document {
        /// Its identifier
        id: String,
        /// privileged, never-leaves or none
        label: String,
    },
    /// List them
    List,
}
