//! The one place where errors become what the window shows: a stable code, what happened, what to do.

use std::io;

use cabinet_assistant::AssistantError;
use cabinet_assistant::export::ExportError;
use cabinet_assistant::models::ModelError;
use cabinet_desk::escalation::EscalationError;
use cabinet_intake::IntakeError;
use cabinet_library::LibraryError;
use cabinet_slm::SlmError;
use cabinet_vault::VaultError;

use crate::wire::UiError;

fn says(code: &str, message: impl Into<String>, advice: impl Into<String>) -> UiError {
    UiError {
        code: code.to_string(),
        message: message.into(),
        advice: advice.into(),
    }
}

/// An error of the vault.
pub fn vault(e: &VaultError) -> UiError {
    let code = match e {
        VaultError::WrongPassphrase => "wrong_passphrase",
        VaultError::WrongRecoveryCode | VaultError::MistypedRecoveryCode { .. } => "wrong_recovery_code",
        VaultError::Keychain(_) => "keychain",
        VaultError::InUse => "in_use",
        VaultError::Locked => "locked",
        VaultError::DamagedHeader { .. } | VaultError::MissingHeader => "damaged_header",
        VaultError::DatabaseDamaged | VaultError::DatabaseMissing | VaultError::LogDamaged => {
            "damaged_database"
        }
        VaultError::BackupMissing | VaultError::BackupDamaged { .. } | VaultError::BaseMissing => {
            "damaged_backup"
        }
        VaultError::Stopped => "cancelled",
        VaultError::DiskFull => "disk_full",
        VaultError::AlreadyExists => "already_exists",
        VaultError::EmptyPassphrase => "weak_passphrase",
        _ => "vault",
    };
    says(code, e.to_string(), e.advice())
}

/// An error of the library.
pub fn ui(e: LibraryError) -> UiError {
    match e {
        LibraryError::Vault(e) => vault(&e),
        LibraryError::DiskFull => says(
            "disk_full",
            "The disk is full.",
            "Free some space and try again. Everything stored before is safe.",
        ),
        LibraryError::NewerFormat => says(
            "newer_format",
            "This cabinet was written by a newer version of Cabinet.",
            "Install the newer version. Nothing was changed.",
        ),
        LibraryError::NotAnId { noun } | LibraryError::NotFound { noun } => says(
            "not_found",
            format!("This {noun} is not in the cabinet any more."),
            "Look at the list again; it may have been deleted or moved.",
        ),
        LibraryError::FolderNotEmpty { documents, notes } => says(
            "folder_not_empty",
            format!("The folder still holds {documents} documents and {notes} notes, the trash included."),
            "Move or delete them first.",
        ),
        LibraryError::FolderNameTaken => says(
            "name_taken",
            "There is a folder of that name already.",
            "Choose another name.",
        ),
        LibraryError::FollowedAlready => says(
            "followed_already",
            "This folder, or one in or around it, is followed already.",
            "Settings lists the folders that are followed.",
        ),
        LibraryError::EmptyName => says("empty_name", "A name cannot be empty.", "Type a name."),
        LibraryError::DuplicateInFolder => says(
            "duplicate",
            "The folder holds the same document already.",
            "Open the one that is there; the other was left where it was.",
        ),
        LibraryError::NoteConflict { .. } => says(
            "note_conflict",
            "This note was changed elsewhere in the meantime.",
            "Open it again to see the other version; what you wrote is still on the screen.",
        ),
        LibraryError::AuditBroken { number } => says(
            "audit_broken",
            format!("The audit log does not hold together from entry {number} on."),
            "An entry was removed, changed or reordered. Keep this cabinet as it is and restore a backup beside it.",
        ),
        LibraryError::Busy => says(
            "busy",
            "The cabinet is too busy just now.",
            "Wait for the running work, or pause it, and try again. Nothing was written.",
        ),
        LibraryError::NoBackup => says(
            "no_backup",
            "No backup could be made before bringing the cabinet up to date, so nothing was changed.",
            "Check that there is room on the disk and that you may write to the cabinet's folder.",
        ),
        LibraryError::SentBefore => says(
            "sent_before",
            "This request was sent before, and a consent is good for one sending.",
            "Prepare it anew; it may be charged again.",
        ),
        LibraryError::OriginalDamaged => says(
            "original_damaged",
            "The stored original of this document is damaged.",
            "Its text is still here. Add the file again, or restore a backup.",
        ),
        LibraryError::Embed(e) => says(
            "no_embedding",
            format!("{e}."),
            "Search by words goes on working.",
        ),
        LibraryError::Vectors { .. } => says(
            "vectors",
            "Search by meaning failed.",
            "Search by words goes on working. Lock and unlock the cabinet, then try again.",
        ),
        LibraryError::Database { .. } => says(
            "database",
            "The cabinet could not do this. Everything stored before is safe.",
            "Try again. If it stays, check the disk and restore a backup.",
        ),
    }
}

