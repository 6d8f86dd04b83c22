//! What can go wrong with a vault, each with what to do about it.

use std::io;

use crate::KeychainError;

/// A failure of the vault. No variant carries a path, a passphrase, a key or any content.
///
/// Each message is a sentence for people; [`VaultError::advice`] is its partner: what to do, and whether the data
/// is safe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no cabinet in this folder.
    #[error("There is no cabinet in this folder.")]
    NotACabinet,
    /// A cabinet, or what is left of one, is here already.
    #[error("There is a cabinet in this folder already.")]
    AlreadyExists,
    /// Sealed data without the header that holds its key. Never answered with a new key.
    #[error("The cabinet's key file (vault.json) is missing, although its data is there.")]
    MissingHeader,
    /// The header is not as it was written.
    #[error("The cabinet's key file (vault.json) is damaged: {what}.")]
    DamagedHeader {
        /// What was found wrong.
        what: &'static str,
    },
    /// The header was written by a newer Cabinet.
    #[error(
        "This cabinet was made by a newer version of Cabinet (format {found}; this version reads up to {known})."
    )]
    UnsupportedVersion {
        /// The format found.
        found: u32,
        /// The newest format this version reads.
        known: u32,
    },
    /// The passphrase opens nothing.
    #[error("The passphrase is wrong.")]
    WrongPassphrase,
    /// The passphrase has no characters.
    #[error("The passphrase is empty.")]
    EmptyPassphrase,
    /// The recovery code is well formed, but not this cabinet's.
    #[error("The recovery code is not the one of this cabinet.")]
    WrongRecoveryCode,
    /// The recovery code is not a code at all: a character is missing or mistyped.
    #[error("The recovery code is mistyped: {what}.")]
    MistypedRecoveryCode {
        /// What was found wrong.
        what: &'static str,
    },
    /// The keychain does not open it, or could not be made to.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// Another process has this cabinet open.
    #[error("The cabinet is open in another window or program.")]
    InUse,
    /// The cabinet was locked while this was being done.
    #[error("The cabinet is locked.")]
    Locked,
    /// The asked-for cost of deriving a key is outside what Cabinet accepts.
    #[error("The cost of deriving a key is out of bounds.")]
    CostOutOfBounds,
    /// No such sealed object.
    #[error("A document's original is missing.")]
    ObjectMissing,
    /// A sealed object is not as it was written, or not where it was written.
    #[error("A sealed file is damaged: {what}.")]
    ObjectDamaged {
        /// What was found wrong.
        what: Damage,
    },
    /// The range reaches beyond the end of the object.
    #[error("The asked-for part lies outside the document.")]
    OutOfRange,
    /// A small sealed value is not as it was written, or carries another label.
    #[error("A sealed value is damaged or belongs elsewhere.")]
    ValueDamaged,
    /// The database is missing beside other data. Never answered with an empty one.
    #[error("The cabinet's database is missing, although its other data is there.")]
    DatabaseMissing,
    /// The database file is not as it was written: its pages do not authenticate under the cabinet's key.
    #[error("The cabinet's database is damaged.")]
    DatabaseDamaged,
    /// The write-ahead log holds changes that cannot be read any more.
    #[error(
        "The cabinet's log of the last changes (cabinet.db-wal) is damaged: changes made shortly before Cabinet \
         was stopped cannot be read."
    )]
    LogDamaged,
    /// There is no such backup.
    #[error("There is no backup in this place.")]
    BackupMissing,
    /// A backup is not as it was written.
    #[error("The backup is damaged: {what}.")]
    BackupDamaged {
        /// What was found wrong.
        what: &'static str,
    },
    /// A backup of additions without the whole backup that it adds to.
    #[error("The whole backup that this one adds to is not beside it.")]
    BaseMissing,
    /// A backup of a database alone, and no cabinet to put it back into.
    #[error(
        "This backup holds the database alone, and there is no cabinet in this folder to put it back into."
    )]
    OnlyDatabase,
    /// The folder holds something that is not Cabinet's.
    #[error("There is something else in this folder.")]
    NotEmpty,
    /// The user stopped it.
    #[error("It was stopped.")]
    Stopped,
    /// SQLite was linked without encryption. Never answered with a plain database.
    #[error("This build of Cabinet has no database encryption.")]
    NoDatabaseEncryption,
    /// SQLite refused something else.
    #[error("The database failed while {doing} (SQLite code {code}).")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// SQLite's extended result code; its message is left out, because it may repeat a statement.
        code: String,
    },
    /// The disk is full, or the user's share of it.
    #[error("The disk is full.")]
    DiskFull,
    /// The system refused a file operation.
    #[error("The system failed while {doing}.")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The system's answer, which names no path.
        #[source]
        source: io::Error,
    },
    /// The system gave no random numbers.
    #[error("The system has no random numbers to make keys from.")]
    NoRandomness,
}

