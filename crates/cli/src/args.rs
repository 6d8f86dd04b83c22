//! The command line's grammar. Stable: scripts depend on it.

mod escalation;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use cabinet_assistant::draft::Template;
use cabinet_assistant::summary::Style;
use cabinet_desk::escalation::start_courier;
use cabinet_escalation::{CourierError, CourierProcess};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use escalation::{
    AskArgs, EscalateArgs, EscalateCommand, LabelCommand, LedgerArgs, OfferRule, SpokenProtocol, SwitchOnArgs,
};

/// A private document assistant: an encrypted library, search, grounded summaries and notes, on this machine alone.
#[derive(Parser)]
#[command(name = "cabinet", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// Where the cabinet lies [default: the user's data folder; also CABINET_HOME]
    #[arg(long, global = true, value_name = "DIR", env = "CABINET_HOME")]
    pub home: Option<PathBuf>,
    /// Print results as JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Read the passphrase from a file instead of CABINET_PASSPHRASE or a prompt
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Open by the system's keychain instead of the passphrase, where `cabinet keychain on` allowed it
    #[arg(long, global = true, conflicts_with = "passphrase_file")]
    pub keychain: bool,
    /// Where the models lie [default: the user's cache; also CABINET_MODELS]
    #[arg(long, global = true, value_name = "DIR", env = "CABINET_MODELS")]
    pub models: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

