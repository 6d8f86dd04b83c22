//! What the assistant makes of documents.

use std::process::ExitCode;

use cabinet_assistant::{AssistantError, Grounded, SourceDocument, SourcePage};
use cabinet_desk::Desk;
use cabinet_library::Action;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Context, Ended};
use crate::args::Source;
use crate::batch;
use crate::failure::Failure;

/// `cabinet keypoints`
pub async fn keypoints(context: &Context, source: Source) -> Ended {
    let desk = context.desk().await?;
    let mut failed = false;
    for (id, document) in sources(&desk, source).await? {
        let made = match document {
            Ok(document) => desk
                .key_points(document, &|_| {}, &CancellationToken::new())
                .await
                .map_err(Failure::from),
            Err(e) => Err(e),
        };
        match made {
            Ok(points) => context
                .out
                .result(&with_id(id, grounded(&points)), || words(&points)),
            Err(e) => failed |= report(context, id, e)?,
        }
    }
    desk.library().record(Action::Generated, None, None).await?;
    desk.close().await;
    Ok(if failed {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
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
fn report(context: &Context, id: Option<Value>, failure: Failure) -> Result<bool, Failure> {
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

fn with_id(id: Option<Value>, mut value: Value) -> Value {
    if let Some(id) = id {
        value["id"] = id;
    }
    value
}

fn grounded(made: &Grounded) -> Value {
    let points: Vec<Value> = made
        .claims
        .iter()
        .map(|claim| {
            let citations: Vec<Value> = claim
                .citations
                .iter()
                .map(|c| json!({ "document_id": c.document_id, "title": c.title, "page": c.page, "start": c.start, "end": c.end, "quote": c.quote }))
                .collect();
            json!({ "text": claim.text, "citations": citations })
        })
        .collect();
    json!({
        "points": points,
        "coverage": {
            "pages_read": made.coverage.pages_read,
            "pages_total": made.coverage.pages_total,
            "pages_without_text": made.coverage.pages_without_text,
            "left_out": made.coverage.left_out,
        },
        "seconds": made.seconds,
    })
}

fn words(made: &Grounded) -> String {
    let mut text = String::new();
    for claim in &made.claims {
        let pages: Vec<String> = claim.citations.iter().map(|c| c.page.to_string()).collect();
        text.push_str(&format!("  – {} [p. {}]\n", claim.text, pages.join(", ")));
    }
    text.push_str(&format!(
        "\n  Read {} of {} pages",
        made.coverage.pages_read, made.coverage.pages_total
    ));
    if made.coverage.pages_without_text > 0 {
        text.push_str(&format!(", {} without text", made.coverage.pages_without_text));
    }
    for left_out in &made.coverage.left_out {
        text.push_str(&format!("; {left_out}"));
    }
    text.push('.');
    text
}