/// How a sealed object differs from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// Its length is one that no sealed object has: cut off, or not a sealed object.
    Length,
    /// It does not begin as a sealed object does.
    NotSealed,
    /// It was written by a newer version of Cabinet.
    Version(u16),
    /// Its beginning does not authenticate: altered, or put in the place of another object.
    Header,
    /// Its end does not authenticate: altered, cut off or added to.
    End,
    /// This chunk does not authenticate.
    Chunk(u64),
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Length => f.write_str("its length is impossible"),
            Self::NotSealed => f.write_str("it is not a sealed file"),
            Self::Version(version) => write!(f, "its format {version} is unknown to this version of Cabinet"),
            Self::Header => f.write_str("its beginning was altered, or it stands in another file's place"),
            Self::End => f.write_str("its end was altered or cut off"),
            Self::Chunk(number) => write!(f, "its part {number} was altered"),
        }
    }
}

impl VaultError {
    /// What to do, and whether the data is safe.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotACabinet => "Choose another folder, or make a new cabinet here.",
            Self::AlreadyExists => "Unlock it, or choose another folder for a new one. Nothing was changed.",
            Self::MissingHeader => {
                "Put vault.json back from a backup; without it the data cannot be opened. Nothing was changed."
            }
            Self::DamagedHeader { .. } => {
                "Put vault.json back from a backup. The documents themselves are untouched."
            }
            Self::UnsupportedVersion { .. } => "Install the newer version of Cabinet. Nothing was changed.",
            Self::WrongPassphrase => {
                "Try again; capital letters and spaces count. The recovery code opens the cabinet as well."
            }
            Self::EmptyPassphrase => "Type a passphrase.",
            Self::WrongRecoveryCode => "Check that the code was written down for this cabinet.",
            Self::MistypedRecoveryCode { .. } => "Compare it with what you wrote down, group by group.",
            Self::Keychain(e) => e.advice(),
            Self::InUse => "Close Cabinet there first. Only one program at a time may have it open.",
            Self::Locked => "Unlock the cabinet and try again. Everything stored is safe.",
            Self::CostOutOfBounds => "Choose a cost between the lowest and the highest that Cabinet accepts.",
            Self::ObjectMissing => "Restore it from a backup. The other documents are not affected.",
            Self::ObjectDamaged { .. } => {
                "Restore it from a backup. What was read from it was checked and is not affected."
            }
            Self::OutOfRange => "Ask for a part within the document.",
            Self::ValueDamaged => "Restore the cabinet from a backup.",
            Self::DatabaseMissing => "Restore a backup. The originals are untouched.",
            Self::DatabaseDamaged => "Restore a backup. The originals are untouched.",
            Self::LogDamaged => {
                "Restore a backup, or set the damaged log aside and open what was stored before it: `cabinet verify \
                 --set-aside-log`. Nothing was changed."
            }
            Self::BackupMissing => "Check the name and that the disk is there.",
            Self::BackupDamaged { .. } => "Take another backup. Nothing was changed.",
            Self::BaseMissing => {
                "Put both files into one folder, or name the earlier one with --base. Nothing was changed."
            }
            Self::OnlyDatabase => "Name the cabinet it was made from with --home. Nothing was changed.",
            Self::NotEmpty => "Choose an empty folder. Nothing was changed.",
            Self::Stopped => "Nothing was changed.",
            Self::NoDatabaseEncryption => "Install Cabinet from a proper package. Nothing was stored.",
            Self::Database { .. } => "Try again. If it stays, check the disk and restore from a backup.",
            Self::DiskFull => "Make room on the disk and try again. Everything stored before is safe.",
            Self::Io { .. } => "Check that the disk is there and that you may write to the cabinet's folder.",
            Self::NoRandomness => "Restart the computer. Nothing was stored.",
        }
    }

    /// Turns a failed file operation into an error that says what was being done.
    pub(crate) fn io(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { doing, source },
        }
    }
}

impl From<Damage> for VaultError {
    fn from(what: Damage) -> Self {
        Self::ObjectDamaged { what }
    }
}
