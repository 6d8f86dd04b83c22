//! Making, opening and re-keying the cabinet.

use std::process::ExitCode;
use std::sync::Arc;

use cabinet_library::Action;
use cabinet_vault::{KdfCost, RecoveryCode, Vault};
use serde_json::json;

use super::{Context, Ended, blocking};
use crate::args::NewPassphrase;
use crate::failure::Failure;
use crate::secrets;

/// `cabinet init`
pub async fn init(context: &Context) -> Ended {
    let passphrase = secrets::passphrase(context.passphrase_file.as_deref())?;
    let strength = passphrase.strength();
    if !strength.accepted {
        return Err(Failure::WeakPassphrase(strength.advice));
    }
    let home = context.home.clone();
    let (vault, code) = blocking(move || Vault::create(&home, &passphrase, KdfCost::default())).await?;
    // Opening once makes the database and the vector store, so that the first `add` meets no surprise.
    context.desk_of(Arc::new(vault)).await?;
    let code = code.groups().join("-");
    context.out.result(&json!({ "status": "created", "home": context.home, "recovery_code": code }), || {
        format!(
            "Your cabinet is ready in {}.\n\nRecovery code: {code}\n\nWrite it down and keep it away from this machine. \
             It opens the cabinet if the passphrase is lost; without either, nobody can.",
            context.home.display()
        )
    });
    Ok(ExitCode::SUCCESS)
}

/// `cabinet unlock-check`
pub async fn unlock_check(context: &Context) -> Ended {
    let by_keychain = context.vault().await?.was_opened_by_keychain();
    context.out.result(&json!({ "status": "ok" }), || {
        let way = if by_keychain { "keychain" } else { "passphrase" };
        format!("The {way} opens the cabinet.")
    });
    Ok(ExitCode::SUCCESS)
}

/// `cabinet passwd`
pub async fn passwd(context: &Context, new: &NewPassphrase) -> Ended {
    let current = secrets::passphrase(context.passphrase_file.as_deref())?;
    let desk = context.desk().await?;
    let next = secrets::new_passphrase(new.new_passphrase_file.as_deref())?;
    let strength = next.strength();
    if !strength.accepted {
        return Err(Failure::WeakPassphrase(strength.advice));
    }
    let library = desk.library().clone();
    blocking(move || library.vault().change_passphrase(&current, &next)).await?;
    desk.library().record(Action::Rekeyed, None, None).await?;
    let keychain = Vault::keychain_is_on(&context.home);
    context.out.result(&json!({ "status": "changed" }), || {
        let also = if keychain {
            " The keychain opens the cabinet still; `cabinet keychain off` ends that."
        } else {
            ""
        };
        format!("The passphrase is changed. The recovery code stays as it was.{also}")
    });
    Ok(ExitCode::SUCCESS)
}

/// `cabinet recover`
pub async fn recover(context: &Context, code: Option<String>, new: &NewPassphrase) -> Ended {
    let code = secrets::recovery_code(code)?;
    let next = secrets::new_passphrase(new.new_passphrase_file.as_deref())?;
    let strength = next.strength();
    if !strength.accepted {
        return Err(Failure::WeakPassphrase(strength.advice));
    }
    let home = context.home.clone();
    blocking(move || Vault::recover(&home, &RecoveryCode::parse(&code)?, &next)).await?;
    context.out.result(&json!({ "status": "recovered" }), || {
        "The cabinet has its new passphrase. The recovery code stays as it was.".to_string()
    });
    Ok(ExitCode::SUCCESS)
}

/// `cabinet lock-status`
pub fn lock_status(context: &Context) -> Ended {
    let exists = Vault::exists(&context.home);
    let in_use = exists && Vault::in_use(&context.home);
    context
        .out
        .result(&json!({ "exists": exists, "in_use": in_use }), || {
            match (exists, in_use) {
                (false, _) => "There is no cabinet here yet.",
                (true, false) => "The cabinet is locked.",
                (true, true) => "The cabinet is open in another process.",
            }
            .to_string()
        });
    Ok(ExitCode::SUCCESS)
}
