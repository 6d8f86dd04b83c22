//! Audit, verification, models, and what this machine enforces.

use std::process::ExitCode;

use cabinet_library::{Embedder, LibraryError};
use cabinet_slm::ModelState;
use serde_json::json;

use super::{Context, Ended};
use crate::args::ModelsCommand;
use crate::failure::Failure;

/// `cabinet audit`
pub async fn audit(context: &Context, verify: bool, limit: u32) -> Ended {
    let desk = context.desk().await?;
    let library = desk.library();
    let mut code = ExitCode::SUCCESS;
    if verify {
        match library.verify_audit().await {
            Ok(n) => context.out.result(&json!({ "status": "ok", "entries": n }), || {
                format!("All {n} entries hold together.")
            }),
            Err(LibraryError::AuditBroken { number }) => {
                code = ExitCode::from(1);
                context.out.result(&json!({ "status": "broken", "entry": number }), || {
                    format!("The log is broken at entry {number}: it or one before it was removed, changed or reordered.")
                });
            }
            Err(e) => return Err(e.into()),
        }
    } else {
        for e in library.audit(None, limit).await? {
            let value = json!({ "number": e.number, "at": e.at, "action": e.action, "subject": e.subject, "count": e.count });
            context.out.result(&value, || {
                format!(
                    "{:>6}  {}  {} {}",
                    e.number,
                    e.at,
                    e.action,
                    e.subject.as_deref().unwrap_or_default()
                )
            });
        }
    }
    Ok(code)
}

/// `cabinet verify`
pub async fn verify(context: &Context) -> Ended {
    let desk = context.desk().await?;
    let found = desk.library().verify().await?;
    for damage in &found.damaged {
        context
            .out
            .result(&json!({ "status": "damaged", "what": damage }), || {
                format!("damaged    {damage}")
            });
    }
    context.out.result(
        &json!({ "status": if found.damaged.is_empty() { "ok" } else { "damaged" }, "documents": found.documents, "vectors": found.vectors }),
        || format!("{} documents and {} vectors were checked; {} are damaged.", found.documents, found.vectors, found.damaged.len()),
    );
    Ok(if found.damaged.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// `cabinet models ...`
pub fn models(context: &Context, command: ModelsCommand) -> Ended {
    let mut code = ExitCode::SUCCESS;
    for model in cabinet_desk::installed(&context.models).map_err(Failure::Models)? {
        let state = match model.state {
            ModelState::Ready => "ready",
            ModelState::Missing => "missing",
            ModelState::Altered => "altered",
        };
        if matches!(command, ModelsCommand::Verify) && state != "ready" {
            code = ExitCode::from(1);
        }
        let value = json!({
            "id": model.id, "name": model.title, "purpose": model.purpose, "license": model.licence, "bytes": model.bytes,
            "state": state, "advice": model.advice,
        });
        context.out.result(&value, || {
            format!(
                "{state:<10} {}  ({}, {})\n           {}",
                model.title, model.purpose, model.licence, model.advice
            )
        });
    }
    Ok(code)
}

/// `cabinet doctor`
pub async fn doctor(context: &Context, embed: Option<String>) -> Ended {
    let report = cabinet_seal::probe();
    for check in &report.checks {
        context.out.result(
            &json!({ "check": check.name, "refused": check.refused, "detail": check.detail }),
            || {
                format!(
                    "{}  {}: {}",
                    if check.refused { "refused" } else { "OPEN   " },
                    check.name,
                    check.detail
                )
            },
        );
    }
    context.out.result(
        &json!({ "seal": report.summary, "home": context.home, "models": context.models }),
        || {
            format!(
                "\n{}\nCabinet: {}\nModels:  {}",
                report.summary,
                context.home.display(),
                context.models.display()
            )
        },
    );
    if let Some(text) = embed {
        let embedder = cabinet_desk::embedder(&context.models).await;
        let vector = embedder
            .embed(vec![text], true)
            .await
            .map_err(LibraryError::from)?;
        context.out.result(&json!({ "vector": vector.first() }), || {
            format!("{:?}", vector.first())
        });
    }
    Ok(ExitCode::SUCCESS)
}
