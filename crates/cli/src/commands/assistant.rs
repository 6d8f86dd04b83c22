//! What the assistant makes of documents.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use cabinet_assistant::{
    AssistantError, AssistantEvent, Citation, Claim, Coverage, Grounded, SourceDocument, SourcePage, Verdict,
};
use cabinet_desk::Desk;
use cabinet_desk::routing::{Reason, Rule};
use cabinet_library::Action;
use cabinet_slm::SlmError;
use serde_json::{Value, json};

use super::{Context, Ended, interruption};
use crate::args::{Source, SummarizeArgs};
use crate::batch;
use crate::failure::Failure;

/// `cabinet keypoints`
pub async fn keypoints(context: &Context, source: Source) -> Ended {
    let desk = context.desk().await?;
    let cancel = interruption();
    let mut failed = false;
    for (id, document) in sources(desk, source).await? {
        let made = match document {
            Ok(document) => desk
                .key_points(document, &|_| {}, &cancel)
                .await
                .map_err(Failure::from),
            Err(e) => Err(e),
        };
        failed |= print(context, id, made, points, words)?;
    }
    ended(desk, failed).await
}

/// `cabinet summarize`
pub async fn summarize(context: &Context, args: SummarizeArgs) -> Ended {
    let desk = context.desk().await?;
    needs_writer(context, desk)?;
    let cancel = interruption();
    let max_words = args.max_words.map(NonZeroUsize::get);
    let mut failed = false;
    for (id, document) in sources(desk, args.source).await? {
        let start = Instant::now();
        let first = OnceLock::new();
        let listen = |event: AssistantEvent| match event {
            AssistantEvent::Text { .. } => {
                first.get_or_init(|| start.elapsed());
            }
            AssistantEvent::Claim { claim } => {
                first.get_or_init(|| start.elapsed());
                context.out.part(&sentence(&claim));
            }
            AssistantEvent::Progress { .. } => {}
        };
        let made = match document {
            Ok(document) => desk
                .summarize(
                    document,
                    args.style,
                    max_words,
                    args.keep_unsupported,
                    &listen,
                    &cancel,
                )
                .await
                .map_err(Failure::from),
            Err(e) => Err(e),
        };
        let offer = match &made {
            Ok(made) => desk.offer(&cabinet_desk::escalation::signals(made, 1)).await?,
            Err(_) => None,
        };
        let json = |made: &Grounded| {
            let mut value = grounded(made);
            if let Some((rule, reasons)) = &offer {
                value["escalation"] = json!({ "rule": rule, "reasons": reasons });
            }
            value["first_word_seconds"] = json!(first.get().map(Duration::as_secs_f64));
            value
        };
        failed |= print(context, id, made, json, |summary| {
            format!("\n  {}{}", closing(summary), offered(offer.as_ref()))
        })?;
    }
    ended(desk, failed).await
}

/// Why a large model is offered, and how to ask it, a line each; nothing where it is not.
pub fn offered(offer: Option<&(Rule, Vec<Reason>)>) -> String {
    let Some((_, reasons)) = offer else {
        return String::new();
    };
    let why: String = reasons
        .iter()
        .map(|reason| format!("\n  {}", reason.words()))
        .collect();
    format!("{why}\n  `cabinet escalate ask` prepares a request to a large model; nothing is sent by that.")
}

/// Prints one result, or the failure of one line of a batch. True for a failure.
fn print(
    context: &Context,
    id: Option<Value>,
    made: Result<Grounded, Failure>,
    json: impl Fn(&Grounded) -> Value,
    text: impl Fn(&Grounded) -> String,
) -> Result<bool, Failure> {
    match made {
        Ok(made) => {
            context.out.result(&with_id(id, json(&made)), || text(&made));
            Ok(false)
        }
        // Nobody waits for the rest.
        Err(e @ Failure::Assistant(AssistantError::Cancelled)) => Err(e),
        Err(e) => report(context, id, e),
    }
}

