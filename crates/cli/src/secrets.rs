//! Where passphrases come from: a file, the environment, or a prompt; never the arguments.

use std::io::IsTerminal;
use std::path::Path;

use cabinet_vault::Passphrase;

use crate::failure::Failure;

/// The cabinet's passphrase.
pub fn passphrase(file: Option<&Path>) -> Result<Passphrase, Failure> {
    secret(file, "CABINET_PASSPHRASE", "Passphrase: ").map(Passphrase::new)
}

/// A new passphrase, asked for twice at a prompt.
pub fn new_passphrase(file: Option<&Path>) -> Result<Passphrase, Failure> {
    let given = secret(file, "CABINET_NEW_PASSPHRASE", "New passphrase: ")?;
    if file.is_none() && std::env::var_os("CABINET_NEW_PASSPHRASE").is_none() {
        let again = rpassword::prompt_password("Again: ").map_err(|_| Failure::NoPassphrase)?;
        if again != given {
            return Err(Failure::PassphrasesDiffer);
        }
    }
    Ok(Passphrase::new(given))
}

/// A recovery code.
pub fn recovery_code(given: Option<String>) -> Result<String, Failure> {
    match given {
        Some(code) => Ok(code),
        None if std::io::stdin().is_terminal() => {
            rpassword::prompt_password("Recovery code: ").map_err(|_| Failure::NoPassphrase)
        }
        None => Err(Failure::NoPassphrase),
    }
}

fn secret(file: Option<&Path>, variable: &str, prompt: &str) -> Result<String, Failure> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).map_err(|_| Failure::PassphraseFile)?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_string());
    }
    if let Ok(text) = std::env::var(variable) {
        return Ok(text);
    }
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(prompt).map_err(|_| Failure::NoPassphrase);
    }
    Err(Failure::NoPassphrase)
}
