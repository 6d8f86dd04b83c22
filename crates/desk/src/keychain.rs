//! What letting the system's keychain open a cabinet means, in words, for whoever is about to allow it.

/// Shown before it is switched on, by the command line and by the window.
pub const KEYCHAIN_CONSEQUENCES: [&str; 5] = [
    "Whoever sits at your session while it is logged in can open the cabinet without its passphrase.",
    "Any program that you run in the session can ask the keychain for the key as well.",
    "Whoever has the disk needs no more than the password of the keychain, often the one you log in with, and it may be \
     easier to guess than the passphrase.",
    "A locked cabinet stays locked: it opens when somebody presses for it, never by itself.",
    "The passphrase and the recovery code open it as ever, and backups open by them alone.",
];
