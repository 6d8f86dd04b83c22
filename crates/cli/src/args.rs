//! The command line's grammar. Stable: scripts depend on it.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use cabinet_assistant::draft::Template;
use cabinet_assistant::summary::Style;
use clap::{Args, Parser, Subcommand, ValueEnum};

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
    },
    /// Folders
    #[command(subcommand)]
    Folder(FolderCommand),
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
    /// A note drafted from documents, each sentence with its source
    Draft(DraftArgs),
    /// What was done, never what was in it
    Audit {
        /// Check that no entry was removed, changed or reordered
        #[arg(long)]
        verify: bool,
        /// At most this many entries
        #[arg(long, default_value_t = 1000)]
        limit: u32,
    },
    /// Check everything stored against its seal and hash
    Verify,
    /// Models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// What the kernel refuses here, what the processor can do, where things lie
    Doctor {
        /// Also print the vector of a sentence, for tests that look for it on disk
        #[arg(long, value_name = "TEXT", hide = true)]
        embed: Option<String>,
    },
}

/// Where a new passphrase comes from.
#[derive(Args)]
pub struct NewPassphrase {
    /// Read the new passphrase from a file instead of CABINET_NEW_PASSPHRASE or a prompt
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: Option<PathBuf>,
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

/// Operations on models.
#[derive(Subcommand)]
pub enum ModelsCommand {
    /// List them
    List,
    /// Check each file's size and SHA-256
    Verify,
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
