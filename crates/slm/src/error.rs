//! Everything that can go wrong between a model file and its words.
//!
//! Messages name the model, the file of the manifest, keys and numbers: never a path, a prompt or a document's text.

/// What failed. [`SlmError::advice`] is the partner of each message: what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlmError {
    /// The manifest cannot be used.
    #[error("the list of models is wrong: {problem}")]
    Manifest {
        /// Which entry, and what is wrong with it.
        problem: String,
    },
    /// No such model in the manifest.
    #[error("there is no model called “{model}” in the list of models")]
    UnknownModel {
        /// The name asked for.
        model: String,
    },
    /// A file of the model is not there.
    #[error("the model {model} is not installed: its file {file} is missing")]
    Missing {
        /// The model.
        model: String,
        /// Its file.
        file: String,
    },
    /// A file of the model has another length than the manifest says.
    #[error("the model {model} is damaged: its file {file} has {found} bytes, not {expected}")]
    WrongSize {
        /// The model.
        model: String,
        /// Its file.
        file: String,
        /// Bytes the manifest asks for.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// A file of the model has other content than the manifest says.
    #[error("the model {model} was altered: its file {file} does not have the SHA-256 of the list of models")]
    Altered {
        /// The model.
        model: String,
        /// Its file.
        file: String,
    },
    /// The system does not let us read a file of the model.
    #[error("the model {model} cannot be read: {file}: {kind}")]
    Unreadable {
        /// The model.
        model: String,
        /// Its file.
        file: String,
        /// What the system said.
        kind: std::io::ErrorKind,
    },
    /// A model file breaks the rules of its format.
    #[error("the model file is not sound: {problem}")]
    Malformed {
        /// The rule, with the numbers.
        problem: String,
    },
    /// A sound file of a kind that this program does not run.
    #[error("this program cannot run the model: {what}")]
    Unsupported {
        /// What it does not know, by name.
        what: String,
    },
    /// Running the model would take more memory than there is.
    #[error("the model needs {needed_mb} MB of memory and {free_mb} MB are free")]
    NotEnoughMemory {
        /// Megabytes needed.
        needed_mb: u64,
        /// Megabytes free.
        free_mb: u64,
    },
    /// The models directory does not take a file.
    #[error("the model cannot be stored: {kind}")]
    NotStored {
        /// What the system said.
        kind: std::io::ErrorKind,
    },
    /// The prompt and the answer do not fit the model's window.
    #[error(
        "the text has {prompt} tokens; with {reserved} for the answer it does not fit the window of {context}"
    )]
    ContextOverflow {
        /// Tokens of the prompt.
        prompt: usize,
        /// Tokens asked for.
        reserved: usize,
        /// Tokens of the window.
        context: usize,
    },
    /// The request makes no sense.
    #[error("the request cannot be carried out: {problem}")]
    Request {
        /// Which part, and why.
        problem: &'static str,
    },
    /// The model's chat template failed.
    #[error("the model's prompt template failed: {problem}")]
    Template {
        /// The kind of failure; never the text of a message.
        problem: String,
    },
    /// The engine was started without this model.
    #[error("no model for {task} is installed")]
    NotInstalled {
        /// What it would be for.
        task: &'static str,
    },
    /// The model calculated something that is not a number.
    #[error("the model's arithmetic failed: a result is not a number")]
    NotANumber,
    /// The model code panicked. The engine goes on.
    #[error("the model failed unexpectedly")]
    Panicked,
    /// The work was dropped, because the cabinet was locked or the caller gave up.
    #[error("the work was cancelled")]
    Cancelled,
    /// The engine has ended.
    #[error("the model engine has stopped")]
    Stopped,
}

impl SlmError {
    /// A short name that programs can match on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Manifest { .. } => "manifest",
            Self::UnknownModel { .. } => "unknown_model",
            Self::Missing { .. } => "model_missing",
            Self::WrongSize { .. } | Self::Altered { .. } => "model_altered",
            Self::Unreadable { .. } => "model_unreadable",
            Self::Malformed { .. } => "model_malformed",
            Self::Unsupported { .. } => "model_unsupported",
            Self::NotEnoughMemory { .. } => "memory",
            Self::NotStored { .. } => "model_not_stored",
            Self::ContextOverflow { .. } => "context_overflow",
            Self::Request { .. } => "request",
            Self::Template { .. } => "template",
            Self::NotInstalled { .. } => "model_missing",
            Self::NotANumber => "not_a_number",
            Self::Panicked => "panicked",
            Self::Cancelled => "cancelled",
            Self::Stopped => "stopped",
        }
    }

    /// What a person can do. Documents and notes are untouched by every one of these.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Missing { .. }
            | Self::WrongSize { .. }
            | Self::Altered { .. }
            | Self::NotInstalled { .. } => {
                "Run `npm run models`: it fetches the model files again and checks them. Reading, word search and \
                 notes work without models."
            }
            Self::Unreadable { .. } => "Check that you may read the models folder, then try again.",
            Self::Manifest { .. } => "Restore models/models.toml from the project and start again.",
            Self::UnknownModel { .. } => "`cabinet models list` shows the models there are.",
            Self::Malformed { .. } | Self::Template { .. } => {
                "Use another copy of the model, or another model."
            }
            Self::Unsupported { .. } => {
                "Use a GGUF file of another model; the models page lists those that Cabinet knows."
            }
            Self::NotEnoughMemory { .. } => {
                "Close other programs, or use a smaller model: SmolLM2 135M Instruct needs some 200 MB."
            }
            Self::NotStored { .. } => {
                "Check that the models folder may be written and that its disk has room, then import it again."
            }
            Self::ContextOverflow { .. } => "Use a shorter text, or ask for a shorter answer.",
            Self::Request { .. } => "Correct the request.",
            Self::NotANumber | Self::Panicked => {
                "Try again. If it happens again, run `cabinet models verify`."
            }
            Self::Cancelled => "Start it again when you like.",
            Self::Stopped => "Restart the program.",
        }
    }

    pub(crate) fn malformed(problem: impl Into<String>) -> Self {
        Self::Malformed {
            problem: problem.into(),
        }
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }
}
