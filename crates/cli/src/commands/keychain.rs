//! Whether the system's keychain may open the cabinet.

use std::process::ExitCode;

use cabinet_library::Action;
use cabinet_vault::{KeychainError, Vault, VaultError};
use serde_json::json;

use super::{Context, Ended, blocking};
use crate::args::KeychainCommand;
use crate::failure::Failure;
use crate::secrets;

/// `cabinet keychain`
pub async fn keychain(context: &Context, command: KeychainCommand) -> Ended {
    match command {
        KeychainCommand::On { agree } => on(context, agree).await,
        KeychainCommand::Off => off(context).await,
        KeychainCommand::Status => status(context).await,
    }
}

async fn on(context: &Context, agree: bool) -> Ended {
    if !agree {
        return Err(Failure::KeychainNotAgreed);
    }
    // However the cabinet is opened: that somebody may open it is no leave to open it for others.
    let passphrase = secrets::passphrase(context.passphrase_file.as_deref())?;
    let library = context.desk().await?.library();
    let kept = library.clone();
    blocking(move || kept.vault().keep_in_keychain(&passphrase)).await?;
    library.record(Action::KeychainOn, None, None).await?;
    context.out.result(&json!({ "status": "on" }), || {
        "The keychain opens the cabinet from now on where you add --keychain. The passphrase does as ever.".to_string()
    });
    Ok(ExitCode::SUCCESS)
}

async fn off(context: &Context) -> Ended {
    let library = context.desk().await?.library();
    let kept = library.clone();
    let left = blocking(move || kept.vault().forget_in_keychain()).await?;
    library.record(Action::KeychainOff, None, None).await?;
    let entry = if left.is_some() { "left" } else { "removed" };
    context
        .out
        .result(&json!({ "status": "off", "entry": entry }), || match left {
            None => "The keychain opens the cabinet no longer, and the key is taken out of it.".to_string(),
            Some(why) => format!(
                "The keychain opens the cabinet no longer. The key could not be taken out of it: {} It opens nothing \
                 now; run this again to remove it.",
                why
            ),
        });
    Ok(ExitCode::SUCCESS)
}

async fn status(context: &Context) -> Ended {
    let home = context.home.clone();
    let (on, holds) = blocking(move || {
        let holds = match Vault::keychain_holds_key(&home) {
            Ok(holds) => Some(holds),
            Err(VaultError::Keychain(KeychainError::Unreachable | KeychainError::Refused)) => None,
            Err(e) => return Err(e),
        };
        Ok((Vault::keychain_is_on(&home), holds))
    })
    .await?;
    let entry = match holds {
        Some(true) => "there",
        Some(false) => "missing",
        None => "unreachable",
    };
    context
        .out
        .result(&json!({ "on": on, "entry": entry }), || match (on, holds) {
            (true, Some(true)) => "On: the keychain holds the key and opens the cabinet with --keychain.",
            (true, Some(false)) => {
                "On, but the keychain holds no key for this cabinet. `cabinet keychain on` makes it anew."
            }
            (true, None) => "On, but the keychain cannot be reached from here. The passphrase opens the cabinet.",
            (false, Some(true)) => {
                "Off. The keychain holds a key from before, which opens nothing; `cabinet keychain off` removes it."
            }
            (false, _) => "Off: only the passphrase and the recovery code open the cabinet.",
        }
        .to_string());
    Ok(ExitCode::SUCCESS)
}
