//! `cabinet draft`: a note from documents, printed or written to a file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cabinet_assistant::draft::Draft;
use cabinet_assistant::export::Note;
use cabinet_library::Action;
use serde_json::{Value, json};

use super::assistant::{closing, grounded, needs_writer, offered};
use super::{Context, Ended, interruption};
use crate::args::DraftArgs;
use crate::failure::Failure;

/// Drafts a note. What is wrong with the file is said before any work is done.
pub async fn draft(context: &Context, args: DraftArgs) -> Ended {
    let target = args.out.map(|path| Target::new(path, args.force)).transpose()?;
    let desk = context.desk().await?;
    needs_writer(context, desk)?;
    let mut documents = Vec::with_capacity(args.source.len());
    for id in &args.source {
        documents.push(desk.source(id.parse()?).await?);
    }
    let count = documents.len();
    let cancel = interruption();
    let draft = desk
        .draft(documents, args.template, args.keep_unsupported, &|_| {}, &cancel)
        .await?;
    for id in args.source {
        desk.library().record(Action::Generated, Some(id), None).await?;
    }
    if let Some(target) = &target {
        target.write(&draft.note())?;
        desk.library().record(Action::Exported, None, None).await?;
    }
    let signals = cabinet_desk::escalation::signals(&draft.grounded, count);
    let offer = desk.offer(&signals).await?;
    let mut value = result(&draft, target.as_ref());
    if let Some((rule, reasons)) = &offer {
        value["escalation"] = json!({ "rule": rule, "reasons": reasons });
    }
    context.out.result(&value, || match &target {
        None => draft.note().to_markdown(),
        Some(target) => format!(
            "Written to {}. {}",
            target.path.display(),
            closing(&draft.grounded)
        ),
    });
    // Beside the note, which may be piped on.
    let offered = offered(offer.as_ref());
    if !offered.is_empty() {
        context.out.note(offered.trim());
    }
    Ok(ExitCode::SUCCESS)
}

fn result(draft: &Draft, target: Option<&Target>) -> Value {
    let mut value = grounded(&draft.grounded);
    value["title"] = json!(draft.title);
    value["output"] = json!(draft.note().to_markdown());
    if let Some(target) = target {
        value["out"] = json!(target.path.display().to_string());
    }
    value
}

/// Where a draft goes, and as what.
struct Target {
    path: PathBuf,
    form: Form,
}

enum Form {
    Markdown,
    Word,
}

impl Target {
    fn new(path: PathBuf, force: bool) -> Result<Self, Failure> {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .map(str::to_lowercase);
        let form = match ending.as_deref() {
            Some("md") => Form::Markdown,
            Some("docx") => Form::Word,
            _ => return Err(Failure::UnknownEnding),
        };
        if !force && exists(&path) {
            return Err(Failure::FileExists);
        }
        Ok(Self { path, form })
    }

    fn write(&self, note: &Note) -> Result<(), Failure> {
        let bytes = match self.form {
            Form::Markdown => note.to_markdown().into_bytes(),
            Form::Word => note.to_docx().map_err(|_| Failure::Internal)?,
        };
        cabinet_desk::write_whole(&self.path, &bytes).map_err(|e| Failure::Unwritten(e.kind()))
    }
}

/// True for a dangling link too: it would be replaced like anything else.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