/// One operation.
#[derive(Subcommand)]
pub enum Command {
    /// Make a cabinet and print its recovery code
    Init,
    /// Check that the passphrase opens the cabinet
    UnlockCheck,
    /// Change the passphrase
    Passwd(NewPassphrase),
    /// Open with the recovery code and set a new passphrase
    Recover {
        /// The recovery code [also CABINET_RECOVERY_CODE, or a prompt]
        #[arg(long, env = "CABINET_RECOVERY_CODE", hide_env_values = true)]
        code: Option<String>,
        #[command(flatten)]
        new: NewPassphrase,
    },
    /// Whether the system's keychain may open the cabinet
    #[command(subcommand)]
    Keychain(KeychainCommand),
    /// Say whether a cabinet exists and is in use, without opening it
    LockStatus,
    /// Add files and whole folders
    Add {
        /// The folder they go to; made when there is none
        #[arg(long, value_name = "NAME")]
        folder: Option<String>,
        /// Password of encrypted files [also CABINET_FILE_PASSWORD]
        #[arg(long, env = "CABINET_FILE_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        /// Files or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// List documents
    List {
        /// Only in this folder
        #[arg(long, value_name = "NAME")]
        folder: Option<String>,
        /// Those in the trash instead
        #[arg(long)]
        trash: bool,
    },
    /// Show one document
    Show {
        /// The document
        id: String,
        /// Its text, page by page
        #[arg(long)]
        text: bool,
        /// What tracked changes deleted from it, which is no part of its text
        #[arg(long, conflicts_with = "text")]
        deletions: bool,
    },
    /// Folders
    #[command(subcommand)]
    Folder(FolderCommand),
    /// Folders of this machine that are followed: what is added, changed, renamed or removed there is so here
    #[command(subcommand)]
    Follow(FollowCommand),
    /// Delete documents for ever: text, vectors and originals
    Remove {
        /// The documents
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Search
    Search(SearchArgs),
    /// Whole sentences that say what matters, with their pages
    Keypoints(Source),
    /// A summary, each sentence with its source
    Summarize(SummarizeArgs),
    /// What in a text points at a person, and the text with pseudonyms in its place; nothing is stored or sent
    Deidentify(DeidentifyArgs),
    /// A note drafted from documents, each sentence with its source
    Draft(DraftArgs),
    /// What was done, never what was in it
    Audit(AuditArgs),
    /// Check everything stored against its seal and hash, and make anew what is derived and wrong
    Verify {
        /// Set a damaged log of the last changes aside and open what was stored before
        #[arg(long)]
        set_aside_log: bool,
    },
    /// Write a backup, one file in the age format, and read it back
    Backup(BackupArgs),
    /// Bring a cabinet back from a backup into --home
    Restore(RestoreArgs),
    /// Print the key with which the age tool opens this cabinet's backups
    BackupKey,
    /// Replace the recovery code and print the new one
    RecoveryCode,
    /// Ask a large model elsewhere: prepare, look at every byte, approve
    Escalate(EscalateArgs),
    /// What left this machine
    Ledger(LedgerArgs),
    /// Keep a folder or document here: privileged, never-leaves, or none
    #[command(subcommand)]
    Label(LabelCommand),
    /// Models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// What the kernel refuses here, what the processor can do, where things lie
    Doctor {
        /// Also print the vectors of these sentences, for tests that look for them on disk
        #[arg(long, value_name = "TEXT", hide = true)]
        embed: Vec<String>,
    },
}

/// Where a new passphrase comes from.
#[derive(Args)]
pub struct NewPassphrase {
    /// Read the new passphrase from a file instead of CABINET_NEW_PASSPHRASE or a prompt
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: Option<PathBuf>,
}

/// What can be done about the keychain.
#[derive(Subcommand)]
pub enum KeychainCommand {
    /// Let it open the cabinet from now on, by --keychain; says what that means and asks for --agree
    On {
        /// You have read what it means, and agree
        #[arg(long)]
        agree: bool,
    },
    /// Let it no longer, and take the key out of it
    Off,
    /// Say whether it may, and whether it holds the key, without opening the cabinet
    Status,
}

/// What a backup takes.
#[derive(Args)]
pub struct BackupArgs {
    /// The file to write, by custom ending in .age
    pub file: PathBuf,
    /// Only what is not in this earlier whole backup, and the database
    #[arg(long, value_name = "WHOLE", conflicts_with = "check")]
    pub add_to: Option<PathBuf>,
    /// Write nothing; read this backup and compare every hash
    #[arg(long)]
    pub check: bool,
}

/// What a restore takes.
#[derive(Args)]
pub struct RestoreArgs {
    /// The backup
    pub file: PathBuf,
    /// The whole backup it adds to [default: looked for beside it]
    #[arg(long, value_name = "WHOLE")]
    pub base: Option<PathBuf>,
    /// Open it by the recovery code instead of the passphrase [also CABINET_RECOVERY_CODE]
    #[arg(long, env = "CABINET_RECOVERY_CODE", hide_env_values = true)]
    pub code: Option<String>,
}

/// Which entries of the log.
#[derive(Args)]
pub struct AuditArgs {
    /// Check that no entry was removed, changed or reordered
    #[arg(long)]
    pub verify: bool,
    /// At most this many entries
    #[arg(long, default_value_t = 1000)]
    pub limit: u32,
    /// Only this action: opened, imported, viewed, searched, generated, exported, deleted ...
    #[arg(long)]
    pub action: Option<String>,
    /// Only on this identifier
    #[arg(long, value_name = "ID")]
    pub subject: Option<String>,
    /// Only from this moment on, in milliseconds since the Unix epoch
    #[arg(long, value_name = "MS")]
    pub from: Option<i64>,
    /// Only before this moment, in milliseconds since the Unix epoch
    #[arg(long, value_name = "MS")]
    pub until: Option<i64>,
}

/// What search takes.
#[derive(Args)]
pub struct SearchArgs {
    /// Only in this folder
    #[arg(long, value_name = "NAME")]
    pub folder: Option<String>,
    /// Only in this document
    #[arg(long, value_name = "ID")]
    pub document: Option<String>,
    /// At most this many hits
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    /// Which half
    #[arg(long, value_enum, default_value = "hybrid")]
    pub mode: Mode,
    /// Every document that says all of it, one hit each, and how many were checked
    #[arg(long)]
    pub every: bool,
    /// Many queries from a file, one JSON object a line: {"id", "query"}
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub batch: Option<PathBuf>,
    /// What to look for
    #[arg(required_unless_present = "batch")]
    pub query: Option<String>,
}

/// One document, or many inputs from a file.
#[derive(Args)]
pub struct Source {
    /// Many inputs from a file, one JSON object a line: {"id", "document_id" or "text"}
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    pub batch: Option<PathBuf>,
    /// The document
    #[arg(required_unless_present = "batch")]
    pub id: Option<String>,
}

/// Which text, or many from a file.
#[derive(Args)]
pub struct DeidentifyArgs {
    /// The text, a UTF-8 file; - is standard input
    #[arg(
        long = "in",
        value_name = "FILE",
        default_value = "-",
        conflicts_with = "batch"
    )]
    pub input: PathBuf,
    /// Many inputs from a file, one JSON object a line: {"id", "document_id" or "text"}
    #[arg(long, value_name = "FILE")]
    pub batch: Option<PathBuf>,
    /// Look for the people and parties too that the documents of this folder name; a stored document is held to its own
    #[arg(long, value_name = "NAME")]
    pub folder: Option<String>,
}

