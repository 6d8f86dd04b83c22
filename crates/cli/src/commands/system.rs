//! Audit, verification, models, and what this machine enforces.

use std::ops::ControlFlow;
use std::process::ExitCode;

use cabinet_desk::InstalledModel;
use cabinet_library::{AuditFilter, Embedder, LibraryError};
use cabinet_slm::{ModelState, Purpose};
use serde_json::json;

use super::{Context, Ended};
use crate::args::{AuditArgs, ModelsCommand, WritingPurpose};
use crate::failure::Failure;
use crate::output::moment;

/// `cabinet audit`
pub async fn audit(context: &Context, args: AuditArgs) -> Ended {
    let desk = context.desk().await?;
    let library = desk.library();
    let mut code = ExitCode::SUCCESS;
    if args.verify {
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
        let filter = AuditFilter {
            before: None,
            action: args.action,
            from: args.from,
            until: args.until,
            subject: args.subject,
        };
        for e in library.audit(&filter, args.limit).await? {
            let value = json!({ "number": e.number, "at": e.at, "action": e.action, "subject": e.subject, "count": e.count });
            context.out.result(&value, || {
                format!(
                    "{:>6}  {}  {} {}",
                    e.number,
                    moment(e.at),
                    e.action,
                    e.subject.as_deref().unwrap_or_default()
                )
            });
        }
    }
    Ok(code)
}

/// `cabinet models ...`
pub fn models(context: &Context, command: ModelsCommand) -> Ended {
    let dir = &context.models;
    match command {
        ModelsCommand::List | ModelsCommand::Verify => return list_models(context, command),
        ModelsCommand::Import { file } => {
            let mut told = 0;
            let progress = &mut |done: u64, all: u64| {
                let percent = done * 100 / all.max(1);
                if percent >= told + 10 {
                    told = percent;
                    context.out.note(&format!("{percent} % copied and hashed"));
                }
                ControlFlow::Continue(())
            };
            let model = cabinet_desk::import_model(dir, &file, progress).map_err(Failure::Models)?;
            show_model(context, &model);
        }
        ModelsCommand::Use { id, purpose } => {
            let (purpose, does) = match purpose {
                WritingPurpose::Drafting => (Purpose::Drafting, "writes"),
                WritingPurpose::Completion => (Purpose::Completion, "completes what is typed"),
            };
            cabinet_desk::use_model(dir, &id, purpose).map_err(Failure::Models)?;
            context.out.result(&json!({ "status": "chosen", "id": id }), || {
                format!("{id} {does} from the next time a cabinet is opened.")
            });
        }
        ModelsCommand::Remove { id } => {
            cabinet_desk::remove_model(dir, &id).map_err(Failure::Models)?;
            context.out.result(&json!({ "status": "removed", "id": id }), || {
                format!("{id} is removed.")
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list_models(context: &Context, command: ModelsCommand) -> Ended {
    let mut code = ExitCode::SUCCESS;
    for model in cabinet_desk::installed(&context.models).map_err(Failure::Models)? {
        if matches!(command, ModelsCommand::Verify) && model.state != ModelState::Ready {
            code = ExitCode::from(1);
        }
        show_model(context, &model);
    }
    Ok(code)
}

fn show_model(context: &Context, model: &InstalledModel) {
    let state = match model.state {
        ModelState::Ready => "ready",
        ModelState::Missing => "missing",
        ModelState::Altered => "altered",
    };
    let value = json!({
        "id": model.id, "name": model.title, "purpose": model.purpose, "license": model.licence, "bytes": model.bytes,
        "state": state, "advice": model.advice, "chosen": model.chosen, "completes": model.completes,
        "removable": model.removable, "memory": model.memory,
    });
    context.out.result(&value, || {
        let chosen = match (model.chosen, model.completes) {
            (true, _) => ", in use",
            (false, true) => ", in use for completions",
            (false, false) => "",
        };
        let memory = model.memory.map_or(String::new(), |bytes| {
            format!(", {} MB of memory", bytes.div_ceil(1_000_000))
        });
        format!(
            "{state:<10} {}  ({}, {}{memory}{chosen})\n           {}\n           {}",
            model.title, model.purpose, model.licence, model.id, model.advice
        )
    });
}

/// `cabinet doctor`
pub async fn doctor(context: &Context, embed: Vec<String>) -> Ended {
    let report = cabinet_seal::probe();
    let own = cabinet_desk::keys_check();
    for check in report.checks.iter().chain([&own]) {
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
    if !embed.is_empty() {
        let embedder = cabinet_desk::embedder(&context.models).await;
        let vectors = embedder.embed(embed, true).await.map_err(LibraryError::from)?;
        for vector in vectors {
            context
                .out
                .result(&json!({ "vector": vector }), || format!("{vector:?}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