/// An error of reading a file.
pub fn intake(e: &IntakeError) -> UiError {
    says(e.code(), e.message(), e.advice())
}

/// An error of the assistant.
pub fn assistant(e: &AssistantError) -> UiError {
    match e {
        AssistantError::Cancelled => says("cancelled", "Stopped.", ""),
        AssistantError::NothingToRead => says(
            "nothing_to_read",
            "This document has no readable text.",
            "It may be a scan. Add a version with text.",
        ),
        AssistantError::Model(ModelError::Missing { task }) => says(
            "no_model",
            format!("There is no model for {task} here."),
            "The Models page says which file is missing and how to get it.",
        ),
        AssistantError::Model(ModelError::Failed(_)) => says(
            "model_failed",
            "The model stopped before it was done.",
            "Try again. Nothing stored was changed.",
        ),
    }
}

/// An error of the way out. Nothing was sent.
pub fn escalation(e: &EscalationError) -> UiError {
    let code = match e {
        EscalationError::Library(LibraryError::Vault(e)) => return vault(e),
        EscalationError::Off => "escalation_off",
        EscalationError::NeedsRestart => "needs_restart",
        EscalationError::Labelled { .. } | EscalationError::OtherFolder | EscalationError::QuoteGone => {
            "kept_here"
        }
        EscalationError::NothingToSend => "nothing_to_read",
        EscalationError::Endpoint(_) => "endpoint",
        EscalationError::Consent(_) | EscalationError::NotWaiting => "consent",
        EscalationError::Unusable(_) => "pseudonym",
        EscalationError::Unreadable | EscalationError::Marker(_) | EscalationError::Library(_) => {
            "escalation"
        }
    };
    let message = e.to_string();
    let mut letters = message.chars();
    let message: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    says(code, format!("{message}."), e.advice())
}

/// This is no payload's hash.
pub fn no_payload() -> UiError {
    says(
        "consent",
        "This is not the SHA-256 of a request, so nothing was sent.",
        "Prepare the request again.",
    )
}

/// An error about the models as files.
pub fn model(e: &SlmError) -> UiError {
    says("models", format!("{e}."), e.advice())
}

/// Nothing can be done while the cabinet is locked.
pub fn locked() -> UiError {
    says("locked", "The cabinet is locked.", "Unlock it first.")
}

/// A newer search took this one's place.
pub fn superseded() -> UiError {
    says("superseded", "A newer search took its place.", "")
}

/// The folder is not there.
pub fn no_such_place() -> UiError {
    says(
        "no_such_place",
        "This folder cannot be reached.",
        "Check that the drive it lies on is connected, then choose it again.",
    )
}

/// The samples were not packaged.
pub fn samples_missing() -> UiError {
    says(
        "samples_missing",
        "The sample documents are not part of this installation.",
        "Add a document of your own instead.",
    )
}

/// A note has no such version.
pub fn version_missing() -> UiError {
    says(
        "not_found",
        "This version of the note is not kept any more.",
        "Choose another version.",
    )
}

/// What was dropped cannot be looked into.
pub fn unreadable(name: &str, e: &IntakeError) -> UiError {
    says(e.code(), format!("{name}: {}", e.message()), e.advice())
}

/// A draft was asked for from no document.
pub fn nothing_chosen() -> UiError {
    says(
        "nothing_chosen",
        "No document was chosen.",
        "Choose at least one.",
    )
}

/// A note could not be made into a file.
pub fn export(e: &ExportError) -> UiError {
    says(
        "export",
        format!("{e}."),
        "Nothing was written, and the note is as it was. Try the other format.",
    )
}

/// An export could not be written where the user wanted it.
pub fn write(e: &io::Error) -> UiError {
    let (code, message, advice) = match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            "disk_full",
            "There is no room for the file.",
            "Free some space or choose another disk, then export again.",
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
            "no_permission",
            "Files may not be written in this folder.",
            "Choose another folder.",
        ),
        io::ErrorKind::NotFound => (
            "folder_missing",
            "The folder for the file is not there any more.",
            "Choose another folder.",
        ),
        _ => (
            "export",
            "The file could not be written.",
            "Choose another place, then export again.",
        ),
    };
    says(code, message, advice)
}

/// Something stopped that should not have.
pub fn internal() -> UiError {
    says(
        "internal",
        "Something in Cabinet stopped that should not have. Everything stored is safe.",
        "Please try again.",
    )
}
