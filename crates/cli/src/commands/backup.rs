//! Backups: making one, reading one back, bringing a cabinet back.

use std::path::PathBuf;
use std::process::ExitCode;

use cabinet_vault::{Backup, BackupKind, BackupProgress, RecoveryCode, WayIn};
use serde_json::{Value, json};

use super::{Context, Ended, blocking, interruption};
use crate::args::{BackupArgs, RestoreArgs};
use crate::failure::Failure;
use crate::secrets;

/// `cabinet backup FILE`
pub async fn backup(context: &Context, args: BackupArgs) -> Ended {
    let desk = context.desk().await?;
    let library = desk.library();
    let watch = watch(context);
    let (made, done) = if args.check {
        (library.check_backup(args.file, watch).await?, "checked")
    } else {
        (library.back_up(args.file, args.add_to, watch).await?, "written")
    };
    let unsaved: Vec<String> = made.unsaved.iter().map(ToString::to_string).collect();
    let value = json!({
        "status": done, "kind": kind(made.kind), "bytes": made.bytes, "originals": made.originals, "made_at": made.made_at,
        "unsaved": unsaved,
    });
    context.out.result(&value, || words(&made, done));
    Ok(if unsaved.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// `cabinet backup-key`
pub async fn key(context: &Context) -> Ended {
    let vault = context.vault().await?;
    let key = vault.backup_key()?;
    context.out.result(&json!({ "age_identity": key.as_str() }), || {
        format!(
            "{}\n\nThe age tool opens this cabinet's backups with it: age -d -i KEYFILE BACKUP | tar -x\n\
             What is in them stays sealed by the cabinet's own keys.",
            key.as_str()
        )
    });
    Ok(ExitCode::SUCCESS)
}

/// `cabinet restore FILE`
pub async fn restore(context: &Context, args: RestoreArgs) -> Ended {
    let home = context.home.clone();
    let mut watch = watch(context);
    let given = args.code.map(|code| RecoveryCode::parse(&code)).transpose()?;
    let passphrase = match given {
        Some(_) => None,
        None => Some(secrets::passphrase(context.passphrase_file.as_deref())?),
    };
    let to = home.clone();
    let restored = tokio::task::spawn_blocking(move || {
        let way_in = match (&given, &passphrase) {
            (Some(code), _) => WayIn::Code(code),
            (None, Some(passphrase)) => WayIn::Passphrase(passphrase),
            (None, None) => return Err(Failure::NoPassphrase),
        };
        cabinet_vault::restore(&args.file, args.base.as_deref(), &to, &way_in, &mut *watch)
            .map_err(Failure::Vault)
    })
    .await
    .map_err(|_| Failure::Internal)??;
    let missing: Vec<String> = restored.missing.iter().map(ToString::to_string).collect();
    let value = json!({
        "status": "restored", "kind": kind(restored.kind), "made_at": restored.made_at, "originals": restored.originals,
        "missing": missing, "home": home, "set_aside": restored.set_aside.as_deref().map(|path| path.to_string_lossy()),
    });
    context.out.result(&value, || {
        let mut text = format!(
            "The cabinet is back in {} with {} originals. It opens by the passphrase it had when the backup was made. \
             Search by meaning is prepared anew at the next `cabinet add` or in the window.",
            home.display(),
            restored.originals
        );
        for id in &missing {
            text.push_str(&format!("\nmissing: original of document {id}"));
        }
        if let Some(aside) = &restored.set_aside {
            text.push_str(&format!("\nWhat was there before was set aside in {}.", aside.display()));
        }
        text
    });
    Ok(if missing.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// `cabinet recovery-code`
pub async fn recovery_code(context: &Context) -> Ended {
    let current = secrets::passphrase(context.passphrase_file.as_deref())?;
    let desk = context.desk().await?;
    let library = desk.library().clone();
    let code = blocking(move || library.vault().new_recovery_code(&current)).await?;
    desk.library()
        .record(cabinet_library::Action::CodeReplaced, None, None)
        .await?;
    let code = code.groups().join("-");
    context
        .out
        .result(&json!({ "status": "replaced", "recovery_code": code }), || {
            format!("Recovery code: {code}\n\nWrite it down. The one before opens nothing any more but older backups.")
        });
    Ok(ExitCode::SUCCESS)
}

/// `cabinet verify`
pub async fn verify(context: &Context, set_aside_log: bool) -> Ended {
    let vault = context.vault().await?;
    let aside: Option<PathBuf> = if set_aside_log {
        vault.set_log_aside()?
    } else {
        None
    };
    let desk = context.desk_of(vault).await?;
    let found = desk.library().verify().await?;
    for (state, what) in [("damaged", &found.damaged), ("repaired", &found.repaired)] {
        for what in what {
            context.out.result(&json!({ "status": state, "what": what }), || {
                format!("{state:<10} {what}")
            });
        }
    }
    if let Some(aside) = &aside {
        let value = json!({ "status": "set_aside", "what": "log of the last changes", "place": aside });
        context.out.result(&value, || {
            format!(
                "set aside  the damaged log of the last changes, in {}",
                aside.display()
            )
        });
    }
    let vectors = if found.vectors_to_rebuild {
        Some(context.rebuild_vectors().await?)
    } else if desk.library().waiting_for_vectors().await? > 0 && desk.engine().embedder_id().is_some() {
        // As after a restore: what is derived and missing is made as well.
        desk.library().embed_waiting(&interruption(), &|_, _| {}).await?;
        Some(desk.library().verify().await?.vectors)
    } else {
        None
    };
    let value = json!({
        "status": if found.damaged.is_empty() { "ok" } else { "damaged" }, "documents": found.documents,
        "vectors": vectors.unwrap_or(found.vectors), "repaired": found.repaired.len(),
    });
    context.out.result(&value, || {
        let checked = format!(
            "Checked {} documents and {} vectors: {} damaged, {} made anew.",
            found.documents,
            vectors.unwrap_or(found.vectors),
            found.damaged.len(),
            found.repaired.len()
        );
        match found.damaged.len() {
            0 => checked,
            _ => {
                checked
                    + "\nRestore a backup beside this cabinet: cabinet restore FILE --home ANOTHER_FOLDER."
            }
        }
    });
    Ok(if found.damaged.is_empty() && aside.is_none() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Bytes that take long enough for somebody to ask how far it is.
const WORTH_TELLING: u64 = 64 << 20;

/// Tells of each tenth, and stops when Ctrl-C is pressed.
fn watch(context: &Context) -> Box<dyn FnMut(BackupProgress) -> bool + Send> {
    let stop = interruption();
    let out = context.out;
    let mut told = (false, 0);
    Box::new(move |progress| {
        let tenth = progress.done.saturating_mul(10) / progress.total.max(1);
        if progress.total > WORTH_TELLING && (progress.checking, tenth) != told && tenth > 0 {
            told = (progress.checking, tenth);
            let doing = if progress.checking {
                "Reading it back"
            } else {
                "Writing"
            };
            out.note(&format!("{doing}: {}0 %", tenth));
        }
        !stop.is_cancelled()
    })
}

fn kind(kind: BackupKind) -> Value {
    json!(match kind {
        BackupKind::Whole => "whole",
        BackupKind::Additions => "additions",
        BackupKind::Database => "database",
    })
}

fn words(made: &Backup, done: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "sizes are shown rounded")]
    let size = made.bytes as f64 / 1e6;
    let what = match made.kind {
        BackupKind::Whole => "The whole cabinet",
        BackupKind::Additions => "The database and what is new since the earlier backup",
        BackupKind::Database => "The database alone",
    };
    let mut text = format!(
        "{what}: {done}, {size:.1} MB, {} originals, every hash compared.",
        made.originals
    );
    for id in &made.unsaved {
        text.push_str(&format!(
            "\nnot saved: the original of document {id} is missing or damaged in the cabinet already"
        ));
    }
    text
}
