//! What ends a command, in words, with its exit status.

use std::fmt;
use std::process::ExitCode;

use cabinet_assistant::AssistantError;
use cabinet_desk::KEYCHAIN_CONSEQUENCES;
use cabinet_desk::escalation::{CONSEQUENCES, EscalationError};
use cabinet_library::LibraryError;
use cabinet_slm::SlmError;
use cabinet_vault::VaultError;

/// Why a command ended.
pub enum Failure {
    /// The vault refused.
    Vault(VaultError),
    /// The library refused.
    Library(LibraryError),
    /// The assistant failed.
    Assistant(AssistantError),
    /// No passphrase was given and there is no terminal to ask at.
    NoPassphrase,
    /// The file with the passphrase cannot be read.
    PassphraseFile,
    /// The two new passphrases differ.
    PassphrasesDiffer,
    /// The passphrase is too easy to guess.
    WeakPassphrase(Vec<String>),
    /// No folder of that name.
    NoSuchFolder(String),
    /// This is no folder of the machine.
    NoSuchPlace,
    /// This folder is not followed.
    NotFollowed,
    /// Nothing may be sent, or it was not.
    Escalation(EscalationError),
    /// Switching on takes having read what it means.
    NotAgreed,
    /// So does letting the keychain open the cabinet.
    KeychainNotAgreed,
    /// This is no hash of a payload.
    NoHash,
    /// `--call` without words or without a name for them.
    NotAPair,
    /// A file that was named for switching on cannot be read.
    SwitchFile,
    /// A file of inputs is not as it should be.
    Batch(String),
    /// The text given cannot be read.
    Input,
    /// The list of models cannot be used, or a model that is needed.
    Models(SlmError),
    /// A file of this ending cannot be written.
    UnknownEnding,
    /// There is a file of this name.
    FileExists,
    /// The file could not be written.
    Unwritten(std::io::ErrorKind),
    /// Something that cannot happen did.
    Internal,
}

impl Failure {
    /// The exit status that scripts see.
    pub fn status(&self) -> ExitCode {
        let locked = |e: &VaultError| {
            matches!(
                e,
                VaultError::WrongPassphrase
                    | VaultError::WrongRecoveryCode
                    | VaultError::Keychain(_)
                    | VaultError::InUse
                    | VaultError::NotACabinet
            )
        };
        match self {
            Self::Vault(e) | Self::Library(LibraryError::Vault(e)) if locked(e) => ExitCode::from(3),
            Self::NoPassphrase => ExitCode::from(3),
            Self::Escalation(EscalationError::Library(LibraryError::Vault(e))) if locked(e) => {
                ExitCode::from(3)
            }
            Self::NotAgreed | Self::KeychainNotAgreed | Self::NoHash | Self::NotAPair | Self::SwitchFile => {
                ExitCode::from(2)
            }
            Self::Batch(_) | Self::Input | Self::UnknownEnding | Self::FileExists => ExitCode::from(2),
            // As shells know it from a program that Ctrl-C ended.
            Self::Assistant(AssistantError::Cancelled) => ExitCode::from(130),
            _ => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vault(e) | Self::Library(LibraryError::Vault(e)) => write!(f, "{e}\n{}", e.advice()),
            Self::Library(e) => write!(f, "{}.", capital(&e.to_string())),
            Self::Assistant(e) => write!(f, "{}.", capital(&e.to_string())),
            Self::NoPassphrase => write!(
                f,
                "No passphrase was given.\nSet CABINET_PASSPHRASE, use --passphrase-file, or run this at a terminal."
            ),
            Self::PassphraseFile => write!(
                f,
                "The file with the passphrase cannot be read.\nCheck that it exists and that you may read it."
            ),
            Self::PassphrasesDiffer => write!(
                f,
                "The two passphrases differ, so nothing was changed.\nTry again."
            ),
            Self::WeakPassphrase(advice) => {
                write!(f, "This passphrase is too easy to guess.\n{}", advice.join("\n"))
            }
            Self::NoSuchFolder(name) => write!(
                f,
                "There is no folder called {name:?}.\n`cabinet folder list` shows those there are."
            ),
            Self::NoSuchPlace => write!(
                f,
                "This is no folder, or it cannot be reached.\nCheck its name, and that the drive it lies on is connected."
            ),
            Self::NotFollowed => write!(
                f,
                "This folder is not followed.\n`cabinet follow list` shows those that are."
            ),
            Self::Escalation(EscalationError::Library(LibraryError::Vault(e))) => {
                write!(f, "{e}\n{}", e.advice())
            }
            Self::Escalation(e) => write!(f, "{}.\n{}", capital(&e.to_string()), e.advice()),
            Self::NotAgreed => write!(
                f,
                "Nothing was switched on. What it would mean:\n{}\nAdd --agree if you have read this and want it.",
                CONSEQUENCES.map(|line| format!("  - {line}")).join("\n")
            ),
            Self::KeychainNotAgreed => write!(
                f,
                "Nothing was switched on. What it would mean:\n{}\nAdd --agree if you have read this and want it.",
                KEYCHAIN_CONSEQUENCES.map(|line| format!("  - {line}")).join("\n")
            ),
            Self::NoHash => write!(
                f,
                "This is not the SHA-256 of a request, so nothing was sent.\nGive --approve the hash that `cabinet escalate ask` showed."
            ),
            Self::NotAPair => write!(
                f,
                "--call takes the words and what is to stand in their place, so nothing was changed.\nWrite it so: --call \"Ana Lima=the patient\"."
            ),
            Self::SwitchFile => write!(
                f,
                "The file with the key or the certificate cannot be read, so nothing was changed.\nCheck its name and that you may read it."
            ),
            Self::Batch(why) => write!(
                f,
                "The file of inputs cannot be used: {why}\nEach line is one JSON object with an \"id\"."
            ),
            Self::Input => write!(
                f,
                "The text cannot be read.\nCheck that it exists, that you may read it and that it is UTF-8."
            ),
            Self::Models(e) => write!(f, "{}.\n{}", capital(&e.to_string()), e.advice()),
            Self::UnknownEnding => write!(
                f,
                "A draft cannot be written to a file of this kind.\nGive --out a name that ends in .md or .docx."
            ),
            Self::FileExists => write!(
                f,
                "There is a file of this name already, and nothing was changed.\nChoose another name, or add --force to replace it."
            ),
            Self::Unwritten(kind) => write!(
                f,
                "The file could not be written: {kind}. Nothing was left behind.\nCheck the folder and the free space, or choose another place."
            ),
            Self::Internal => write!(
                f,
                "Something in Cabinet stopped that should not have. Everything stored is safe.\nPlease try again."
            ),
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl From<VaultError> for Failure {
    fn from(e: VaultError) -> Self {
        Self::Vault(e)
    }
}

impl From<LibraryError> for Failure {
    fn from(e: LibraryError) -> Self {
        Self::Library(e)
    }
}

impl From<AssistantError> for Failure {
    fn from(e: AssistantError) -> Self {
        Self::Assistant(e)
    }
}

impl From<EscalationError> for Failure {
    fn from(e: EscalationError) -> Self {
        Self::Escalation(e)
    }
}