async fn ended(desk: &Desk, failed: bool) -> Ended {
    desk.library().record(Action::Generated, None, None).await?;
    Ok(if failed {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// Says at once which file is missing, where there is no model for writing.
pub(super) fn needs_writer(context: &Context, desk: &Desk) -> Result<(), Failure> {
    if desk.engine().writer_name().is_some() {
        return Ok(());
    }
    let missing = SlmError::NotInstalled { task: "writing" };
    Err(Failure::Models(
        cabinet_desk::writer_problem(&context.models).unwrap_or(missing),
    ))
}

type Input = (Option<Value>, Result<SourceDocument, Failure>);

/// The one document named, or every line of the batch: a stored document or a bare text.
async fn sources(desk: &Desk, source: Source) -> Result<Vec<Input>, Failure> {
    let Some(file) = source.batch else {
        let id = source.id.unwrap_or_default().parse()?;
        return Ok(vec![(None, Ok(desk.source(id).await?))]);
    };
    let mut inputs = Vec::new();
    for line in batch::read(&file)? {
        let id = line
            .get("id")
            .cloned()
            .ok_or_else(|| Failure::Batch("a line has no \"id\".".to_string()))?;
        let document = match (
            line.get("document_id").and_then(Value::as_str),
            line.get("text").and_then(Value::as_str),
        ) {
            (Some(stored), _) => match stored.parse() {
                Ok(stored) => desk.source(stored).await.map_err(Failure::from),
                Err(e) => Err(Failure::from(e)),
            },
            (None, Some(text)) => Ok(bare(text)),
            (None, None) => {
                return Err(Failure::Batch(
                    "a line has neither \"document_id\" nor \"text\".".to_string(),
                ));
            }
        };
        inputs.push((Some(id), document));
    }
    Ok(inputs)
}

/// A text that is in no cabinet, as a document of one page.
fn bare(text: &str) -> SourceDocument {
    SourceDocument {
        id: String::new(),
        title: String::new(),
        pages: vec![SourcePage {
            number: 1,
            text: text.to_string(),
        }],
        pages_without_text: Vec::new(),
    }
}

/// One failed input of a batch is its own line; a single document's failure ends the command.
pub(super) fn report(context: &Context, id: Option<Value>, failure: Failure) -> Result<bool, Failure> {
    let Some(id) = id else { return Err(failure) };
    let code = match &failure {
        Failure::Assistant(AssistantError::Cancelled) => "cancelled",
        Failure::Library(_) => "not_found",
        _ => "failed",
    };
    let message = failure.to_string();
    context.out.result(
        &json!({ "id": id, "error": { "code": code, "message": message } }),
        || format!("[{id}] {message}"),
    );
    Ok(true)
}

pub(super) fn with_id(id: Option<Value>, mut value: Value) -> Value {
    if let Some(id) = id {
        value["id"] = id;
    }
    value
}

fn points(made: &Grounded) -> Value {
    let points: Vec<Value> = made
        .claims
        .iter()
        .map(|claim| json!({ "text": claim.text, "citations": citations(claim) }))
        .collect();
    json!({ "points": points, "coverage": coverage(&made.coverage), "seconds": made.seconds })
}

/// A summary or draft: its sentences with their checks and places, and its words alone as "output".
pub(super) fn grounded(made: &Grounded) -> Value {
    let claims: Vec<Value> = made.claims.iter().map(claim).collect();
    let output: Vec<&str> = made.claims.iter().map(|claim| claim.text.as_str()).collect();
    json!({
        "output": output.join(" "),
        "claims": claims,
        "coverage": coverage(&made.coverage),
        "model": made.model,
        "removed": made.removed,
        "seconds": made.seconds,
    })
}

/// One sentence with its check and places.
pub(super) fn claim(claim: &Claim) -> Value {
    let mut value = json!({
        "text": claim.text,
        "verdict": claim.verdict,
        "reason": claim.reason,
        "citations": citations(claim),
        "quoted": claim.quoted,
    });
    if let Some(section) = &claim.section {
        value["section"] = json!(section);
    }
    value
}

fn citations(claim: &Claim) -> Vec<Value> {
    let citation = |c: &Citation| json!({ "document_id": c.document_id, "title": c.title, "page": c.page, "start": c.start, "end": c.end, "quote": c.quote });
    claim.citations.iter().map(citation).collect()
}

fn coverage(coverage: &Coverage) -> Value {
    json!({
        "pages_read": coverage.pages_read,
        "pages_total": coverage.pages_total,
        "pages_without_text": coverage.pages_without_text,
        "left_out": coverage.left_out,
    })
}

fn words(made: &Grounded) -> String {
    let sentences: Vec<String> = made.claims.iter().map(sentence).collect();
    format!("{}\n\n  {}", sentences.join("\n"), closing(made))
}

pub(super) fn sentence(claim: &Claim) -> String {
    let flaw = claim
        .reason
        .as_ref()
        .filter(|_| claim.verdict != Verdict::Supported);
    let borne_out = match claim.verdict {
        Verdict::Partly => "ONLY PARTLY BORNE OUT",
        _ => "NOT BORNE OUT",
    };
    let flaw = flaw.map_or_else(String::new, |reason| format!(" ({borne_out}: {reason})"));
    format!("  – {}{}{flaw}", claim.text, pages(claim))
}

/// " [p. 2, 5]"
fn pages(claim: &Claim) -> String {
    let mut pages: Vec<String> = claim.citations.iter().map(|c| c.page.to_string()).collect();
    pages.dedup();
    if pages.is_empty() {
        return String::new();
    }
    format!(" [p. {}]", pages.join(", "))
}

/// What was read and what was not, in one line.
pub(super) fn closing(made: &Grounded) -> String {
    let coverage = &made.coverage;
    let mut text = format!("Read {} of {} pages", coverage.pages_read, coverage.pages_total);
    if coverage.pages_without_text > 0 {
        text.push_str(&format!(", {} without text", coverage.pages_without_text));
    }
    for left_out in &coverage.left_out {
        text.push_str(&format!("; {left_out}"));
    }
    text.push('.');
    if made.removed > 0 {
        text.push_str(&format!(" {} unsupported left out.", made.removed));
    }
    text
}