/// What a summary takes.
#[derive(Args)]
pub struct SummarizeArgs {
    #[command(flatten)]
    pub source: Source,
    /// What counts: brief, clinical or legal
    #[arg(long, default_value_t)]
    pub style: Style,
    /// At most so many words, but at least one sentence [default: by the length of the document]
    #[arg(long, value_name = "N")]
    pub max_words: Option<NonZeroUsize>,
    /// Mark what the document does not bear out instead of leaving it out
    #[arg(long)]
    pub keep_unsupported: bool,
}

/// What a draft takes.
#[derive(Args)]
pub struct DraftArgs {
    /// Which sections: general
    #[arg(long, default_value_t)]
    pub template: Template,
    /// A document to draw from; may be given several times
    #[arg(long, value_name = "ID", required = true)]
    pub source: Vec<String>,
    /// Write it to this file, .md or .docx, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Mark what the documents do not bear out instead of leaving it out
    #[arg(long)]
    pub keep_unsupported: bool,
}

/// Operations on folders.
#[derive(Subcommand)]
pub enum FolderCommand {
    /// List them
    List,
    /// Make one
    Create {
        /// Its name
        name: String,
    },
    /// Rename one
    Rename {
        /// Its name or identifier
        folder: String,
        /// The new name
        name: String,
    },
    /// Delete an empty one
    Delete {
        /// Its name or identifier
        folder: String,
    },
}

/// What can be done with followed folders.
#[derive(Subcommand)]
pub enum FollowCommand {
    /// List them
    List,
    /// Follow one from now on; the window does so while it is unlocked
    Add {
        /// The folder of the cabinet its files go to; made when there is none
        #[arg(long, value_name = "NAME")]
        folder: Option<String>,
        /// The folder to follow
        path: PathBuf,
    },
    /// Follow one no longer; its documents stay
    Stop {
        /// Its identifier or place
        followed: String,
    },
    /// Take over what changed since the last look, a line for each file that was read
    Now,
    /// Follow all of them until interrupted, a line for each file that was read
    Run,
}

impl Cli {
    /// Starts a courier where this command sends and the cabinet asks for one.
    pub fn courier(&self) -> Result<Option<CourierProcess>, CourierError> {
        match &self.command {
            Command::Escalate(EscalateArgs { approve: Some(_), .. }) => {
                let home = self.home.clone().unwrap_or_else(cabinet_vault::default_home);
                start_courier(&home)
            }
            _ => Ok(None),
        }
    }
}

/// Operations on models.
#[derive(Subcommand)]
pub enum ModelsCommand {
    /// List them
    List,
    /// Check each file's size and SHA-256
    Verify,
    /// Take a GGUF file in, for writing; it is checked and copied, nothing is fetched
    Import {
        /// The file
        file: PathBuf,
    },
    /// Write with this model from the next time a cabinet is opened
    Use {
        /// Its identifier, as `list` shows it
        id: String,
        /// What it writes: summaries and drafts, or how a note that is being typed may go on
        #[arg(long = "for", value_enum, default_value = "drafting")]
        purpose: WritingPurpose,
    },
    /// Remove an imported model and its file
    Remove {
        /// Its identifier
        id: String,
    },
}

/// What a model writes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WritingPurpose {
    /// Summaries and drafts
    Drafting,
    /// How a note that is being typed may go on
    Completion,
}

/// Which half of the search.
#[derive(Clone, Copy, ValueEnum)]
pub enum Mode {
    /// Words and meaning
    Hybrid,
    /// Words alone
    Text,
    /// Meaning alone
    Vector,
}
